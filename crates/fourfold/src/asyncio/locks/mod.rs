//! What tasks synchronize with.
//!
//! Each primitive has a list of waiters (`waiters.rs`) and a word or two of state, and is shared
//! by cloning. Waiters are woken first come first served; what a cancelled waiter had been given
//! goes to the next.
//!
//! ```text
//!   Lock ◄── Condition ◄── Barrier        Event        Semaphore ◄── BoundedSemaphore
//! ```

mod barrier;
mod condition;
mod event;
mod lock;
mod semaphore;

pub use barrier::{Barrier, BrokenBarrier};
pub use condition::Condition;
pub use event::{Event, EventWait};
pub use lock::{AcquireLock, Lock, LockGuard};
pub use semaphore::{AcquireSemaphore, BoundedSemaphore, Semaphore, SemaphorePermit};
