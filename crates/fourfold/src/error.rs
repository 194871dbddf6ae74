//! The one error type that crosses all dialects.
//!
//! An [`Error`] is cheap to clone (a pointer), keeps the type and the cause of what was raised,
//! and says what *kind* it is where the kinds matter to control flow: cancelled, timed out, a
//! group, a panic. Any [`std::error::Error`] becomes one through `?`; what was raised in one
//! dialect is matched in another with [`Error::downcast_ref`].

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// The result of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure, a cancellation, a timeout, a group of failures, or a panic.
///
/// Like `anyhow::Error` it does not itself implement [`std::error::Error`], so that every type
/// that does converts with `?`; [`Error::into_std`] gives one that does.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

struct Inner {
    repr: Repr,
    cause: Option<Error>,
}

enum Repr {
    Cancelled(Option<Arc<str>>),
    TimedOut(Option<Arc<str>>),
    Group {
        message: Arc<str>,
        errors: Vec<Error>,
    },
    Panic(Arc<str>),
    Message(Arc<str>),
    Std(Box<dyn StdError + Send + Sync + 'static>),
    /// A dialect's own type for one of the kinds.
    Typed {
        kind: Kind,
        error: Box<dyn StdError + Send + Sync + 'static>,
        errors: Vec<Error>,
    },
}

/// What an [`Error`] is, as far as control flow cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The work was cancelled.
    Cancelled,
    /// A deadline passed.
    TimedOut,
    /// Several failures at once; see [`Error::errors`].
    Group,
    /// The work panicked.
    Panic,
    /// Any other failure.
    Failed,
}

impl Error {
    /// A cancellation without a message.
    pub fn cancelled() -> Error {
        Repr::Cancelled(None).into()
    }

    /// A cancellation that says why.
    pub fn cancelled_with(message: impl Into<Arc<str>>) -> Error {
        Repr::Cancelled(Some(message.into())).into()
    }

    /// A timeout without a message.
    pub fn timed_out() -> Error {
        Repr::TimedOut(None).into()
    }

    /// A timeout that says what took too long.
    pub fn timed_out_with(message: impl Into<Arc<str>>) -> Error {
        Repr::TimedOut(Some(message.into())).into()
    }

    /// Several failures at once, as an exception group or an aggregate.
    pub fn group(message: impl Into<Arc<str>>, errors: Vec<Error>) -> Error {
        Repr::Group { message: message.into(), errors }.into()
    }

    /// A failure that is only a text.
    pub fn msg(message: impl Into<Arc<str>>) -> Error {
        Repr::Message(message.into()).into()
    }

    /// What a caught panic becomes. The text is kept where the payload was one.
    pub fn from_panic(payload: Box<dyn Any + Send>) -> Error {
        let text: Arc<str> = match payload.downcast::<String>() {
            Ok(text) => Arc::from(*text),
            Err(payload) => match payload.downcast::<&'static str>() {
                Ok(text) => Arc::from(*text),
                Err(_) => Arc::from("a panic whose payload is no text"),
            },
        };
        Repr::Panic(text).into()
    }

    /// Wraps any standard error; the same as `?` or `From`.
    pub fn new(error: impl StdError + Send + Sync + 'static) -> Error {
        Repr::Std(Box::new(error)).into()
    }

    /// A standard error that counts as `kind`: what a dialect has of its own for a cancellation, a
    /// timeout or a group. `errors` are a group's members.
    pub(crate) fn typed(
        kind: Kind,
        error: impl StdError + Send + Sync + 'static,
        errors: Vec<Error>,
    ) -> Error {
        Repr::Typed { kind, error: Box::new(error), errors }.into()
    }

    /// This error, caused by `cause`.
    pub fn caused_by(self, cause: Error) -> Error {
        match Arc::try_unwrap(self.0) {
            Ok(inner) => Error(Arc::new(Inner { repr: inner.repr, cause: Some(cause) })),
            Err(shared) => {
                let outer = Shared(Error(shared));
                Error(Arc::new(Inner { repr: Repr::Std(Box::new(outer)), cause: Some(cause) }))
            }
        }
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> Kind {
        match &self.0.repr {
            Repr::Cancelled(_) => Kind::Cancelled,
            Repr::TimedOut(_) => Kind::TimedOut,
            Repr::Group { .. } => Kind::Group,
            Repr::Panic(_) => Kind::Panic,
            Repr::Message(_) => Kind::Failed,
            Repr::Typed { kind, .. } => *kind,
            Repr::Std(error) => match error.downcast_ref::<Shared>() {
                Some(shared) => shared.0.kind(),
                None => Kind::Failed,
            },
        }
    }

    /// Whether this is a cancellation.
    pub fn is_cancelled(&self) -> bool {
        self.kind() == Kind::Cancelled
    }

    /// Whether this is a timeout.
    pub fn is_timed_out(&self) -> bool {
        self.kind() == Kind::TimedOut
    }

    /// Whether this is a group of failures.
    pub fn is_group(&self) -> bool {
        self.kind() == Kind::Group
    }

    /// Whether this is a caught panic.
    pub fn is_panic(&self) -> bool {
        self.kind() == Kind::Panic
    }

    /// Whether it is a dialect's own type.
    pub(crate) fn is_typed(&self) -> bool {
        matches!(&self.0.repr, Repr::Typed { .. } | Repr::Std(_))
    }

    /// The members of a group, empty for every other kind.
    pub fn errors(&self) -> &[Error] {
        match &self.0.repr {
            Repr::Group { errors, .. } | Repr::Typed { errors, .. } => errors,
            Repr::Std(error) => match error.downcast_ref::<Shared>() {
                Some(shared) => shared.0.errors(),
                None => &[],
            },
            _ => &[],
        }
    }

    /// The text of a cancellation or a timeout that was given one.
    pub fn message(&self) -> Option<&str> {
        match &self.0.repr {
            Repr::Cancelled(message) | Repr::TimedOut(message) => message.as_deref(),
            Repr::Group { message, .. } => Some(message),
            Repr::Panic(text) | Repr::Message(text) => Some(text),
            Repr::Typed { .. } => None,
            Repr::Std(error) => {
                error.downcast_ref::<Shared>().and_then(|shared| shared.0.message())
            }
        }
    }

    /// What this error was caused by.
    pub fn cause(&self) -> Option<&Error> {
        self.0.cause.as_ref()
    }

    /// The wrapped error, if it is an `E`.
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        match &self.0.repr {
            Repr::Std(error) => match error.downcast_ref::<Shared>() {
                Some(shared) => shared.0.downcast_ref(),
                None => error.downcast_ref(),
            },
            Repr::Typed { error, .. } => error.downcast_ref(),
            _ => None,
        }
    }

    /// Whether the wrapped error is an `E`.
    pub fn is<E: StdError + 'static>(&self) -> bool {
        self.downcast_ref::<E>().is_some()
    }

    /// Whether both are the same error object.
    pub fn ptr_eq(&self, other: &Error) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// This error as a standard one, with its cause as [`source`](StdError::source).
    pub fn into_std(self) -> Box<dyn StdError + Send + Sync + 'static> {
        Box::new(Shared(self))
    }
}

impl From<Repr> for Error {
    fn from(repr: Repr) -> Error {
        Error(Arc::new(Inner { repr, cause: None }))
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Error {
        // An error that went out through `into_std` comes back as itself.
        let boxed: Box<dyn StdError + Send + Sync> = Box::new(error);
        match boxed.downcast::<Shared>() {
            Ok(shared) => shared.0,
            Err(boxed) => Repr::Std(boxed).into(),
        }
    }
}

/// An [`Error`] in the clothes of a standard one.
struct Shared(Error);

impl StdError for Shared {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.0.repr {
            Repr::Std(error) | Repr::Typed { error, .. } => error.source(),
            _ => None,
        }
    }
}

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.repr {
            Repr::Cancelled(None) => f.write_str("cancelled"),
            Repr::Cancelled(Some(message)) => write!(f, "cancelled: {message}"),
            Repr::TimedOut(None) => f.write_str("timed out"),
            Repr::TimedOut(Some(message)) => write!(f, "timed out: {message}"),
            Repr::Group { message, errors } => {
                let many = if errors.len() == 1 { "" } else { "s" };
                write!(f, "{message} ({} sub-exception{many})", errors.len())
            }
            Repr::Panic(text) => write!(f, "panicked: {text}"),
            Repr::Message(text) => f.write_str(text),
            Repr::Std(error) | Repr::Typed { error, .. } => fmt::Display::fmt(error, f),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.repr {
            Repr::Cancelled(message) => f.debug_tuple("Cancelled").field(message).finish(),
            Repr::TimedOut(message) => f.debug_tuple("TimedOut").field(message).finish(),
            Repr::Group { message, errors } => {
                f.debug_tuple("Group").field(message).field(errors).finish()
            }
            Repr::Panic(text) => f.debug_tuple("Panic").field(text).finish(),
            Repr::Message(text) => f.debug_tuple("Error").field(text).finish(),
            Repr::Std(error) | Repr::Typed { error, .. } => fmt::Debug::fmt(error, f),
        }?;
        match &self.0.cause {
            Some(cause) => write!(f, " caused by {cause:?}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    fn io_error() -> io::Error {
        io::Error::new(io::ErrorKind::ConnectionRefused, "nobody listens")
    }

    #[test]
    fn a_standard_error_keeps_its_type_and_text() {
        let error = Error::from(io_error());
        assert_eq!(error.kind(), Kind::Failed);
        assert_eq!(
            error.downcast_ref::<io::Error>().unwrap().kind(),
            io::ErrorKind::ConnectionRefused
        );
        assert_eq!(error.to_string(), "nobody listens");
    }

    #[test]
    fn an_error_that_went_out_as_standard_comes_back_as_itself() {
        fn out() -> Result<(), Box<dyn StdError + Send + Sync>> {
            Err(Error::cancelled_with("why").into_std())
        }
        let back: Error = match out().unwrap_err().downcast::<Shared>() {
            Ok(shared) => Error::from(*shared),
            Err(other) => panic!("lost: {other}"),
        };
        assert!(back.is_cancelled());
        assert_eq!(back.message(), Some("why"));
    }

    #[test]
    fn a_cause_can_be_added_to_a_shared_error() {
        let timed_out = Error::timed_out();
        let kept = timed_out.clone();
        let with_cause = timed_out.caused_by(Error::cancelled());
        assert!(with_cause.is_timed_out());
        assert!(with_cause.cause().unwrap().is_cancelled());
        assert!(kept.cause().is_none());
    }

    #[test]
    fn a_panic_keeps_its_text() {
        let payload = std::panic::catch_unwind(|| panic!("no {}", "way")).unwrap_err();
        let error = Error::from_panic(payload);
        assert!(error.is_panic());
        assert_eq!(error.to_string(), "panicked: no way");
    }

    #[test]
    fn the_error_is_one_pointer_and_so_is_a_result_of_nothing() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }
}
