//! The unit of work, and the write-once cell every dialect's future is.
//!
//! One allocation holds a state word, the data of the loop it belongs to, the outcome with those
//! who wait for it, and a body. Without the body it is a future somebody sets by hand. See
//! `README.md` beside this file for the protocol; `state.rs` is its specification.
//!
//! | file | tells |
//! |---|---|
//! | `state.rs` | the flags of the state word and every legal transition |
//! | `cell.rs` | the allocation, and what the runner does |
//! | `schedule.rs` | what a cell asks of its loop: the [`Schedule`] trait, [`Runnable`], [`Orphan`] |
//! | `handle.rs` | what a user of a cell holds: [`Handle`], [`Erased`] |
//! | `memory.rs` | where cells come from and go to |
//! | `list.rs` | the tasks of a loop that are not done |
//! | `listeners.rs` | who waits for an outcome, first come first |

mod cell;
mod handle;
mod list;
mod listeners;
pub(crate) mod memory;
#[cfg(all(test, loom))]
mod model;
mod schedule;
mod state;

pub use cell::{Body, Exit};
pub use handle::{
    Erased, Handle, listed, local, promise, shared, shared_idle, shared_listed, shared_promise,
};
pub use list::TaskList;
pub use listeners::ListenerKey;
pub use schedule::{Orphan, Runnable, Schedule, Shared, data_of, is_over, pass_on, references};
