//! Crates that need tokio, in every dialect.
//!
//! A future of such a crate looks for tokio's runtime on the thread that polls it, and panics where
//! there is none. [`compat`] polls it inside of one:
//!
//! ```
//! use std::time::Duration;
//! use fourfold::{asyncio, compat, csharp, go, js};
//!
//! // Stands for what a crate does: it needs tokio's reactor, its timers, or `tokio::spawn`.
//! async fn of_a_crate() -> u32 {
//!     tokio::time::sleep(Duration::from_millis(1)).await;
//!     tokio::spawn(async { 42 }).await.unwrap()
//! }
//!
//! assert_eq!(asyncio::run(async { Ok(compat(of_a_crate()).await) })?, 42);
//! assert_eq!(go::run(|| go::wait(compat(of_a_crate()))), 42);
//! assert_eq!(csharp::run(async { Ok(compat(of_a_crate()).await) })?, 42);
//! assert_eq!(js::run(async { Ok(compat(of_a_crate()).await) })?, 42);
//! # Ok::<(), fourfold::Error>(())
//! ```
//!
//! ```text
//!   a thread of a dialect                              the thread "tokio"
//! ┌──────────────────────────────────┐            ┌──────────────────────────┐
//! │ task ─ poll ─► Compat            │            │ reactor, timers,         │
//! │                 enter ┐          │            │ what was `tokio::spawn`ed│
//! │                 inner.poll ──────┼─ registers ►                          │
//! │                 leave ┘          │            │                          │
//! │ the dialect's queue ◄── waker ◄──┼─ wakes ────┤                          │
//! └──────────────────────────────────┘            └──────────────────────────┘
//! ```
//!
//! Some functions look for the runtime as soon as they are called, before their future is polled, as
//! `tokio::time::sleep` does. So call them inside: `compat(async { … })`.
//!
//! The future itself stays in its task, on its dialect's thread: it need not be `Send`, its await is
//! the dialect's, and dropping it ends what it did. What it starts with `tokio::spawn` runs in tokio.
//!
//! # Which runtime
//!
//! That of tokio in which [`compat`] is called, if it is in one; otherwise [`runtime`], the process's
//! own, which is started when it is first needed: tokio's single-threaded scheduler on one thread.
//! [`Compat::on`] takes any other, for what needs several threads or `tokio::task::block_in_place`.
//!
//! # No waiting by plain calls inside
//!
//! The runtime is entered for each single poll and left before it returns. A goroutine that left its
//! stack in the middle would show tokio's runtime to others; so in there a plain call that waits
//! ([`go::wait`](crate::go::wait), a receive, a lock that is taken) panics in a goroutine too, as it
//! does in every future that a worker polls. Await in there.
//!
//! # Streams of bytes
//!
//! [`Io`] shows a stream that has tokio's traits through those of `futures-io`, and the other way
//! round.

mod future;
mod io;
mod runtime;

pub use future::{Compat, compat};
pub use io::Io;
pub use runtime::runtime;
