//! A place where tasks meet.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use super::condition::Condition;
use crate::{Error, Result};

/// A place where a fixed number of tasks wait until all are there. Clones are the same barrier.
///
/// The original is
/// [`asyncio.Barrier`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.Barrier).
///
/// ```
/// use fourfold::asyncio::{self, Barrier};
///
/// asyncio::run(async {
///     let barrier = Barrier::new(2)?;
///     let other = barrier.clone();
///     let first = asyncio::create_task(async move { other.wait().await });
///     let second = barrier.wait().await?;
///     assert_eq!(first.await? + second, 1); // positions 0 and 1
///     Ok(())
/// })
/// .unwrap();
/// ```
#[derive(Clone)]
pub struct Barrier(Rc<Inner>);

struct Inner {
    changed: Condition,
    parties: usize,
    state: Cell<State>,
    /// How many are inside: waiting, or on their way out.
    count: Cell<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Filling,
    Draining,
    Resetting,
    Broken,
}

/// The barrier was reset or aborted while a task waited, or had been aborted before.
///
/// The original is
/// [`asyncio.BrokenBarrierError`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.BrokenBarrierError).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokenBarrier(&'static str);

impl fmt::Display for BrokenBarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for BrokenBarrier {}

impl Barrier {
    /// A barrier for `parties` tasks.
    ///
    /// # Errors
    ///
    /// Where there are none: "parties must be > 0".
    pub fn new(parties: usize) -> Result<Barrier> {
        if parties < 1 {
            return Err(Error::msg("parties must be > 0"));
        }
        Ok(Barrier(Rc::new(Inner {
            changed: Condition::new(),
            parties,
            state: Cell::new(State::Filling),
            count: Cell::new(0),
        })))
    }

    /// Waits until all parties wait, and tells the place this task came in at, from 0.
    ///
    /// # Errors
    ///
    /// [`BrokenBarrier`]; `Cancelled` when the task is cancelled meanwhile: the others go on
    /// waiting.
    ///
    /// The original is
    /// [`Barrier.wait`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.Barrier.wait).
    pub async fn wait(&self) -> Result<usize> {
        let inner = &*self.0;
        let _held = inner.changed.acquire().await?;
        inner.block().await?;
        let place = inner.count.get();
        inner.count.set(place + 1);
        let _inside = Inside(inner);
        if place + 1 == inner.parties {
            inner.state.set(State::Draining);
            inner.changed.wake_all();
        } else {
            inner.wait_for_others().await?;
        }
        Ok(place)
    }

    /// Empties the barrier: who waits gets [`BrokenBarrier`], and a broken one is whole again.
    ///
    /// # Errors
    ///
    /// `Cancelled` when the task is cancelled meanwhile.
    ///
    /// The original is
    /// [`Barrier.reset`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.Barrier.reset).
    pub async fn reset(&self) -> Result<()> {
        let inner = &*self.0;
        let _held = inner.changed.acquire().await?;
        let occupied = inner.count.get() > 0;
        inner.state.set(if occupied { State::Resetting } else { State::Filling });
        inner.changed.wake_all();
        Ok(())
    }

    /// Breaks the barrier: who waits, and who comes later, gets [`BrokenBarrier`].
    ///
    /// # Errors
    ///
    /// `Cancelled` when the task is cancelled meanwhile.
    ///
    /// The original is
    /// [`Barrier.abort`](https://docs.python.org/3/library/asyncio-sync.html#asyncio.Barrier.abort).
    pub async fn abort(&self) -> Result<()> {
        let _held = self.0.changed.acquire().await?;
        self.0.state.set(State::Broken);
        self.0.changed.wake_all();
        Ok(())
    }

    /// How many tasks it takes.
    pub fn parties(&self) -> usize {
        self.0.parties
    }

    /// How many tasks wait; none once all were there.
    pub fn n_waiting(&self) -> usize {
        if self.0.state.get() == State::Filling { self.0.count.get() } else { 0 }
    }

    /// Whether it is broken.
    pub fn broken(&self) -> bool {
        self.0.state.get() == State::Broken
    }
}

impl Inner {
    /// Waits while the former round leaves.
    async fn block(&self) -> Result<()> {
        let open = || !matches!(self.state.get(), State::Draining | State::Resetting);
        self.changed.wait_for(open).await?;
        match self.state.get() {
            State::Broken => Err(BrokenBarrier("Barrier aborted").into()),
            _ => Ok(()),
        }
    }

    /// Waits for the rest of this round.
    async fn wait_for_others(&self) -> Result<()> {
        self.changed.wait_for(|| self.state.get() != State::Filling).await?;
        match self.state.get() {
            State::Broken | State::Resetting => {
                Err(BrokenBarrier("Abort or reset of barrier").into())
            }
            State::Filling | State::Draining => Ok(()),
        }
    }
}

/// A task that came in; it leaves when this is dropped.
struct Inside<'a>(&'a Inner);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        let inner = self.0;
        inner.count.set(inner.count.get() - 1);
        if inner.count.get() == 0 {
            if matches!(inner.state.get(), State::Resetting | State::Draining) {
                inner.state.set(State::Filling);
            }
            inner.changed.wake_all();
        }
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.0.state.get() {
            State::Filling => "filling",
            State::Draining => "draining",
            State::Resetting => "resetting",
            State::Broken => return f.write_str("<Barrier [broken]>"),
        };
        write!(f, "<Barrier [{state}, waiters:{}/{}]>", self.n_waiting(), self.parties())
    }
}
