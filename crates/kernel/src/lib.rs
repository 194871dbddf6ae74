//! The kernel of Fourfold: the parts every loop and pool is composed from. It knows no language.
//!
//! Who writes programs wants the crate `fourfold`. This one is for who writes a dialect, a driver
//! or a loop of their own: it has no event loop, only what one is made of.
//!
//! | module | holds |
//! |---|---|
//! | [`task`] | the cell: a body that is run in steps, and an outcome that many can wait for |
//! | [`queue`] | [`Ready`](queue::Ready), what is to run; [`Inbox`](queue::Inbox), what other threads hand in |
//! | [`pool`] | workers that steal from each other, and the watch over them |
//! | [`fiber`] | functions on stacks of their own, which wait by a plain call |
//! | [`channel`] | values handed from task to task, and the choice among several such |
//! | [`waiters`] | state under a lock and who waits for it: what locks are made of |
//! | [`reactor`] | readiness of sockets and other sources, on mio |
//! | [`timer`] | a wheel with exact deadlines, on a real or a virtual clock |
//! | [`blocking`] | threads for what must block |
//! | [`trace`] | which tasks live, what they wait for, and a recorder of what happens |
//! | [`door`] | how other threads reach a loop |
//! | [`driver`] | a running loop as sockets and sleeps see it |
//! | [`home`] | cheap references to a loop from what lives on its thread |
//! | [`thread`], [`prefetch`] | two small things the others need |
//!
//! A loop takes the parts and writes its own *turn*, the function from which its order of events
//! can be read. Here is one that has timers only, on a clock that jumps:
//!
//! ```
//! use fourfold_kernel::queue::Ready;
//! use fourfold_kernel::timer::{Clock, Wheel};
//!
//! let clock = Clock::virtual_at_zero();
//! let mut wheel = Wheel::new();
//! let mut ready = Ready::new();
//! wheel.insert(3_000_000_000, "the timer");
//! ready.push("the callback");
//!
//! let mut seen = Vec::new();
//! while let Some(deadline) = wheel.next_deadline() {
//!     if ready.is_empty() {
//!         clock.advance_to(deadline); // nothing is runnable: jump to the next timer
//!     }
//!     while let Some((_, due)) = wheel.pop_due(clock.now()) {
//!         ready.push(due);
//!     }
//!     for _ in 0..ready.len() {
//!         seen.push((clock.now(), ready.pop().expect("as many as were counted")));
//!     }
//! }
//! assert_eq!(seen, [(0, "the callback"), (3_000_000_000, "the timer")]);
//! ```
//!
//! The asyncio dialect's turn (`asyncio/turn.rs` in the crate `fourfold`) is the real example, and
//! `docs/architecture.md` in the repository tells what each part promises to the others.

pub mod blocking;
pub mod channel;
pub mod door;
pub mod driver;
pub mod fiber;
pub mod home;
pub mod lock;
pub mod pool;
pub mod prefetch;
pub mod queue;
pub mod reactor;
mod sync;
pub mod task;
pub mod thread;
pub mod timer;
pub mod trace;
pub mod waiters;
