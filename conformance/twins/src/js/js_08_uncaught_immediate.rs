use fourfold::js::{self, Promise, process};

use super::node::{error, log, program, range_error};

pub(crate) fn run() {
    program(async {
        process::on_exit(|code| println!("exit {code}"));
        Promise::<()>::reject(error("failed"))
            .catch(|e| {
                println!("caught: {e}");
                Err::<(), _>(range_error("thrown in the handler"))
            })
            .catch(|e| {
                println!("caught: {e}");
                js::set_immediate(move || Err::<(), _>(e));
                Ok(())
            })
            .then(|()| {
                println!("goes on");
                Ok(())
            });
        js::set_immediate(log("immediate 1"));
        js::set_timeout(log("never"), 1000);
        Ok(())
    });
}
