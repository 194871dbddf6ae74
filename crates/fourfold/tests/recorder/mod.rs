//! What the tests of the asyncio dialect share: a log, and a loop on virtual time.

#![allow(dead_code)]

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use fourfold::Result;
use fourfold::asyncio::{Loop, Sleep, Task, sleep};

/// What happened, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    pub(crate) fn add(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }

    /// All of it, and starts anew.
    pub(crate) fn take(&self) -> String {
        self.0.take().join(", ")
    }

    pub(crate) fn take_sorted(&self) -> String {
        let mut lines = self.0.take();
        lines.sort();
        lines.join(", ")
    }
}

/// Runs `main` on virtual time; a failure fails the test.
pub(crate) fn run<T: 'static>(main: impl Future<Output = Result<T>> + 'static) -> T {
    Loop::with_virtual_time().unwrap().run_until_complete(main).unwrap()
}

/// `sleep(0)`.
pub(crate) fn step() -> Sleep {
    sleep(Duration::ZERO)
}

pub(crate) fn seconds(seconds: f64) -> Sleep {
    sleep(Duration::from_secs_f64(seconds))
}

/// Waits until all are done, whatever comes of them.
pub(crate) async fn finish<T: Clone + 'static>(tasks: &[Task<T>]) {
    for task in tasks {
        let _ = task.clone().await;
    }
}

/// Polls a future once, in the running task.
pub(crate) async fn poll_once<F: Future>(future: &mut Pin<Box<F>>) -> Option<F::Output> {
    poll_fn(|context| {
        Poll::Ready(match future.as_mut().poll(context) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}
