//! The choice among several sends and receives.
//!
//! * [`select!`](crate::go::select!) – with an arm for each, as Go's `select` statement.
//! * [`select_async!`](crate::go::select_async!) – the same in a future.
//! * [`Select`] – with as many cases as one likes, made at run time, as Go's `reflect.Select`.

mod dynamic;
mod macros;

use std::future::poll_fn;
use std::task::Poll;

use fourfold_kernel::channel::{self, Cases, Channel, RecvCase, SendCase};
use fourfold_kernel::fiber;
use fourfold_kernel::pool::{Reason, waiting};

pub use dynamic::{Select, Selected};
pub use fourfold_kernel::channel::seed;

use super::chan::{Chan, Receiver, Sender};

static SELECT: Reason = Reason::by_tasks("select");
static SELECT_NONE: Reason = Reason::by_tasks("select (no cases)");

/// What can be received from in a select: a channel, or its receiving end.
pub trait Source {
    /// What is received.
    type Item;

    #[doc(hidden)]
    fn source(&self) -> Option<&Channel<Self::Item>>;
}

/// What can be sent to in a select: a channel, or its sending end.
pub trait Sink {
    /// What is sent.
    type Item;

    #[doc(hidden)]
    fn sink(&self) -> Option<&Channel<Self::Item>>;
}

impl<T> Source for Chan<T> {
    type Item = T;
    fn source(&self) -> Option<&Channel<T>> {
        self.channel()
    }
}

impl<T> Source for Receiver<T> {
    type Item = T;
    fn source(&self) -> Option<&Channel<T>> {
        self.channel()
    }
}

impl<S: Source + ?Sized> Source for &S {
    type Item = S::Item;
    fn source(&self) -> Option<&Channel<S::Item>> {
        (**self).source()
    }
}

impl<T> Sink for Chan<T> {
    type Item = T;
    fn sink(&self) -> Option<&Channel<T>> {
        self.channel()
    }
}

impl<T> Sink for Sender<T> {
    type Item = T;
    fn sink(&self) -> Option<&Channel<T>> {
        self.channel()
    }
}

impl<S: Sink + ?Sized> Sink for &S {
    type Item = S::Item;
    fn sink(&self) -> Option<&Channel<S::Item>> {
        (**self).sink()
    }
}

// What the macros expand to.

#[doc(hidden)]
pub fn __recv<S: Source + ?Sized>(source: &S) -> RecvCase<'_, S::Item> {
    RecvCase::new(source.source())
}

#[doc(hidden)]
pub fn __send<S: Sink + ?Sized>(sink: &S, value: S::Item) -> SendCase<'_, S::Item> {
    SendCase::new(sink.sink(), value)
}

#[doc(hidden)]
#[track_caller]
pub fn __sent<T>(case: &SendCase<'_, T>) {
    if case.is_closed() {
        super::chan::send_on_closed();
    }
}

#[doc(hidden)]
pub fn __wait<C: Cases>(cases: &mut C) -> usize {
    channel::select(cases, &SELECT)
}

#[doc(hidden)]
pub fn __try<C: Cases>(cases: &mut C) -> usize {
    fiber::checkpoint();
    channel::try_select(cases).unwrap_or(usize::MAX)
}

#[doc(hidden)]
pub async fn __wait_async<C: Cases>(cases: C) -> (usize, C) {
    channel::select_async(cases, &SELECT).await
}

#[doc(hidden)]
pub async fn __try_async<C: Cases>(mut cases: C) -> (usize, C) {
    (channel::try_select(&mut cases).unwrap_or(usize::MAX), cases)
}

#[doc(hidden)]
pub fn __for_ever() -> ! {
    fiber::wait(poll_fn(|_| {
        waiting(&SELECT_NONE);
        Poll::<()>::Pending
    }));
    unreachable!("it is never ready")
}
