use fourfold::js::{self, Promise, process};

use super::node::{log, program};

pub(crate) fn run() {
    program(async {
        let (promise, settle) = Promise::with_resolvers();
        process::on_before_exit(move |code| {
            println!("beforeExit {code}");
            settle.resolve("by beforeExit");
        });
        process::on_exit(|code| {
            println!("exit {code}");
            process::set_exit_code(5);
        });
        println!("{}", promise.await?);
        js::set_timeout(log("timer"), 1);
        Promise::<()>::with_resolvers().0.await
    });
}
