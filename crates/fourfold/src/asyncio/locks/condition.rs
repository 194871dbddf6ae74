//! Waiting for a state that a lock protects.

use crate::asyncio::cell::WaitReason;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::super::waiters::{Wait, Waited, Waiters};
use super::lock::{AcquireLock, Lock};
use crate::{Error, Result};

/// A lock, and a list of tasks that wait for a change of what it protects. Clones are the same
/// condition.
///
/// The original is
/// [`asyncio.Condition`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.Condition).
///
/// ```
/// use std::cell::Cell;
/// use std::rc::Rc;
/// use fourfold::asyncio::{self, Condition};
///
/// asyncio::run(async {
///     let (changed, count) = (Condition::new(), Rc::new(Cell::new(0)));
///     let (its_changed, its_count) = (changed.clone(), count.clone());
///     let waiter = asyncio::create_task(async move {
///         let _held = its_changed.acquire().await?;
///         its_changed.wait_for(|| its_count.get() == 1).await
///     });
///     asyncio::sleep(std::time::Duration::ZERO).await?;
///     {
///         let _held = changed.acquire().await?;
///         count.set(1);
///         changed.notify(1)?;
///     }
///     waiter.await
/// })
/// .unwrap();
/// ```
#[derive(Clone, Default)]
pub struct Condition {
    lock: Lock,
    waiters: Rc<Waiters>,
}

impl Condition {
    /// A condition with a lock of its own.
    pub fn new() -> Condition {
        Condition::default()
    }

    /// A condition on a lock that others may share.
    pub fn with_lock(lock: &Lock) -> Condition {
        Condition { lock: lock.clone(), waiters: Rc::default() }
    }

    /// Whether the lock is held.
    pub fn locked(&self) -> bool {
        self.lock.locked()
    }

    /// As [`Lock::acquire`].
    ///
    /// # Errors
    ///
    /// As [`Lock::acquire`].
    pub fn acquire(&self) -> AcquireLock<'_> {
        self.lock.acquire()
    }

    /// As [`Lock::release`].
    ///
    /// # Errors
    ///
    /// As [`Lock::release`].
    pub fn release(&self) -> Result<()> {
        self.lock.release()
    }

    /// Releases the lock, waits until it is notified, and acquires the lock again.
    ///
    /// It may come back without the state one waits for, so look again; or use
    /// [`wait_for`](Condition::wait_for).
    ///
    /// # Errors
    ///
    /// "cannot wait on un-acquired lock"; `Cancelled` when the task is cancelled meanwhile: also
    /// then the lock is acquired first, however long it takes, and a notification this wait may
    /// have had goes to the next. Where this future is dropped instead, the guard of the lock
    /// stays without it.
    ///
    /// The original is
    /// [`Condition.wait`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.Condition.wait).
    pub async fn wait(&self) -> Result<()> {
        if !self.locked() {
            return Err(Error::msg("cannot wait on un-acquired lock"));
        }
        let holder = self.lock.holder();
        self.lock.release()?;
        // Declared before the wait, so dropped after it: an entry that is left is not notified.
        let mut pass_on = PassOn { condition: self, armed: true };
        let mut outcome = Notified { waiters: &self.waiters, wait: Wait::default() }.await;
        loop {
            match self.lock.acquire().await {
                Ok(guard) => break guard.forget(),
                Err(cancelled) => outcome = Err(cancelled),
            }
        }
        self.lock.give_back_to(holder);
        pass_on.armed = outcome.is_err();
        outcome
    }

    /// Waits until `predicate` holds; it is called with the lock held.
    ///
    /// # Errors
    ///
    /// As [`wait`](Condition::wait).
    ///
    /// The original is
    /// [`Condition.wait_for`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.Condition.wait_for).
    pub async fn wait_for(&self, mut predicate: impl FnMut() -> bool) -> Result<()> {
        while !predicate() {
            self.wait().await?;
        }
        Ok(())
    }

    /// Wakes `n` of those who wait. They go on once they have the lock again.
    ///
    /// # Errors
    ///
    /// "cannot notify on un-acquired lock".
    ///
    /// The original is
    /// [`Condition.notify`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.Condition.notify).
    pub fn notify(&self, n: usize) -> Result<()> {
        if !self.locked() {
            return Err(Error::msg("cannot notify on un-acquired lock"));
        }
        self.waiters.wake_pending(n);
        Ok(())
    }

    /// Wakes all who wait.
    ///
    /// # Errors
    ///
    /// As [`notify`](Condition::notify).
    pub fn notify_all(&self) -> Result<()> {
        self.notify(usize::MAX)
    }

    /// As [`notify_all`](Condition::notify_all), whether the lock is held or not.
    pub(super) fn wake_all(&self) {
        self.waiters.wake_pending(usize::MAX);
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.locked() { "locked" } else { "unlocked" };
        match self.waiters.len() {
            0 => write!(f, "<Condition [{state}]>"),
            waiters => write!(f, "<Condition [{state}, waiters:{waiters}]>"),
        }
    }
}

/// Notifies another waiter where one that may have been notified fails.
struct PassOn<'a> {
    condition: &'a Condition,
    armed: bool,
}

impl Drop for PassOn<'_> {
    fn drop(&mut self) {
        if self.armed {
            self.condition.waiters.wake_pending(1);
        }
    }
}

/// The wait for a notification, without the lock.
struct Notified<'a> {
    waiters: &'a Waiters,
    wait: Wait,
}

impl Future for Notified<'_> {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let this = &mut *self;
        this.wait.poll(this.waiters, context, &WaitReason("condition")).map(|waited| match waited {
            Waited::Woken => Ok(()),
            Waited::Cancelled { error, .. } => Err(error),
        })
    }
}

impl Drop for Notified<'_> {
    fn drop(&mut self) {
        self.wait.leave(self.waiters);
    }
}
