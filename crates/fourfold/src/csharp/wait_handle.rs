//! Something that a thread can block on.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What is set some time.
pub(crate) trait Signal: Send + Sync {
    /// Blocks until it is set or `limit` has passed. Whether it is set.
    fn wait(&self, limit: Option<Duration>) -> bool;
}

/// Blocks a thread until something is set: a token that is [cancelled](super::CancellationToken::wait_handle),
/// a semaphore that has [permits](super::SemaphoreSlim::available_wait_handle). Waiting changes nothing.
///
/// The original: [`WaitHandle`](https://learn.microsoft.com/dotnet/api/system.threading.waithandle).
#[derive(Clone)]
pub struct WaitHandle(Arc<dyn Signal>);

impl WaitHandle {
    pub(crate) fn new(signal: Arc<dyn Signal>) -> WaitHandle {
        WaitHandle(signal)
    }

    /// One that is never set.
    pub(crate) fn never() -> WaitHandle {
        WaitHandle(Arc::new(Never))
    }

    /// Blocks until it is set. On a worker of the pool this holds one thread, which the pool makes up for.
    pub fn wait_one(&self) {
        self.0.wait(None);
    }

    /// As [`wait_one`](WaitHandle::wait_one), no longer than this by the machine's clock. Whether it is
    /// set.
    pub fn wait_one_for(&self, limit: Duration) -> bool {
        self.0.wait(Some(limit))
    }
}

impl fmt::Debug for WaitHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitHandle").field("is_set", &self.0.wait(Some(Duration::ZERO))).finish()
    }
}

/// What is never set.
struct Never;

impl Signal for Never {
    fn wait(&self, limit: Option<Duration>) -> bool {
        let Some(limit) = limit else {
            loop {
                std::thread::park();
            }
        };
        std::thread::sleep(limit);
        false
    }
}
