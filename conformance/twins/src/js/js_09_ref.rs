use fourfold::js::{self, process};

use super::node::{log, program};

fn unreferenced() {
    js::set_timeout(log("unreferenced, 1 ms"), 1).unref();
    js::set_timeout(log("never: unreferenced, 1 s"), 1000).unref();
    let mut n = 0;
    let interval = js::set_interval(
        move || {
            n += 1;
            if n == 1 {
                println!("unreferenced interval runs");
            }
        },
        5,
    );
    interval.unref();
    js::set_timeout(
        || {
            println!("a referenced timer");
            let twice = js::set_timeout(log("never: unreferenced twice"), 1000);
            twice.unref().unref();
            let back = js::set_timeout(log("referenced again"), 2);
            back.unref().ref_().ref_();
        },
        40,
    );
}

pub(crate) fn run() {
    program(async {
        process::on_exit(|_| println!("exit"));
        let immediate = js::set_immediate(|| {
            println!("immediate");
            let timer = js::set_timeout(
                || {
                    println!("timer");
                    unreferenced();
                },
                5,
            );
            print!("{} {} ", timer.has_ref(), std::ptr::eq(timer.unref(), &timer));
            print!("{} {} ", timer.has_ref(), std::ptr::eq(timer.ref_(), &timer));
            println!("{}", timer.has_ref());
        });
        println!(
            "{} {} {}",
            immediate.has_ref(),
            immediate.unref().has_ref(),
            immediate.ref_().has_ref()
        );
        Ok(())
    });
}
