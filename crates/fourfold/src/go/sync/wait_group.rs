//! Waiting for a number of goroutines.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use fourfold_kernel::fiber;
use fourfold_kernel::pool::Reason;
use fourfold_kernel::waiters::{Acquire, Queue, Waiters};

use crate::go::goroutine::{Goroutine, Spawn, Start};

static WAIT: Reason = Reason::by_tasks("sync.WaitGroup.Wait");

/// Counts goroutines that are at work; who waits does so until there is none. Clones are the same
/// group.
///
/// ```
/// use fourfold::go::sync::WaitGroup;
///
/// let group = WaitGroup::new();
/// for _ in 0..3 {
///     group.go(|| { /* work */ });
/// }
/// group.wait();
/// ```
///
/// The original: [`sync.WaitGroup`](https://pkg.go.dev/sync#WaitGroup).
#[derive(Clone)]
pub struct WaitGroup {
    shared: Arc<Queue<i64>>,
}

struct Waiting;

impl Acquire for Waiting {
    type State = i64;
    type Output = ();

    fn try_now(&mut self, count: &mut i64, _: &mut Waiters, _: bool) -> Option<()> {
        (*count == 0).then_some(())
    }

    fn granted(&mut self) {}

    fn abandon(&mut self, _: &mut i64, _: &mut Waiters, _: bool) {}
}

impl WaitGroup {
    /// Nobody is at work.
    pub fn new() -> WaitGroup {
        WaitGroup { shared: Arc::new(Queue::new(0)) }
    }

    /// Adds `delta`, which may be negative, to the count. When it comes to 0 all who wait go on.
    ///
    /// # Panics
    ///
    /// With "sync: negative WaitGroup counter", or "sync: WaitGroup misuse: Add called concurrently
    /// with Wait" where the first is added while somebody waits already.
    #[track_caller]
    pub fn add(&self, delta: i64) {
        let wrong = self.shared.with(|count, waiters| {
            let next = *count + delta;
            if next < 0 {
                return Some("sync: negative WaitGroup counter");
            }
            if !waiters.is_empty() && *count == 0 && delta > 0 {
                return Some("sync: WaitGroup misuse: Add called concurrently with Wait");
            }
            *count = next;
            if next == 0 {
                waiters.grant_all();
            }
            None
        });
        if let Some(text) = wrong {
            panic!("{text}");
        }
    }

    /// One less is at work.
    ///
    /// # Panics
    ///
    /// With "sync: negative WaitGroup counter".
    #[inline]
    #[track_caller]
    pub fn done(&self) {
        self.add(-1);
    }

    /// Waits until nobody is at work.
    ///
    /// # Panics
    ///
    /// In a future: use [`wait_async`](WaitGroup::wait_async).
    pub fn wait(&self) {
        fiber::wait(self.shared.wait(Waiting, &WAIT));
    }

    /// As [`wait`](WaitGroup::wait), awaited.
    pub async fn wait_async(&self) {
        self.shared.wait(Waiting, &WAIT).await;
    }

    /// Starts a goroutine that is counted until it ends, however it ends.
    #[track_caller]
    pub fn go<F>(&self, f: F) -> Goroutine<()>
    where
        F: FnOnce() + Send + 'static,
    {
        self.add(1);
        let counted = Counted(self.clone());
        let body = move || {
            let _counted = counted;
            f();
        };
        Start::start(
            body,
            &crate::go::run::current_or_default(),
            Spawn::new().into_options(),
            Location::caller(),
        )
    }
}

impl Default for WaitGroup {
    fn default() -> WaitGroup {
        WaitGroup::new()
    }
}

/// Counts down when it is dropped.
struct Counted(WaitGroup);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.done();
    }
}

impl fmt::Debug for WaitGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.shared.with(|count, _| *count);
        f.debug_struct("WaitGroup").field("count", &count).finish()
    }
}
