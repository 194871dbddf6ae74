//! Closing, and what is wrong after it.

use fourfold::go::chan::{self, Chan};
use fourfold::go::{self, go, select};

use super::attempt;

pub(crate) fn run() {
    go::run(|| {
        let closed = chan::make::<u32>(2);
        closed.send(1);
        closed.close();
        attempt("send", || closed.send(2));
        attempt("close", || closed.close());
        attempt("close nil", || Chan::<u32>::nil().close());
        attempt("select", || {
            select! {
                send(closed, 3) => {}
                default => println!("default"),
            }
        });
        for _ in 0..2 {
            let value = closed.recv();
            println!("{} {}", value.unwrap_or_default(), value.is_some());
        }
        let (waiting, woken) = (chan::make::<u32>(0), chan::make::<bool>(0));
        for _ in 0..3 {
            let (waiting, woken) = (waiting.clone(), woken.clone());
            drop(go(move || woken.send(waiting.recv().is_some())));
        }
        waiting.close();
        for _ in 0..3 {
            println!("woken {}", woken.recv().unwrap_or(true));
        }
    });
}
