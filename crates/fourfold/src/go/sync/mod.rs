//! Locks and their kin, as in Go's package `sync`.
//!
//! | Go | here |
//! |---|---|
//! | `sync.Mutex` | [`Mutex`], which owns what it protects; [`RawMutex`] with `lock` and `unlock` |
//! | `sync.RWMutex` | [`RwMutex`], which owns what it protects; [`RawRwMutex`] |
//! | `sync.Once` | [`Once`] |
//! | `sync.OnceFunc`, `OnceValue`, `OnceValues` | [`once_func`], [`once_value`], [`once_values`] |
//! | `sync.Cond` | [`Cond`] |
//! | `sync.WaitGroup` | [`WaitGroup`] |
//! | `sync.Pool` | [`Pool`] |
//! | `sync.Map` | [`Map`] |
//!
//! Each waits by a plain call in a goroutine or on a thread, and has a form that is awaited. Who
//! waits does so first come, first served. A wait that is dropped leaves nothing behind and passes
//! on what it was granted.

mod cond;
mod map;
mod mutex;
mod once;
mod pool;
mod raw_rw_mutex;
mod rw_mutex;
mod wait_group;

pub use cond::Cond;
pub use map::Map;
pub use mutex::{Mutex, MutexGuard, RawMutex};
pub use once::{Once, once_func, once_value, once_values};
pub use pool::Pool;
pub use raw_rw_mutex::RawRwMutex;
pub use rw_mutex::{ReadGuard, RwMutex, WriteGuard};
pub use wait_group::WaitGroup;
