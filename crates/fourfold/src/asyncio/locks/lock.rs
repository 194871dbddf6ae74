//! One holder at a time.

use crate::asyncio::cell::WaitReason;
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::super::waiters::{Wait, Waited, Waiters};
use crate::{Error, Result};

/// A lock for tasks of one loop. Clones are the same lock.
///
/// Waiters get it in the order they came: also who asks between a release and the turn in which
/// the first waiter runs waits behind it. The lock does not know its holder; anybody may
/// [`release`](Lock::release) it.
///
/// The original is
/// [`asyncio.Lock`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.Lock).
///
/// ```
/// use fourfold::asyncio::{self, Lock};
///
/// asyncio::run(async {
///     let lock = Lock::new();
///     {
///         let _held = lock.acquire().await?;
///         assert!(lock.locked());
///     }
///     assert!(!lock.locked());
///     Ok(())
/// })
/// .unwrap();
/// ```
#[derive(Clone, Default)]
pub struct Lock(Rc<Inner>);

#[derive(Default)]
struct Inner {
    waiters: Waiters,
    locked: Cell<bool>,
    /// Which acquisition holds the lock: a guard releases its own only.
    holder: Cell<u64>,
    acquired: Cell<u64>,
}

impl Lock {
    /// A lock that is free.
    pub fn new() -> Lock {
        Lock::default()
    }

    /// Whether it is held.
    pub fn locked(&self) -> bool {
        self.0.locked.get()
    }

    /// Waits until the lock is free and takes it; dropping the guard releases it.
    ///
    /// # Errors
    ///
    /// `Cancelled` when the task is cancelled meanwhile; the lock goes to the next waiter then.
    ///
    /// The original is
    /// [`Lock.acquire`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.Lock.acquire).
    pub fn acquire(&self) -> AcquireLock<'_> {
        AcquireLock { lock: self, wait: Wait::default() }
    }

    /// Releases the lock and wakes the first waiter. What a guard holds is released when it is
    /// dropped; this is for locks whose guard was [forgotten](LockGuard::forget).
    ///
    /// # Errors
    ///
    /// Where the lock is not held: "Lock is not acquired."
    ///
    /// The original is
    /// [`Lock.release`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.Lock.release).
    pub fn release(&self) -> Result<()> {
        if !self.0.locked.replace(false) {
            return Err(Error::msg("Lock is not acquired."));
        }
        self.0.waiters.wake_head();
        Ok(())
    }

    /// Whether both are the same lock.
    pub fn same(&self, other: &Lock) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    fn take(&self) -> u64 {
        let holder = self.0.acquired.get() + 1;
        self.0.locked.set(true);
        self.0.acquired.set(holder);
        self.0.holder.set(holder);
        holder
    }

    /// Names the acquisition that holds the lock.
    pub(super) fn holder(&self) -> u64 {
        self.0.holder.get()
    }

    /// Gives the lock, which is held, to an acquisition that had released it for a while.
    pub(super) fn give_back_to(&self, holder: u64) {
        self.0.holder.set(holder);
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.locked() { "locked" } else { "unlocked" };
        match self.0.waiters.len() {
            0 => write!(f, "<Lock [{state}]>"),
            waiters => write!(f, "<Lock [{state}, waiters:{waiters}]>"),
        }
    }
}

/// The future [`Lock::acquire`] returns.
#[must_use = "a lock is acquired when this is awaited"]
pub struct AcquireLock<'a> {
    lock: &'a Lock,
    wait: Wait,
}

impl AcquireLock<'_> {
    /// A wait ended without the lock: see to it that the first waiter gets a free one.
    fn pass_on(&self) {
        if !self.lock.locked() {
            self.lock.0.waiters.wake_head();
        }
    }
}

impl Future for AcquireLock<'_> {
    type Output = Result<LockGuard>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<LockGuard>> {
        let this = &mut *self;
        let inner = &this.lock.0;
        let free = !this.wait.has_begun() && !inner.locked.get() && inner.waiters.all_cancelled();
        if !free {
            match this.wait.poll(&inner.waiters, context, &WaitReason("lock")) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Waited::Woken) => {}
                Poll::Ready(Waited::Cancelled { error, .. }) => {
                    this.pass_on();
                    return Poll::Ready(Err(error));
                }
            }
        }
        let holder = this.lock.take();
        Poll::Ready(Ok(LockGuard { lock: this.lock.clone(), holder }))
    }
}

impl Drop for AcquireLock<'_> {
    fn drop(&mut self) {
        if self.wait.leave(&self.lock.0.waiters).is_some() {
            self.pass_on();
        }
    }
}

impl fmt::Debug for AcquireLock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcquireLock").field("lock", self.lock).finish()
    }
}

/// Holds a [`Lock`], or a [`Condition`](super::Condition)'s, until it is dropped.
///
/// A guard releases what it acquired and nothing else: if somebody called
/// [`Lock::release`] meanwhile, dropping the guard does nothing.
#[must_use = "dropping the guard releases the lock"]
pub struct LockGuard {
    lock: Lock,
    holder: u64,
}

impl LockGuard {
    /// Leaves the lock held: whoever calls [`Lock::release`] next frees it.
    pub fn forget(mut self) {
        self.holder = 0;
    }
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        if self.lock.locked() && self.lock.holder() == self.holder {
            // Looked at just now: it is held.
            let _ = self.lock.release();
        }
    }
}

impl fmt::Debug for LockGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockGuard").field("lock", &self.lock).finish()
    }
}
