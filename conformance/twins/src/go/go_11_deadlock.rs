//! All goroutines asleep.

use std::time::Duration;

use fourfold::go::{self, chan, go, time};

pub(crate) fn run() {
    go::run(|| {
        let c = chan::make::<u32>(0);
        let sender = c.clone();
        drop(go(move || {
            time::sleep(Duration::from_millis(5));
            sender.send(1);
        }));
        println!("a timer is no deadlock {}", c.recv().unwrap_or_default());
        let sender = c.clone();
        drop(go(move || {
            if let Some(value) = chan::make::<u32>(0).recv() {
                sender.send(value);
            }
        }));
        c.recv();
        println!("not reached");
    });
}
