//! hyper's HTTP/2 wants to spawn. These are its tasks, kept and polled by the connection that
//! they belong to, so that they end with it.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

#[derive(Clone, Default)]
pub(super) struct Tasks(Arc<Mutex<Vec<Task>>>);

impl Tasks {
    fn list(&self) -> MutexGuard<'_, Vec<Task>> {
        // A list of futures is whole at any moment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Polls `main` and all tasks with it until `main` is over.
    pub(super) async fn with<F: Future>(self, main: F) -> F::Output {
        let mut main = pin!(main);
        let _last = Emptied(self.clone());
        let mut running = Vec::new();
        poll_fn(|cx| {
            if let Poll::Ready(output) = main.as_mut().poll(cx) {
                return Poll::Ready(output);
            }
            // Tasks may start tasks; all are polled once at least, so that none is without waker.
            let mut polled = 0;
            loop {
                running.append(&mut self.list());
                if polled == running.len() {
                    return Poll::Pending;
                }
                let mut index = polled;
                while index < running.len() {
                    if running[index].as_mut().poll(cx).is_ready() {
                        drop(running.swap_remove(index));
                    } else {
                        index += 1;
                    }
                }
                polled = running.len();
            }
        })
        .await
    }
}

impl<F: Future<Output = ()> + Send + 'static> hyper::rt::Executor<F> for Tasks {
    fn execute(&self, future: F) {
        self.list().push(Box::pin(future));
    }
}

/// Breaks the cycle: tasks hold the executor that holds them.
struct Emptied(Tasks);

impl Drop for Emptied {
    fn drop(&mut self) {
        let left = std::mem::take(&mut *self.0.list());
        drop(left);
    }
}
