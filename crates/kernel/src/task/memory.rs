//! Where cells come from and go to.
//!
//! Tasks are made and freed in waves, of a few sizes, on one thread. A general allocator keeps
//! only a handful of free blocks of a size at hand and goes through its slow path for the rest,
//! which was a third of the instructions of a spawn and join. So each thread keeps the memory of
//! freed cells in lists by size class and hands it out again, the warmest first. What would make
//! the lists longer than [`KEPT`] goes back to the allocator, and so does everything when the
//! thread ends.
//!
//! Memory may be freed on another thread than it came from: it then joins that thread's lists.

use std::alloc::{self, Layout, LayoutError};
use std::cell::Cell;
use std::ptr::NonNull;

/// Sizes are rounded up to a multiple of this and [`OWN`]: what allocators such as glibc's hand
/// out without a gap, since a word of each of their blocks is their own.
const STEP: usize = 16;
const OWN: usize = size_of::<usize>();
const CLASSES: usize = 32;
/// Larger cells go to the allocator.
const LARGEST: usize = CLASSES * STEP - OWN;

/// What all memory of a class has.
const fn layout(class: usize) -> Result<Layout, LayoutError> {
    Layout::from_size_align((class + 1) * STEP - OWN, align_of::<u128>())
}
/// Bytes a thread keeps at most.
const KEPT: usize = 32 << 20;

struct Free {
    next: Option<NonNull<Free>>,
}

struct Lists {
    heads: [Cell<Option<NonNull<Free>>>; CLASSES],
    kept: Cell<usize>,
}

thread_local! {
    static LISTS: Lists = const {
        Lists { heads: [const { Cell::new(None) }; CLASSES], kept: Cell::new(0) }
    };
}

/// The class of a layout, and the layout all memory of that class has.
#[inline(always)]
const fn class<T>() -> Option<(usize, Layout)> {
    if size_of::<T>() == 0 || size_of::<T>() > LARGEST || align_of::<T>() > align_of::<u128>() {
        return None;
    }
    let class = (size_of::<T>() + OWN - 1) / STEP;
    match layout(class) {
        Ok(layout) => Some((class, layout)),
        Err(_) => None,
    }
}

/// Moves `value` to the heap. It is freed by [`free`] and by nothing else.
#[inline]
pub(super) fn allocate<T>(value: T) -> NonNull<T> {
    let Some((class, layout)) = (const { class::<T>() }) else {
        return NonNull::from(Box::leak(Box::new(value)));
    };
    let reused = LISTS.try_with(|lists| {
        let head = lists.heads[class].get()?;
        // SAFETY: what is in a list is free memory of at least this size that starts with a
        // `Free`, and it is this thread's alone.
        lists.heads[class].set(unsafe { head.as_ref() }.next);
        lists.kept.set(lists.kept.get() - layout.size());
        Some(head.cast::<T>())
    });
    let memory = match reused {
        Ok(Some(memory)) => memory,
        // No list, or the thread is ending and has none any more.
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
            let kept = LISTS.try_with(|lists| {
                let kept = lists.kept.get() + layout.size();
                if kept > KEPT {
                    return false;
                }
                lists.kept.set(kept);
                // SAFETY: the value is gone, and the memory is larger than a `Free`.
                unsafe { memory.write(Free { next: lists.heads[class].get() }) };
                lists.heads[class].set(Some(memory));
                true
            });
            if !matches!(kept, Ok(true)) {
                // SAFETY: allocated with the layout of its class.
                unsafe { alloc::dealloc(memory.as_ptr().cast(), layout) };
            }
        }
    }
    let _memory = Memory(value.cast(), class, layout);
    // SAFETY: the caller's alone, and used no more.
    unsafe { value.drop_in_place() };
}

impl Drop for Lists {
    fn drop(&mut self) {
        for (class, head) in self.heads.iter().enumerate() {
            let Ok(layout) = layout(class) else {
                continue;
            };
            let mut next = head.take();
            while let Some(memory) = next {
                // SAFETY: free memory of this class, in this list alone.
                unsafe {
                    next = memory.as_ref().next;
                    alloc::dealloc(memory.as_ptr().cast(), layout);
                }
            }
        }
    }
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
}
