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
//! ```text
//!   key ──► entries   deadline, generation, value      touched by insert, cancel and fire
//!
//!   slots   level 2   [ item item item … ]             one array a slot;
//!              │      opened once its time has come    item = deadline and key, 16 bytes
//!              ▼
//!           level 1   [ … ] [ … ] [ … ]
//!              ▼
//!           level 0   [ … ] [ … ]
//!              │      sorted
//!              ▼
//!   due     run       [ item item … ]  +  a heap of those inserted too late for it
//! ```
//!
//! A million timers do not fit into the cache, so what counts is how often a timer meets memory
//! at random: once when it is inserted and once when it fires, in its entry, and both times the
//! line is asked for in advance. All between is reading one array and appending to others.
//! Cancelling touches the entry alone and leaves a *stale* item behind, known by its generation.
//!
//! # Invariants
//!
//! 1. Where a timer waits follows from its deadline and the horizon alone. If it lies in the
//!    horizon's level-0 slot or before, it is due. Otherwise the highest digit in which the two
//!    differ is its level, and the deadline's digit there is its slot.
//! 2. A slot's items are in the order of insertion *for equal deadlines*: equal deadlines share a
//!    slot by (1), newcomers are appended, and a slot is emptied from its start, before anything
//!    can be inserted below it. So no item carries a sequence number; only what is inserted when
//!    it is due already is given one.
//! 3. The slot of the horizon itself is empty on every level, hence each occupied slot lies ahead
//!    of it, every timer of a level fires before any of the next, and the due before all of them.
//! 4. The horizon never moves back, and never past an item that is not among the due.
//! 5. Each pending timer has one item. `stale` counts all other items, which are never many more
//!    than the pending ones.
//!
//! # Rejected
//!
//! * *A binary heap.* It meets a cache miss for each level of the tree, and cancelling is
//!   O(log n) or leaves the entry behind until its deadline, which for timeouts that hardly ever
//!   fire is most of the memory.
//! * *Lists through the slots*, as in the paper and in this wheel's first version. Cancelling
//!   leaves nothing behind, but each step along a list is a cache miss that nothing announces, on
//!   every level a timer passes: three to eight times the time per timer at a million of them.
//! * *Rounding to the slot.* It saves the sort, but timers 1 µs apart would fire in any order and a
//!   virtual clock could not jump to the deadline.
//! * *Cascading for each `next_deadline`.* A lone timer in an hour would drag the horizon there,
//!   and what is inserted meanwhile would all be late, in a heap. See [`Wheel::next_deadline`].

use super::Key;
use super::due::Due;
use super::entries::{Entries, Item};
use super::slots::{Place, Slots};

/// So few items `next_deadline` looks through at any time.
const LOOK_THROUGH: usize = 32;
/// So many items each insertion or cancellation pays for.
const PAID: usize = 4;
/// Below this many stale items it is not worth sweeping.
const STALE_FLOOR: usize = 64;
/// How many timers ahead of the one that fires the entry is asked for.
const AHEAD: usize = 8;

/// Pending timers of one loop; see the [module](super) for how a loop uses it.
///
/// `T` is what the timer hands back, usually a `Waker`. One thread at a time: there is no lock
/// inside.
///
/// Memory: an entry for each timer at the highest count reached so far, 36 bytes if `T` is a
/// `Waker`, which is reused and not shrunk; and 16 bytes for each timer that is pending or was
/// cancelled lately, at most a few times over since arrays grow by doubling. That is given back.
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
    entries: Entries<T>,
    slots: Slots,
    due: Due,
    len: usize,
    /// Items of cancelled timers.
    stale: usize,
    /// Insertions and cancellations since `next_deadline` last looked through a crowded slot.
    operations: usize,
    /// What `next_deadline` found last, while it holds.
    earliest: Option<u64>,
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
            entries: Entries::new(),
            slots: Slots::new(),
            due: Due::new(),
            len: 0,
            stale: 0,
            operations: 0,
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
    /// among the due ones. O(1) amortised; O(log n) for a deadline within the slot that fires now.
    ///
    /// # Panics
    ///
    /// When 4 294 967 295 timers are pending.
    pub fn insert(&mut self, deadline: u64, value: T) -> Key {
        let key = self.entries.insert(deadline, value);
        self.len += 1;
        self.operations += 1;
        if self.len == 1 || self.earliest.is_some_and(|earliest| deadline < earliest) {
            self.earliest = Some(deadline);
        }
        let item = Item { deadline, key };
        if !self.slots.insert(item) {
            self.due.insert(item);
        }
        key
    }

    /// Takes a timer out and gives its value back; `None` if it fired or was cancelled before.
    /// O(1) amortised.
    pub fn cancel(&mut self, key: Key) -> Option<T> {
        let (deadline, value) = self.entries.take(key)?;
        self.len -= 1;
        self.stale += 1;
        self.operations += 1;
        if self.earliest == Some(deadline) {
            self.earliest = None;
        }
        // Each sweep is paid for by as many cancellations as half the items it looks at.
        if self.stale > STALE_FLOOR && self.stale > self.len {
            self.sweep();
        }
        Some(value)
    }

    /// The deadline of a pending timer; `None` if it fired or was cancelled.
    pub fn deadline(&self, key: Key) -> Option<u64> {
        self.entries.deadline(key)
    }

    /// The value of a pending timer; `None` if it fired or was cancelled.
    pub fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        self.entries.get_mut(key)
    }

    /// The exact deadline of the timer that fires next.
    ///
    /// Remembered until that timer goes, so asking again costs nothing. Each slot knows its
    /// earliest item too, so it costs little as long as that one has not been cancelled. Otherwise
    /// the first occupied slot is looked through, if it holds a few items or enough has been
    /// inserted and cancelled since to pay for it, or else handed down. An item is handed down at
    /// most once for each of the eight levels, so however often this is asked it is O(1) amortised.
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
            if let Some(item) = self.first_due() {
                if item.deadline > now {
                    self.earliest = Some(item.deadline);
                    return None;
                }
                if let Some(ahead) = self.due.ahead(AHEAD) {
                    self.entries.prefetch(ahead.key.index);
                }
                self.due.remove_first();
                self.earliest = None;
                self.len -= 1;
                return Some(self.entries.take(item.key).expect("first_due skips stale items"));
            }
            match self.slots.first() {
                Some(first) if first.start <= now => self.open(first, now),
                _ => {
                    // Nothing lies between: invariant 4 holds. It keeps short timers on the lower
                    // levels, where they cascade less.
                    self.slots.advance(now);
                    return None;
                }
            }
        }
    }

    fn find_earliest(&mut self) -> Option<u64> {
        loop {
            if let Some(item) = self.first_due() {
                return Some(item.deadline);
            }
            let first = self.slots.first()?;
            let earliest = self.slots.earliest(first);
            if self.entries.is_pending(earliest.key) {
                return Some(earliest.deadline);
            }
            let count = self.slots.count(first);
            if count <= LOOK_THROUGH {
                self.look_through(first);
            } else if count <= PAID * self.operations {
                self.operations = 0;
                self.look_through(first);
            } else {
                self.open(first, first.start);
            }
        }
    }

    /// The first of the due timers, after throwing stale items away.
    #[inline]
    fn first_due(&mut self) -> Option<Item> {
        while let Some(item) = self.due.first() {
            if self.stale == 0 || self.entries.is_pending(item.key) {
                return Some(item);
            }
            self.due.remove_first();
            self.stale -= 1;
        }
        None
    }

    /// Makes the timers of the first occupied slot due, as far as they are not for a lower slot.
    /// The horizon stops at `now` or at the start of the slot, whichever is later.
    fn open(&mut self, first: Place, now: u64) {
        let Wheel { slots, due, entries, len, .. } = self;
        due.refill(|run| slots.open(first, now, run, *len));
        for ahead in (0..AHEAD).map_while(|by| due.ahead(by)) {
            entries.prefetch(ahead.key.index);
        }
    }

    /// Makes a slot's earliest item a pending one.
    fn look_through(&mut self, place: Place) {
        let Wheel { slots, entries, len, stale, .. } = self;
        *stale -= slots.sweep(place, |item| entries.is_pending(item.key), *len);
    }

    fn sweep(&mut self) {
        let Wheel { slots, entries, due, len, stale, .. } = self;
        let is_pending = |item: Item| entries.is_pending(item.key);
        *stale -= due.sweep(is_pending) + slots.sweep_all(is_pending, *len);
        debug_assert_eq!(*stale, 0, "all stale items are found by a sweep");
    }
}

impl<T> std::fmt::Debug for Wheel<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut wheel = f.debug_struct("Wheel");
        wheel.field("len", &self.len).field("horizon", &self.slots.horizon());
        wheel.finish_non_exhaustive()
    }
}
