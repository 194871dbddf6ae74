//! Cancellation as a value that is passed along.
//!
//! Who may cancel has the [`CancellationTokenSource`]; who is to notice has its [`CancellationToken`],
//! and asks it, or registers a callback.
//!
//! ```
//! use fourfold::csharp::{CancellationTokenSource, OperationCanceledException};
//!
//! let source = CancellationTokenSource::new();
//! let token = source.token();
//! let registration = token.register(|| println!("on the way out"));
//! source.cancel()?;
//! let error = token.throw_if_cancellation_requested().unwrap_err();
//! assert!(OperationCanceledException::of(&error).unwrap().cancellation_token() == &token);
//! # drop(registration);
//! # Ok::<(), fourfold::Error>(())
//! ```
//!
//! | file | tells |
//! |---|---|
//! | `state.rs` | what a source and its tokens share: the callbacks, and how they are run |
//! | `source.rs` | [`CancellationTokenSource`]: cancelling, linking, time limits |
//! | `token.rs` | [`CancellationToken`], [`CancellationTokenRegistration`] |
//! | `crossing.rs` | sources and tokens as other dialects see them |
//! | `running.rs` | [`run`](CancellationToken::run): futures that know of no token |

mod crossing;
mod running;
mod source;
mod state;
mod token;

pub use source::CancellationTokenSource;
pub use state::CallbackResult;
pub use token::{CancellationToken, CancellationTokenRegistration};
