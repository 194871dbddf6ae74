//! The marks between which a transport asks its protocol to pause.

use std::cell::Cell;

use crate::{Error, Result};

/// High and low water marks, and whether the protocol was asked to pause.
pub(crate) struct Flow {
    /// The high mark where none is given.
    default: usize,
    high: Cell<usize>,
    low: Cell<usize>,
    paused: Cell<bool>,
}

impl Flow {
    pub(crate) fn new() -> Flow {
        Flow::with_high(64 * 1024)
    }

    pub(crate) fn with_high(high: usize) -> Flow {
        Flow {
            default: high,
            high: Cell::new(high),
            low: Cell::new(high / 4),
            paused: Cell::new(false),
        }
    }

    pub(crate) fn limits(&self) -> (usize, usize) {
        (self.low.get(), self.high.get())
    }

    /// What is not given follows from what is, as in the original.
    pub(crate) fn set_limits(&self, high: Option<usize>, low: Option<usize>) -> Result<()> {
        let high = high.unwrap_or_else(|| low.map_or(self.default, |low| low.saturating_mul(4)));
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
