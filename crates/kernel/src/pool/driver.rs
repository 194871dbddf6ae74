//! The reactor, the clock and the timers of a pool: one of each, driven by whichever worker sleeps.
//!
//! # Invariants
//!
//! 1. At most one worker drives; it is either asleep in the reactor or looking for a moment. No
//!    worker keeps the reactor while it runs a task, so a stuck one never does.
//! 2. Whoever goes to sleep at the reactor reads the next deadline and announces it under the
//!    timers' lock; whoever adds a timer compares under the same lock. So a deadline is either
//!    seen before the sleep, or wakes it.
//! 3. No waker runs under the timers' lock.
//!
//! # Rejected
//!
//! * *A wheel for each worker.* Inserting would need no shared lock, but a worker that is stuck
//!   would keep its timers from firing, and whoever sleeps would have to look into all wheels.
//! * *A thread for the reactor.* Every event would cost a switch of threads.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::task::Waker;
use std::time::Duration;

use super::Pool;
use super::shared::Shared;
use super::worker::Worker;
use crate::driver::{Driver, LocalBoxFuture, OutsideWork};
use crate::reactor::{Handle, Reactor, wake_all};
use crate::timer::{Clock, Key, Wheel};
use crate::trace::{self, Owner};

pub(crate) struct Services {
    /// The pool's.
    name: &'static str,
    clock: Clock,
    handle: Handle,
    reactor: Mutex<Drive>,
    timers: Mutex<Wheel<Waker>>,
    /// Until when the driving worker sleeps: 0 if none does, `u64::MAX` if without a limit.
    /// Changed under the timers' lock.
    sleeping_until: AtomicU64,
    /// When the reactor was looked at last, on the pool's clock.
    looked_at: AtomicU64,
}

struct Drive {
    reactor: Option<Reactor>,
    /// Those that are due, taken out of the wheel and not yet woken.
    due: VecDeque<Waker>,
}

impl Services {
    pub(super) fn new(name: &str, clock: Clock) -> io::Result<Services> {
        let reactor = Reactor::new()?;
        Ok(Services {
            // A pool is never freed.
            name: name.to_owned().leak(),
            clock,
            handle: reactor.handle(),
            reactor: Mutex::new(Drive { reactor: Some(reactor), due: VecDeque::new() }),
            timers: Mutex::new(Wheel::new()),
            sleeping_until: AtomicU64::new(0),
            looked_at: AtomicU64::new(0),
        })
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The time the reactor was looked at last; `None` while a worker sleeps there.
    pub(super) fn looked_at(&self) -> Option<u64> {
        let asleep = self.sleeping_until.load(Ordering::Acquire) != 0;
        (!asleep).then(|| self.looked_at.load(Ordering::Relaxed))
    }

    /// Ends the sleep of the worker that drives, or the next one.
    pub(super) fn wake(&self) {
        // Refused only for want of memory in the system; the sleep then ends at its deadline.
        let _ = self.handle.wake();
    }

    fn timers(&self) -> MutexGuard<'_, Wheel<Waker>> {
        self.timers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next deadline.
    pub(super) fn next_deadline(&self) -> Option<u64> {
        self.timers().next_deadline()
    }

    /// Tells who traces what is waited for.
    #[cold]
    fn count(&self, timers: usize) {
        trace::counter_of(Owner::Named(self.name), "timers", timers);
        trace::counter_of(Owner::Named(self.name), "I/O sources", self.handle.len());
    }

    /// The right to drive, if no other worker has it.
    pub(super) fn try_drive(&self) -> Option<Driving<'_>> {
        let drive = match self.reactor.try_lock() {
            Ok(drive) => drive,
            // A waker panicked. What it left is told at the next poll.
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(Driving { services: self, drive })
    }

    /// Closes the reactor: whoever waits for a source finds that its loop is gone.
    pub(super) fn close(&self) {
        let reactor = self.reactor.lock().unwrap_or_else(PoisonError::into_inner).reactor.take();
        drop(reactor);
        let timers = std::mem::take(&mut *self.timers());
        drop(timers);
    }
}

/// The right to drive.
pub(super) struct Driving<'a> {
    services: &'a Services,
    drive: MutexGuard<'a, Drive>,
}

impl Driving<'_> {
    /// Tells what is ready or due by now, without waiting.
    pub(super) fn look(&mut self, now: u64) {
        self.services.looked_at.store(now, Ordering::Relaxed);
        if !self.services.handle.is_empty() {
            self.poll(Some(Duration::ZERO), || ());
        }
        self.fire(now);
    }

    /// Waits until something is ready or due, or until it is woken; then calls `woke` and tells it.
    pub(super) fn sleep(&mut self, woke: impl FnOnce()) {
        let services = self.services;
        let timeout = {
            let mut timers = services.timers();
            // A virtual clock does not move by itself: what it waits for, if not its own timers,
            // which the caller jumps to, comes from outside.
            let deadline = timers.next_deadline().filter(|_| !services.clock.is_virtual());
            let until = deadline.unwrap_or(u64::MAX);
            services.sleeping_until.store(until.max(1), Ordering::Release);
            if trace::enabled() {
                services.count(timers.len());
            }
            deadline
        };
        let timeout =
            timeout.map(|at| Duration::from_nanos(at.saturating_sub(services.clock.now())));
        self.poll(timeout, || {
            services.sleeping_until.store(0, Ordering::Release);
            woke();
        });
        let now = services.clock.now();
        services.looked_at.store(now, Ordering::Relaxed);
        self.fire(now);
    }

    fn poll(&mut self, timeout: Option<Duration>, woke: impl FnOnce()) {
        let Some(reactor) = &mut self.drive.reactor else {
            return woke();
        };
        if let Err(error) = reactor.poll_then(timeout, woke) {
            // The selector itself is broken: nothing that waits for a socket could go on.
            panic!("the pool's reactor cannot be polled: {error}");
        }
    }

    /// One by one, so that a panic of one that is foreign leaves the others in place: who drives next
    /// goes on with them.
    fn fire(&mut self, now: u64) {
        const BATCH: usize = 64;
        let due = &mut self.drive.due;
        wake_all(due);
        loop {
            {
                let mut timers = self.services.timers();
                while due.len() < BATCH {
                    let Some((_, waker)) = timers.pop_due(now) else { break };
                    due.push_back(waker);
                }
            }
            let last = due.len() < BATCH;
            wake_all(due);
            if last {
                return;
            }
        }
    }
}

/// The pool as sockets and sleeps see it. Its owner threads are the workers.
pub(super) struct PoolDriver(pub(super) &'static Shared);

impl Driver for PoolDriver {
    fn reactor(&self) -> &Handle {
        &self.0.services.handle
    }

    fn now(&self) -> u64 {
        self.0.now()
    }

    fn has_reached(&self, deadline: u64) -> bool {
        // A virtual clock may have been moved since.
        self.0.coarse_now() >= deadline || self.0.now() >= deadline
    }

    /// It has fired, or fires soon: not worth the lock.
    fn timer_passed(&self, _: Key) {}

    /// Any thread.
    fn timer_insert(&self, deadline: u64, waker: Waker) -> Key {
        let services = &self.0.services;
        let (key, wake) = {
            let mut timers = services.timers();
            let key = timers.insert(deadline, waker);
            (key, deadline < services.sleeping_until.load(Ordering::Acquire))
        };
        if wake {
            services.wake();
        }
        key
    }

    fn timer_cancel(&self, key: Key) {
        let waker = self.0.services.timers().cancel(key);
        drop(waker);
    }

    fn spawn_local(&self, future: LocalBoxFuture) {
        let worker =
            Worker::current_of(self.0).expect("a local task is spawned on a worker of its pool");
        super::spawn::local(worker, future);
    }

    /// Any thread.
    fn outside_work(&self) -> Option<OutsideWork> {
        Some(Box::new(Pool::from_shared(self.0).outside()))
    }
}
