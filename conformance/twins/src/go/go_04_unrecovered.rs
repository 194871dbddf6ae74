//! Sending on a closed channel, with nobody to recover.

use fourfold::go::{self, chan};

pub(crate) fn run() {
    go::run(|| {
        let closed = chan::make::<u32>(0);
        closed.close();
        println!("before");
        closed.send(1);
        println!("after");
    });
}
