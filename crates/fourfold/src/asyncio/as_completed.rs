//! Results in the order in which they come.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::future::{Future as StdFuture, IntoFuture};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use fourfold_kernel::task::ListenerKey;

use super::cell::Flag;
use super::ensure_future::{Ensured, Read, ensure};
use super::event_loop::Loop;
use super::futures::Future;
use super::handles::TimerHandle;
use super::tasks::running_core;
use crate::{Error, Result};

/// Runs `awaitables` at once and gives them in the order in which they end.
///
/// Use [`next`](AsCompleted::next) for the futures themselves, or the plain iterator for
/// awaitables of their results. A task given twice comes once. When `limit` has passed, each of
/// those that are missing is given as a timeout; nothing is cancelled.
///
/// # Panics
///
/// Where no loop is running on this thread.
///
/// The original is
/// [`asyncio.as_completed`](https://docs.python.org/3/library/asyncio-task.html#asyncio.as_completed).
///
/// ```
/// use std::time::Duration;
/// use fourfold::asyncio;
///
/// asyncio::run(async {
///     let nap = |ms| asyncio::sleep_with(Duration::from_millis(ms), ms);
///     let mut order = Vec::new();
///     for next in asyncio::as_completed([nap(3), nap(1)], None) {
///         order.push(next.await?);
///     }
///     assert_eq!(order, [1, 3]);
///     Ok(())
/// })
/// .unwrap();
/// ```
#[track_caller]
pub fn as_completed<T, A>(
    awaitables: impl IntoIterator<Item = A>,
    limit: impl Into<Option<Duration>>,
) -> AsCompleted<T>
where
    T: 'static,
    A: IntoFuture<Output = Result<T>>,
    A::IntoFuture: 'static,
{
    let mut each = Vec::new();
    for awaitable in awaitables {
        let ensured = ensure(awaitable);
        let local = ensured.future.cell().data().local();
        if !local.has(Flag::Listed) {
            local.set(Flag::Listed);
            each.push(ensured);
        }
    }
    let state = Rc::new(State {
        todo: RefCell::new(Vec::with_capacity(each.len())),
        todo_left: Cell::new(each.len()),
        done: RefCell::default(),
        getters: RefCell::default(),
        timer: RefCell::new(None),
    });
    let left = each.len();
    for (index, ensured) in each.into_iter().enumerate() {
        let Ensured { future, read, .. } = ensured;
        future.cell().data().local().clear(Flag::Listed);
        let done = move |state: Rc<State<T>>, _| state.completed(index);
        let key = future.on_done_with(state.clone(), done);
        state.todo.borrow_mut().push(Some(Todo { future, read, key }));
    }
    if let Some(limit) = limit.into()
        && left > 0
    {
        let weak = Rc::downgrade(&state);
        let expire = move || Weak::upgrade(&weak).iter().for_each(|state| state.expired());
        let timer = Loop::from_core(running_core()).call_later(limit, expire);
        state.timer.replace(Some(timer));
    }
    AsCompleted { owner: Rc::new(Owner(state)), left }
}

/// What [`as_completed`] returns.
#[must_use = "the results come to who asks for them"]
pub struct AsCompleted<T: 'static> {
    owner: Rc<Owner<T>>,
    left: usize,
}

/// An awaitable of the result that comes next; the plain iterator of [`AsCompleted`] gives it.
#[must_use = "the result comes to who awaits it"]
pub struct NextCompleted<T: 'static> {
    owner: Rc<Owner<T>>,
    getter: Option<Future<()>>,
}

struct State<T: 'static> {
    todo: RefCell<Vec<Option<Todo<T>>>>,
    todo_left: Cell<usize>,
    /// Those that are done and were not given yet; `None` where the time was up.
    done: RefCell<VecDeque<Option<Completed<T>>>>,
    getters: RefCell<VecDeque<Future<()>>>,
    timer: RefCell<Option<TimerHandle>>,
}

struct Todo<T: 'static> {
    future: Future<T>,
    read: Read<T>,
    key: Option<ListenerKey>,
}

struct Completed<T: 'static> {
    future: Future<T>,
    read: Read<T>,
}

impl<T: 'static> State<T> {
    fn completed(&self, index: usize) {
        let todo = self.todo.borrow_mut().get_mut(index).and_then(Option::take);
        // Nothing where the time was up first.
        let Some(Todo { future, read, .. }) = todo else { return };
        self.todo_left.set(self.todo_left.get() - 1);
        self.put(Some(Completed { future, read }));
        if self.todo_left.get() == 0 {
            self.stop_timer();
        }
    }

    fn expired(&self) {
        for todo in self.todo.take().into_iter().flatten() {
            todo.forget();
            self.put(None);
        }
        self.todo_left.set(0);
    }

    fn put(&self, completed: Option<Completed<T>>) {
        self.done.borrow_mut().push_back(completed);
        self.wake_one();
    }

    fn wake_one(&self) {
        loop {
            let getter = self.getters.borrow_mut().pop_front();
            match getter {
                Some(getter) if getter.done() => {}
                Some(getter) => return getter.resolve(()),
                None => return,
            }
        }
    }

    fn stop_timer(&self) {
        if let Some(mut timer) = self.timer.take() {
            timer.cancel();
        }
    }
}

impl<T: 'static> Todo<T> {
    fn forget(self) {
        if let Some(key) = self.key
            && !self.future.done()
        {
            self.future.unlisten(key);
        }
    }
}

/// Whoever may still ask; the last of them takes the callbacks back.
struct Owner<T: 'static>(Rc<State<T>>);

impl<T: 'static> Drop for Owner<T> {
    fn drop(&mut self) {
        self.0.stop_timer();
        self.0.todo.take().into_iter().flatten().for_each(Todo::forget);
    }
}

impl<T: 'static> AsCompleted<T> {
    /// Waits for the future that ends next; `None` when all were given.
    ///
    /// # Errors
    ///
    /// Timed out, once for each that the limit has left unfinished. `Cancelled`, when the caller
    /// is cancelled; the one it waited for is skipped then, as in the original.
    #[allow(clippy::should_implement_trait)]
    pub async fn next(&mut self) -> Option<Result<Future<T>>> {
        let next = Iterator::next(self)?;
        Some(next.completed().await.map(|completed| completed.future))
    }
}

impl<T: 'static> Iterator for AsCompleted<T> {
    type Item = NextCompleted<T>;

    fn next(&mut self) -> Option<NextCompleted<T>> {
        self.left = self.left.checked_sub(1)?;
        Some(NextCompleted { owner: self.owner.clone(), getter: None })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T: 'static> ExactSizeIterator for AsCompleted<T> {}

impl<T: 'static> NextCompleted<T> {
    async fn completed(mut self) -> Result<Completed<T>> {
        std::future::poll_fn(|context| self.poll_completed(context)).await
    }

    fn poll_completed(&mut self, context: &mut Context<'_>) -> Poll<Result<Completed<T>>> {
        let state = &self.owner.0;
        loop {
            if let Some(getter) = &mut self.getter {
                match getter.poll_wait(context) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(waited) => {
                        let outcome = waited.and_then(|()| getter.result());
                        if let Err(cancelled) = outcome {
                            return Poll::Ready(Err(cancelled));
                        }
                        self.getter = None;
                    }
                }
            }
            let next = state.done.borrow_mut().pop_front();
            match next {
                Some(Some(completed)) => return Poll::Ready(Ok(completed)),
                Some(None) => return Poll::Ready(Err(Error::timed_out())),
                None => {
                    let getter = Future::new(&running_core());
                    state.getters.borrow_mut().push_back(getter.clone());
                    self.getter = Some(getter);
                }
            }
        }
    }
}

impl<T: 'static> StdFuture for NextCompleted<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        self.get_mut()
            .poll_completed(context)
            .map(|completed| completed.and_then(|completed| (completed.read)(&completed.future)))
    }
}

impl<T: 'static> Drop for NextCompleted<T> {
    fn drop(&mut self) {
        // Woken, but gone before it took what it was woken for: that is for the next one.
        let Some(getter) = self.getter.take() else { return };
        let state = &self.owner.0;
        if getter.done() && !getter.cancelled() {
            if !state.done.borrow().is_empty() {
                state.wake_one();
            }
        } else {
            getter.cancel();
            state.getters.borrow_mut().retain(|other| !other.same(&getter));
        }
    }
}

impl<T: 'static> fmt::Debug for AsCompleted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsCompleted").field("left", &self.left).finish_non_exhaustive()
    }
}

impl<T: 'static> fmt::Debug for NextCompleted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NextCompleted").finish_non_exhaustive()
    }
}
