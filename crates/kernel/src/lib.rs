//! The kernel of Fourfold: the parts every loop and pool is composed from. It knows no language.

pub mod blocking;
pub mod driver;
pub mod prefetch;
pub mod queue;
pub mod reactor;
mod sync;
pub mod task;
pub mod thread;
pub mod timer;
pub mod trace;
