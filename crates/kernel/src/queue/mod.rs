//! The queues that loops are made of.
//!
//! * [`Ready`] – what is to run, first in first out, for the one thread that runs it.
//! * [`Inbox`] – what other threads hand to a loop, and the protocol that wakes it at most once.
//!
//! A worker's bounded ring and the injector of a pool will be further files here.

mod inbox;
mod ready;

pub use inbox::{Closed, Inbox, Push, Taken};
pub use ready::Ready;
