//! A function that is called when a context is cancelled.

use std::fmt;
use std::sync::Arc;

use super::Context;
use super::node::Node;
use crate::go::run::Runtime;

/// Takes an [`after_func`] back.
#[must_use = "the function is called unless it is stopped"]
pub struct Stop {
    registered: Option<(Arc<Node>, u64)>,
}

impl Stop {
    /// Has the function not called. False if it was called, or stopped, already.
    pub fn call(&mut self) -> bool {
        self.registered.take().is_some_and(|(node, key)| node.forget(key))
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stop").field("registered", &self.registered.is_some()).finish()
    }
}

/// Calls `f` in a goroutine of its own when `context` is cancelled; at once if it is.
///
/// ```
/// use fourfold::go::{self, chan, context};
///
/// go::run(|| {
///     let (ctx, cancel) = context::with_cancel(&context::background());
///     let called = chan::make::<()>(0);
///     let tell = called.clone();
///     let mut stop = context::after_func(&ctx, move || tell.send(()));
///     cancel.call();
///     called.recv();
///     assert!(!stop.call(), "it was called");
/// });
/// ```
///
/// The original: [`context.AfterFunc`](https://pkg.go.dev/context#AfterFunc).
pub fn after_func(context: &Context, f: impl FnOnce() + Send + 'static) -> Stop {
    let runtime = Runtime::current_or_default();
    let callback = Box::new(move || drop(runtime.go(f)));
    let Some(node) = context.node() else { return Stop { registered: None } };
    match node.on_cancel(callback) {
        Ok(key) => Stop { registered: Some((node.clone(), key)) },
        Err(callback) => {
            callback();
            Stop { registered: None }
        }
    }
}
