//! Two goroutines that wait for each other. The runtime notices, names both, and ends the process
//! with code 2.
//!
//! ```text
//! cargo run --release --example deadlock
//! ```

use fourfold::go::{self, Spawn, chan};

fn main() {
    go::run(|| {
        let (left, right) = (chan::make::<&str>(0), chan::make::<&str>(0));
        let (to_left, from_right) = (left.clone(), right.clone());
        drop(Spawn::new().name("the other one").go(move || {
            // Both receive first, so nobody sends.
            from_right.recv();
            to_left.send("after you");
        }));
        left.recv();
        right.send("after you");
    });
}
