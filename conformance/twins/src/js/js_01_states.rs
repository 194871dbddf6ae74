use fourfold::Result;
use fourfold::js::{self, Promise};

use super::node::{error, program, report, show};

fn says<T>(text: &'static str) -> impl FnOnce(T) -> Result<()> {
    move |_| {
        println!("{text}");
        Ok(())
    }
}

pub(crate) fn run() {
    program(async {
        for calls in ["f", "r", "ff", "fr", "rf", "rr"] {
            let (promise, settle) = Promise::with_resolvers();
            report(calls, &promise);
            for (i, call) in calls.chars().enumerate() {
                match call {
                    'f' => settle.resolve(i),
                    _ => settle.reject(error(format!("number {i}"))),
                }
            }
        }

        let (promise, settle) = Promise::with_resolvers();
        report("with time between", &promise);
        js::set_timeout(
            move || {
                settle.resolve("first");
                js::set_timeout(
                    move || {
                        settle.reject(error("second"));
                        println!("nothing comes of it");
                    },
                    1,
                );
            },
            1,
        );

        let (promise, settle) = Promise::with_resolvers();
        promise.then(|value: &str| {
            println!("called with 1 value: {value}");
            Ok(())
        });
        promise.then(Ok);
        promise.catch(|_| {
            println!("never");
            Ok("")
        });
        settle.resolve("value");
        println!("resolve has returned");

        let rejected = Promise::<()>::reject(error("reason"));
        rejected.then_else::<(), _, _>(says("never"), |reason| {
            println!("called with 1 reason: {}", show(&reason));
            Ok(())
        });
        rejected.then(says("never")).catch(says("passed on"));
        println!("then has returned");

        let p = Promise::resolve("p");
        let again = p.clone();
        p.then(move |_| {
            println!("1");
            again.then(says("4, added by 1"));
            Ok(())
        });
        p.then(|_| {
            println!("2");
            Err::<(), _>(error("does no harm"))
        })
        .catch(|_| Ok(()));
        p.then(says("3"));
        Ok(())
    });
}
