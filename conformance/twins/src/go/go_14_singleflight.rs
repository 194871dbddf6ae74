//! One call for all who ask at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use fourfold::go::chan;
use fourfold::go::singleflight::{Answer, Group};
use fourfold::go::{Builder, go, runtime};
use fourfold::{Error, Result};

fn told(answer: Option<Answer<String>>) -> String {
    match answer {
        Some(Answer { value: Ok(value), shared }) => format!("{value} {shared}"),
        Some(Answer { value: Err(error), shared }) => format!("{error} {shared}"),
        None => "<nil>".into(),
    }
}

fn failed(outcome: Result<(String, bool)>) -> String {
    outcome.map_or_else(|error| error.to_string(), |(value, _)| value)
}

pub(crate) fn run() {
    Builder::new().workers(1).run(|| {
        let group = Arc::new(Group::<&str, String>::new());
        if let Ok((value, shared)) = group.call("key", || Ok("42".into())) {
            println!("{value} <nil> {shared}");
        }
        // Whether a failure was shared is told by the form that sends.
        println!("{} false", failed(group.call("key", || Err(Error::msg("no luck")))));

        let (calls, go_on) = (Arc::new(AtomicU32::new(0)), chan::make::<()>(0));
        let slow = || {
            let (calls, go_on) = (calls.clone(), go_on.clone());
            move || {
                let call = calls.fetch_add(1, Ordering::Relaxed) + 1;
                go_on.recv();
                Ok(format!("answer {call}"))
            }
        };
        let first = group.call_chan("key", slow());
        runtime::gosched();
        let second = group.call_chan("key", slow());
        let other = group.call_chan("other", || Ok("another key".into()));
        println!("{}", told(other.recv()));
        let third = chan::make::<()>(0);
        let (asking, asked, tell) = (group.clone(), slow(), third.clone());
        drop(go(move || {
            if let Ok((value, shared)) = asking.call("key", asked) {
                println!("done {value} {shared}");
            }
            tell.close();
        }));
        runtime::gosched();
        go_on.close();
        for answers in [first, second] {
            if let Some(Answer { value: Ok(value), shared }) = answers.recv() {
                println!("{value} <nil> {shared}");
            }
        }
        third.recv();
        println!("called {}", calls.load(Ordering::Relaxed));

        let failing = group.call_chan("key", || Err(Error::msg("no luck again")));
        println!("{}", told(failing.recv()));

        let go_on = chan::make::<()>(0);
        let told_to = go_on.clone();
        let old = group.call_chan("key", move || {
            told_to.recv();
            Ok("old".into())
        });
        runtime::gosched();
        group.forget(&"key");
        if let Ok((value, shared)) = group.call("key", || Ok("new".into())) {
            println!("{value} {shared}");
        }
        go_on.close();
        println!("{}", told(old.recv()));
        group.forget(&"nobody asked for this");
    });
}
