use fourfold::js::{Promise, process};

use super::show::{error, main, say, throw};

// All is handled and nothing is left: the program ends by itself, with code 0.

pub(crate) fn run() {
    main(async {
        process::on_exit(|code| println!("exit {code}"));
        let never = Promise::<()>::new(|_| Ok(()));
        never.then(|()| say!("never"));
        Promise::<()>::reject(error("failed"))
            .catch(|e| {
                println!("caught: {e}");
                throw::<()>("thrown in the handler")
            })
            .catch(|e| say!("caught: {e}"));
        println!("end of main");
        Ok(())
    });
}
