//! One direction of a connection: whether it is closed, and until when it may take.
//!
//! # Invariant
//!
//! A flag is set before the wakers are taken; a wait leaves its waker and then looks at the flags
//! once more. So it sees the flag, or is woken.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};

use fourfold_kernel::pool::{Reason, waiting};

use crate::go::time::alarm::Alarm;
use crate::go::time::{self, Time};

const CLOSED: u8 = 1;
const EXPIRED: u8 = 2;
/// So many wakers are kept; older ones are woken for nothing rather than kept for ever.
const WATCHERS: usize = 8;

static IO_WAIT: Reason = Reason::from_outside("IO wait");

#[derive(Default)]
pub(super) struct Half {
    shared: Arc<Shared>,
    alarm: OnceLock<Arc<Alarm>>,
}

#[derive(Default)]
struct Shared {
    flags: AtomicU8,
    watchers: Mutex<Vec<Waker>>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn raise(&self, flag: u8) {
        self.flags.fetch_or(flag, Ordering::AcqRel);
        let watchers = std::mem::take(&mut *self.lock());
        watchers.into_iter().for_each(Waker::wake);
    }
}

impl Half {
    /// Whether an operation may begin.
    #[inline]
    pub(super) fn check(&self) -> io::Result<()> {
        match self.shared.flags.load(Ordering::Acquire) {
            0 => Ok(()),
            flags => Err(refused(flags)),
        }
    }

    pub(super) fn close(&self) {
        if let Some(alarm) = self.alarm.get() {
            alarm.stop(|| ());
        }
        self.shared.raise(CLOSED);
    }

    /// From `deadline` on operations fail, also those that wait already; with none they never do.
    pub(super) fn set_deadline(&self, deadline: Option<Time>) {
        let alarm = self.alarm.get_or_init(|| {
            let shared = self.shared.clone();
            let expire = move |_| {
                shared.raise(EXPIRED);
                None
            };
            Alarm::new(time::driver(), Box::new(expire))
        });
        let shared = &self.shared;
        let forget = || shared.flags.fetch_and(!EXPIRED, Ordering::AcqRel);
        match deadline {
            None => {
                alarm.stop(forget);
            }
            Some(deadline) => {
                let left = time::nanoseconds(deadline.sub(time::now()));
                if left == 0 {
                    alarm.stop(|| ());
                    shared.raise(EXPIRED);
                } else {
                    alarm.set(left, forget);
                }
            }
        }
    }

    fn watch(&self, waker: &Waker) {
        let crowd = {
            let mut watchers = self.shared.lock();
            if watchers.iter().any(|known| known.will_wake(waker)) {
                return;
            }
            let crowd = if watchers.len() >= WATCHERS {
                std::mem::take(&mut *watchers)
            } else {
                Vec::new()
            };
            watchers.push(waker.clone());
            crowd
        };
        crowd.into_iter().for_each(Waker::wake);
    }
}

impl fmt::Debug for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = self.shared.flags.load(Ordering::Relaxed);
        f.debug_struct("Half")
            .field("closed", &(flags & CLOSED != 0))
            .field("expired", &(flags & EXPIRED != 0))
            .finish()
    }
}

/// Go's `net.ErrClosed`.
#[derive(Debug)]
struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("use of closed network connection")
    }
}

impl std::error::Error for Closed {}

#[cold]
fn refused(flags: u8) -> io::Error {
    if flags & CLOSED != 0 {
        io::Error::new(io::ErrorKind::NotConnected, Closed)
    } else {
        timed_out()
    }
}

pub(super) fn timed_out() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "i/o timeout")
}

/// Whether an operation failed because its connection was closed on this side: Go's
/// `errors.Is(err, net.ErrClosed)`.
pub fn is_closed(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|source| source.is::<Closed>())
}

/// Whether an operation failed because its deadline passed: Go's `os.ErrDeadlineExceeded`.
pub fn is_timeout(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::TimedOut
}

/// A wait for the network, as a dump shows it.
pub(super) struct IoWait<F>(pub(super) F);

impl<F: Future> Future for IoWait<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: the future is pinned with this one.
        let polled = unsafe { self.map_unchecked_mut(|this| &mut this.0) }.poll(context);
        if polled.is_pending() {
            waiting(&IO_WAIT);
        }
        polled
    }
}

/// An operation that fails where its half is closed or its time is over, also while it waits.
pub(super) async fn guarded<T>(
    half: &Half,
    operation: impl Future<Output = io::Result<T>>,
) -> io::Result<T> {
    let mut operation = std::pin::pin!(IoWait(operation));
    std::future::poll_fn(move |context| {
        if let Err(error) = half.check() {
            return Poll::Ready(Err(error));
        }
        if let Poll::Ready(done) = operation.as_mut().poll(context) {
            return Poll::Ready(done);
        }
        half.watch(context.waker());
        match half.check() {
            Err(error) => Poll::Ready(Err(error)),
            Ok(()) => Poll::Pending,
        }
    })
    .await
}
