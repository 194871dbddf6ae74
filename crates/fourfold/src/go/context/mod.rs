//! Cancellation, deadlines and values that go with a piece of work, as in Go's package `context`.
//!
//! ```
//! use std::time::Duration;
//! use fourfold::go::{Builder, context, go, select};
//!
//! Builder::new().virtual_time().run(|| {
//!     let (ctx, cancel) = context::with_timeout(&context::background(), Duration::from_secs(1));
//!     let child = ctx.clone();
//!     let worker = go(move || {
//!         child.done().recv();
//!         child.err().unwrap().to_string()
//!     });
//!     assert_eq!(worker.join().unwrap(), "context deadline exceeded");
//!     cancel.call();
//! });
//! ```
//!
//! Cancelling a context cancels all that were made from it. [`done`](Context::done) is a channel
//! that is closed then, to be received from or selected on; a future waits with
//! [`cancelled`](Context::cancelled), and [`run`](Context::run) ends any future with the context.

mod after_func;
mod cause;
mod crossing;
mod node;

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

pub use after_func::{Stop, after_func};
pub use cause::{CANCELED, ContextError, DEADLINE_EXCEEDED};
pub use crossing::Registered;
use node::Node;

use super::chan::Receiver;
use super::time::{self, Time};
use crate::{Error, Result};

/// What goes with a piece of work. Clones are the same context.
///
/// The original: [`context.Context`](https://pkg.go.dev/context#Context).
#[derive(Clone)]
pub struct Context {
    /// What can be cancelled; none for [`background`].
    node: Option<Arc<Node>>,
    values: Option<Arc<Value>>,
}

struct Value {
    value: Box<dyn Any + Send + Sync>,
    parent: Option<Arc<Value>>,
}

/// The context that is never cancelled: where all others come from.
///
/// The original: [`context.Background`](https://pkg.go.dev/context#Background).
pub const fn background() -> Context {
    Context { node: None, values: None }
}

/// As [`background`], where it is not yet clear which context it should be.
///
/// The original: [`context.TODO`](https://pkg.go.dev/context#TODO).
pub const fn todo() -> Context {
    background()
}

/// Cancels a context. Dropping it cancels nothing.
#[derive(Clone)]
#[must_use = "a context that is never cancelled stays with its parent"]
pub struct CancelFunc {
    node: Arc<Node>,
}

impl CancelFunc {
    /// Cancels the context and all that were made from it. Calls after the first do nothing.
    pub fn call(&self) {
        self.node.cancel(ContextError::Canceled, None);
    }
}

impl fmt::Debug for CancelFunc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CancelFunc")
    }
}

/// Cancels a context for a reason. Dropping it cancels nothing.
#[derive(Clone)]
#[must_use = "a context that is never cancelled stays with its parent"]
pub struct CancelCauseFunc {
    node: Arc<Node>,
}

impl CancelCauseFunc {
    /// Cancels the context; [`cause`] then gives `reason`, or [`CANCELED`] for none.
    pub fn call(&self, reason: Option<Error>) {
        self.node.cancel(ContextError::Canceled, reason);
    }
}

impl fmt::Debug for CancelCauseFunc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CancelCauseFunc")
    }
}

fn child(parent: &Context) -> (Context, Arc<Node>) {
    let node = Node::under(parent.node.as_ref());
    (Context { node: Some(node.clone()), values: parent.values.clone() }, node)
}

/// A context that can be cancelled, and is when its parent is.
///
/// The original: [`context.WithCancel`](https://pkg.go.dev/context#WithCancel).
pub fn with_cancel(parent: &Context) -> (Context, CancelFunc) {
    let (context, node) = child(parent);
    (context, CancelFunc { node })
}

/// As [`with_cancel`], for a reason.
///
/// ```
/// use fourfold::Error;
/// use fourfold::go::context;
///
/// let (parent, cancel) = context::with_cancel_cause(&context::background());
/// let (child, _cancel) = context::with_cancel(&parent);
/// cancel.call(Some(Error::msg("the disk is full")));
/// assert_eq!(child.err(), Some(context::CANCELED));
/// assert_eq!(context::cause(&child).unwrap().to_string(), "the disk is full");
/// ```
///
/// The original: [`context.WithCancelCause`](https://pkg.go.dev/context#WithCancelCause).
pub fn with_cancel_cause(parent: &Context) -> (Context, CancelCauseFunc) {
    let (context, node) = child(parent);
    (context, CancelCauseFunc { node })
}

/// A context that is cancelled at `deadline`, if not before. If the parent's is earlier, that
/// counts.
///
/// The original: [`context.WithDeadline`](https://pkg.go.dev/context#WithDeadline).
pub fn with_deadline(parent: &Context, deadline: Time) -> (Context, CancelFunc) {
    with_deadline_cause(parent, deadline, None)
}

/// As [`with_deadline`]; [`cause`] then gives `reason`.
///
/// The original: [`context.WithDeadlineCause`](https://pkg.go.dev/context#WithDeadlineCause).
pub fn with_deadline_cause(
    parent: &Context,
    deadline: Time,
    reason: Option<Error>,
) -> (Context, CancelFunc) {
    let (context, node) = child(parent);
    if parent.deadline().is_none_or(|earlier| deadline < earlier) {
        node.set_deadline(deadline, reason);
    } else {
        node.inherit_deadline(parent.deadline());
    }
    (context, CancelFunc { node })
}

/// A context that is cancelled after `timeout`, if not before.
///
/// The original: [`context.WithTimeout`](https://pkg.go.dev/context#WithTimeout).
pub fn with_timeout(parent: &Context, timeout: Duration) -> (Context, CancelFunc) {
    with_deadline(parent, time::now().add(timeout))
}

/// As [`with_timeout`]; [`cause`] then gives `reason`.
///
/// ```
/// use std::time::Duration;
/// use fourfold::Error;
/// use fourfold::go::{Builder, context};
///
/// Builder::new().virtual_time().run(|| {
///     let slow = Some(Error::msg("the database is slow"));
///     let (ctx, _cancel) =
///         context::with_timeout_cause(&context::background(), Duration::from_secs(5), slow);
///     ctx.done().recv();
///     assert_eq!(ctx.err(), Some(context::DEADLINE_EXCEEDED));
///     assert_eq!(context::cause(&ctx).unwrap().to_string(), "the database is slow");
/// });
/// ```
///
/// The original: [`context.WithTimeoutCause`](https://pkg.go.dev/context#WithTimeoutCause).
pub fn with_timeout_cause(
    parent: &Context,
    timeout: Duration,
    reason: Option<Error>,
) -> (Context, CancelFunc) {
    with_deadline_cause(parent, time::now().add(timeout), reason)
}

/// A context with one more value, which is found by its type.
///
/// Go's keys are values of unexported types, so that packages do not meet; here the type of the
/// value is the key: wrap what is carried in a type of your own.
///
/// ```
/// use fourfold::go::context;
///
/// #[derive(Debug, PartialEq)]
/// struct RequestId(u64);
///
/// let ctx = context::with_value(&context::background(), RequestId(7));
/// assert_eq!(ctx.value::<RequestId>(), Some(&RequestId(7)));
/// ```
///
/// The original: [`context.WithValue`](https://pkg.go.dev/context#WithValue).
pub fn with_value<T: Any + Send + Sync>(parent: &Context, value: T) -> Context {
    let value = Value { value: Box::new(value), parent: parent.values.clone() };
    Context { node: parent.node.clone(), values: Some(Arc::new(value)) }
}

/// The same values, without the cancellation and the deadline.
///
/// ```
/// use fourfold::go::context;
///
/// let (ctx, cancel) = context::with_cancel(&context::with_value(&context::background(), 7));
/// let kept = context::without_cancel(&ctx);
/// cancel.call();
/// assert!(ctx.is_done() && !kept.is_done());
/// assert_eq!(kept.value(), Some(&7));
/// ```
///
/// The original: [`context.WithoutCancel`](https://pkg.go.dev/context#WithoutCancel).
pub fn without_cancel(parent: &Context) -> Context {
    Context { node: None, values: parent.values.clone() }
}

/// Why a context was cancelled: the reason it was given, else its [`err`](Context::err).
///
/// The original: [`context.Cause`](https://pkg.go.dev/context#Cause).
pub fn cause(context: &Context) -> Option<Error> {
    context.node.as_ref()?.cause()
}

impl Context {
    /// A channel that is closed when the context is cancelled; [nil](Receiver::nil) if it never can
    /// be.
    pub fn done(&self) -> Receiver<()> {
        self.node.as_ref().map_or_else(Receiver::nil, |node| node.done())
    }

    /// Whether it is cancelled.
    pub fn is_done(&self) -> bool {
        self.err().is_some()
    }

    /// Why it is done: [`CANCELED`] or [`DEADLINE_EXCEEDED`]; `None` if it is not.
    pub fn err(&self) -> Option<ContextError> {
        self.node.as_ref()?.err()
    }

    /// When it will be cancelled.
    pub fn deadline(&self) -> Option<Time> {
        self.node.as_ref()?.deadline()
    }

    /// The value of this type that was put in last.
    pub fn value<T: Any>(&self) -> Option<&T> {
        let mut next = self.values.as_deref();
        while let Some(known) = next {
            if let Some(value) = known.value.downcast_ref() {
                return Some(value);
            }
            next = known.parent.as_deref();
        }
        None
    }

    /// Waits until it is cancelled, awaited, in a task of any loop.
    pub async fn cancelled(&self) {
        self.done().recv_async().await;
    }

    /// Awaits `future` unless the context is cancelled first: then `future` is dropped.
    ///
    /// # Errors
    ///
    /// The context's [`cause`], of kind cancelled or timed out where nothing else was given.
    pub async fn run<F: Future>(&self, future: F) -> Result<F::Output> {
        let mut future = std::pin::pin!(future);
        let mut cancelled = std::pin::pin!(self.cancelled());
        std::future::poll_fn(|context| {
            // First, though it counts last: what a dump shows is what the future says it waits for.
            let ended = cancelled.as_mut().poll(context);
            if let std::task::Poll::Ready(value) = future.as_mut().poll(context) {
                return std::task::Poll::Ready(Ok(value));
            }
            ended.map(|()| Err(cause(self).unwrap_or_else(|| ContextError::Canceled.into_error())))
        })
        .await
    }

    fn node(&self) -> Option<&Arc<Node>> {
        self.node.as_ref()
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("err", &self.err())
            .field("deadline", &self.deadline())
            .finish_non_exhaustive()
    }
}
