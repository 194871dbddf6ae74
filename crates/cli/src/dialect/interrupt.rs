//! The second Ctrl-C: whatever the program is doing, it ends.
//!
//! The first one belongs to the dialect, which cancels what runs. That is over in a moment, but a
//! report may be on its way into a pipe that nobody reads, and a user who asks twice means it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGINT;
use signal_hook::flag;

use crate::INTERRUPTED;

/// From now on the first SIGINT is only noted here, and the second ends the process on the spot.
/// To be called before the dialect listens: whoever asks first is told first.
pub(super) fn second_ends_the_program() -> io::Result<()> {
    let asked = Arc::new(AtomicBool::new(false));
    flag::register_conditional_shutdown(SIGINT, INTERRUPTED.into(), Arc::clone(&asked))?;
    flag::register(SIGINT, asked)?;
    Ok(())
}
