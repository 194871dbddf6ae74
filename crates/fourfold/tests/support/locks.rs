//! What the tests of locks share.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use fourfold::go::{Builder, Deadlock};

/// The text that `f` panics with.
pub(crate) fn panic_of(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).expect_err("it should panic");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => (*payload.downcast::<&str>().unwrap()).to_owned(),
    }
}

/// Runs `f` as the main goroutine of one worker.
pub(crate) fn one_worker<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    Builder::new().workers(1).deadlock(Deadlock::Ignore).run(f)
}

/// One poll that nobody is woken by.
pub(crate) fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
