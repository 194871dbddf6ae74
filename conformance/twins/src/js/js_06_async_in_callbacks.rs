use fourfold::js::{self, Promise, async_fn};

use super::node::{busy, log, program};

fn steps(name: &'static str) {
    async_fn::<_, _, ()>(async move {
        for i in 1..=3 {
            println!("{name}{i}");
            Promise::resolve(()).await?;
        }
        Ok(())
    });
}

pub(crate) fn run() {
    program(async {
        let (promise, settle) = Promise::with_resolvers();
        promise.then(|()| {
            println!("resolved in the first timer, seen before the second");
            Ok(())
        });

        js::set_timeout(
            move || {
                println!("timer 1");
                steps("a");
                settle.resolve(());
            },
            1,
        );
        js::set_timeout(
            || {
                println!("timer 2");
                steps("b");
            },
            1,
        );
        js::set_timeout(
            || {
                js::set_immediate(|| {
                    println!("immediate 1");
                    steps("c");
                });
                js::set_immediate(|| {
                    println!("immediate 2");
                    js::next_tick(|| steps("d"));
                    steps("e");
                });
                js::set_immediate(log("immediate 3"));
            },
            2,
        );
        busy(5);
        println!("end of main");
        Ok(())
    });
}
