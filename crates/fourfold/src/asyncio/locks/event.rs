//! A flag that tasks wait for.

use crate::asyncio::cell::WaitReason;
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::super::waiters::{Wait, Waited, Waiters};
use crate::Result;

/// A flag that any number of tasks wait for. Clones are the same event.
///
/// The original is
/// [`asyncio.Event`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.Event).
///
/// ```
/// use fourfold::asyncio::{self, Event};
///
/// asyncio::run(async {
///     let ready = Event::new();
///     let seen = ready.clone();
///     let waiter = asyncio::create_task(async move { seen.wait().await });
///     ready.set();
///     waiter.await
/// })
/// .unwrap();
/// ```
#[derive(Clone, Default)]
pub struct Event(Rc<Inner>);

#[derive(Default)]
struct Inner {
    waiters: Waiters,
    set: Cell<bool>,
}

impl Event {
    /// An event that is not set.
    pub fn new() -> Event {
        Event::default()
    }

    /// Whether it is set.
    #[inline]
    pub fn is_set(&self) -> bool {
        self.0.set.get()
    }

    /// Sets the flag and wakes all who wait, in the order they came. They run also when the flag
    /// is cleared before their turn.
    #[inline]
    pub fn set(&self) {
        if !self.0.set.replace(true) && self.0.waiters.len() > 0 {
            self.0.waiters.wake_pending(usize::MAX);
        }
    }

    /// Clears the flag: who waits from now on waits for the next [`set`](Event::set).
    #[inline]
    pub fn clear(&self) {
        self.0.set.set(false);
    }

    /// Waits until the flag is set; does not suspend where it is.
    ///
    /// # Errors
    ///
    /// `Cancelled` when the task is cancelled meanwhile.
    ///
    /// The original is
    /// [`Event.wait`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.Event.wait).
    pub fn wait(&self) -> EventWait<'_> {
        EventWait { event: self, wait: Wait::default() }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.is_set() { "set" } else { "unset" };
        match self.0.waiters.len() {
            0 => write!(f, "<Event [{state}]>"),
            waiters => write!(f, "<Event [{state}, waiters:{waiters}]>"),
        }
    }
}

/// The future [`Event::wait`] returns.
#[must_use = "a wait begins when it is awaited"]
pub struct EventWait<'a> {
    event: &'a Event,
    wait: Wait,
}

impl Future for EventWait<'_> {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let this = &mut *self;
        if !this.wait.has_begun() && this.event.is_set() {
            return Poll::Ready(Ok(()));
        }
        this.wait.poll(&this.event.0.waiters, context, &WaitReason("event")).map(|waited| {
            match waited {
                Waited::Woken => Ok(()),
                Waited::Cancelled { error, .. } => Err(error),
            }
        })
    }
}

impl Drop for EventWait<'_> {
    fn drop(&mut self) {
        self.wait.leave(&self.event.0.waiters);
    }
}

impl fmt::Debug for EventWait<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventWait").field("event", self.event).finish()
    }
}
