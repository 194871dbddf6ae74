//! Values handed from one task to another, and the choice among several such.
//!
//! See `README.md` beside this file for the invariants and the protocol.
//!
//! | file | tells |
//! |---|---|
//! | `state.rs` | what a channel holds, and the operations on it, each under its lock |
//! | `unbuffered.rs`, `buffered.rs` | the two kinds: what a send and a receive do at once |
//! | `buffer.rs` | the ring of a buffered channel |
//! | `waiters.rs` | who waits: nodes in the frames of the waiting, in the order they came |
//! | `send.rs`, `recv.rs` | the waits, as futures |
//! | `select.rs`, `case.rs` | the choice among several operations |

mod buffer;
mod buffered;
mod case;
mod recv;
mod select;
mod send;
mod state;
mod unbuffered;
mod waiters;

#[cfg(all(test, loom))]
mod model;

pub use case::{Case, RecvCase, SendCase};
pub use recv::Recv;
pub use select::{Cases, Collected, Select, seed, select, select_async, try_select};
pub use send::Send;
pub use state::{Channel, RecvError, SendError};
