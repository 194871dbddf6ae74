//! The kernel of Fourfold: the parts every loop and pool is composed from. It knows no language.

pub mod blocking;
pub mod driver;
pub mod queue;
pub mod reactor;
pub mod task;
pub mod timer;
pub mod trace;
