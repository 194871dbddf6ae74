use fourfold::js::{Promise, process};

use super::node::{error, program};

pub(crate) fn run() {
    program(async {
        process::on_exit(|code| println!("exit {code}"));
        let never = Promise::<()>::with_resolvers().0;
        never.then(|()| {
            println!("never");
            Ok(())
        });
        Promise::<()>::reject(error("failed"))
            .catch(|e| {
                println!("caught: {e}");
                Err::<(), _>(error("thrown in the handler"))
            })
            .catch(|e| {
                println!("caught: {e}");
                Ok(())
            });
        println!("end of main");
        Ok(())
    });
}
