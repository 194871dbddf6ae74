//! Promises and signals as other threads and other dialects see them.

use std::fmt;
use std::future::IntoFuture;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::abort::{AbortController, AbortListener, AbortSignal};
use super::async_fn::async_fn;
use super::inbox::{Inbox, Sender};
use super::promise::{Promise, Resolve};
use crate::interop::{Later, RemoteTask, Settle, Source, Target, remote_task};
use crate::{Error, Result};

/// Sends to an inbox, and closes it with the last clone.
struct Line<M: Send + 'static>(Sender<Option<M>>);

impl<M: Send + 'static> Line<M> {
    /// `refs`: whether the loop goes on while there is one.
    #[track_caller]
    fn open(refs: bool, on_message: impl Fn(M) + 'static) -> Arc<Line<M>> {
        let inbox = Inbox::new(move |message: Option<M>, inbox: &Inbox<Option<M>>| match message {
            Some(message) => on_message(message),
            None => inbox.close(|| ()),
        });
        if !refs {
            inbox.unref();
        }
        Arc::new(Line(inbox.sender()))
    }

    fn send(&self, message: M) -> bool {
        self.0.send(Some(message)).is_ok()
    }
}

impl<M: Send + 'static> Drop for Line<M> {
    fn drop(&mut self) {
        // A loop that has ended has nothing to close.
        drop(self.0.send(None));
    }
}

/// A way to have things done on a loop of promises, from any thread. The loop goes on while there is one.
///
/// JavaScript has none; the nearest is a
/// [`MessagePort`](https://nodejs.org/api/worker_threads.html#class-messageport), which carries messages to a
/// function that is there already, as [`Inbox`] does.
///
/// ```
/// use fourfold::go;
/// use fourfold::js::{self, Remote};
///
/// js::run(async {
///     let remote = Remote::current();
///     // A goroutine waits for a promise by a plain call.
///     let goroutine = go::go(move || {
///         let promise = remote.async_fn(|_signal| async {
///             js::set_timeout_promise(1).await?;
///             Ok(42)
///         })?;
///         go::wait(promise)
///     });
///     assert_eq!(goroutine.await??, 42);
///     Ok(())
/// })
/// # ?; Ok::<(), fourfold::Error>(())
/// ```
#[derive(Clone)]
pub struct Remote(Arc<Line<Call>>);

type Call = Box<dyn FnOnce() + Send>;

impl Remote {
    /// Of the loop that runs on this thread.
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    #[track_caller]
    pub fn current() -> Remote {
        Remote(Line::open(true, |call: Call| call()))
    }

    /// Calls an async function on the loop, in its poll phase: `f` is called there, so what it makes need
    /// not be `Send`. Asking what this returns to stop aborts the signal that `f` is given.
    ///
    /// # Errors
    ///
    /// Where the loop has ended.
    pub fn async_fn<T, R, F>(
        &self,
        f: impl FnOnce(AbortSignal) -> F + Send + 'static,
    ) -> Result<RemoteTask<T>>
    where
        T: Clone + Send + 'static,
        R: Resolve<T> + 'static,
        F: IntoFuture<Output = Result<R>>,
        F::IntoFuture: 'static,
    {
        let later = Arc::new(Later::<RemoteAbort>::new());
        let (settle, remote) = remote_task(later.clone());
        let call = move || {
            let controller = AbortController::new();
            later.is(controller.remote());
            match catch_unwind(AssertUnwindSafe(|| f(controller.signal()).into_future())) {
                Ok(body) => async_fn(body).settles(settle),
                Err(panic) => settle.settle(Err(Error::from_panic(panic))),
            }
        };
        if self.0.send(Box::new(call)) { Ok(remote) } else { Err(Error::msg("the loop has ended")) }
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remote")
    }
}

impl<T: Clone + Send + 'static> Promise<T> {
    /// This promise as other threads see it: a future for every dialect. A rejection counts as handled.
    ///
    /// A promise cannot be asked to stop; to cancel what settles it, [abort](AbortController::remote) the
    /// signal that it was given.
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    pub fn remote(&self) -> RemoteTask<T> {
        let (settle, remote) = remote_task(Nobody);
        self.settles(settle);
        remote
    }

    fn settles(&self, settle: Settle<T>) {
        settle.is_known_as(self.cell().data().local().id());
        let promise = self.clone();
        // It is dropped with the loop, where that ends first.
        let _: Promise<()> = async_fn(async move {
            settle.settle(promise.await);
            Ok(())
        });
    }
}

/// Cannot be asked to stop.
struct Nobody;

impl Target for Nobody {
    fn request_cancel(&self, _: &Error) {}
}

/// Aborts a signal from any thread, in the poll phase of its loop. From [`AbortController::remote`].
///
/// The loop does not go on for it.
#[derive(Clone)]
pub struct RemoteAbort(Arc<Line<Error>>);

impl RemoteAbort {
    /// Aborts the signal, for this reason.
    pub fn abort_with(&self, reason: impl Into<Error>) {
        // A loop that has ended aborts nothing.
        self.0.send(reason.into());
    }
}

impl fmt::Debug for RemoteAbort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RemoteAbort")
    }
}

/// The signal is aborted for the reason; for that of a bare cancellation, which says nothing, as
/// [`abort`](AbortController::abort) does.
impl Target for RemoteAbort {
    fn request_cancel(&self, reason: &Error) {
        self.0.send(reason.clone());
    }
}

impl AbortController {
    /// What aborts the signal from any thread: a [`Target`] of [`link`](crate::interop::link).
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    #[track_caller]
    pub fn remote(&self) -> RemoteAbort {
        let controller = self.clone();
        RemoteAbort(Line::open(false, move |reason: Error| {
            let says_nothing =
                reason.is_cancelled() && reason.message().is_none() && !reason.is_typed();
            if says_nothing { controller.abort() } else { controller.abort_with(reason) }
        }))
    }
}

/// Keeps what [`Source::on_cancel`] registered with a signal.
#[must_use = "the function is forgotten when this is dropped"]
pub struct Listening(Option<AbortListener>);

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(listener) = self.0.take() {
            listener.remove();
        }
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listening")
    }
}

impl Source for AbortSignal {
    type Registration = Listening;

    fn on_cancel(&self, f: impl FnOnce(&Error) + Send + 'static) -> Listening {
        match self.reason() {
            Some(reason) => {
                f(&reason);
                Listening(None)
            }
            None => Listening(Some(self.add_event_listener(move |reason| f(reason)))),
        }
    }
}
