//! The Go dialect: goroutines, channels, `select!`, and what Go's standard library has for them.
//!
//! A goroutine is a plain function on a stack of its own. Where it waits, for a channel, a lock, a
//! connection or a sleep, it waits by a plain call, and its worker runs others meanwhile:
//!
//! ```
//! use fourfold::go::{self, chan};
//!
//! let sum = go::run(|| {
//!     let numbers = chan::make::<u32>(0);
//!     let sender = numbers.clone();
//!     go::go(move || {
//!         for number in 1..=3 {
//!             sender.send(number);
//!         }
//!         sender.close();
//!     });
//!     numbers.iter().sum::<u32>()
//! });
//! assert_eq!(sum, 6);
//! ```
//!
//! # The way through
//!
//! | module or file | holds |
//! |---|---|
//! | `goroutine.rs` | [`go`], which starts a closure or a future; [`Goroutine`], what it returns |
//! | `run.rs` | [`run`] and [`Builder`]: a runtime with its workers, and what ends the process |
//! | `panics.rs`, `report.rs` | what is printed where a goroutine panics, and where all are asleep |
//! | `defer.rs` | [`deferred`] work, `recover`, [`goexit`] |
//! | `scope.rs` | [`scope`]: goroutines that borrow |
//! | [`chan`] | channels |
//! | `streams.rs` | [`range`] over a stream of the crate `futures` |
//! | [`mod@select`] | the choice among sends and receives |
//! | [`sync`] | locks and wait groups |
//! | [`time`] | sleeping, timers, tickers |
//! | [`net`] | connections with `std::io::Read` and `Write` |
//! | [`os`], [`exec`], [`blocking`] | files, programs, and whatever else blocks |
//! | [`context`] | cancellation and deadlines that go with a piece of work |
//! | [`errgroup`], [`semaphore`], [`singleflight`] | groups that fail as one, permits, shared calls |
//! | [`synctest`] | tests in virtual time |
//! | [`runtime`] | `gosched`, `num_goroutine`, the dump of all stacks |
//!
//! # What is where
//!
//! A goroutine that has started stays on its worker's thread; one that has not may be taken by any
//! worker, and so may one that is a future, at any time. Nothing in the rest of this dialect cares:
//! its channels and locks are used from goroutines, from futures (`…_async`), and from threads.

mod blocking;
pub mod chan;
pub mod context;
mod defer;
pub mod errgroup;
pub mod exec;
mod goroutine;
pub mod net;
pub mod os;
mod panics;
mod report;
mod run;
pub mod runtime;
mod scope;
pub mod select;
pub mod semaphore;
pub mod singleflight;
mod streams;
pub mod sync;
pub mod synctest;
pub mod time;

pub use blocking::{Blocking, blocking, blocking_async};
pub use defer::{Deferred, Recovery, deferred, goexit};
pub use fourfold_kernel::fiber::{checkpoint, wait};
pub use goroutine::{Future, Goroutine, Spawn, Stackful, Start, go};
pub use panics::Value;
pub use run::{Builder, Deadlock, Panics, Runtime, run};
pub use scope::{Scope, Scoped, scope};
pub use streams::{Range, range};

#[doc(inline)]
pub use crate::{__go_select as select, __go_select_async as select_async};
