//! The marks between which a transport asks its protocol to pause.

use std::cell::Cell;

use crate::{Error, Result};

/// High and low water marks, and whether the protocol was asked to pause.
pub(crate) struct Flow {
    high: Cell<usize>,
    low: Cell<usize>,
    paused: Cell<bool>,
}

impl Flow {
    pub(crate) fn new() -> Flow {
        Flow { high: Cell::new(64 * 1024), low: Cell::new(16 * 1024), paused: Cell::new(false) }
    }

    pub(crate) fn limits(&self) -> (usize, usize) {
        (self.low.get(), self.high.get())
    }

    /// What is not given follows from what is, as in the original.
    pub(crate) fn set_limits(&self, high: Option<usize>, low: Option<usize>) -> Result<()> {
        let high = high.unwrap_or_else(|| low.map_or(64 * 1024, |low| low.saturating_mul(4)));
        let low = low.unwrap_or(high / 4);
        if high < low {
            return Err(Error::msg(format!("high ({high}) must be >= low ({low}) must be >= 0")));
        }
        self.high.set(high);
        self.low.set(low);
        Ok(())
    }

    /// Calls `pause` when `size` has come above the high mark.
    #[inline]
    pub(crate) fn grown(&self, size: usize, pause: impl FnOnce()) {
        if size > self.high.get() && !self.paused.replace(true) {
            pause();
        }
    }

    /// Calls `resume` when `size` has come down to the low mark.
    #[inline]
    pub(crate) fn shrunk(&self, size: usize, resume: impl FnOnce()) {
        if self.paused.get() && size <= self.low.get() {
            self.paused.set(false);
            resume();
        }
    }
}
