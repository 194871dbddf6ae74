//! The threads of a pool: their start, and their end.

use std::io;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use super::remote::Remote;
use super::shared::Shared;
use super::worker::Worker;
use crate::fiber::stack::overflow;

/// How long the end of a pool waits for tasks that neither wait nor end.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long it waits for a stall to be told of.
const REPORTS: Duration = Duration::from_secs(3);

/// Starts the thread of a worker.
pub(super) fn start(shared: &'static Shared, remote: &'static Remote) -> io::Result<()> {
    {
        let mut threads = shared.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads.alive += 1;
    }
    let name = format!("{}-{}", shared.config.name, remote.index + 1);
    let main = move || {
        let _ended = Ended(shared);
        {
            let signal_stack = overflow::install_thread();
            // A thread without one is not asked: the handler would run on a fiber's stack.
            let _bound = signal_stack.as_ref().map(|_| remote.thread.bind());
            Worker::main(shared, remote);
        }
        remote.vacant.store(true, Ordering::Release);
    };
    if let Err(error) = thread::Builder::new().name(name).spawn(main) {
        drop(Ended(shared));
        return Err(error);
    }
    Ok(())
}

/// Counts the thread as gone when it is dropped.
struct Ended(&'static Shared);

impl Drop for Ended {
    fn drop(&mut self) {
        let mut threads = self.0.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads.alive -= 1;
        self.0.left.notify_all();
    }
}

/// Ends a pool: no task begins any more, those that wait are unwound where they belong, and the
/// threads end. A task that neither waits nor ends keeps its thread; it is waited for one second
/// and then left alone.
///
/// True if nothing was left alone.
pub(super) fn stop(shared: &'static Shared) -> bool {
    if !shared.begin_to_stop() {
        return true;
    }
    let begun = Instant::now();
    let mut pause = Duration::from_micros(100);
    while shared.registry().len() > 0 && begun.elapsed() < PATIENCE {
        for task in shared.registry().all() {
            // Who lends is unwound after its borrowers; see `fiber/scope.rs`.
            if !task.data().lends() {
                task.abort();
            }
        }
        let mut waited = Duration::ZERO;
        while shared.registry().len() > 0 && waited < pause {
            thread::sleep(Duration::from_micros(50));
            waited += Duration::from_micros(50);
        }
        pause = (pause * 2).min(Duration::from_millis(50));
    }
    let mut clean = shared.registry().len() == 0;
    shared.close();
    shared.sysmon.wake();
    let mut threads = shared.threads.lock().unwrap_or_else(PoisonError::into_inner);
    while threads.alive > 0 || threads.sysmon_alive {
        let left = PATIENCE.checked_sub(begun.elapsed()).filter(|_| clean || threads.alive > 0);
        let patience = left.unwrap_or(Duration::from_millis(10));
        let (guard, timeout) =
            shared.left.wait_timeout(threads, patience).unwrap_or_else(PoisonError::into_inner);
        threads = guard;
        if timeout.timed_out() {
            clean = false;
            break;
        }
    }
    drop(threads);
    shared.reports.wait(REPORTS);
    for runnable in shared.injector.close() {
        // SAFETY: nobody else has it. What has a home is never in the injector.
        unsafe { runnable.discard() };
    }
    drop(shared.jobs.close());
    if clean {
        shared.services.close();
    }
    clean
}
