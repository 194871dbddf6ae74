//! Numbers in a random order.

use std::cell::Cell;
use std::ptr;

use super::cases::INLINE;

thread_local! {
    static RANDOM: Cell<u32> = const { Cell::new(0) };
}

/// Makes the choices of this thread's selects repeat: for tests.
pub fn seed(seed: u32) {
    RANDOM.set(seed.max(1));
}

/// 32 random bits. Never inlined: the address of a thread-local must not be kept over a switch
/// (`fiber/current.rs`).
#[inline(never)]
fn random() -> u32 {
    let mut random = RANDOM.get();
    if random == 0 {
        let here = ptr::from_ref(&random).addr() as u32;
        random = here ^ 0x9e37_79b9 | 1;
    }
    // Marsaglia's xorshift.
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    RANDOM.set(random);
    random
}

/// The numbers below a length, each once, every order as likely as another.
///
/// Fisher and Yates, a step for each number that is asked for. Up to [`INLINE`] one random number
/// serves for all steps: its product with the count that is left has the choice in its upper half and
/// in its lower half what is random still. `8!` orders out of 32 bits are uneven by one in 100 000.
pub(super) struct Shuffle {
    small: [u8; INLINE],
    large: Vec<usize>,
    len: usize,
    given: usize,
    random: u32,
}

impl Shuffle {
    #[inline]
    pub(super) fn new(len: usize) -> Shuffle {
        Shuffle {
            small: [0, 1, 2, 3, 4, 5, 6, 7],
            large: if len > INLINE { (0..len).collect() } else { Vec::new() },
            len,
            given: 0,
            random: if len > 1 { random() } else { 0 },
        }
    }

    /// A number below the count that is left.
    #[inline]
    fn pick(&mut self) -> usize {
        let left = (self.len - self.given) as u64;
        let product = u64::from(self.random) * left;
        self.random = product as u32;
        (product >> 32) as usize
    }
}

impl Iterator for Shuffle {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.given == self.len {
            return None;
        }
        let next = if self.len > INLINE {
            self.random = random();
            let pick = self.given + self.pick();
            self.large.swap(self.given, pick);
            self.large[self.given]
        } else {
            let pick = self.given + self.pick();
            self.small.swap(self.given, pick);
            usize::from(self.small[self.given])
        };
        self.given += 1;
        Some(next)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_as_likely() {
        seed(7);
        let mut seen = std::collections::BTreeMap::<Vec<usize>, u32>::new();
        const EACH: u32 = if cfg!(miri) { 20 } else { 2_000 };
        for _ in 0..24 * EACH {
            *seen.entry(Shuffle::new(4).collect()).or_default() += 1;
        }
        assert_eq!(seen.len(), 24);
        // Five standard deviations.
        let far = 5.0 * f64::from(EACH).sqrt();
        for (order, times) in seen {
            assert!((f64::from(times) - f64::from(EACH)).abs() < far, "{order:?}: {times}");
        }
    }

    #[test]
    fn many_numbers_come_once_each() {
        let mut numbers: Vec<_> = Shuffle::new(100).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..100).collect::<Vec<_>>());
    }
}
