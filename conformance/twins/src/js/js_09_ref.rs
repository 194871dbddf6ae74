use std::ptr;

use fourfold::js::{self, process};

use super::show::{Var, log, main};

pub(crate) fn run() {
    main(async {
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
            let (has, unref) = (timer.has_ref(), ptr::eq(timer.unref(), &timer));
            let (has_not, again) = (timer.has_ref(), ptr::eq(timer.ref_(), &timer));
            println!("{has} {unref} {has_not} {again} {}", timer.has_ref());
        });
        let (has, has_not) = (immediate.has_ref(), immediate.unref().has_ref());
        println!("{has} {has_not} {}", immediate.ref_().has_ref());
        Ok(())
    });
}

// Unreferenced ones run as long as something else keeps the loop alive.
fn unreferenced() {
    js::set_timeout(log("unreferenced, 1 ms"), 1).unref();
    js::set_timeout(log("never: unreferenced, 1 s"), 1000).unref();
    let n = Var::new(0);
    let interval = js::set_interval(
        move || {
            if n.next() == 1 {
                println!("unreferenced interval runs");
            }
        },
        5,
    );
    interval.unref();
    js::set_timeout(
        || {
            println!("a referenced timer");
            // Calling them twice changes nothing.
            let twice = js::set_timeout(log("never: unreferenced twice"), 1000);
            twice.unref();
            twice.unref();
            let back = js::set_timeout(log("referenced again"), 2);
            back.unref();
            back.ref_();
            back.ref_();
        },
        40,
    );
}
