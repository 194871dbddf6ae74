//! Two goroutines that sleep and then speak, and a channel from each that says when it has done so.
//!
//! Prints, with `--virtual` at once:
//!
//! ```text
//! hello after 4.000 s
//! world after 6.000 s
//! done after 6.000 s
//! ```

use std::time::Duration;

use fourfold::go::chan::Receiver;
use fourfold::go::{chan, go, time};

/// Says `word` after `seconds`; the channel is told then.
fn async_say(word: &'static str, seconds: u64) -> Receiver<()> {
    let (done, told) = chan::make(0).split();
    go(move || {
        time::sleep(Duration::from_secs(seconds));
        println!("{word} after {}", elapsed());
        done.send(());
    });
    told
}

fn elapsed() -> String {
    format!("{:.3} s", time::now().nanoseconds() as f64 / 1e9)
}

fn main() {
    fourfold_examples::run_go(|| {
        let hello = async_say("hello", 4);
        let world = async_say("world", 6);
        hello.recv();
        world.recv();
        println!("done after {}", elapsed());
    });
}
