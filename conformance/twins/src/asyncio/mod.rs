//! Twins of `conformance/asyncio/*.py`: a file for each, under the name of its original, with
//! `pub(crate) fn run()`, and a line in [`TWINS`]:
//!
//! ```text
//! mod py_02_await_and_turns;
//! …
//! Twin { name: "py_02_await_and_turns", run: py_02_await_and_turns::run, differs: &[] },
//! ```

use crate::Twin;

/// All there are.
pub(crate) const TWINS: &[Twin] = &[];
