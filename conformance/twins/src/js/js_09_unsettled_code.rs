use fourfold::js::{self, Promise, process};

use super::show::{Var, log, main};

// beforeExit is told first and can still settle it; a listener for exit may set another code.

pub(crate) fn run() {
    main(async {
        let (promise, settle) = Promise::with_resolvers();
        let rounds = Var::new(0);
        process::on_before_exit(move |code| {
            println!("beforeExit {code}");
            if rounds.next() == 1 {
                settle.resolve("by beforeExit");
            }
        });
        process::on_exit(|code| {
            println!("exit {code}");
            process::set_exit_code(5);
        });
        println!("{}", promise.await?);
        js::set_timeout(log("timer"), 1);
        Promise::<()>::new(|_| Ok(())).await
    });
}
