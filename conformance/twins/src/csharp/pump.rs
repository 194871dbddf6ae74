//! A context of one thread, as `csharp/shared/pump.cs`, which the programs extend.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use fourfold::csharp::{SendOrPostCallback, SynchronizationContext};

use super::threading::Event;

/// What is posted runs on the thread that is in [`run`](Pump::run), in the order it was posted.
pub(crate) struct Pump {
    queue: Mutex<Queue>,
    changed: Condvar,
    owner: ThreadId,
}

#[derive(Default)]
struct Queue {
    callbacks: VecDeque<SendOrPostCallback>,
    complete: bool,
}

impl Pump {
    pub(crate) fn new() -> Pump {
        let owner = thread::current().id();
        Pump { queue: Mutex::default(), changed: Condvar::new(), owner }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets [`run`](Pump::run) return when all that is queued has run.
    pub(crate) fn complete(&self) {
        self.lock().complete = true;
        self.changed.notify_all();
    }

    pub(crate) fn run(&self) {
        loop {
            let empty = |queue: &mut Queue| queue.callbacks.is_empty() && !queue.complete;
            let queue = self.changed.wait_while(self.lock(), empty);
            let next = queue.unwrap_or_else(PoisonError::into_inner).callbacks.pop_front();
            match next {
                Some(callback) => callback.call(),
                None => return,
            }
        }
    }
}

impl SynchronizationContext for Pump {
    fn post(&self, callback: SendOrPostCallback) {
        self.lock().callbacks.push_back(callback);
        self.changed.notify_all();
    }

    fn send(&self, callback: SendOrPostCallback) {
        if thread::current().id() == self.owner {
            return callback.call();
        }
        let done = Arc::new(Event::new());
        let called = done.clone();
        self.post(SendOrPostCallback::new(move || {
            callback.call();
            called.set();
        }));
        done.wait();
    }
}
