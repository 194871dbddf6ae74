//! Where cells come from and go to.
//!
//! Tasks are made and freed in waves, of a few sizes. A general allocator keeps only a handful of free
//! blocks of a size at hand and goes through its slow path for the rest, which was a third of the
//! instructions of a spawn and join; and memory that one thread frees and another wants again goes
//! through its locks. So freed cells are kept by size class: some by each thread, the warmest first,
//! and what it has too much of in a depot for all, [`BATCH`] at a time (Bonwick's magazines).
//!
//! ```text
//!   allocate ◄── loaded ◄──┐
//!   free     ──► loaded ──►│ spare ◄──► depot ──► allocator, slowly
//!                a thread's own         of all
//! ```
//!
//! Memory may be freed on another thread than it came from. The depot keeps [`KEPT`] bytes of a
//! class; while a [`Watch`] lives it keeps all, and what was not needed for a while goes back piece by
//! piece.

use std::alloc::{self, Layout, LayoutError};
use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Sizes are rounded up to a multiple of this and [`OWN`]: what allocators such as glibc's hand
/// out without a gap, since a word of each of their blocks is their own.
const STEP: usize = 16;
const OWN: usize = size_of::<usize>();
const CLASSES: usize = 32;
/// Larger cells go to the allocator.
const LARGEST: usize = CLASSES * STEP - OWN;
/// Cells that go to the depot and come from it together.
const BATCH: usize = 64;
/// Bytes of a class the depot keeps at most while nobody trims it.
const KEPT: usize = 32 << 20;
/// Batches of a class that go back in one [`Watch::trim`] at most.
const TRIMMED: usize = 256;

/// What all memory of a class has.
const fn layout(class: usize) -> Result<Layout, LayoutError> {
    Layout::from_size_align((class + 1) * STEP - OWN, align_of::<u128>())
}

/// Free memory.
struct Free {
    next: Option<NonNull<Free>>,
    /// In the depot, of the first of a batch: the next batch.
    next_batch: Option<NonNull<Free>>,
}

/// The class of a layout, and the layout all memory of that class has.
#[inline(always)]
const fn class<T>() -> Option<(usize, Layout)> {
    let fits = size_of::<T>() >= size_of::<Free>() && size_of::<T>() <= LARGEST;
    if !fits || align_of::<T>() > align_of::<u128>() {
        return None;
    }
    let class = (size_of::<T>() + OWN - 1) / STEP;
    match layout(class) {
        Ok(layout) => Some((class, layout)),
        Err(_) => None,
    }
}

// A thread's own

thread_local! {
    static LISTS: Lists = const { Lists { classes: [const { Magazines::empty() }; CLASSES] } };
}

struct Lists {
    classes: [Magazines; CLASSES],
}

struct Magazines {
    loaded: Cell<Option<NonNull<Free>>>,
    /// How many are loaded: [`BATCH`] at most.
    len: Cell<usize>,
    /// A full batch.
    spare: Cell<Option<NonNull<Free>>>,
}

impl Magazines {
    const fn empty() -> Magazines {
        Magazines { loaded: Cell::new(None), len: Cell::new(0), spare: Cell::new(None) }
    }

    #[inline]
    fn take(&self, class: usize) -> Option<NonNull<Free>> {
        let head = match self.loaded.get() {
            Some(head) => head,
            None => self.load(class)?,
        };
        // SAFETY: what is in a list is free memory that starts with a `Free`, this thread's alone.
        self.loaded.set(unsafe { head.as_ref() }.next);
        self.len.set(self.len.get() - 1);
        Some(head)
    }

    #[cold]
    fn load(&self, class: usize) -> Option<NonNull<Free>> {
        let batch = self.spare.take().or_else(|| shelf(class).take())?;
        self.len.set(BATCH);
        Some(batch)
    }

    /// # Safety
    ///
    /// Memory of this class that nobody uses.
    #[inline]
    unsafe fn put(&self, class: usize, memory: NonNull<Free>) {
        if self.len.get() == BATCH {
            self.unload(class);
        }
        // SAFETY: the caller's promise; no class is smaller than a `Free`.
        unsafe { memory.write(Free { next: self.loaded.get(), next_batch: None }) };
        self.loaded.set(Some(memory));
        self.len.set(self.len.get() + 1);
    }

    #[cold]
    fn unload(&self, class: usize) {
        self.len.set(0);
        if let Some(batch) = self.spare.replace(self.loaded.take()) {
            keep(class, batch);
        }
    }
}

impl Drop for Lists {
    fn drop(&mut self) {
        for (class, magazines) in self.classes.iter().enumerate() {
            for list in [magazines.loaded.take(), magazines.spare.take()] {
                // SAFETY: free memory of this class, in this list alone.
                unsafe { give_back(class, list) };
            }
        }
    }
}

// Of all

/// Full batches of a class.
struct Shelf {
    first: Option<NonNull<Free>>,
    len: usize,
    /// The shortest it was since the last trim.
    least: usize,
}

// SAFETY: free memory belongs to nobody.
unsafe impl Send for Shelf {}

static DEPOT: [Mutex<Shelf>; CLASSES] =
    [const { Mutex::new(Shelf { first: None, len: 0, least: 0 }) }; CLASSES];
/// How many [`Watch`]es there are.
static WATCHES: AtomicUsize = AtomicUsize::new(0);

fn shelf(class: usize) -> MutexGuard<'static, Shelf> {
    DEPOT[class].lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shelf {
    fn take(&mut self) -> Option<NonNull<Free>> {
        let batch = self.first?;
        // SAFETY: the first of a batch in the depot, which nobody else has.
        self.first = unsafe { (*batch.as_ptr()).next_batch.take() };
        self.len -= 1;
        self.least = self.least.min(self.len);
        Some(batch)
    }
}

fn keep(class: usize, batch: NonNull<Free>) {
    let size = layout(class).map_or(0, |layout| layout.size() * BATCH);
    let mut shelf = shelf(class);
    if WATCHES.load(Ordering::Relaxed) == 0 && shelf.len * size + size > KEPT {
        drop(shelf);
        // SAFETY: free memory of this class, which was in one list.
        return unsafe { give_back(class, Some(batch)) };
    }
    // SAFETY: this has it alone.
    unsafe { (*batch.as_ptr()).next_batch = shelf.first };
    shelf.first = Some(batch);
    shelf.len += 1;
}

/// Returns a list to the allocator.
///
/// # Safety
///
/// Its memory is of this class, and in no other list.
unsafe fn give_back(class: usize, mut list: Option<NonNull<Free>>) {
    let Ok(layout) = layout(class) else { return };
    while let Some(memory) = list {
        // SAFETY: the caller's promise; allocated with the layout of its class.
        unsafe {
            list = memory.as_ref().next;
            alloc::dealloc(memory.as_ptr().cast(), layout);
        }
    }
}

/// While one lives the depot keeps all it is given: its owner calls [`trim`](Watch::trim).
pub(crate) struct Watch(());

impl Watch {
    pub(crate) fn new() -> Watch {
        WATCHES.fetch_add(1, Ordering::Relaxed);
        Watch(())
    }

    /// Gives half of what was not needed since the last call back to the allocator, or less if that
    /// is much. About once a second.
    pub(crate) fn trim(&self) {
        for class in 0..CLASSES {
            let mut batches = Vec::new();
            {
                let mut shelf = shelf(class);
                let count = shelf.least.div_ceil(2).min(TRIMMED);
                batches.extend(std::iter::from_fn(|| shelf.take()).take(count));
                shelf.least = shelf.len;
            }
            for batch in batches {
                // SAFETY: free memory of this class, taken out of the depot.
                unsafe { give_back(class, Some(batch)) };
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        WATCHES.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Moves `value` to the heap. It is freed by [`free`] and by nothing else.
#[inline]
pub(super) fn allocate<T>(value: T) -> NonNull<T> {
    let Some((class, layout)) = (const { class::<T>() }) else {
        return NonNull::from(Box::leak(Box::new(value)));
    };
    let memory = match LISTS.try_with(|lists| lists.classes[class].take(class)) {
        Ok(Some(memory)) => memory.cast::<T>(),
        // None is free, or the thread is ending and has no lists any more.
        Ok(None) | Err(_) => fresh(layout).cast::<T>(),
    };
    // SAFETY: memory of the class's layout, large and aligned enough for a `T`.
    unsafe { memory.write(value) };
    memory
}

#[cold]
fn fresh(layout: Layout) -> NonNull<u8> {
    // SAFETY: the layout is not empty.
    match NonNull::new(unsafe { alloc::alloc(layout) }) {
        Some(memory) => memory,
        None => alloc::handle_alloc_error(layout),
    }
}

/// Drops the value and keeps or frees its memory. Any thread.
///
/// # Safety
///
/// `value` came from [`allocate`] for the same `T`, and nobody uses it any more.
#[inline]
pub(super) unsafe fn free<T>(value: NonNull<T>) {
    let Some((class, layout)) = (const { class::<T>() }) else {
        // SAFETY: it came out of a box, and is the caller's alone.
        return drop(unsafe { Box::from_raw(value.as_ptr()) });
    };
    /// Gives the memory back also where the value's destructor panics.
    struct Memory(NonNull<Free>, usize, Layout);
    impl Drop for Memory {
        #[inline]
        fn drop(&mut self) {
            let Memory(memory, class, layout) = *self;
            // SAFETY: the value is gone.
            let kept = LISTS.try_with(|lists| unsafe { lists.classes[class].put(class, memory) });
            if kept.is_err() {
                // SAFETY: allocated with the layout of its class.
                unsafe { alloc::dealloc(memory.as_ptr().cast(), layout) };
            }
        }
    }
    let _memory = Memory(value.cast(), class, layout);
    // SAFETY: the caller's alone, and used no more.
    unsafe { value.drop_in_place() };
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn a_freed_cell_s_memory_is_used_again() {
        let first = allocate([1_u64; 9]);
        // SAFETY: allocated above, and not used any more.
        unsafe { free(first) };
        let second = allocate([2_u64; 9]);
        assert_eq!(second, first);
        // SAFETY: as above.
        unsafe { free(second) };
    }

    #[test]
    fn values_of_any_size_and_alignment_are_dropped_once() {
        #[repr(align(64))]
        struct Wide(#[allow(dead_code)] Rc<()>);
        let count = Rc::new(());
        let small = allocate(count.clone());
        let large = allocate((count.clone(), [0_u8; 2000]));
        let wide = allocate(Wide(count.clone()));
        assert_eq!(wide.addr().get() % 64, 0);
        assert_eq!(Rc::strong_count(&count), 4);
        // SAFETY: allocated above, each freed once.
        unsafe {
            free(small);
            free(large);
            free(wide);
        }
        assert_eq!(Rc::strong_count(&count), 1);
    }

    #[test]
    fn memory_may_be_freed_on_another_thread_and_when_a_thread_ends() {
        let made = allocate(vec![1, 2, 3]);
        struct Carry(NonNull<Vec<i32>>);
        // SAFETY: a vector of numbers may be dropped anywhere.
        unsafe impl Send for Carry {}
        let carry = Carry(made);
        std::thread::spawn(move || {
            let carry = carry;
            // SAFETY: moved here to be freed.
            unsafe { free(carry.0) };
        })
        .join()
        .unwrap();
    }

    #[test]
    fn what_one_thread_frees_another_uses_and_what_nobody_uses_goes_back() {
        type Value = [u64; 61];
        const CLASS: usize = match class::<Value>() {
            Some((class, _)) => class,
            None => panic!("it is small enough"),
        };
        struct Carry(Vec<NonNull<Value>>);
        // SAFETY: numbers may be dropped anywhere.
        unsafe impl Send for Carry {}
        let watch = Watch::new();
        let carry = Carry((0..5 * BATCH).map(|_| allocate([0; 61])).collect());
        std::thread::spawn(move || {
            let carry = carry;
            for value in carry.0 {
                // SAFETY: moved here to be freed.
                unsafe { free(value) };
            }
        })
        .join()
        .unwrap();
        // No other test has values of this size. Two batches were the thread's own.
        assert_eq!(shelf(CLASS).len, 3);
        let used = allocate([0_u64; 61]);
        assert_eq!(shelf(CLASS).len, 2);
        watch.trim();
        assert_eq!(shelf(CLASS).len, 2);
        watch.trim();
        assert_eq!(shelf(CLASS).len, 1);
        // SAFETY: allocated above.
        unsafe { free(used) };
    }
}
