//! The choice among several sends and receives: by a plain call, as a future, and without waiting.

use std::future::{Future, poll_fn};
use std::marker::PhantomPinned;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use super::cases::{Cases, Collected};
use super::selection::{Begun, Selection};
use crate::fiber;
use crate::pool::{Reason, waiting};

/// Does one of the operations that can be done at once, chosen uniformly; `None` if none can.
pub fn try_select<C: Cases>(cases: &mut C) -> Option<usize> {
    let mut collected = Collected::new();
    cases.collect(&mut collected);
    Selection::new().try_now(&mut collected)
}

/// Waits until one of the operations can be done, does it, and tells which; by a plain call.
///
/// # Panics
///
/// As [`fiber::wait`].
pub fn select<C: Cases>(cases: &mut C, reason: &'static Reason) -> usize {
    /// Leaves when it is dropped, also where the stack is unwound while it waits.
    struct Waiting<'a, 's>(Selection, &'a mut Collected<'s>);
    impl Drop for Waiting<'_, '_> {
        #[inline]
        fn drop(&mut self) {
            self.0.leave(self.1);
        }
    }
    let mut collected = Collected::new();
    cases.collect(&mut collected);
    let mut frame = Waiting(Selection::new(), &mut collected);
    let Waiting(selection, collected) = &mut frame;
    let mut leaves = None;
    // SAFETY: the selection lies in this frame and the cases are borrowed for it, until `leave` in the
    // end. Where a fiber's own waker is taken, which runs no foreign code and so may happen under the
    // locks, all is linked and `wait_pending` comes next.
    let begun = unsafe {
        selection.begin(collected, || {
            let (waker, leaving) = fiber::own_waker()?;
            leaves = Some(leaving);
            Some(waker)
        })
    };
    // SAFETY: as above.
    let mut poll =
        |context: &mut Context<'_>| unsafe { selection.poll(collected, context, reason) };
    match begun {
        Begun::Chosen(index) => {
            fiber::checkpoint();
            index
        }
        Begun::Linked => {
            waiting(reason);
            let leaving = leaves.expect("all are linked with a waker of this fiber's");
            // SAFETY: nothing has switched since.
            unsafe { fiber::wait_pending(leaving, pin!(poll_fn(&mut poll))) }
        }
        Begun::NoWaker => fiber::wait(poll_fn(&mut poll)),
    }
}

/// As [`select`](fn@select), as a future, which owns the cases and returns them.
pub fn select_async<C: Cases>(cases: C, reason: &'static Reason) -> Select<C> {
    Select { cases: Some(cases), selection: None, reason, _pinned: PhantomPinned }
}

/// Returned by [`select_async`].
///
/// # Cancellation
///
/// Dropped before it is ready it has done none of the operations.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Select<C: Cases> {
    cases: Option<C>,
    selection: Option<Selection>,
    reason: &'static Reason,
    _pinned: PhantomPinned,
}

// SAFETY: what other threads touch of it is under the channels' locks, or the ticket's; it goes to
// another thread between polls only, pinned where it is.
unsafe impl<C: Cases + Send> Send for Select<C> {}

impl<C: Cases> Future for Select<C> {
    /// Which case, and all cases.
    type Output = (usize, C);

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<(usize, C)> {
        // SAFETY: cases and selection stay where they are until nothing is linked.
        let this = unsafe { self.get_unchecked_mut() };
        let cases = this.cases.as_mut().expect("a Select is polled until it is ready");
        let mut collected = Collected::new();
        cases.collect(&mut collected);
        let selection = this.selection.get_or_insert_with(Selection::new);
        // SAFETY: pinned, and `drop` leaves.
        match unsafe { selection.poll(&mut collected, context, this.reason) } {
            Poll::Pending => Poll::Pending,
            Poll::Ready(chosen) => {
                drop(collected);
                let cases = this.cases.take().expect("taken above by reference");
                Poll::Ready((chosen, cases))
            }
        }
    }
}

impl<C: Cases> Drop for Select<C> {
    fn drop(&mut self) {
        if let (Some(cases), Some(selection)) = (&mut self.cases, &mut self.selection) {
            let mut collected = Collected::new();
            cases.collect(&mut collected);
            selection.leave(&mut collected);
        }
    }
}

impl<C: Cases> std::fmt::Debug for Select<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Select")
    }
}
