//! What joins the dialects: cancellations that cross from one to another, and tasks of a loop that other
//! threads wait for.
//!
//! Results need nothing of this. A [`Goroutine`](crate::go::Goroutine), a
//! [`csharp::Task`](crate::csharp::Task), a task or a promise of the same loop are futures, to be awaited in
//! every dialect, in a goroutine by [`go::wait`](crate::go::wait). What belongs to a loop's thread, an asyncio
//! task or a promise, is awaited elsewhere through a [`RemoteTask`]. Values, failures with their type, their
//! text and their cause, panics and cancellations arrive as what they were.
//!
//! # Cancelling
//!
//! Each dialect asks work to stop in its own way: asyncio cancels the task, C# and Go pass a token or a
//! context along, JavaScript an `AbortSignal`. Whatever is told of a cancellation is a [`Source`]; whatever
//! can be asked to stop is a [`Target`].
//!
//! | dialect | [`Source`] | [`Target`] |
//! |---|---|---|
//! | asyncio | the task that awaits, by [`cancels`](Cancels::cancels) | [`RemoteTask`], [`Canceller`](crate::asyncio::Canceller), [`ConcurrentFuture`](crate::asyncio::ConcurrentFuture) |
//! | C# | [`CancellationToken`](crate::csharp::CancellationToken) | [`CancellationTokenSource`](crate::csharp::CancellationTokenSource) |
//! | Go | [`Context`](crate::go::context::Context) | [`CancelFunc`](crate::go::context::CancelFunc), [`CancelCauseFunc`](crate::go::context::CancelCauseFunc) |
//! | JavaScript | [`AbortSignal`](crate::js::AbortSignal) | [`RemoteAbort`](crate::js::RemoteAbort), [`RemoteTask`] |
//!
//! [`link`] ties any source to any target. In asyncio, where the task itself is what is cancelled,
//! [`cancels`](Cancels::cancels) ties the task that awaits: cancelling it asks the target to stop and goes on
//! waiting, so that what is awaited can clean up, with awaits of its own; its end is then the end of the wait.
//!
//! ```
//! use fourfold::asyncio::{self, create_task, sleep};
//! use fourfold::go::{context, go};
//! use fourfold::interop::Cancels;
//! use std::time::Duration;
//!
//! asyncio::run(async {
//!     let (ctx, cancel) = context::with_cancel(&context::background());
//!     let waiting = create_task(async move {
//!         // A goroutine, on another thread, which ends when its context does.
//!         let goroutine = go(move || {
//!             ctx.done().recv();
//!             "cleaned up"
//!         });
//!         goroutine.cancels(cancel).await
//!     });
//!     sleep(Duration::ZERO).await?;
//!     waiting.cancel();
//!     assert_eq!(waiting.await?, "cleaned up");
//!     Ok(())
//! })
//! # ?; Ok::<(), fourfold::Error>(())
//! ```
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | sources, targets, and what ties them |
//! | `through.rs` | a wait that passes the cancellation of its task on |
//! | `remote_task.rs` | a task of a loop, as other threads see it |

mod remote_task;
mod through;

use std::fmt;
use std::sync::Arc;

use crate::Error;

pub use remote_task::RemoteTask;
pub(crate) use remote_task::{Later, Settle, remote_task};
pub(crate) use through::requested;
pub use through::{Cancels, Through};

/// Something that is told of a cancellation, and tells on.
pub trait Source {
    /// Has what was registered forgotten when it is dropped.
    type Registration;

    /// Calls `f` once, with the reason, when it is cancelled, on the thread that cancels; at once where it
    /// is cancelled already.
    fn on_cancel(&self, f: impl FnOnce(&Error) + Send + 'static) -> Self::Registration;
}

/// Something that can be asked to stop.
pub trait Target: Send + 'static {
    /// Asks it to stop, for this reason, which a dialect without reasons does not pass on. It does not wait
    /// until it has stopped. Again, or once it has ended, it does nothing.
    fn request_cancel(&self, reason: &Error);
}

impl<T: Target + Sync> Target for Arc<T> {
    fn request_cancel(&self, reason: &Error) {
        T::request_cancel(self, reason);
    }
}

/// Has `target` asked to stop when `source` is cancelled, until what this returns is dropped; at once where
/// it is cancelled already.
///
/// ```
/// use fourfold::csharp::CancellationTokenSource;
/// use fourfold::go::context;
/// use fourfold::interop::link;
///
/// let source = CancellationTokenSource::new();
/// let (ctx, cancel) = context::with_cancel_cause(&context::background());
/// let linked = link(&source.token(), cancel);
/// source.cancel()?;
/// assert!(ctx.is_done());
/// assert!(context::cause(&ctx).unwrap().is_cancelled());
/// # drop(linked); Ok::<(), fourfold::Error>(())
/// ```
#[must_use = "the link holds only until it is dropped"]
pub fn link<S: Source>(source: &S, target: impl Target) -> Link<S> {
    Link { _registration: source.on_cancel(move |reason| target.request_cancel(reason)) }
}

/// Ties a target to a source while it lives; from [`link`].
#[must_use = "the link holds only until it is dropped"]
pub struct Link<S: Source> {
    _registration: S::Registration,
}

impl<S: Source> fmt::Debug for Link<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link")
    }
}
