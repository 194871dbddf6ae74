//! Several tasks in the order in which they end.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use super::super::continuation::{Complete, Continuation};
use super::Task;

/// Yields tasks in the order in which they end; from [`Task::when_each`].
pub struct WhenEach<T: Send + Sync + 'static> {
    shared: Arc<Shared<T>>,
    left: usize,
}

struct Shared<T: Send + Sync + 'static>(Mutex<State<T>>);

struct State<T: Send + Sync + 'static> {
    ended: VecDeque<Task<T>>,
    waker: Option<Waker>,
}

impl<T: Send + Sync + 'static> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ended(&self, task: Task<T>) {
        let waker = {
            let mut state = self.lock();
            state.ended.push_back(task);
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

struct Followed<T: Send + Sync + 'static> {
    shared: Arc<Shared<T>>,
    task: Task<T>,
}

impl<T: Send + Sync + 'static> Complete for Followed<T> {
    fn complete(self: Arc<Self>) {
        self.shared.ended(self.task.clone());
    }

    /// It wakes, and what is woken is queued.
    fn runs_others(&self) -> bool {
        false
    }
}

impl<T: Send + Sync + 'static> WhenEach<T> {
    /// The next that ends; `None` after the last.
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Task<T>> {
        if self.left == 0 {
            return None;
        }
        let shared = &self.shared;
        let task = poll_fn(|context| {
            let mut state = shared.lock();
            if let Some(task) = state.ended.pop_front() {
                return Poll::Ready(task);
            }
            state.waker = Some(context.waker().clone());
            Poll::Pending
        });
        let task = task.await;
        self.left -= 1;
        Some(task)
    }
}

impl<T: Send + Sync + 'static> fmt::Debug for WhenEach<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WhenEach").field("left", &self.left).finish()
    }
}

impl Task<()> {
    /// Yields them in the order in which they end, however they end.
    ///
    /// ```
    /// use fourfold::csharp::{self, Task, TaskCompletionSource};
    ///
    /// csharp::run(async {
    ///     let late = TaskCompletionSource::new();
    ///     let mut each = Task::when_each([late.task(), Task::from_result(1)]);
    ///     assert_eq!(each.next().await.unwrap().await?, 1);
    ///     late.set_result(2)?;
    ///     assert_eq!(each.next().await.unwrap().await?, 2);
    ///     assert!(each.next().await.is_none());
    ///     Ok(())
    /// })?;
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    ///
    /// The original: [`WhenEach`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.task.wheneach), of .NET 9.
    pub fn when_each<T: Send + Sync + 'static>(
        tasks: impl IntoIterator<Item = Task<T>>,
    ) -> WhenEach<T> {
        let tasks: Vec<_> = tasks.into_iter().collect();
        let state = State { ended: VecDeque::with_capacity(tasks.len()), waker: None };
        let shared = Arc::new(Shared(Mutex::new(state)));
        let left = tasks.len();
        for task in tasks {
            let followed = Arc::new(Followed { shared: shared.clone(), task: task.clone() });
            task.follow(Continuation::Complete(followed));
        }
        WhenEach { shared, left }
    }
}
