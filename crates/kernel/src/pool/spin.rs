//! Whether a worker that found nothing looks on for a moment before it sleeps.
//!
//! To wake a sleeping worker costs the waker a system call, and the woken one some ten microseconds. To
//! look on costs a processor that somebody else might use. So a worker looks on for about as long as
//! a wake takes, and only while that pays off: each vain look makes it less willing, each that found
//! something more. When it has given up it tries again now and then.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// For so long it looks on.
const SPIN: Duration = Duration::from_micros(20);
/// Pauses between two looks.
const PAUSES: u32 = 16;
/// So many vain looks more than others, and it gives up.
const LUCK: u32 = 4;
/// When it has given up it tries one sleep in so many.
const RESTS: u32 = 32;

pub(super) struct Spin {
    luck: Cell<u32>,
    rests: Cell<u32>,
}

impl Spin {
    pub(super) fn new() -> Spin {
        Spin { luck: Cell::new(LUCK), rests: Cell::new(0) }
    }

    fn is_worth_it(&self) -> bool {
        if self.luck.get() > 0 {
            return true;
        }
        let rests = (self.rests.get() + 1) % RESTS;
        self.rests.set(rests);
        rests == 0
    }

    /// Calls `look` again and again until it finds something, says to stop with `Err`, or it has taken
    /// too long.
    pub(super) fn look_on<T>(&self, mut look: impl FnMut() -> Result<Option<T>, ()>) -> Option<T> {
        if !self.is_worth_it() {
            return None;
        }
        let begun = Instant::now();
        loop {
            for _ in 0..PAUSES {
                std::hint::spin_loop();
            }
            match look() {
                Ok(Some(found)) => {
                    self.luck.set((self.luck.get() + 1).min(LUCK));
                    return Some(found);
                }
                Ok(None) if begun.elapsed() < SPIN => {}
                Ok(None) | Err(()) => {
                    self.luck.set(self.luck.get().saturating_sub(1));
                    return None;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_looks_in_vain_gives_up_and_tries_again_now_and_then() {
        let spin = Spin::new();
        let mut looks = 0;
        let mut vain = || {
            looks += 1;
            Err::<Option<()>, ()>(())
        };
        for _ in 0..LUCK + 3 * RESTS {
            assert!(spin.look_on(&mut vain).is_none());
        }
        assert_eq!(looks, LUCK + 3);
        // The next that it tries finds something, and then it looks on each time.
        for _ in 0..RESTS {
            let _ = spin.look_on(|| Ok(Some(())));
        }
        assert!(spin.look_on(|| Ok(Some(()))).is_some());
    }
}
