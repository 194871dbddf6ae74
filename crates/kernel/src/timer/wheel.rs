//! A hierarchical timing wheel with exact deadlines.
//!
//! After G. Varghese and A. Lauck, "Hashed and Hierarchical Timing Wheels" (SOSP 1987), scheme 7.
//!
//! ```text
//!   bits of a deadline   63    58          28     22     16            0
//!                        ├──────┼── ... ────┼──────┼──────┼────────────┤
//!                        │  7   │           │  1   │  0   │ in the slot│
//!                        └──────┴── ... ────┴──────┴──────┴────────────┘
//!                        one digit of 6 bits a level       65.5 µs
//! ```
//!
//! # Invariants
//!
//! 1. Where a timer waits follows from its deadline and `horizon` alone. If it lies in the
//!    horizon's level-0 slot or before, it is in `due`. Otherwise the highest digit in which the
//!    two differ is its level, and the deadline's digit there is its slot.
//! 2. A slot's timers are linked in the order of insertion *for equal deadlines*: equal deadlines
//!    share a slot by (1), newcomers go to the tail, and a slot is emptied from its head, before
//!    anything can be inserted below it. So no timer carries a sequence number; one is given out
//!    only on the way into `due`.
//! 3. The slot of the horizon itself is empty on every level, hence each occupied slot lies ahead
//!    of it, every timer of a level fires before any of the next, and `due` before all of them.
//! 4. The horizon never moves back, and never past a timer that is not in `due`.
//!
//! # Rejected
//!
//! * *A binary heap.* It meets a cache miss for each level of the tree, and cancelling is
//!   O(log n) or leaves the entry behind until its deadline, which for timeouts that hardly ever
//!   fire is most of the memory.
//! * *Rounding to the slot.* It saves `due`, but timers 1 µs apart would fire in any order and a
//!   virtual clock could not jump to the deadline.
//! * *Cascading for each `next_deadline`.* A lone timer in an hour would drag the horizon there,
//!   and what is inserted meanwhile would all end in `due`, a heap. So a slot with few timers is
//!   only looked through; see [`Wheel::next_deadline`].

use std::collections::BinaryHeap;

use super::Key;
use super::due::Due;

/// A level-0 slot is `1 << SLOT_SHIFT` nanoseconds wide. At a million timers a second about 65
/// share a slot, so that `due` stays within the first-level cache.
const SLOT_SHIFT: u32 = 16;
/// Bits of one digit: a level has as many slots as its bitmap has bits.
const DIGIT_BITS: u32 = 6;
const SLOTS: usize = 1 << DIGIT_BITS;
/// All digits above the slot: `(64 - 16) / 6`.
const LEVELS: usize = ((u64::BITS - SLOT_SHIFT) / DIGIT_BITS) as usize;
/// The end of a list.
const NIL: u32 = u32::MAX;
/// How many timers `next_deadline` looks through rather than cascade.
const LOOK_THROUGH: usize = 32;
/// Below this many stale items it is not worth rebuilding `due`.
const STALE_FLOOR: usize = 64;

/// Pending timers of one loop; see the [module](super) for how a loop uses it.
///
/// `T` is what the timer hands back, usually a `Waker`. One thread at a time: there is no lock
/// inside.
///
/// Memory: 24 bytes and a `T` for each timer at the highest count reached so far; the slab is
/// reused, not shrunk.
///
/// ```
/// use fourfold_kernel::timer::Wheel;
///
/// let mut wheel = Wheel::new();
/// wheel.insert(2_000, "second");
/// wheel.insert(1_000, "first");
/// let never = wheel.insert(1_500, "cancelled");
/// assert_eq!(wheel.cancel(never), Some("cancelled"));
/// assert_eq!(wheel.next_deadline(), Some(1_000));
/// assert_eq!(wheel.pop_due(2_000), Some((1_000, "first")));
/// assert_eq!(wheel.pop_due(2_000), Some((2_000, "second")));
/// assert_eq!(wheel.pop_due(2_000), None);
/// ```
pub struct Wheel<T> {
    /// What cascading touches, apart from what it does not: following a list is a chain of cache
    /// misses, and 16 bytes a timer stay in the cache for twice as long as 40.
    nodes: Vec<Node>,
    /// Parallel to `nodes`.
    entries: Vec<Entry<T>>,
    /// First vacant entry, linked through `next`.
    free: u32,
    len: usize,
    horizon: u64,
    /// Bit `l`: level `l` has an occupied slot.
    levels: u8,
    /// Bit `s` of level `l`: that slot is not empty.
    occupied: [u64; LEVELS],
    slots: Box<[[List; SLOTS]; LEVELS]>,
    due: BinaryHeap<Due>,
    /// Items of `due` whose timer was cancelled.
    stale: usize,
    sequence: u64,
    /// What `next_deadline` found last, while it holds.
    earliest: Option<u64>,
}

struct Node {
    deadline: u64,
    next: u32,
    previous: u32,
}

struct Entry<T> {
    generation: u32,
    /// `None`: vacant.
    value: Option<T>,
}

#[derive(Clone, Copy)]
struct List {
    head: u32,
    tail: u32,
}

impl List {
    const EMPTY: List = List { head: NIL, tail: NIL };
}

impl<T> Default for Wheel<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Wheel<T> {
    /// An empty wheel at time 0.
    pub fn new() -> Self {
        Wheel {
            nodes: Vec::new(),
            entries: Vec::new(),
            free: NIL,
            len: 0,
            horizon: 0,
            levels: 0,
            occupied: [0; LEVELS],
            slots: Box::new([[List::EMPTY; SLOTS]; LEVELS]),
            due: BinaryHeap::new(),
            stale: 0,
            sequence: 0,
            earliest: None,
        }
    }

    /// How many timers are pending.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no timer is pending.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a timer for `deadline`, in nanoseconds. One in the past is due at once, in its place
    /// among the due ones. O(1); O(log n) for a deadline within the slot that fires now.
    ///
    /// # Panics
    ///
    /// When 4 294 967 295 timers are pending.
    pub fn insert(&mut self, deadline: u64, value: T) -> Key {
        let index = self.allocate(deadline, value);
        self.len += 1;
        if self.len == 1 || self.earliest.is_some_and(|earliest| deadline < earliest) {
            self.earliest = Some(deadline);
        }
        self.place(index, deadline);
        Key { index, generation: self.entries[index as usize].generation }
    }

    /// Takes a timer out and gives its value back; `None` if it fired or was cancelled before.
    /// O(1), amortised for a timer that was about to fire.
    pub fn cancel(&mut self, key: Key) -> Option<T> {
        let deadline = self.deadline(key)?;
        if self.earliest == Some(deadline) {
            self.earliest = None;
        }
        match position(deadline, self.horizon) {
            Some((level, slot)) => self.unlink(key.index, level, slot),
            None => self.stale += 1,
        }
        let value = self.release(key.index);
        // Without this, inserting and cancelling a timer that is due would grow `due` for as long
        // as nobody asks for what is due. Half: each rebuild is paid for by as many cancels.
        if self.stale > STALE_FLOOR && self.stale > self.due.len() / 2 {
            let entries = &self.entries;
            self.due.retain(|due| entries[due.key.0 as usize].generation == due.key.1);
            self.stale = 0;
        }
        value
    }

    /// The deadline of a pending timer; `None` if it fired or was cancelled.
    pub fn deadline(&self, key: Key) -> Option<u64> {
        let entry = self.entries.get(key.index as usize)?;
        let pending = entry.generation == key.generation && entry.value.is_some();
        pending.then(|| self.nodes[key.index as usize].deadline)
    }

    /// The value of a pending timer; `None` if it fired or was cancelled.
    pub fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let entry = self.entries.get_mut(key.index as usize)?;
        if entry.generation == key.generation { entry.value.as_mut() } else { None }
    }

    /// The exact deadline of the timer that fires next.
    ///
    /// Remembered until that timer goes, so asking again costs nothing. Otherwise it looks
    /// through the first occupied slot if that holds a few timers, and cascades it if it holds
    /// many. A timer cascades at most once for each of the eight levels, so however often this is
    /// asked it is O(1) amortised.
    pub fn next_deadline(&mut self) -> Option<u64> {
        if self.earliest.is_none() && self.len > 0 {
            self.earliest = self.find_earliest();
        }
        self.earliest
    }

    /// Takes out the earliest timer whose deadline is not after `now`, with its deadline. Equal
    /// deadlines come in the order of insertion. Call it until it returns `None`.
    ///
    /// Time should not go backwards. If it does, nothing is lost and the order stays exact:
    /// timers with deadlines after the smaller `now` wait until `now` has reached them.
    pub fn pop_due(&mut self, now: u64) -> Option<(u64, T)> {
        if self.earliest.is_some_and(|earliest| earliest > now) {
            return None;
        }
        loop {
            if let Some(deadline) = self.first_due() {
                if deadline > now {
                    self.earliest = Some(deadline);
                    return None;
                }
                let due = self.due.pop().expect("first_due saw an item");
                self.earliest = None;
                let value = self.release(due.key.0).expect("first_due skips stale items");
                return Some((deadline, value));
            }
            match self.first_slot() {
                Some((level, slot, start)) if start <= now => self.cascade(level, slot, start),
                _ => {
                    // Nothing lies between: invariant 4 holds. It keeps short timers on the lower
                    // levels, where they cascade less.
                    self.horizon = self.horizon.max(now);
                    return None;
                }
            }
        }
    }

    fn find_earliest(&mut self) -> Option<u64> {
        loop {
            if let Some(deadline) = self.first_due() {
                return Some(deadline);
            }
            let (level, slot, start) = self.first_slot()?;
            let mut index = self.slots[level][slot].head;
            let mut earliest = u64::MAX;
            for _ in 0..LOOK_THROUGH {
                let node = &self.nodes[index as usize];
                earliest = earliest.min(node.deadline);
                index = node.next;
                if index == NIL {
                    return Some(earliest);
                }
            }
            self.cascade(level, slot, start);
        }
    }

    /// The earliest deadline in `due`, after throwing stale items away.
    fn first_due(&mut self) -> Option<u64> {
        while let Some(due) = self.due.peek() {
            if self.stale == 0 || self.entries[due.key.0 as usize].generation == due.key.1 {
                return Some(due.deadline);
            }
            self.due.pop();
            self.stale -= 1;
        }
        None
    }

    /// The first occupied slot and the time it starts.
    fn first_slot(&self) -> Option<(usize, usize, u64)> {
        if self.levels == 0 {
            return None;
        }
        let level = self.levels.trailing_zeros();
        let slot = self.occupied[level as usize].trailing_zeros();
        let shift = SLOT_SHIFT + DIGIT_BITS * level;
        // The digits above the level are the horizon's; above the highest level there are none.
        let above = u64::MAX.checked_shl(shift + DIGIT_BITS).unwrap_or(0);
        let start = (self.horizon & above) | (u64::from(slot) << shift);
        Some((level as usize, slot as usize, start))
    }

    /// Moves the horizon to the start of the first occupied slot and hands its timers down.
    fn cascade(&mut self, level: usize, slot: usize, start: u64) {
        let mut index = self.slots[level][slot].head;
        self.slots[level][slot] = List::EMPTY;
        self.vacate(level, slot);
        self.horizon = start;
        while index != NIL {
            let Node { deadline, next, .. } = self.nodes[index as usize];
            self.place(index, deadline);
            index = next;
        }
    }

    /// Puts an allocated entry where invariant 1 says.
    fn place(&mut self, index: u32, deadline: u64) {
        let Some((level, slot)) = position(deadline, self.horizon) else {
            let key = (index, self.entries[index as usize].generation);
            self.due.push(Due { deadline, sequence: self.sequence, key });
            self.sequence += 1;
            return;
        };
        let list = &mut self.slots[level][slot];
        let previous = std::mem::replace(&mut list.tail, index);
        if previous == NIL {
            list.head = index;
            self.occupied[level] |= 1 << slot;
            self.levels |= 1 << level;
        } else {
            self.nodes[previous as usize].next = index;
        }
        let node = &mut self.nodes[index as usize];
        node.next = NIL;
        node.previous = previous;
    }

    fn unlink(&mut self, index: u32, level: usize, slot: usize) {
        let Node { next, previous, .. } = self.nodes[index as usize];
        let list = &mut self.slots[level][slot];
        match previous {
            NIL => list.head = next,
            _ => self.nodes[previous as usize].next = next,
        }
        match next {
            NIL => list.tail = previous,
            _ => self.nodes[next as usize].previous = previous,
        }
        if list.head == NIL {
            self.vacate(level, slot);
        }
    }

    fn vacate(&mut self, level: usize, slot: usize) {
        self.occupied[level] &= !(1 << slot);
        if self.occupied[level] == 0 {
            self.levels &= !(1 << level);
        }
    }

    fn allocate(&mut self, deadline: u64, value: T) -> u32 {
        if self.free == NIL {
            let index = u32::try_from(self.entries.len()).ok().filter(|&index| index != NIL);
            let index = index.expect("more than 4 294 967 295 timers are pending in one loop");
            self.nodes.push(Node { deadline, next: NIL, previous: NIL });
            self.entries.push(Entry { generation: 0, value: Some(value) });
            return index;
        }
        let index = self.free;
        let node = &mut self.nodes[index as usize];
        self.free = node.next;
        node.deadline = deadline;
        self.entries[index as usize].value = Some(value);
        index
    }

    /// Makes an entry vacant; every key to it becomes stale.
    fn release(&mut self, index: u32) -> Option<T> {
        let entry = &mut self.entries[index as usize];
        let value = entry.value.take();
        self.len -= 1;
        entry.generation += 1;
        // An entry that has used up its generations is left unused, so that no key ever names a
        // later timer: one entry's bytes lost in four thousand million timers.
        if entry.generation < u32::MAX {
            self.nodes[index as usize].next = self.free;
            self.free = index;
        }
        value
    }
}

impl<T> std::fmt::Debug for Wheel<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut wheel = f.debug_struct("Wheel");
        wheel.field("len", &self.len).field("horizon", &self.horizon).finish_non_exhaustive()
    }
}

/// The level and slot for a deadline, or `None` if it belongs to `due`.
fn position(deadline: u64, horizon: u64) -> Option<(usize, usize)> {
    if deadline >> SLOT_SHIFT <= horizon >> SLOT_SHIFT {
        return None;
    }
    let highest = (deadline ^ horizon).ilog2();
    let level = (highest - SLOT_SHIFT) / DIGIT_BITS;
    let slot = (deadline >> (SLOT_SHIFT + DIGIT_BITS * level)) as usize % SLOTS;
    Some((level as usize, slot))
}
