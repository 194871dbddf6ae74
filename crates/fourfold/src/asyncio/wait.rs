//! Waiting for some of several tasks, without touching them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use fourfold_kernel::task::ListenerKey;

use super::cell::Flag;
use super::event_loop::Loop;
use super::futures::Future;
use super::handles::TimerHandle;
use super::tasks::{Task, running_core};
use crate::{Error, Result};

/// When [`wait`] is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ReturnWhen {
    /// When any of them is done.
    FirstCompleted,
    /// When any of them has failed; a cancelled one has not. When none fails, when all are done.
    FirstException,
    /// When all of them are done.
    #[default]
    AllCompleted,
}

/// What [`wait`] can wait for: a [`Task`] or a [`Future`].
pub trait Waitable: Clone + sealed::Sealed {
    /// The type of its result.
    type Value: 'static;

    /// It as a future.
    fn as_future(&self) -> &Future<Self::Value>;
}

mod sealed {
    pub trait Sealed {}
    impl<T> Sealed for super::Task<T> {}
    impl<T> Sealed for super::Future<T> {}
}

impl<T: 'static> Waitable for Task<T> {
    type Value = T;

    fn as_future(&self) -> &Future<T> {
        self
    }
}

impl<T: 'static> Waitable for Future<T> {
    type Value = T;

    fn as_future(&self) -> &Future<T> {
        self
    }
}

/// Waits for `tasks` until what `return_when` says has come or `limit` has passed, and gives
/// those that are done and those that are not, each in the order given and each once.
///
/// It cancels nothing, neither when the limit passes nor when the caller is cancelled, and gives
/// the failures of no task: look at those that are done.
///
/// # Errors
///
/// Where there are no tasks. `Cancelled`, when the caller is cancelled.
///
/// # Panics
///
/// When it is awaited where no loop is running on this thread.
///
/// The original is
/// [`asyncio.wait`](https://docs.python.org/3/library/asyncio-task.html#asyncio.wait).
///
/// ```
/// use std::time::Duration;
/// use fourfold::asyncio::{self, ReturnWhen};
///
/// asyncio::run(async {
///     let quick = asyncio::create_task(asyncio::sleep(Duration::ZERO));
///     let slow = asyncio::create_task(asyncio::sleep(Duration::from_secs(10)));
///     let tasks = [slow, quick.clone()];
///     let (done, pending) = asyncio::wait(tasks, ReturnWhen::FirstCompleted, None).await?;
///     assert!(done[0].same(&quick));
///     assert_eq!(pending.len(), 1);
///     Ok(())
/// })
/// .unwrap();
/// ```
pub async fn wait<W: Waitable>(
    tasks: impl IntoIterator<Item = W>,
    return_when: ReturnWhen,
    limit: impl Into<Option<Duration>>,
) -> Result<(Vec<W>, Vec<W>)> {
    let tasks = each_once(tasks);
    if tasks.is_empty() {
        return Err(Error::msg("Set of Tasks/Futures is empty."));
    }
    let core = running_core();
    let waiter = Future::new(&core);
    let state = Rc::new(Waiting {
        waiter: waiter.clone(),
        timer: RefCell::new(None),
        left: Cell::new(tasks.len()),
        return_when,
    });
    if let Some(limit) = limit.into() {
        let waiter = waiter.clone();
        let timer = Loop::from_core(core).call_later(limit, move || waiter.resolve(()));
        state.timer.replace(Some(timer));
    }
    let callbacks = tasks
        .iter()
        .map(|task| task.as_future().on_done_with(state.clone(), one_is_done))
        .collect();
    let callbacks = Callbacks { tasks: &tasks, callbacks, state };
    waiter.await?;
    drop(callbacks);
    Ok(tasks.into_iter().partition(|task| task.as_future().done()))
}

/// The futures among `tasks`, each once, in order.
fn each_once<W: Waitable>(tasks: impl IntoIterator<Item = W>) -> Vec<W> {
    let mut once: Vec<W> = Vec::new();
    for task in tasks {
        let local = task.as_future().cell().data().local();
        if !local.has(Flag::Listed) {
            local.set(Flag::Listed);
            once.push(task);
        }
    }
    for task in &once {
        task.as_future().cell().data().local().clear(Flag::Listed);
    }
    once
}

struct Waiting {
    waiter: Future<()>,
    timer: RefCell<Option<TimerHandle>>,
    left: Cell<usize>,
    return_when: ReturnWhen,
}

impl Waiting {
    fn stop_timer(&self) {
        if let Some(mut timer) = self.timer.take() {
            timer.cancel();
        }
    }
}

fn one_is_done<T: 'static>(state: Rc<Waiting>, future: Future<T>) {
    let left = state.left.get().saturating_sub(1);
    state.left.set(left);
    let over = match state.return_when {
        ReturnWhen::FirstCompleted => true,
        ReturnWhen::FirstException => {
            left == 0 || (!future.cancelled() && future.failure().is_some())
        }
        ReturnWhen::AllCompleted => left == 0,
    };
    if over {
        state.stop_timer();
        state.waiter.resolve(());
    }
}

/// Takes the callbacks back when it is dropped.
struct Callbacks<'a, W: Waitable> {
    tasks: &'a [W],
    callbacks: Vec<Option<ListenerKey>>,
    state: Rc<Waiting>,
}

impl<W: Waitable> Drop for Callbacks<'_, W> {
    fn drop(&mut self) {
        self.state.stop_timer();
        for (task, key) in self.tasks.iter().zip(&self.callbacks) {
            if let Some(key) = *key
                && !task.as_future().done()
            {
                task.as_future().unlisten(key);
            }
        }
    }
}
