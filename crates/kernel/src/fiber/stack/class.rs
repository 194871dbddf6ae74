//! The sizes of stacks: powers of two of address space.

/// 16 KiB: a guard page and three others.
const SMALLEST_SHIFT: u32 = 14;
/// 256 MiB.
const LARGEST_SHIFT: u32 = 28;

/// How many there are.
pub(super) const CLASSES: usize = (LARGEST_SHIFT - SMALLEST_SHIFT + 1) as usize;

/// A size of stacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class(u8);

impl Class {
    /// The smallest of at least `size` bytes; `None` if that is more than the largest.
    pub(super) fn of(size: usize) -> Option<Class> {
        let size = size.max(1 << SMALLEST_SHIFT).checked_next_power_of_two()?;
        let shift = size.trailing_zeros();
        (shift <= LARGEST_SHIFT).then(|| Class((shift - SMALLEST_SHIFT) as u8))
    }

    /// The class of an index.
    pub(super) fn at(index: usize) -> Option<Class> {
        (index < CLASSES).then_some(Class(index as u8))
    }

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }

    pub(super) fn shift(self) -> u32 {
        u32::from(self.0) + SMALLEST_SHIFT
    }

    pub(super) fn size(self) -> usize {
        1 << self.shift()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_up_to_powers_of_two() {
        let size = |asked| Class::of(asked).map(Class::size);
        assert_eq!(size(0), Some(16 << 10));
        assert_eq!(size(16 << 10), Some(16 << 10));
        assert_eq!(size((16 << 10) + 1), Some(32 << 10));
        assert_eq!(size(64 << 10), Some(64 << 10));
        assert_eq!(size(256 << 20), Some(256 << 20));
        assert_eq!(size((256 << 20) + 1), None);
        assert_eq!(size(usize::MAX), None);
    }
}
