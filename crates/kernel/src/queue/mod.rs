//! The queues that loops are made of.
//!
//! * [`Ready`] – what is to run, first in first out, for the one thread that runs it.
//! * [`TurnQueue`] – the same for a loop that runs exactly what is there, and then what came meanwhile.
//! * [`Fifo`] – the same for a loop that goes on until nothing is left.
//! * [`Inbox`] – what other threads hand to a loop, and the protocol that wakes it at most once.
//!
//! * [`Ring`], [`Slot`], [`Injector`] – what the workers of a pool take from and steal: a bounded
//!   queue for each, room for the one that was made ready last, and a queue for all.

mod fifo;
mod inbox;
mod injector;
#[cfg(all(test, loom))]
mod model;
mod ready;
mod ring;
mod slot;
mod turn;

pub use fifo::Fifo;
pub use inbox::{Closed, Inbox, Push, Taken};
pub use injector::Injector;
pub use ready::Ready;
pub use ring::{Ring, Token};
pub use slot::Slot;
pub use turn::TurnQueue;
