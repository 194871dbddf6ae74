//! Running out of stack.

use std::hint::black_box;

use fourfold::go::{self, Spawn, chan, deferred};

fn sum(n: usize) -> usize {
    let mut frame = black_box([0; 16]);
    frame[n % 16] = n;
    if n == 0 { 0 } else { sum(n - 1) + frame[n % 16] }
}

#[allow(unconditional_recursion, reason = "it is to run out of stack")]
fn endless(n: usize) -> usize {
    let mut frame = black_box([0; 64]);
    frame[n % 64] = n;
    endless(n + 1) + frame[(n + 1) % 64]
}

pub(crate) fn run() {
    go::run(|| {
        println!("deep enough {}", sum(1000));
        let done = chan::make::<usize>(0);
        let tell = done.clone();
        drop(Spawn::new().stack_size(1 << 20).go(move || {
            deferred(|defer| {
                defer.defer(|_| println!("deferred work is not done"));
                defer.defer(|recovery| println!("recovered {}", recovery.recover().is_some()));
                tell.send(endless(0));
            });
        }));
        println!("not reached {}", done.recv().unwrap_or_default());
    });
}
