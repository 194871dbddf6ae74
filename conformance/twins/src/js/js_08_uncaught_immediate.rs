use fourfold::js::{self, Promise, RangeError, process};

use super::show::{error, log, main, say};

// A throw inside a catch handler only rejects the next promise; rethrown from an immediate it ends the
// program.

pub(crate) fn run() {
    main(async {
        process::on_exit(|code| println!("exit {code}"));
        Promise::<()>::reject(error("failed"))
            .catch(|e| {
                println!("caught: {e}");
                Err::<(), _>(RangeError::new("thrown in the handler").into())
            })
            .catch(|e| {
                println!("caught: {e}");
                js::set_immediate(|| Err::<(), _>(e));
                Ok(())
            })
            .then(|()| say!("goes on"));
        js::set_immediate(log("immediate 1"));
        js::set_timeout(log("never"), 1000);
        Ok(())
    });
}
