//! The second Ctrl-C: whatever the program is doing, it ends.
//!
//! The first one belongs to the dialect that runs, which cancels what runs. That is over in a moment,
//! but a report may be on its way into a pipe that nobody reads, and a user who asks twice means it.
//! Between two dialects the first one is only noted.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::SIGINT;
use signal_hook::flag;

use crate::INTERRUPTED;

/// Whether there was a first Ctrl-C.
pub(crate) struct Interrupts(Arc<AtomicBool>);

impl Interrupts {
    /// From now on the first SIGINT is only noted here, and the second ends the process on the spot.
    /// To be called before a dialect listens: whoever asks first is told first.
    pub(crate) fn listen() -> io::Result<Interrupts> {
        let asked = Arc::new(AtomicBool::new(false));
        flag::register_conditional_shutdown(SIGINT, INTERRUPTED.into(), Arc::clone(&asked))?;
        flag::register(SIGINT, Arc::clone(&asked))?;
        Ok(Interrupts(asked))
    }

    /// Whether the first has come.
    pub(crate) fn asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
