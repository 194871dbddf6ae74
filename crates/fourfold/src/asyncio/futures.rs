//! A result that will be there later.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context as PollContext, Poll};

use fourfold_kernel::task::{self, Erased, Handle, ListenerKey};

use super::cell::{self, DoneCall, Flag, Listener, OnceDone, TaskData};
use super::context::{self, Context};
use super::handles::{Callback, In};
use super::loop_core::Core;
use super::loop_core::CoreRef;
use super::{InvalidState, Loop};
use crate::{Error, Result};

/// A result that somebody sets once and many can await.
///
/// A future belongs to the thread of its loop. Clones refer to the same future; awaiting one
/// gives a clone of the result. Awaiting is cancellable: when the awaiting task is cancelled, the
/// future is cancelled too – wrap it in [`shield`](super::shield) where it should go on.
///
/// The original is
/// [`asyncio.Future`](https://docs.python.org/3/library/asyncio-future.html#asyncio.Future).
///
/// ```
/// use fourfold::asyncio;
///
/// asyncio::run(async {
///     let future = asyncio::get_running_loop()?.create_future();
///     let setter = future.clone();
///     asyncio::create_task(async move { setter.set_result("now") });
///     assert_eq!(future.await?, "now");
///     Ok(())
/// })
/// .unwrap();
/// ```
pub struct Future<T: 'static> {
    cell: Handle<Result<T>, TaskData>,
    slot: Option<ListenerKey>,
}

/// Names a done callback, to remove it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoneCallback(Option<ListenerKey>);

/// A call that many futures of one type share; see [`Future::on_each_done`].
pub(crate) struct EachDone<T: 'static>(Rc<DoneCall>, PhantomData<fn(T)>);

impl<T: 'static> EachDone<T> {
    pub(crate) fn new(f: impl Fn(Future<T>) + 'static) -> EachDone<T> {
        let call = move |cell: Erased<TaskData>| {
            // SAFETY: only `on_each_done` registers this, with futures whose outcome is a `T`.
            f(Future::from_cell(unsafe { cell.into_handle::<Result<T>>() }));
        };
        EachDone(Rc::new(DoneCall::Each(Box::new(call))), PhantomData)
    }
}

impl<T: 'static> Future<T> {
    #[track_caller]
    pub(crate) fn new(core: &Core) -> Future<T> {
        Future::with_cancel(core, cancel_future::<T>)
    }

    #[track_caller]
    pub(crate) fn with_cancel(core: &Core, cancel: fn(&Erased<TaskData>) -> bool) -> Future<T> {
        Future::from_cell(task::promise(TaskData::new(
            CoreRef::new(core),
            Location::caller(),
            false,
            cancel,
        )))
    }

    /// A future whose cancellation goes to `on_cancel` first: `false` from it means that nothing
    /// was there to cancel.
    #[track_caller]
    pub(crate) fn cancelled_through(core: &Core, on_cancel: Rc<dyn Fn() -> bool>) -> Future<T> {
        let future = Future::with_cancel(core, cancel_through);
        future.cell.data().local().with_extra(|extra| extra.on_cancel = Some(on_cancel));
        future
    }

    pub(crate) fn from_cell(cell: Handle<Result<T>, TaskData>) -> Future<T> {
        Future { cell, slot: None }
    }

    pub(crate) fn cell(&self) -> &Handle<Result<T>, TaskData> {
        &self.cell
    }

    pub(crate) fn erase(&self) -> Erased<TaskData> {
        self.cell.erase()
    }

    /// Whether it has a result, an exception, or was cancelled.
    #[inline]
    pub fn done(&self) -> bool {
        self.cell.is_done()
    }

    /// Whether it was cancelled.
    pub fn cancelled(&self) -> bool {
        matches!(self.cell.get(), Some(Err(error)) if error.is_cancelled())
            && !self.cell.data().local().has(Flag::AsException)
    }

    /// Sets the result and queues the done callbacks.
    ///
    /// # Errors
    ///
    /// [`InvalidState`] where it is done already; tasks refuse.
    pub fn set_result(&self, result: T) -> Result<()> {
        self.refuse_tasks("set_result")?;
        self.finish(Ok(result)).map_err(|_| InvalidState::already_done())
    }

    /// Sets an exception and queues the done callbacks. A future that was given a `Cancelled`
    /// this way raises it, but does not count as [`cancelled`](Future::cancelled).
    ///
    /// # Errors
    ///
    /// [`InvalidState`] where it is done already; tasks refuse.
    pub fn set_exception(&self, error: impl Into<Error>) -> Result<()> {
        self.refuse_tasks("set_exception")?;
        if self.done() {
            return Err(InvalidState::already_done());
        }
        let error = error.into();
        let local = self.cell.data().local();
        local.set_unseen(&error);
        if error.is_cancelled() {
            local.set(Flag::AsException);
        }
        let _ = self.finish(Err(error));
        Ok(())
    }

    /// A task is a future without the setters: its coroutine alone decides the outcome.
    fn refuse_tasks(&self, operation: &str) -> Result<()> {
        if self.cell.data().local().has(Flag::Task) {
            return Err(Error::msg(format!("Task does not support {operation} operation")));
        }
        Ok(())
    }

    /// Writes the outcome; gives it back where there is one.
    pub(crate) fn finish(&self, outcome: Result<T>) -> Result<(), Result<T>> {
        let local = self.cell.data().local();
        assert!(!local.has(Flag::Task), "a task finishes by itself");
        if matches!(&outcome, Err(error) if error.is_cancelled()) && !self.done() {
            local.set(Flag::EndedCancelled);
        }
        // SAFETY: not a task, so the cell has no body.
        unsafe { self.cell.finish(outcome) }
    }

    /// Cancels it and queues the done callbacks. `false`: it was done already.
    pub fn cancel(&self) -> bool {
        cell::cancel(&self.erase(), None)
    }

    /// As [`cancel`](Future::cancel), with a text that the `Cancelled` error carries.
    pub fn cancel_with(&self, message: impl Into<Arc<str>>) -> bool {
        cell::cancel(&self.erase(), Some(message.into()))
    }

    /// The exception, if it ended with one.
    ///
    /// # Errors
    ///
    /// `Cancelled` where it was cancelled, [`InvalidState`] where it is not done.
    pub fn exception(&self) -> Result<Option<Error>> {
        self.mark_seen();
        match self.cell.get() {
            None => Err(self.no_value("Exception is not set.")),
            Some(Err(error)) if self.cancelled() => Err(error.clone()),
            Some(Err(error)) => Ok(Some(error.clone())),
            Some(Ok(_)) => Ok(None),
        }
    }

    pub(crate) fn mark_seen(&self) {
        if self.done() {
            self.cell.data().local().seen();
        }
    }

    fn no_value(&self, pending: &'static str) -> Error {
        if self.cell.data().local().has(Flag::Taken) {
            InvalidState::new("the result was taken already")
        } else {
            InvalidState::new(pending)
        }
    }

    /// Calls `f` with this future, on a later turn of the loop, once it is done; on the next turn
    /// if it is done already. Callbacks are queued in the order they were added.
    ///
    /// `f` runs in a copy of the current context. A panic in it goes to the loop's exception
    /// handler.
    #[track_caller]
    pub fn add_done_callback(&self, f: impl FnOnce(&Future<T>) + 'static) -> DoneCallback {
        self.add_callback(In::Copy(context::snapshot()), f)
    }

    /// As [`add_done_callback`](Future::add_done_callback), run in `context`.
    #[track_caller]
    pub fn add_done_callback_in(
        &self,
        context: Rc<Context>,
        f: impl FnOnce(&Future<T>) + 'static,
    ) -> DoneCallback {
        self.add_callback(In::Shared(context), f)
    }

    #[track_caller]
    fn add_callback(&self, context: In, f: impl FnOnce(&Future<T>) + 'static) -> DoneCallback {
        let location = Location::caller();
        let callback = Box::new(move |cell: Erased<TaskData>| {
            // SAFETY: the cell is this future's, so its outcome is of type `T`.
            let this = Future::from_cell(unsafe { cell.restore::<Result<T>>() });
            Callback::new(move || f(&this), context, location)
        });
        DoneCallback(self.listen_with(callback))
    }

    /// Queues a call of `f` when the future is done.
    #[track_caller]
    pub(crate) fn on_done(&self, f: impl FnOnce() + 'static) -> Option<ListenerKey> {
        let location = Location::caller();
        self.listen_with(Box::new(move |_| Callback::new(f, In::Copy(None), location)))
    }

    /// Queues a call of `f` with `shared` and this future when it is done. Nothing is allocated
    /// for the call itself where `f` is a plain function.
    pub(crate) fn on_done_with<S: 'static>(
        &self,
        shared: Rc<S>,
        f: impl FnOnce(Rc<S>, Future<T>) + 'static,
    ) -> Option<ListenerKey> {
        let location = self.cell.data().local().location;
        self.listen_with(Box::new(move |cell: Erased<TaskData>| {
            // SAFETY: the cell is this future's, so its outcome is of type `T`.
            let cell = unsafe { cell.restore::<Result<T>>() };
            Callback::new(move || f(shared, Future::from_cell(cell)), In::Copy(None), location)
        }))
    }

    /// The exception a done future fails with, cancellations included; it counts as looked at.
    pub(crate) fn failure(&self) -> Option<Error> {
        self.mark_seen();
        self.cell.get().and_then(|outcome| outcome.as_ref().err().cloned())
    }

    /// Sets the result unless it is done already.
    pub(crate) fn resolve(&self, result: T) {
        // Done already: cancelled by who waits for it, or released twice. Nobody is waiting then.
        let _ = self.finish(Ok(result));
    }

    /// Queues `call` for this future when it is done.
    pub(crate) fn on_each_done(&self, call: &EachDone<T>) {
        self.listen(call.0.clone());
    }

    fn listen_with(&self, make: OnceDone) -> Option<ListenerKey> {
        self.listen(Rc::new(DoneCall::Once(Cell::new(Some(make)))))
    }

    fn listen(&self, call: Rc<DoneCall>) -> Option<ListenerKey> {
        match self.cell.listen(Listener::Call(call)) {
            Ok(key) => Some(key),
            Err(Listener::Call(call)) => {
                call.queue(self.erase());
                None
            }
            Err(Listener::Wake(_)) => unreachable!("a callback was given"),
        }
    }

    pub(crate) fn unlisten(&self, key: ListenerKey) -> bool {
        let removed = self.cell.unlisten(key);
        removed.is_some()
    }

    /// Removes a done callback; says whether it was still there.
    pub fn remove_done_callback(&self, callback: DoneCallback) -> bool {
        callback.0.is_some_and(|key| self.unlisten(key))
    }

    /// The loop this future belongs to.
    pub fn get_loop(&self) -> Loop {
        Loop::from_core(self.cell.data().core().this())
    }

    /// Whether both are the same future.
    pub fn same(&self, other: &Future<T>) -> bool {
        self.cell.same(&other.cell)
    }

    /// Moves the result out, for results that cannot be cloned. Everybody else who asks
    /// afterwards is told that it was taken.
    ///
    /// # Errors
    ///
    /// As [`result`](Future::result).
    pub fn take_result(&self) -> Result<T> {
        self.mark_seen();
        let local = self.cell.data().local();
        if local.has(Flag::Lent) {
            return Err(InvalidState::new("the result is being cloned"));
        }
        match self.cell.get() {
            None => return Err(self.no_value("Result is not set.")),
            Some(Err(error)) => return Err(error.clone()),
            Some(Ok(_)) => {}
        }
        local.set(Flag::Taken);
        // SAFETY: all readers are on this thread; they finish with the reference before they
        // return, except `result`, whose clone may run foreign code and which sets `Lent`.
        match unsafe { self.cell.take() } {
            Some(outcome) => outcome,
            None => Err(self.no_value("Result is not set.")),
        }
    }

    /// Waits until it is done, without looking at the outcome. A cancellation of the waiting task
    /// is passed to this future, as with `.await`.
    pub(crate) fn poll_wait(&mut self, context: &mut PollContext<'_>) -> Poll<Result<()>> {
        if let Some(error) = cell::take_throw() {
            self.cell.forget(&mut self.slot);
            return Poll::Ready(Err(error));
        }
        match self.cell.poll_done(context, &mut self.slot) {
            Poll::Ready(()) => Poll::Ready(Ok(())),
            Poll::Pending if self.cell.is_woken_by(context.waker()) => {
                self.cell.forget(&mut self.slot);
                self.poll_itself(context)
            }
            Poll::Pending => {
                let known = cell::with_running(|data, _| data.local().wait_on(self.cell.erase()));
                if known.is_none() {
                    cell::tell_wait(self.cell.data().local());
                }
                Poll::Pending
            }
        }
    }
}

impl<T: 'static> Future<T> {
    /// A task that awaits itself would wait for ever; it is told so a turn later.
    #[cold]
    fn poll_itself(&self, context: &mut PollContext<'_>) -> Poll<Result<()>> {
        let local = self.cell.data().local();
        if local.take(Flag::AwaitsItself) {
            let name = local.name();
            return Poll::Ready(Err(Error::msg(format!(
                "Task cannot await on itself: <Task name='{name}' created at {}>",
                local.location
            ))));
        }
        local.set(Flag::AwaitsItself);
        cell::yield_now(context.waker());
        Poll::Pending
    }
}

impl<T: Clone + 'static> Future<T> {
    /// The result.
    ///
    /// # Errors
    ///
    /// The exception it ended with, `Cancelled` where it was cancelled, [`InvalidState`] where it
    /// is not done.
    pub fn result(&self) -> Result<T> {
        self.mark_seen();
        let local = self.cell.data().local();
        match self.cell.get() {
            None => Err(self.no_value("Result is not set.")),
            Some(Err(error)) => Err(error.clone()),
            Some(Ok(value)) => {
                let outer = local.has(Flag::Lent);
                local.set(Flag::Lent);
                let _lent = Lent(local, outer);
                Ok(value.clone())
            }
        }
    }
}

/// Gives the outcome free again, also when the clone panics.
struct Lent<'a>(&'a cell::Local, bool);

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if !self.1 {
            self.0.clear(Flag::Lent);
        }
    }
}

impl<T: Clone + 'static> std::future::Future for Future<T> {
    type Output = Result<T>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut PollContext<'_>) -> Poll<Result<T>> {
        let this = self.get_mut();
        match this.poll_wait(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(cancelled)) => Poll::Ready(Err(cancelled)),
            Poll::Ready(Ok(())) => Poll::Ready(this.result()),
        }
    }
}

impl<T: 'static> Unpin for Future<T> {}

impl<T: 'static> Clone for Future<T> {
    fn clone(&self) -> Self {
        Future::from_cell(self.cell.clone())
    }
}

impl<T: 'static> Drop for Future<T> {
    #[inline]
    fn drop(&mut self) {
        self.cell.forget(&mut self.slot);
    }
}

impl<T: 'static> fmt::Debug for Future<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cell.get() {
            None if self.done() => f.write_str("<Future finished result taken>"),
            None => f.write_str("<Future pending>"),
            Some(Ok(_)) => f.write_str("<Future finished result>"),
            Some(Err(_)) if self.cancelled() => f.write_str("<Future cancelled>"),
            Some(Err(error)) => write!(f, "<Future finished exception={error:?}>"),
        }
    }
}

/// The `cancel` of a plain future: it is done, with `Cancelled`.
fn cancel_future<T: 'static>(cell: &Erased<TaskData>) -> bool {
    // SAFETY: futures of type `T` are made with this function for `T`.
    let cell = unsafe { cell.restore::<Result<T>>() };
    let local = cell.data().local();
    local.set(Flag::EndedCancelled);
    let error = local.cancelled_error();
    // SAFETY: a plain future has no body.
    unsafe { cell.finish(Err(error)) }.is_ok()
}

/// The `cancel` of a future that stands for others.
fn cancel_through(cell: &Erased<TaskData>) -> bool {
    let on_cancel = cell.data().local().peek_extra(|extra| extra.on_cancel.clone()).flatten();
    on_cancel.is_some_and(|on_cancel| on_cancel())
}
