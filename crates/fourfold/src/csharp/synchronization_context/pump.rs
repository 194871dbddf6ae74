//! A context of one thread: a queue, and a loop that calls what is in it.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use super::super::ambient;
use super::super::task::Task;
use super::{SendOrPostCallback, SynchronizationContext};
use crate::Result;

/// A [`SynchronizationContext`] of one thread, as user interfaces have: what is posted to it is called on
/// the thread that [runs](Pump::run) it, one after the other.
///
/// ```
/// use std::time::Duration;
/// use fourfold::csharp::{Pump, Task};
///
/// let main = std::thread::current().id();
/// Pump::new().run(async move {
///     Task::delay(Duration::from_millis(1)).await?;
///     assert_eq!(std::thread::current().id(), main);
///     let other = Task::run(|| Ok(std::thread::current().id())).await?;
///     assert_ne!(other, main);
///     assert_eq!(std::thread::current().id(), main);
///     Ok(())
/// })?;
/// # Ok::<(), fourfold::Error>(())
/// ```
#[derive(Clone)]
pub struct Pump {
    context: Arc<PumpContext>,
}

impl Pump {
    /// One with an empty queue.
    pub fn new() -> Pump {
        Pump { context: Arc::new(PumpContext { queue: Mutex::default(), changed: Condvar::new() }) }
    }

    /// The context, to post to.
    pub fn context(&self) -> Arc<dyn SynchronizationContext> {
        self.context.clone()
    }

    /// Runs an asynchronous method on this thread, and calls what is posted, until the method and all
    /// [operations](SynchronizationContext::operation_started) have ended. Returns what the method did.
    ///
    /// # Errors
    ///
    /// Those of the method.
    ///
    /// # Panics
    ///
    /// If a callback does, or if another thread, or this one further out, runs the pump already.
    #[track_caller]
    pub fn run<T, F>(&self, method: F) -> Result<T>
    where
        T: Clone + Send + Sync + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let _running = Running::new(&self.context);
        let main = Task::async_method_at(method, Location::caller());
        let context = Arc::downgrade(&self.context);
        // From wherever it ends, also inline on this very thread.
        main.when_done(move || {
            if let Some(context) = context.upgrade() {
                context.wake();
            }
        });
        while let Some(callback) = self.context.next(|| main.is_completed()) {
            callback.call();
        }
        main.into_result()
    }
}

impl Default for Pump {
    fn default() -> Pump {
        Pump::new()
    }
}

impl fmt::Debug for Pump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pump").field("queued", &self.context.lock().callbacks.len()).finish()
    }
}

#[derive(Default)]
struct Queue {
    callbacks: VecDeque<SendOrPostCallback>,
    operations: usize,
    thread: Option<ThreadId>,
}

pub(super) struct PumpContext {
    queue: Mutex<Queue>,
    changed: Condvar,
}

impl PumpContext {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        // Under the lock: whoever decides to sleep has it.
        let _queue = self.lock();
        self.changed.notify_all();
    }

    /// The next callback; waits for one until `done`.
    fn next(&self, done: impl Fn() -> bool) -> Option<SendOrPostCallback> {
        let mut queue = self.lock();
        loop {
            if let Some(callback) = queue.callbacks.pop_front() {
                return Some(callback);
            }
            if queue.operations == 0 && done() {
                return None;
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl SynchronizationContext for PumpContext {
    fn post(&self, callback: SendOrPostCallback) {
        self.lock().callbacks.push_back(callback);
        self.changed.notify_all();
    }

    fn runs_on_one_thread(&self) -> bool {
        true
    }

    fn send(&self, callback: SendOrPostCallback) {
        if self.lock().thread == Some(thread::current().id()) {
            return callback.call();
        }
        let done = Arc::new((Mutex::new(false), Condvar::new()));
        let told = done.clone();
        self.post(SendOrPostCallback::new(move || {
            struct Told(Arc<(Mutex<bool>, Condvar)>);
            impl Drop for Told {
                fn drop(&mut self) {
                    *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
                    self.0.1.notify_all();
                }
            }
            let _told = Told(told);
            callback.call();
        }));
        fourfold_kernel::pool::while_blocked(|| {
            let ended = done.0.lock().unwrap_or_else(PoisonError::into_inner);
            drop(done.1.wait_while(ended, |ended| !*ended));
        });
    }

    fn operation_started(&self) {
        self.lock().operations += 1;
    }

    fn operation_completed(&self) {
        self.lock().operations -= 1;
        self.changed.notify_all();
    }
}

/// While it lives this thread runs the pump, and its context is the current one.
struct Running<'a> {
    context: &'a Arc<PumpContext>,
    former: Option<Arc<dyn SynchronizationContext>>,
}

impl<'a> Running<'a> {
    fn new(context: &'a Arc<PumpContext>) -> Running<'a> {
        {
            let mut queue = context.lock();
            assert!(queue.thread.is_none(), "a pump is run by one thread at a time");
            queue.thread = Some(thread::current().id());
        }
        let current: Arc<dyn SynchronizationContext> = context.clone();
        let former = ambient::replace_context(Some(current));
        Running { context, former }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        ambient::replace_context(self.former.take());
        let left = {
            let mut queue = self.context.lock();
            queue.thread = None;
            std::mem::take(&mut queue.callbacks)
        };
        // Outside of the lock: it discards bodies.
        drop(left);
    }
}
