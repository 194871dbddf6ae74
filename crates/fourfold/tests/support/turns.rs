//! The least that is a loop: tasks and timers of one thread, polled in turns.
#![allow(dead_code, unreachable_pub, reason = "each test file takes what it needs")]

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;

use fourfold_kernel::driver::{self, Driver, LocalBoxFuture};
use fourfold_kernel::reactor;
use fourfold_kernel::timer::{Clock, Key, Wheel};

thread_local! {
    static TASKS: RefCell<Vec<LocalBoxFuture>> = const { RefCell::new(Vec::new()) };
}

pub struct Turns {
    clock: Clock,
    wheel: Mutex<Wheel<Waker>>,
}

impl Turns {
    pub fn new(clock: Clock) -> Arc<Turns> {
        Arc::new(Turns { clock, wheel: Mutex::new(Wheel::new()) })
    }

    /// Polls `future` and all tasks until `future` is done; then drops the tasks that are left and
    /// says how many those were.
    pub fn run<F: Future>(self: &Arc<Turns>, future: F) -> (F::Output, usize) {
        let _entered = driver::enter(self.clone());
        let mut future = pin!(future);
        let mut cx = Context::from_waker(Waker::noop());
        let output = loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                break output;
            }
            let mut tasks = TASKS.take();
            tasks.retain_mut(|task| task.as_mut().poll(&mut cx).is_pending());
            TASKS.with_borrow_mut(|started| tasks.append(started));
            TASKS.set(tasks);
            let now = self.clock.now();
            while self.wheel.lock().unwrap().pop_due(now).is_some() {}
            thread::yield_now();
        };
        let left = TASKS.take();
        let count = left.len();
        drop(left);
        (output, count)
    }
}

impl Driver for Turns {
    fn reactor(&self) -> &reactor::Handle {
        unreachable!("these sockets ask for no readiness")
    }

    fn now(&self) -> u64 {
        self.clock.now()
    }

    fn timer_insert(&self, deadline: u64, waker: Waker) -> Key {
        self.wheel.lock().unwrap().insert(deadline, waker)
    }

    fn timer_cancel(&self, key: Key) {
        self.wheel.lock().unwrap().cancel(key);
    }

    fn spawn_local(&self, future: LocalBoxFuture) {
        TASKS.with_borrow_mut(|tasks| tasks.push(future));
    }
}
