//! Permits.

use std::sync::Arc;

use fourfold::Result;
use fourfold::go::chan::{self, Chan};
use fourfold::go::context::{self, Context};
use fourfold::go::semaphore::Weighted;
use fourfold::go::{Builder, go, runtime};

use super::attempt;

fn nil(result: &Result<()>) -> String {
    result.as_ref().err().map_or_else(|| "<nil>".into(), ToString::to_string)
}

fn enter(permits: &Arc<Weighted>, n: u64, got: &Chan<u64>) {
    let (permits, got) = (permits.clone(), got.clone());
    drop(go(move || {
        if permits.acquire(&context::background(), n).is_ok() {
            got.send(n);
        }
    }));
    runtime::gosched();
}

fn try_to_acquire(permits: &Arc<Weighted>, ctx: Context, n: u64, outcome: &Chan<Result<()>>) {
    let (permits, outcome) = (permits.clone(), outcome.clone());
    drop(go(move || outcome.send(permits.acquire(&ctx, n))));
    runtime::gosched();
}

fn said(outcome: &Chan<Result<()>>) -> String {
    nil(&outcome.recv().unwrap_or(Ok(())))
}

pub(crate) fn run() {
    Builder::new().workers(1).run(|| {
        let background = context::background();
        let permits = Weighted::new(3);
        let (two, four, three) =
            (permits.try_acquire(2), permits.try_acquire(2), permits.try_acquire(1));
        println!("free {two} {four} {three}");
        permits.release(3);
        attempt("release", || permits.release(1));

        let permits = Arc::new(Weighted::new(3));
        println!("{}", nil(&permits.acquire(&background, 2)));
        let got = chan::make::<u64>(0);
        enter(&permits, 3, &got);
        enter(&permits, 1, &got);
        println!("one is left and nobody may have it {}", permits.try_acquire(1));
        permits.release(2);
        println!("first {}", got.recv().unwrap_or_default());
        permits.release(3);
        println!("then {}", got.recv().unwrap_or_default());
        permits.release(1);

        let (cancelled, cancel) = context::with_cancel(&background);
        cancel.call();
        let before = permits.acquire(&cancelled, 1);
        println!("cancelled before {} {}", nil(&before), permits.try_acquire(3));

        let (ctx, cancel) = context::with_cancel(&background);
        let gave_up = chan::make::<Result<()>>(0);
        try_to_acquire(&permits, ctx, 2, &gave_up);
        permits.release(1);
        enter(&permits, 1, &got);
        println!("behind it {}", permits.try_acquire(1));
        cancel.call();
        println!("gave up: {} so {}", said(&gave_up), got.recv().unwrap_or_default());
        permits.release(3);

        let (ctx, cancel) = context::with_cancel(&background);
        try_to_acquire(&permits, ctx, 4, &gave_up);
        println!("too much {} {}", permits.try_acquire(4), permits.try_acquire(3));
        cancel.call();
        println!("{}", said(&gave_up));
    });
}
