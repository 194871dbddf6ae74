use fourfold::js::{self, Promise, process};

use super::show::{after, error, log, main};

// A main promise that settles ends nothing by itself: the loop goes on until nothing is left.

pub(crate) fn run() {
    main(async {
        process::on_exit(|code| println!("exit {code}"));
        println!("main waits");
        println!("{}", after(1, "value").await?);
        if let Err(e) = Promise::<()>::reject(error("caught")).await {
            println!("{e}");
        }
        js::set_timeout(
            || {
                println!("a timer that was not waited for");
                js::set_immediate(log("its immediate"));
            },
            5,
        );
        println!("end of main");
        Ok(())
    });
}
