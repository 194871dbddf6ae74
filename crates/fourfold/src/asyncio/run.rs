//! Running a program from its main coroutine to its end.

use std::future::IntoFuture;

use super::event_loop::Loop;
use crate::Result;

/// Runs `main` on a new loop.
#[track_caller]
pub fn run<T, C>(main: C) -> Result<T>
where
    T: 'static,
    C: IntoFuture<Output = Result<T>>,
    C::IntoFuture: 'static,
{
    let event_loop = Loop::new()?;
    event_loop.run_until_complete(main)
}
