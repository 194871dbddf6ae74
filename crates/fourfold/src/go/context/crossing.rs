//! Contexts as other dialects see them.

use std::fmt;
use std::sync::Arc;

use super::node::Node;
use super::{CancelCauseFunc, CancelFunc, Context, ContextError};
use crate::Error;
use crate::interop::{Source, Target};

/// Keeps what [`Source::on_cancel`] registered with a context.
#[must_use = "the function is forgotten when this is dropped"]
pub struct Registered(Option<(Arc<Node>, u64)>);

impl Drop for Registered {
    fn drop(&mut self) {
        if let Some((node, key)) = self.0.take() {
            node.forget(key);
        }
    }
}

impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registered")
    }
}

/// The reason is the context's [`cause`](super::cause).
impl Source for Context {
    type Registration = Registered;

    fn on_cancel(&self, f: impl FnOnce(&Error) + Send + 'static) -> Registered {
        let Some(node) = self.node() else { return Registered(None) };
        let ended = Arc::downgrade(node);
        let call = Box::new(move || {
            let cause = ended.upgrade().and_then(|node| node.cause());
            f(&cause.unwrap_or_else(|| ContextError::Canceled.into_error()));
        });
        match node.on_cancel(call) {
            Ok(key) => Registered(Some((node.clone(), key))),
            Err(call) => {
                call();
                Registered(None)
            }
        }
    }
}

/// The context is cancelled, without a cause.
impl Target for CancelFunc {
    fn request_cancel(&self, _: &Error) {
        self.call();
    }
}

/// The context is cancelled, with the reason for its cause.
impl Target for CancelCauseFunc {
    fn request_cancel(&self, reason: &Error) {
        self.call(Some(reason.clone()));
    }
}
