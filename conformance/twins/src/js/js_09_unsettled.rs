use fourfold::js::{self, Promise, process};

use super::node::{log, program};

pub(crate) fn run() {
    program(async {
        process::on_exit(|code| println!("exit {code}"));
        js::set_timeout(log("timer"), 1);
        println!("main waits");
        Promise::<()>::with_resolvers().0.await?;
        println!("never");
        Ok(())
    });
}
