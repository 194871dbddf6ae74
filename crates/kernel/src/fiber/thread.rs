//! Waiting on a thread of its own.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use crate::trace;

struct Sleeper {
    thread: Thread,
    woken: AtomicBool,
}

impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.woken.swap(true, Ordering::AcqRel) {
            self.thread.unpark();
        }
    }
}

thread_local! {
    /// One for each depth of waiting: a future may itself wait.
    static SPARE: RefCell<Option<Arc<Sleeper>>> = const { RefCell::new(None) };
}

/// Polls `future` on this thread, which sleeps while it is pending.
pub(super) fn wait<F: Future>(mut future: Pin<&mut F>) -> F::Output {
    let spare = SPARE.try_with(|spare| spare.borrow_mut().take()).ok().flatten();
    let sleeper = spare.unwrap_or_else(|| {
        Arc::new(Sleeper { thread: thread::current(), woken: AtomicBool::new(false) })
    });
    let waker = Waker::from(sleeper.clone());
    let mut context = Context::from_waker(&waker);
    let told = trace::on_thread();
    let value = loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            break value;
        }
        let _blocks = told.as_ref().map(trace::OnThread::blocks);
        while !sleeper.woken.swap(false, Ordering::AcqRel) {
            thread::park();
        }
    };
    // A late wake of it costs the next wait one poll.
    let _ = SPARE.try_with(|spare| *spare.borrow_mut() = Some(sleeper));
    value
}
