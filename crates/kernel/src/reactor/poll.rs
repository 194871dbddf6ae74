//! The side of a reactor that its loop owns.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use super::handle::{Handle, Shared};
use super::ready::Ready;
use super::slots::{Slots, WAKE};
use crate::trace;

/// How many events one call of the system brings at most. More come at the next poll.
const EVENTS: usize = 1024;

/// Fetches events and tells those who wait. One loop owns it.
///
/// Dropping it wakes all who wait; they, and whoever comes later, get an error that says so.
pub struct Reactor {
    poll: mio::Poll,
    events: mio::Events,
    /// How many of `events` have been told. Not 0 between polls only after a waker's panic.
    told: usize,
    /// Of the event being told. Not empty between polls only after a waker's panic.
    wakes: VecDeque<Waker>,
    handle: Handle,
}

impl Reactor {
    /// A reactor with nothing registered.
    ///
    /// # Errors
    ///
    /// When the system refuses: usually too many open files (`ulimit -n`).
    pub fn new() -> io::Result<Reactor> {
        let poll = mio::Poll::new()?;
        let waker = mio::Waker::new(poll.registry(), WAKE)?;
        let registry = poll.registry().try_clone()?;
        let shared = Shared { slots: Slots::new(), registry, waker };
        Ok(Reactor {
            poll,
            events: mio::Events::with_capacity(EVENTS),
            told: 0,
            wakes: VecDeque::new(),
            handle: Handle(Arc::new(shared)),
        })
    }

    /// A handle for other threads, and for the sources of this loop.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Waits for events until `timeout` is over, `None`: for ever, and wakes who waits for them,
    /// in the order the system told them. Returns how many there were for sources registered
    /// still. A [`wake`](Handle::wake) or a signal ends the wait as well; neither counts.
    ///
    /// On Linux the wait is exact to the system's timers; elsewhere it may be rounded up to whole
    /// milliseconds.
    ///
    /// # Errors
    ///
    /// Those of the system; an interruption is none.
    ///
    /// # Panics
    ///
    /// If a waker does. The events behind it are told by the next poll.
    pub fn poll(&mut self, timeout: Option<Duration>) -> io::Result<usize> {
        self.poll_then(timeout, || ())
    }

    /// As [`poll`](Reactor::poll), and calls `before` when the wait is over and before anybody is
    /// woken: what came in during the wait by other ways can so be queued first.
    ///
    /// # Errors
    ///
    /// As for [`poll`](Reactor::poll).
    ///
    /// # Panics
    ///
    /// As for [`poll`](Reactor::poll).
    pub fn poll_then(
        &mut self,
        timeout: Option<Duration>,
        before: impl FnOnce(),
    ) -> io::Result<usize> {
        let left_over = self.told > 0 || !self.wakes.is_empty();
        if left_over {
            before();
            return Ok(self.tell());
        }
        let fetched = self.fetch(timeout);
        before();
        match fetched {
            Ok(()) => Ok(self.tell()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                self.events.clear();
                Ok(0)
            }
            Err(error) => {
                self.events.clear();
                Err(error)
            }
        }
    }

    /// epoll waits in whole milliseconds, which would make every shorter deadline late. So where
    /// `timeout` is no whole number of them, the epoll descriptor itself is waited for, with a
    /// call that takes nanoseconds; it costs one more system call before a sleep.
    #[cfg(target_os = "linux")]
    fn fetch(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        use rustix::event::{PollFd, PollFlags, Timespec};
        use std::os::fd::{AsRawFd, BorrowedFd};

        let Some(exact) = timeout.filter(|wait| wait.subsec_nanos() % 1_000_000 != 0) else {
            return self.poll.poll(&mut self.events, timeout);
        };
        let Ok(wait) = Timespec::try_from(exact) else {
            return self.poll.poll(&mut self.events, timeout);
        };
        // SAFETY: the descriptor belongs to `self.poll`, which is borrowed for as long.
        let epoll = unsafe { BorrowedFd::borrow_raw(self.poll.as_raw_fd()) };
        rustix::event::poll(&mut [PollFd::new(&epoll, PollFlags::IN)], Some(&wait))?;
        self.poll.poll(&mut self.events, Some(Duration::ZERO))
    }

    #[cfg(not(target_os = "linux"))]
    fn fetch(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.poll.poll(&mut self.events, timeout)
    }

    fn tell(&mut self) -> usize {
        let Reactor { events, told, wakes, handle, .. } = self;
        let mut live = 0;
        wake_all(wakes);
        for event in events.iter().skip(*told) {
            *told += 1;
            if event.token() == WAKE {
                continue;
            }
            // Looked up one by one: a waker may have deregistered the next.
            let Some((slot, belongs)) = handle.0.slots.named(event.token()) else { continue };
            if slot.add(belongs, Ready::from_event(event), wakes) {
                live += 1;
                trace::io_ready("I/O", Slots::index(event.token()));
                wake_all(wakes);
            }
        }
        events.clear();
        *told = 0;
        live
    }
}

/// One by one, so that a panic leaves the others in place.
pub(crate) fn wake_all(wakes: &mut VecDeque<Waker>) {
    while let Some(waker) = wakes.pop_front() {
        waker.wake();
    }
}

impl Drop for Reactor {
    fn drop(&mut self) {
        wake_all(&mut self.handle.0.slots.close());
    }
}

impl fmt::Debug for Reactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reactor").field("handle", &self.handle).finish_non_exhaustive()
    }
}
