//! Fourfold is an async runtime on which code written in the manner of Python's asyncio, of Go, of C#'s
//! tasks and of JavaScript's promises runs with the behaviour of its original: the same order of events,
//! the same cancellation, the same errors.
//!
//! ```
//! use std::time::Duration;
//!
//! use fourfold::Result;
//! use fourfold::asyncio::{self, TaskGroup};
//!
//! async fn greet(name: &str, after: u64) -> Result<String> {
//!     asyncio::sleep(Duration::from_millis(after)).await?;
//!     Ok(format!("hello, {name}"))
//! }
//!
//! let greetings = asyncio::run(TaskGroup::run(async |group| {
//!     let ada = group.create_task(greet("Ada", 2))?;
//!     let alan = group.create_task(greet("Alan", 1))?;
//!     Ok([ada.await?, alan.await?])
//! }))?;
//! assert_eq!(greetings, ["hello, Ada", "hello, Alan"]);
//! # Ok::<(), fourfold::Error>(())
//! ```
//!
//! # What is here
//!
//! | module | holds | needs |
//! |---|---|---|
//! | [`asyncio`] | the asyncio dialect: loop, tasks, futures, groups, timeouts, locks, queues, executors | |
//! | [`go`] | the Go dialect: goroutines, channels, `select!`, locks, contexts, timers, connections | |
//! | [`csharp`] | the C# dialect: hot tasks, tokens, contexts, schedulers, value tasks, channels, async streams, `HttpClient` | |
//! | [`js`] | the JavaScript dialect: promises, Node's event loop, timers, signals, generators, emitters, `fetch` | |
//! | [`interop`] | cancellations that cross from one dialect to another, tasks of a loop seen from other threads | |
//! | [`generator`] | generators driven by hand, as Python has them | |
//! | [`net`] | TCP, UDP and Unix sockets, name resolution | a running loop |
//! | [`tls`] | TLS over any stream of bytes | feature `tls`, on by default |
//! | [`http`] | an HTTP client, a server, and single timed exchanges | feature `http`, on by default; `http2` |
//! | [`dump`](dump()), [`trace`] | who waits for whom, across all dialects; timelines | |
//! | `compat` | futures and streams of bytes that need tokio, in any dialect | feature `tokio` |
//! | [`Error`] | the one error type that crosses all of them | |
//!
//! `net`, `tls` and `http` belong to no dialect: they ask for the loop that runs on this thread.
//!
//! # Cancelling crosses `net` and `http` with a wrapper
//!
//! The waits of asyncio end by themselves when their task is cancelled or timed out, those of C# by the
//! token they are given. The futures of `net`, `tls` and `http`, and all others of the Rust ecosystem,
//! know of neither. Await them through [`cancellable`](asyncio::Cancellable::cancellable) or
//! [`wrap`](asyncio::wrap), in the Go dialect through [`Context::run`](go::context::Context::run), in
//! C#'s through [`CancellationToken::run`](csharp::CancellationToken::run), in JavaScript's through
//! [`AbortSignal::run`](js::AbortSignal::run), wherever a cancellation or a timeout is to reach them;
//! dropping such a future ends what it did.
//!
//! # Threads
//!
//! An asyncio loop and its tasks stay on the thread that made the loop, so nothing in a task needs
//! to be `Send`. From other threads a loop is reached through [`asyncio::Remote`]. A loop of promises
//! stays on its thread likewise, and is reached through a [`js::Inbox`]. Goroutines and C#'s tasks run on
//! a pool of threads, so what they own is `Send`.
//!
//! The chapters `docs/asyncio.md`, `docs/go.md`, `docs/csharp.md` and `docs/javascript.md` of the
//! repository are each a tutorial, a table from the original's names to those here, and a list of what
//! differs.

pub mod asyncio;
#[cfg(feature = "tokio")]
pub mod compat;
pub mod csharp;
mod dump;
mod error;
pub mod generator;
pub mod go;
pub mod interop;
pub mod js;

#[cfg(feature = "http")]
pub mod http;
pub mod net;
pub mod stopwatch;
#[cfg(feature = "tls")]
pub mod tls;

#[cfg(feature = "tokio")]
pub use compat::compat;
pub use dump::{Dialect, Dump, DumpedTask, Observation, dump, observe};
#[cfg(unix)]
pub use dump::{DumpFormat, dump_on_signal};
pub use error::{Error, Kind, Result};
#[doc(inline)]
pub use fourfold_kernel::trace;

/// The examples of the repository's pages, compiled and run with the tests.
#[cfg(doctest)]
mod pages {
    #[cfg(feature = "tls")]
    #[doc = include_str!("../../../docs/asyncio.md")]
    struct Asyncio;

    #[cfg(feature = "http")]
    #[doc = include_str!("../../../docs/csharp.md")]
    struct Csharp;

    #[doc = include_str!("../../../docs/go.md")]
    struct Go;

    #[cfg(feature = "http")]
    #[doc = include_str!("../../../docs/javascript.md")]
    struct JavaScript;

    #[cfg(feature = "http")]
    #[doc = include_str!("../../../README.md")]
    struct Readme;
}
