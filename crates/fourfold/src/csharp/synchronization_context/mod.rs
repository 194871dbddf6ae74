//! Where the rest of an asynchronous method is to run.
//!
//! An await that goes pending notes the context that is current; when what it awaits is done the rest of
//! the method is posted there. So code that began on a thread with a queue, as that of a user interface
//! is, goes on on that thread.
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | the trait, and which context is current |
//! | `pump.rs` | [`Pump`], a context of one thread |
//! | `sync_over_async.rs` | the deadlock of who blocks such a thread on what must run on it |

mod pump;
mod sync_over_async;

use std::fmt;
use std::sync::Arc;

use fourfold_kernel::task::Runnable;

use super::ambient;
use super::cell::Node;
pub use pump::Pump;
pub use sync_over_async::SyncOverAsyncException;
pub(super) use sync_over_async::{Waits, posting, resumed};

/// A place where callbacks are run: a thread with a queue, most often.
///
/// ```
/// use fourfold::csharp::{Pump, Task};
///
/// let thread = std::thread::current().id();
/// let same = Pump::new().run(async move {
///     Task::run(|| Ok(())).await?;
///     Ok(std::thread::current().id() == thread)
/// })?;
/// assert!(same, "an await goes on on the thread of its context");
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// The original: [`SynchronizationContext`](https://learn.microsoft.com/dotnet/api/system.threading.synchronizationcontext).
pub trait SynchronizationContext: Send + Sync + 'static {
    /// Has `callback` called soon, and does not wait for it. A callback that is dropped instead cancels
    /// the method it would go on with.
    fn post(&self, callback: SendOrPostCallback);

    /// Calls `callback` and waits until that has ended. Unless it is overridden, here.
    fn send(&self, callback: SendOrPostCallback) {
        callback.call();
    }

    /// Whether all callbacks are called on one thread, which calls none while it is blocked. Then who
    /// blocks that thread on a task that could only go on there is told so, by a
    /// [`SyncOverAsyncException`], instead of waiting for ever. Unless it is overridden, no.
    fn runs_on_one_thread(&self) -> bool {
        false
    }

    /// An operation that belongs to this context began: an asynchronous method without a task.
    fn operation_started(&self) {}

    /// It has ended.
    fn operation_completed(&self) {}
}

/// The context that is current on this thread.
///
/// The original: `SynchronizationContext.Current`.
pub fn current_synchronization_context() -> Option<Arc<dyn SynchronizationContext>> {
    ambient::context()
}

/// Makes `context` the current one of this thread, for good. Returns the former one.
///
/// The original: `SynchronizationContext.SetSynchronizationContext`.
pub fn set_synchronization_context(
    context: Option<Arc<dyn SynchronizationContext>>,
) -> Option<Arc<dyn SynchronizationContext>> {
    ambient::replace_context(context)
}

/// What a [`SynchronizationContext`] is given to call.
#[must_use = "a callback that is dropped cancels what it would go on with"]
pub struct SendOrPostCallback(Callback);

enum Callback {
    Function(Box<dyn FnOnce() + Send>),
    Step(Step),
}

/// The next step of a body; dropping it discards the body.
struct Step(Option<Runnable<Node>>);

impl Drop for Step {
    fn drop(&mut self) {
        if let Some(runnable) = self.0.take() {
            // SAFETY: the scheduler is shared.
            unsafe { runnable.discard() };
        }
    }
}

impl SendOrPostCallback {
    /// One that calls a function.
    pub fn new(function: impl FnOnce() + Send + 'static) -> SendOrPostCallback {
        SendOrPostCallback(Callback::Function(Box::new(function)))
    }

    pub(super) fn step(runnable: Runnable<Node>) -> SendOrPostCallback {
        SendOrPostCallback(Callback::Step(Step(Some(runnable))))
    }

    /// Calls it.
    pub fn call(self) {
        match self.0 {
            Callback::Function(function) => function(),
            Callback::Step(mut step) => {
                if let Some(runnable) = step.0.take() {
                    // SAFETY: the scheduler is shared.
                    unsafe { runnable.run() };
                }
            }
        }
    }
}

impl fmt::Debug for SendOrPostCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendOrPostCallback")
    }
}
