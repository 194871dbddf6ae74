//! A nil channel in selects.

use fourfold::go::chan::{self, Chan};
use fourfold::go::{self, select};

pub(crate) fn run() {
    go::run(|| {
        let never = Chan::<u32>::nil();
        println!("{} {} {}", never.is_nil(), never.len(), never.cap());
        let ready = chan::make::<u32>(1);
        for _ in 0..3 {
            ready.send(1);
            select! {
                recv(never) => println!("received from nil"),
                send(never, 1) => println!("sent to nil"),
                value = recv(ready) => println!("ready {}", value.unwrap_or_default()),
            }
        }
        select! {
            recv(never) => println!("received from nil"),
            default => println!("default"),
        }
    });
}
