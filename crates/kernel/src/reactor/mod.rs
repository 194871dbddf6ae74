//! Readiness: who may read or write now, and who wants to know. Edge-triggered, on mio.
//!
//! See `README.md` beside this file for the protocol.
//!
//! ```text
//!   kernel (epoll, kqueue, …)
//!        │ events
//!        ▼
//!   Reactor::poll ──► slot: readiness word ──► poll_read_ready, readable, try_io
//!   (its loop)         │                        (any thread, no lock while ready)
//!                      └─► wakers and listeners, in the order of the events
//! ```
//!
//! * [`Reactor`] – owned and polled by one loop.
//! * [`Handle`] – registers, counts and wakes, from any thread.
//! * [`Registration`] – one source's readiness. [`Registered`] – a source together with it, which
//!   deregisters when dropped.

mod handle;
mod poll;
mod ready;
mod registered;
mod registration;
mod slot;
mod slots;

pub use handle::Handle;
pub use mio::Interest;
pub use poll::Reactor;
pub(crate) use poll::wake_all;
pub use ready::{Direction, Ready, ReadyEvent};
pub use registered::Registered;
pub use registration::{Readiness, Registration};

use std::io;

/// What waits on, and what is registered with, a reactor that is gone.
fn closed() -> io::Error {
    io::Error::new(
        io::ErrorKind::NotConnected,
        "the loop that drove this was closed; use sockets and other sources only while the loop \
         they were made on runs",
    )
}
