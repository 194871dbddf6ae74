//! Fourfold: one async runtime on which code in the manner of Python's asyncio, C#'s tasks,
//! JavaScript's promises and Go's goroutines runs on one kernel.

pub mod asyncio;
mod error;
pub mod generator;

#[cfg(feature = "http")]
pub mod http;
pub mod net;
pub mod stopwatch;
#[cfg(feature = "tls")]
pub mod tls;

pub use error::{Error, Kind, Result};
