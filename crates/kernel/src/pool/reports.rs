//! Who tells of stalls: a thread of its own, which is there while there is something to tell.
//!
//! Finding the names of the first stack's frames reads the program's debug information: some tenths
//! of a second, in builds without optimisation some seconds; and a hook takes what time it likes.
//! Sysmon must go on watching meanwhile.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use super::shared::Shared;
use super::stack_trace::Trace;
use super::stall::Stall;

/// Where the hook is so slow that this many wait, further ones are left out.
const WAITING: usize = 64;

/// What is to be told.
pub(super) struct Reports {
    state: Mutex<State>,
    told: Condvar,
}

struct State {
    waiting: VecDeque<(Stall, Trace)>,
    /// The thread that tells, while there is one.
    thread: Option<ThreadId>,
}

impl Reports {
    pub(super) fn new() -> Reports {
        Reports {
            state: Mutex::new(State { waiting: VecDeque::new(), thread: None }),
            told: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the hook told of a stall, soon.
    pub(super) fn add(&self, shared: &'static Shared, stall: Stall, trace: Trace) {
        let mut state = self.lock();
        if state.waiting.len() == WAITING {
            return;
        }
        state.waiting.push_back((stall, trace));
        if state.thread.is_some() {
            return;
        }
        let name = format!("{}-stalls", shared.config.name);
        // Where the system has no thread to spare the next stall tries again.
        let started = thread::Builder::new().name(name).spawn(move || tell(shared));
        state.thread = started.ok().map(|handle| handle.thread().id());
    }

    /// Waits until all is told, but not longer than `limit`, and not in the hook itself.
    pub(super) fn wait(&self, limit: Duration) {
        let this = thread::current().id();
        let busy = |state: &mut State| state.thread.is_some_and(|thread| thread != this);
        drop(self.told.wait_timeout_while(self.lock(), limit, busy));
    }
}

fn tell(shared: &'static Shared) {
    /// Says that the thread is gone, also where the hook panics.
    struct Ended(&'static Reports);
    impl Drop for Ended {
        fn drop(&mut self) {
            self.0.lock().thread = None;
            self.0.told.notify_all();
        }
    }
    let reports = &shared.reports;
    let mut ended = Some(Ended(reports));
    let Some(on_stall) = &shared.config.on_stall else { return };
    loop {
        let next = {
            let mut state = reports.lock();
            let next = state.waiting.pop_front();
            if next.is_none() {
                // Under the same lock: who adds one after this starts another thread.
                state.thread = None;
                reports.told.notify_all();
                std::mem::forget(ended.take());
            }
            next
        };
        let Some((mut stall, trace)) = next else { return };
        stall.stack = trace.names();
        on_stall(&stall);
    }
}
