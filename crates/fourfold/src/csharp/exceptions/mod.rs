//! C#'s exceptions, as errors.
//!
//! Each converts into [`Error`](crate::Error) by `?` and [`From`]; what an error holds is asked by `of`:
//!
//! ```
//! use fourfold::Error;
//! use fourfold::csharp::InvalidOperationException;
//!
//! let error = Error::from(InvalidOperationException::new("not now"));
//! assert_eq!(InvalidOperationException::of(&error).unwrap().message(), "not now");
//! ```
//!
//! | file | tells |
//! |---|---|
//! | `simple.rs` | those that are a text |
//! | `canceled.rs` | [`OperationCanceledException`], which knows its token |
//! | `aggregate.rs` | [`AggregateException`], several at once |
//! | `http_request.rs` | `HttpRequestException`, which knows the status |
//! | `unobserved.rs` | exceptions that nobody looked at |

mod aggregate;
mod canceled;
#[cfg(feature = "http")]
mod http_request;
mod simple;
mod unobserved;

pub use aggregate::AggregateException;
pub use canceled::OperationCanceledException;
#[cfg(feature = "http")]
pub use http_request::HttpRequestException;
pub use simple::{
    ArgumentException, ArgumentOutOfRangeException, ChannelClosedException,
    InvalidOperationException, NotSupportedException, ObjectDisposedException,
    SemaphoreFullException, TimeoutException,
};
pub(super) use unobserved::unobserved;
pub use unobserved::{
    Subscription, UnobservedTaskExceptionEventArgs, on_unobserved_task_exception,
};
