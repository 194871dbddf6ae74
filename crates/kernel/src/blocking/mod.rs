//! Threads for what must block: the system's resolver, files, code that cannot be made async.
//!
//! ```text
//!   run(f) ──► Running<T>          submit(f)
//!      │  the future's half            │
//!      ▼                               ▼
//!   ┌─────────── queue (first in, first out) ───────────┐
//!   └──────┬───────────────┬───────────────┬────────────┘
//!       name-1          name-2          name-3   … at most max_threads
//!          └── waits for a job; after idle_timeout without one it retires
//! ```
//!
//! * [`Config`] – the bounds of a pool, and what is told when they are met.
//! * [`Pool`] – the queue and its threads.
//! * [`Running`] – a future for what a job returns. It needs no runtime: any waker will do.
//! * [`global`] – the pool of the process, for those who do not bring their own.
//!
//! A pool that is full does not grow and does not refuse: it queues, and says so. An unbounded
//! pool turns a stuck disk into ten thousand threads; a refusal turns a burst into errors.

mod config;
mod pool;
mod running;

use std::sync::OnceLock;

pub use config::{BadConfig, Config, Saturation, SaturationHook};
pub use pool::{Pool, Rejected, Stats};
pub use running::{Panicked, Running};

/// The pool of this process, made at the first call with [`Config::default`]. It is never shut
/// down unless someone does so; at the end of `main` its threads end with the process.
pub fn global() -> &'static Pool {
    static GLOBAL: OnceLock<Pool> = OnceLock::new();
    GLOBAL.get_or_init(|| Pool::new(Config::default()).expect("the default bounds are valid"))
}
