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
//! | `case.rs`, `cases.rs` | one operation that may be chosen, and several |
//! | `select.rs` | the choice among them, as users call it |
//! | `selection.rs`, `shuffle.rs` | how it looks at them and waits, and in which order |

mod buffer;
mod buffered;
mod case;
mod cases;
mod recv;
mod select;
mod selection;
mod send;
mod shuffle;
mod state;
mod unbuffered;
mod waiters;

#[cfg(all(test, loom))]
mod model;

pub use case::{Case, RecvCase, SendCase};
pub use cases::{Cases, Collected};
pub use recv::Recv;
pub use select::{Select, select, select_async, try_select};
pub use send::Send;
pub use shuffle::seed;
pub use state::{Channel, RecvError, SendError};
