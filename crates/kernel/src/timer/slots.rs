//! The slots of the wheel, each an array of what waits there.
//!
//! Nothing here looks into the table of timers: a slot is handed down by reading one array from
//! end to end and appending to at most 64 others, which the processor sees coming. Stale items
//! move along and are thrown out where somebody looks at them anyhow.

use super::Key;
use super::entries::Item;
use super::spare::{Spare, is_wasteful};

/// A level-0 slot is `1 << SLOT_SHIFT` nanoseconds wide. At a million timers a second about 65
/// share a slot, which sorts within the first-level cache.
const SLOT_SHIFT: u32 = 16;
/// Bits of one digit: a level has as many slots as its bitmap has bits.
const DIGIT_BITS: u32 = 6;
const SLOTS: usize = 1 << DIGIT_BITS;
/// All digits above the slot: `(64 - 16) / 6`.
pub(super) const LEVELS: usize = ((u64::BITS - SLOT_SHIFT) / DIGIT_BITS) as usize;
/// So many items go straight to the run if they are due.
const FEW: usize = 64;

pub(super) struct Slots {
    horizon: u64,
    /// Bit `l`: level `l` has an occupied slot.
    levels: u8,
    /// Bit `s` of level `l`: that slot is not empty.
    occupied: [u64; LEVELS],
    slots: Box<[[Slot; SLOTS]; LEVELS]>,
    spare: Spare,
}

struct Slot {
    items: Vec<Item>,
    /// An item with the earliest deadline, stale ones included. If it is pending, its deadline is
    /// the slot's; of no meaning while the slot is empty.
    earliest: Item,
}

/// An occupied slot.
#[derive(Clone, Copy)]
pub(super) struct Place {
    level: usize,
    slot: usize,
    /// The first deadline that belongs there.
    pub(super) start: u64,
}

impl Slots {
    pub(super) fn new() -> Self {
        Slots {
            horizon: 0,
            levels: 0,
            occupied: [0; LEVELS],
            slots: Box::new([const { [const { Slot::EMPTY }; SLOTS] }; LEVELS]),
            spare: Spare::new(),
        }
    }

    pub(super) fn horizon(&self) -> u64 {
        self.horizon
    }

    /// Moves the horizon up to `now`, which must come before the first occupied slot.
    pub(super) fn advance(&mut self, now: u64) {
        self.horizon = self.horizon.max(now);
    }

    /// Appends an item to the slot it belongs to; `false`: it belongs to the due ones.
    #[inline]
    #[must_use]
    pub(super) fn insert(&mut self, item: Item) -> bool {
        let Some((level, number)) = position(item.deadline, self.horizon) else {
            return false;
        };
        let slot = &mut self.slots[level][number];
        if slot.items.is_empty() {
            self.occupied[level] |= 1 << number;
            self.levels |= 1 << level;
            slot.items = self.spare.take(level);
            slot.earliest = item;
        } else if item.deadline < slot.earliest.deadline {
            slot.earliest = item;
        }
        slot.items.push(item);
        true
    }

    /// The first occupied slot.
    #[inline]
    pub(super) fn first(&self) -> Option<Place> {
        if self.levels == 0 {
            return None;
        }
        let level = self.levels.trailing_zeros();
        let slot = self.occupied[level as usize].trailing_zeros();
        let shift = SLOT_SHIFT + DIGIT_BITS * level;
        // The digits above the level are the horizon's; above the highest level there are none.
        let above = u64::MAX.checked_shl(shift + DIGIT_BITS).unwrap_or(0);
        let start = (self.horizon & above) | (u64::from(slot) << shift);
        Some(Place { level: level as usize, slot: slot as usize, start })
    }

    /// An item of the slot with the earliest deadline there, if it is still pending.
    pub(super) fn earliest(&self, place: Place) -> Item {
        self.slots[place.level][place.slot].earliest
    }

    /// How many items a slot holds, stale ones included.
    pub(super) fn count(&self, place: Place) -> usize {
        self.slots[place.level][place.slot].items.len()
    }

    /// Moves the horizon into the first occupied slot and hands its items down: to the slots below,
    /// and to `run` those at or before the horizon's level-0 slot. What `run` held is dropped.
    ///
    /// With few items the horizon moves on to `now` at once, as far as the slot reaches. With many
    /// it stops at the start: handing down level by level keeps each sort of `run` small.
    pub(super) fn open(&mut self, first: Place, now: u64, run: &mut Vec<Item>, pending: usize) {
        let Place { level, slot, start } = first;
        let mut items = std::mem::take(&mut self.slots[level][slot].items);
        self.vacate(level, slot);
        self.horizon = start;
        if level == 0 {
            // All of them: the array itself becomes the run.
            std::mem::swap(run, &mut items);
        } else {
            if items.len() <= FEW {
                let last = start | ((1 << (SLOT_SHIFT + DIGIT_BITS * level as u32)) - 1);
                self.horizon = now.clamp(start, last);
            }
            run.clear();
            for item in &items {
                if !self.insert(*item) {
                    run.push(*item);
                }
            }
        }
        self.spare.put(level, items, pending);
    }

    /// Throws the stale items of one slot out and returns how many there were.
    pub(super) fn sweep(
        &mut self,
        place: Place,
        is_pending: impl Fn(Item) -> bool,
        pending: usize,
    ) -> usize {
        let Slot { items, earliest } = &mut self.slots[place.level][place.slot];
        let before = items.len();
        items.retain(|item| is_pending(*item));
        let stale = before - items.len();
        if let Some(first) = items.iter().min_by_key(|item| item.deadline) {
            *earliest = *first;
            if is_wasteful(items) {
                items.shrink_to(2 * items.len());
            }
        } else {
            let array = std::mem::take(items);
            self.vacate(place.level, place.slot);
            self.spare.put(place.level, array, pending);
        }
        stale
    }

    /// Throws all stale items out and returns how many there were.
    pub(super) fn sweep_all(&mut self, is_pending: impl Fn(Item) -> bool, pending: usize) -> usize {
        let mut stale = 0;
        for level in 0..LEVELS {
            let mut occupied = self.occupied[level];
            while occupied != 0 {
                let slot = occupied.trailing_zeros() as usize;
                occupied &= occupied - 1;
                let place = Place { level, slot, start: 0 };
                stale += self.sweep(place, &is_pending, pending);
            }
        }
        stale
    }

    fn vacate(&mut self, level: usize, slot: usize) {
        self.occupied[level] &= !(1 << slot);
        if self.occupied[level] == 0 {
            self.levels &= !(1 << level);
        }
    }
}

impl Slot {
    const EMPTY: Slot = Slot {
        items: Vec::new(),
        earliest: Item { deadline: u64::MAX, key: Key { index: u32::MAX, generation: u32::MAX } },
    };
}

/// The level and slot for a deadline, or `None` if it is due.
#[inline]
fn position(deadline: u64, horizon: u64) -> Option<(usize, usize)> {
    if deadline >> SLOT_SHIFT <= horizon >> SLOT_SHIFT {
        return None;
    }
    let highest = (deadline ^ horizon).ilog2();
    let level = (highest - SLOT_SHIFT) / DIGIT_BITS;
    let slot = (deadline >> (SLOT_SHIFT + DIGIT_BITS * level)) as usize % SLOTS;
    Some((level as usize, slot))
}
