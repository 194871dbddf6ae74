//! One source's readiness, as the one who uses the source sees it.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use mio::Token;
use mio::event::Source;

use super::handle::Handle;
use super::ready::{Direction, Ready, ReadyEvent};
use super::slot::Slot;
use super::{Interest, closed};
use crate::trace;

/// A registered source's readiness.
///
/// Any thread may ask and wait; any number of futures may wait in each direction. Dropping it
/// ends the registration as far as the reactor goes: its events are ignored. The system itself
/// goes on watching until the source is closed; use [`deregister`](Registration::deregister)
/// where the source lives on.
pub struct Registration {
    handle: Handle,
    index: u32,
    token: Token,
}

impl Registration {
    pub(super) fn new(handle: Handle, index: u32, token: Token) -> Registration {
        Registration { handle, index, token }
    }

    #[inline]
    fn slot(&self) -> &Slot {
        self.handle.0.slots.get(self.index)
    }

    /// The reactor this is registered with.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// What is known to be ready in `direction`, without waiting. No lock, no system call.
    ///
    /// # Errors
    ///
    /// When the reactor is gone.
    #[inline]
    pub fn readiness(&self, direction: Direction) -> io::Result<Option<ReadyEvent>> {
        self.slot().ready(direction).map(checked).transpose()
    }

    /// Ready once reading is worth a try. Of several callers the last one's waker counts; use
    /// [`readable`](Registration::readable) where several wait. No lock where it is ready.
    ///
    /// # Errors
    ///
    /// When the reactor is gone.
    #[inline]
    pub fn poll_read_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<ReadyEvent>> {
        self.poll_ready(Direction::Read, context)
    }

    /// Ready once writing is worth a try; otherwise as
    /// [`poll_read_ready`](Registration::poll_read_ready).
    ///
    /// # Errors
    ///
    /// When the reactor is gone.
    #[inline]
    pub fn poll_write_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<ReadyEvent>> {
        self.poll_ready(Direction::Write, context)
    }

    /// [`poll_read_ready`](Registration::poll_read_ready) or
    /// [`poll_write_ready`](Registration::poll_write_ready).
    ///
    /// # Errors
    ///
    /// When the reactor is gone.
    #[inline]
    pub fn poll_ready(
        &self,
        direction: Direction,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<ReadyEvent>> {
        let slot = self.slot();
        match slot.ready(direction).or_else(|| slot.ready_or_poller(direction, context.waker())) {
            Some(event) => Poll::Ready(checked(event)),
            None => {
                trace::waiting_here("I/O", None);
                Poll::Pending
            }
        }
    }

    /// Takes back a readiness that turned out to be used up. One that arrived since stays, and so
    /// does a closed half, which is never used up.
    pub fn clear_readiness(&self, event: ReadyEvent) {
        self.slot().clear(event);
    }

    /// Calls `operation` until it does something else than [`WouldBlock`](io::ErrorKind), waiting
    /// in between as [`poll_ready`](Registration::poll_ready) does.
    ///
    /// # Errors
    ///
    /// Those of `operation`, and when the reactor is gone.
    #[inline]
    pub fn poll_io<T>(
        &self,
        direction: Direction,
        context: &mut Context<'_>,
        mut operation: impl FnMut() -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        loop {
            let event = ready!(self.poll_ready(direction, context))?;
            match operation() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.clear_readiness(event);
                }
                done => return Poll::Ready(done),
            }
        }
    }

    /// Calls `operation` until it does something else than [`WouldBlock`](io::ErrorKind), waiting
    /// in between. If the caller is cancelled, `operation` has done nothing.
    ///
    /// # Errors
    ///
    /// Those of `operation`, and when the reactor is gone.
    pub async fn async_io<T>(
        &self,
        direction: Direction,
        mut operation: impl FnMut() -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            let event = self.ready(direction).await?;
            match operation() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.clear_readiness(event);
                }
                done => return done,
            }
        }
    }

    /// Calls `operation` once if `direction` is known to be ready.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) where it is not, without a system call; those of
    /// `operation`; and when the reactor is gone.
    pub fn try_io<T>(
        &self,
        direction: Direction,
        operation: impl FnOnce() -> io::Result<T>,
    ) -> io::Result<T> {
        let event = self.readiness(direction)?.ok_or(io::ErrorKind::WouldBlock)?;
        let done = operation();
        if done.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock) {
            self.clear_readiness(event);
        }
        done
    }

    /// Waits until reading is worth a try. Any number may wait; all are woken. Cancelling it
    /// loses nothing.
    ///
    /// # Errors
    ///
    /// When the reactor is gone.
    pub fn readable(&self) -> Readiness<'_> {
        self.ready(Direction::Read)
    }

    /// Waits until writing is worth a try; otherwise as [`readable`](Registration::readable).
    ///
    /// # Errors
    ///
    /// When the reactor is gone.
    pub fn writable(&self) -> Readiness<'_> {
        self.ready(Direction::Write)
    }

    /// [`readable`](Registration::readable) or [`writable`](Registration::writable).
    pub fn ready(&self, direction: Direction) -> Readiness<'_> {
        Readiness { registration: self, direction, key: None }
    }

    /// Has `listener` woken, by reference, at each event for `direction`, on the reactor's thread
    /// and in the order of the events; `None` ends that. If it is ready already `listener` is
    /// woken at once, on this thread. When the reactor is gone it is woken a last time.
    ///
    /// This is for callbacks that stay, such as asyncio's `add_reader`. Events are edges: one who
    /// leaves something unread hears of it again only when more arrives.
    pub fn set_listener(&self, direction: Direction, listener: Option<Waker>) {
        if let Some(due) = self.slot().set_listener(direction, listener) {
            due.wake();
        }
    }

    /// Changes what `source` is watched for. It must be the source this was made for. What it is
    /// ready for is told anew.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn reregister(
        &self,
        source: &mut (impl Source + ?Sized),
        interest: Interest,
    ) -> io::Result<()> {
        self.handle.0.registry.reregister(source, self.token, interest)
    }

    /// Ends the registration. See [`Handle::deregister`].
    ///
    /// # Errors
    ///
    /// Those of the system. The registration is over all the same.
    pub fn deregister(self, source: &mut (impl Source + ?Sized)) -> io::Result<()> {
        self.handle.0.registry.deregister(source)
    }

    /// For an owner that drops the registration right after.
    pub(super) fn deregister_source(&self, source: &mut (impl Source + ?Sized)) -> io::Result<()> {
        self.handle.0.registry.deregister(source)
    }
}

fn checked(event: ReadyEvent) -> io::Result<ReadyEvent> {
    if event.ready.and(Ready::LOOP_CLOSED).is_empty() { Ok(event) } else { Err(closed()) }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.handle.0.slots.release(self.index);
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("read", &self.slot().ready(Direction::Read))
            .field("write", &self.slot().ready(Direction::Write))
            .finish_non_exhaustive()
    }
}

/// Waits until a source is ready; made by [`Registration::readable`] and its kin.
///
/// Dropping it takes its waker out of the list. It may be moved to another thread at any time.
#[derive(Debug)]
#[must_use = "a future does nothing unless it is awaited"]
pub struct Readiness<'a> {
    registration: &'a Registration,
    direction: Direction,
    key: Option<u64>,
}

impl Future for Readiness<'_> {
    type Output = io::Result<ReadyEvent>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let slot = self.registration.slot();
        let direction = self.direction;
        if let Some(event) = slot.ready(direction) {
            // The event that made it ready took the waker (invariant 4 of the slot).
            self.key = None;
            return Poll::Ready(checked(event));
        }
        match slot.ready_or_wait(direction, &mut self.key, context.waker()) {
            Some(event) => Poll::Ready(checked(event)),
            None => {
                trace::waiting_here("I/O", None);
                Poll::Pending
            }
        }
    }
}

impl Drop for Readiness<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.registration.slot().forget_waiter(self.direction, key);
        }
    }
}
