//! A number of permits that goroutines share, as in Go's package `golang.org/x/sync/semaphore`.

use std::fmt;
use std::future::Future;
use std::task::Poll;

use fourfold_kernel::fiber;
use fourfold_kernel::pool::Reason;
use fourfold_kernel::waiters::{Acquire, Queue, Waiters};

use super::context::{self, Context};
use crate::Result;

static ACQUIRE: Reason = Reason::by_tasks("semacquire");

/// Permits, which are taken several at a time. First come, first served: one that wants many is not
/// overtaken by those that want few.
///
/// ```
/// use fourfold::go::{context, semaphore::Weighted};
///
/// let permits = Weighted::new(3);
/// permits.acquire(&context::background(), 2)?;
/// assert!(!permits.try_acquire(2));
/// permits.release(2);
/// assert!(permits.try_acquire(3));
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// The original: [`semaphore.Weighted`](https://pkg.go.dev/golang.org/x/sync/semaphore#Weighted).
pub struct Weighted {
    size: u64,
    queue: Queue<u64>,
}

/// A wait for permits; the state of the queue is how many are held.
struct Acquiring {
    size: u64,
    wanted: u64,
}

impl Acquire for Acquiring {
    type State = u64;
    type Output = ();

    fn try_now(&mut self, held: &mut u64, waiters: &mut Waiters, _: bool) -> Option<()> {
        let fits = self.size - *held >= self.wanted && waiters.is_empty();
        if fits {
            *held += self.wanted;
        }
        fits.then_some(())
    }

    fn granted(&mut self) {}

    fn abandon(&mut self, held: &mut u64, waiters: &mut Waiters, _: bool) {
        *held -= self.wanted;
        grant(self.size, held, waiters);
    }

    fn left(&mut self, held: &mut u64, waiters: &mut Waiters) {
        // Those behind it may fit where it did not.
        grant(self.size, held, waiters);
    }

    fn tag(&self) -> u64 {
        self.wanted
    }
}

/// Serves those in front, as long as they fit.
fn grant(size: u64, held: &mut u64, waiters: &mut Waiters) {
    while let Some(wanted) = waiters.first() {
        if size - *held < wanted {
            return;
        }
        *held += wanted;
        waiters.grant_first();
    }
}

impl Weighted {
    /// So many permits.
    pub const fn new(size: u64) -> Weighted {
        Weighted { size, queue: Queue::new(0) }
    }

    /// Takes `n` permits, waiting until they are there or the context is cancelled. More than there
    /// are at all is never granted: that waits for the context.
    ///
    /// # Errors
    ///
    /// The context's [`err`](Context::err), of kind cancelled or timed out. Then nothing was taken.
    ///
    /// # Panics
    ///
    /// In a future: use [`acquire_async`](Weighted::acquire_async).
    pub fn acquire(&self, context: &Context, n: u64) -> Result<()> {
        if !context.is_done() && self.try_acquire(n) {
            return Ok(());
        }
        fiber::wait(self.acquire_async(context, n))
    }

    /// As [`acquire`](Weighted::acquire), awaited.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Weighted::acquire).
    pub async fn acquire_async(&self, context: &Context, n: u64) -> Result<()> {
        let ended = || context.err().unwrap_or(context::CANCELED).into_error();
        if context.is_done() {
            return Err(ended());
        }
        if n > self.size {
            context.cancelled().await;
            return Err(ended());
        }
        let mut wait =
            std::pin::pin!(self.queue.wait(Acquiring { size: self.size, wanted: n }, &ACQUIRE));
        let mut cancelled = std::pin::pin!(context.cancelled());
        std::future::poll_fn(|polling| {
            if let Poll::Ready(()) = cancelled.as_mut().poll(polling) {
                return Poll::Ready(Err(ended()));
            }
            wait.as_mut().poll(polling).map(Ok)
        })
        .await
    }

    /// Takes `n` permits if they are there and nobody waits.
    pub fn try_acquire(&self, n: u64) -> bool {
        n <= self.size
            && self.queue.with(|held, waiters| {
                Acquiring { size: self.size, wanted: n }.try_now(held, waiters, false).is_some()
            })
    }

    /// Gives `n` permits back.
    ///
    /// # Panics
    ///
    /// With "semaphore: released more than held".
    pub fn release(&self, n: u64) {
        let released = self.queue.with(|held, waiters| {
            if n > *held {
                return false;
            }
            *held -= n;
            grant(self.size, held, waiters);
            true
        });
        assert!(released, "semaphore: released more than held");
    }
}

impl fmt::Debug for Weighted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.queue.with(|held, _| *held);
        f.debug_struct("Weighted").field("size", &self.size).field("held", &held).finish()
    }
}
