//! Reports of progress.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fourfold_kernel::pool::Pool;

use super::ambient;
use super::execution_context::Flow;
use super::synchronization_context::{SendOrPostCallback, SynchronizationContext};
use super::thread_pool;

/// Takes reports of progress: what a piece of work is given, to tell how far it has come.
///
/// The original: [`IProgress<T>`](https://learn.microsoft.com/dotnet/api/system.iprogress-1).
pub trait IProgress<T>: Send + Sync {
    /// Tells it.
    fn report(&self, value: T);
}

type Handler<T> = Arc<dyn Fn(&T) + Send + Sync>;

/// Calls handlers with what is reported, on the synchronization context that was current where it was
/// made, else on the pool; never inside of the report. Copies share their handlers.
///
/// On a context of one thread the handlers are called in the order of the reports; on the pool several
/// may be called at once.
///
/// ```
/// use fourfold::csharp::{IProgress, Progress, Pump, Task};
/// use std::sync::{Arc, Mutex};
///
/// fn work(progress: &impl IProgress<u32>) {
///     for percent in [50, 100] {
///         progress.report(percent);
///     }
/// }
///
/// let seen = Arc::new(Mutex::new(Vec::new()));
/// let shown = seen.clone();
/// Pump::new().run(async move {
///     let thread = std::thread::current().id();
///     let progress = Progress::new(move |percent| {
///         assert_eq!(std::thread::current().id(), thread);
///         shown.lock().unwrap().push(*percent);
///     });
///     Task::run(move || Ok(work(&progress))).await
/// })?;
/// assert_eq!(*seen.lock().unwrap(), [50, 100]);
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// A panic of a handler is one of what the context calls; on the pool it ends the process.
///
/// The original: [`Progress<T>`](https://learn.microsoft.com/dotnet/api/system.progress-1). Handlers stay for as
/// long as it lives.
pub struct Progress<T>(Arc<Shared<T>>);

struct Shared<T> {
    context: Option<Arc<dyn SynchronizationContext>>,
    pool: Pool,
    handlers: Mutex<Vec<Handler<T>>>,
}

impl<T> Shared<T> {
    fn handlers(&self) -> MutexGuard<'_, Vec<Handler<T>>> {
        self.handlers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Send + 'static> Progress<T> {
    /// One that calls `handler`, and then those of [`progress_changed`](Progress::progress_changed).
    pub fn new(handler: impl Fn(&T) + Send + Sync + 'static) -> Progress<T> {
        let progress = Progress::default();
        progress.progress_changed(handler);
        progress
    }

    /// Has `handler` called as well, after those that are there.
    ///
    /// The original: the event `ProgressChanged`.
    pub fn progress_changed(&self, handler: impl Fn(&T) + Send + Sync + 'static) {
        self.0.handlers().push(Arc::new(handler));
    }
}

impl<T: Send + 'static> Default for Progress<T> {
    /// One without handlers.
    fn default() -> Progress<T> {
        Progress(Arc::new(Shared {
            context: ambient::context(),
            pool: thread_pool::current(),
            handlers: Mutex::default(),
        }))
    }
}

impl<T: Send + 'static> IProgress<T> for Progress<T> {
    fn report(&self, value: T) {
        if self.0.handlers().is_empty() {
            return;
        }
        let shared = self.0.clone();
        let call = move || {
            // A copy: a handler may add another.
            let handlers = shared.handlers().clone();
            handlers.iter().for_each(|handler| handler(&value));
        };
        match &self.0.context {
            Some(context) => context.post(SendOrPostCallback::new(call)),
            None => thread_pool::queue_behind(self.0.pool, Flow::capture(), call),
        }
    }
}

impl<T> Clone for Progress<T> {
    fn clone(&self) -> Progress<T> {
        Progress(self.0.clone())
    }
}

impl<T> fmt::Debug for Progress<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress")
            .field("has_context", &self.0.context.is_some())
            .field("handlers", &self.0.handlers().len())
            .finish()
    }
}
