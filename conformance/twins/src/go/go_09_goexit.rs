//! Deferred work, recovering, and the end of main.

use fourfold::go::{self, chan, deferred, go, goexit, select};

use super::recovered;

pub(crate) fn run() {
    go::run(|| {
        let done = chan::make::<()>(0);
        let tell = done.clone();
        drop(go(move || {
            deferred(|defer| {
                defer.defer(move |_| tell.close());
                defer.defer(|_| println!("deferred first, done last"));
                defer.defer(|recovery| println!("recovered {}", recovered(recovery.recover())));
                goexit();
            });
        }));
        done.recv();

        deferred(|defer| {
            defer.defer(|recovery| println!("outer recovered {}", recovered(recovery.recover())));
            defer.defer(|recovery| {
                println!("inner recovered {}", recovered(recovery.recover()));
                panic!("second");
            });
            panic!("first");
        })
        .unwrap_or(());

        deferred(|defer| {
            defer.defer(|recovery| println!("again {}", recovered(recovery.recover())));
            defer.defer(|recovery| println!("once {}", recovered(recovery.recover())));
            panic!("only");
        })
        .unwrap_or(());
        drop(go(|| select! {}));
        println!("main returns");
    });
}
