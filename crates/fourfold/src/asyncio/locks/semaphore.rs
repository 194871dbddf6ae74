//! A number of permits.

use crate::asyncio::cell::WaitReason;
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::super::waiters::{Wait, Waited, Waiters};
use crate::{Error, Result};

/// A number of permits that tasks take and give back. Clones are the same semaphore.
///
/// A release hands its permit to the first waiter at once: nobody who comes later overtakes it,
/// and if that waiter is cancelled before it runs, the next one gets the permit.
///
/// The original is
/// [`asyncio.Semaphore`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.Semaphore).
///
/// ```
/// use fourfold::asyncio::{self, Semaphore};
///
/// asyncio::run(async {
///     let two = Semaphore::new(2);
///     let _first = two.acquire().await?;
///     let _second = two.acquire().await?;
///     assert!(two.locked());
///     Ok(())
/// })
/// .unwrap();
/// ```
#[derive(Clone)]
pub struct Semaphore(Rc<Inner>);

struct Inner {
    waiters: Waiters,
    value: Cell<usize>,
    bound: Option<usize>,
}

impl Semaphore {
    /// A semaphore with `value` permits.
    pub fn new(value: usize) -> Semaphore {
        Semaphore::with_bound(value, None)
    }

    fn with_bound(value: usize, bound: Option<usize>) -> Semaphore {
        Semaphore(Rc::new(Inner { waiters: Waiters::default(), value: Cell::new(value), bound }))
    }

    /// Whether a permit cannot be had at once: none is left, or others wait.
    pub fn locked(&self) -> bool {
        self.0.value.get() == 0 || !self.0.waiters.all_cancelled()
    }

    /// Waits for a permit; dropping it gives it back.
    ///
    /// # Errors
    ///
    /// `Cancelled` when the task is cancelled meanwhile; no permit is lost then.
    ///
    /// The original is
    /// [`Semaphore.acquire`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.Semaphore.acquire).
    pub fn acquire(&self) -> AcquireSemaphore<'_> {
        AcquireSemaphore { semaphore: self, wait: Wait::default() }
    }

    /// Adds a permit and wakes the first waiter. Permits are given back when they are dropped;
    /// this is for further ones, and for those that were [forgotten](SemaphorePermit::forget).
    ///
    /// # Errors
    ///
    /// Where it is a [`BoundedSemaphore`] that has all its permits: "BoundedSemaphore released
    /// too many times".
    ///
    /// The original is
    /// [`Semaphore.release`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.Semaphore.release).
    pub fn release(&self) -> Result<()> {
        if self.0.bound.is_some_and(|bound| self.0.value.get() >= bound) {
            return Err(Error::msg("BoundedSemaphore released too many times"));
        }
        self.add(1);
        self.wake_next();
        Ok(())
    }

    fn add(&self, permits: usize) {
        self.0.value.set(self.0.value.get() + permits);
    }

    fn take(&self) {
        self.0.value.set(self.0.value.get() - 1);
    }

    /// Gives a permit to the first waiter. `false`: nobody waits.
    fn wake_next(&self) -> bool {
        // Taken before the waker is called, which may be foreign code.
        self.take();
        let woken = self.0.waiters.wake_first_pending();
        if !woken {
            self.add(1);
        }
        woken
    }

    /// Those who came meanwhile waited behind one who was woken; now as many as can may run.
    fn wake_those_behind(&self) {
        while self.0.value.get() > 0 && self.wake_next() {}
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<Semaphore [")?;
        match self.locked() {
            true => f.write_str("locked")?,
            false => write!(f, "unlocked, value:{}", self.0.value.get())?,
        }
        match self.0.waiters.len() {
            0 => f.write_str("]>"),
            waiters => write!(f, ", waiters:{waiters}]>"),
        }
    }
}

/// A [`Semaphore`] that refuses to have more permits than it was made with.
///
/// The original is
/// [`asyncio.BoundedSemaphore`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.BoundedSemaphore).
///
/// ```
/// use fourfold::asyncio::BoundedSemaphore;
///
/// let one = BoundedSemaphore::new(1);
/// assert_eq!(one.release().unwrap_err().to_string(), "BoundedSemaphore released too many times");
/// ```
#[derive(Clone, Debug)]
pub struct BoundedSemaphore(Semaphore);

impl BoundedSemaphore {
    /// A semaphore with `value` permits, which is also the most it may have.
    pub fn new(value: usize) -> BoundedSemaphore {
        BoundedSemaphore(Semaphore::with_bound(value, Some(value)))
    }
}

impl std::ops::Deref for BoundedSemaphore {
    type Target = Semaphore;

    fn deref(&self) -> &Semaphore {
        &self.0
    }
}

/// The future [`Semaphore::acquire`] returns.
#[must_use = "a permit is acquired when this is awaited"]
pub struct AcquireSemaphore<'a> {
    semaphore: &'a Semaphore,
    wait: Wait,
}

impl Future for AcquireSemaphore<'_> {
    type Output = Result<SemaphorePermit>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<SemaphorePermit>> {
        let this = &mut *self;
        let semaphore = this.semaphore;
        if !this.wait.has_begun() && !semaphore.locked() {
            semaphore.take();
            return Poll::Ready(Ok(SemaphorePermit { semaphore: Some(semaphore.clone()) }));
        }
        match this.wait.poll(&semaphore.0.waiters, context, &WaitReason("semaphore")) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Waited::Woken) => {
                // The permit was taken for this waiter when it was woken.
                semaphore.wake_those_behind();
                Poll::Ready(Ok(SemaphorePermit { semaphore: Some(semaphore.clone()) }))
            }
            Poll::Ready(Waited::Cancelled { error, woken }) => {
                semaphore.add(usize::from(woken));
                semaphore.wake_those_behind();
                Poll::Ready(Err(error))
            }
        }
    }
}

impl Drop for AcquireSemaphore<'_> {
    fn drop(&mut self) {
        if let Some(woken) = self.wait.leave(&self.semaphore.0.waiters) {
            self.semaphore.add(usize::from(woken));
            self.semaphore.wake_those_behind();
        }
    }
}

impl fmt::Debug for AcquireSemaphore<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcquireSemaphore").field("semaphore", self.semaphore).finish()
    }
}

/// A permit of a [`Semaphore`]; it is given back when it is dropped.
#[must_use = "dropping the permit gives it back"]
pub struct SemaphorePermit {
    semaphore: Option<Semaphore>,
}

impl SemaphorePermit {
    /// Keeps the permit taken until somebody calls [`Semaphore::release`].
    pub fn forget(mut self) {
        self.semaphore = None;
    }
}

impl Drop for SemaphorePermit {
    fn drop(&mut self) {
        if let Some(semaphore) = self.semaphore.take() {
            // A bounded semaphore refuses where others released more than they had taken.
            let _ = semaphore.release();
        }
    }
}

impl fmt::Debug for SemaphorePermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SemaphorePermit").field("semaphore", &self.semaphore).finish()
    }
}
