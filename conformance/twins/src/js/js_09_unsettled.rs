use fourfold::js::{self, Promise, process};

use super::show::{log, main, say};

// The main promise can never settle, and nothing is left that could settle it: code 13.

pub(crate) fn run() {
    main(async {
        process::on_exit(|code| println!("exit {code}"));
        js::set_timeout(log("timer"), 1);
        println!("main waits");
        Promise::<()>::new(|_| Ok(())).await?;
        say!("never")
    });
}
