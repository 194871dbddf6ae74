//! Exceptions that are a text.

use std::fmt;
use std::sync::Arc;

use crate::{Error, Kind};

macro_rules! exceptions {
    ($($(#[$doc:meta])* $name:ident($kind:ident, $default:literal);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            message: Arc<str>,
        }

        impl $name {
            /// With a text of its own.
            pub fn new(message: impl Into<Arc<str>>) -> $name {
                $name { message: message.into() }
            }

            /// Its text.
            pub fn message(&self) -> &str {
                &self.message
            }

            /// What `error` holds, if it is one of these.
            pub fn of(error: &Error) -> Option<&$name> {
                error.downcast_ref::<Raised<$name>>().map(|raised| &raised.0)
            }
        }

        impl Default for $name {
            fn default() -> $name {
                $name::new($default)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.message)
            }
        }

        impl From<$name> for Error {
            fn from(exception: $name) -> Error {
                Error::typed(Kind::$kind, Raised(exception), Vec::new())
            }
        }
    )*};
}

/// An exception in the clothes of a standard error. The exceptions are none themselves, so that they
/// convert into [`Error`] in their own way.
#[derive(Debug)]
pub(super) struct Raised<E>(pub(super) E);

impl<E: fmt::Display> fmt::Display for Raised<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: fmt::Display + fmt::Debug> std::error::Error for Raised<E> {}

exceptions! {
    /// A call that the object's state does not allow.
    ///
    /// The original: [`InvalidOperationException`](https://learn.microsoft.com/dotnet/api/system.invalidoperationexception).
    InvalidOperationException(Failed, "Operation is not valid due to the current state of the object.");

    /// An argument that is not valid.
    ///
    /// The original: [`ArgumentException`](https://learn.microsoft.com/dotnet/api/system.argumentexception).
    ArgumentException(Failed, "Value does not fall within the expected range.");

    /// An argument outside of what is allowed.
    ///
    /// The original: [`ArgumentOutOfRangeException`](https://learn.microsoft.com/dotnet/api/system.argumentoutofrangeexception).
    ArgumentOutOfRangeException(Failed, "Specified argument was out of the range of valid values.");

    /// The object was disposed.
    ///
    /// The original: [`ObjectDisposedException`](https://learn.microsoft.com/dotnet/api/system.objectdisposedexception).
    ObjectDisposedException(Failed, "Cannot access a disposed object.");

    /// The object cannot do this.
    ///
    /// The original: [`NotSupportedException`](https://learn.microsoft.com/dotnet/api/system.notsupportedexception).
    NotSupportedException(Failed, "Specified method is not supported.");

    /// Nothing more is written to the channel, or to be read from it. Its [cause](Error::cause) is what it was
    /// completed with, if that was an error.
    ///
    /// The original: [`ChannelClosedException`](https://learn.microsoft.com/dotnet/api/system.threading.channels.channelclosedexception).
    ChannelClosedException(Failed, "The channel has been closed.");

    /// More was given back to a semaphore than it may have.
    ///
    /// The original: [`SemaphoreFullException`](https://learn.microsoft.com/dotnet/api/system.threading.semaphorefullexception).
    SemaphoreFullException(
        Failed,
        "Adding the specified count to the semaphore would cause it to exceed its maximum count."
    );

    /// The time allotted has passed. [Timed out](Kind::TimedOut) for other dialects.
    ///
    /// The original: [`TimeoutException`](https://learn.microsoft.com/dotnet/api/system.timeoutexception).
    TimeoutException(TimedOut, "The operation has timed out.");
}
