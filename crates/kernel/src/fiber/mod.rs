//! Functions that wait like any other: a stack of its own for each, and a switch where it waits.
//!
//! See `README.md` beside this file for the picture of a stack and for why this is sound.
//!
//! * [`wait`] – how plain code waits for a future, in a fiber as on a thread.
//! * [`yield_now`], [`checkpoint`] – giving way; [`without_switching`] – not doing it.
//! * [`scope`] – fibers that borrow from the stack of whoever starts them.
//! * [`stack`] – where stacks come from and go to, and what happens when one is too small.
//!
//! A fiber is made by [`Pool::spawn_fiber`](crate::pool::Pool::spawn_fiber). It is a body of a task
//! like a future is, so whatever waits for tasks waits for fibers.

pub(crate) mod body;
mod current;
mod scope;
pub mod stack;
mod thread;
mod wait;

pub use scope::{Scope, Scoped, scope};
pub use wait::{checkpoint, is_fiber, is_pinned, is_torn_down, wait, without_switching, yield_now};
pub(crate) use wait::{own_waker, wait_pending};
