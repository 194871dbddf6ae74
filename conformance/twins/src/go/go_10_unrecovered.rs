//! A panic in a goroutine, with nobody to recover.

use fourfold::go::{self, chan, deferred, go};

pub(crate) fn run() {
    go::run(|| {
        let done = chan::make::<()>(0);
        drop(go(|| {
            deferred(|defer| {
                defer.defer(|_| println!("deferred"));
                panic!("boom");
            })
            .unwrap_or(())
        }));
        done.recv();
    });
}
