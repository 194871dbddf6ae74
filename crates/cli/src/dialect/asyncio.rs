//! The probe program in the asyncio dialect.

use std::sync::Arc;

use crate::dialect::Recorder;
use crate::plan::Plan;

/// Runs the plan; `true` if Ctrl-C ended it.
pub(super) fn run(_plan: Arc<Plan>, _recorder: Arc<Recorder>) -> fourfold::Result<bool> {
    Err(fourfold::Error::msg("the asyncio dialect is not part of this build yet"))
}
