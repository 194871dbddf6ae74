//! What a wheel takes and gives back, counted by the allocator of this test alone.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use fourfold_kernel::timer::Wheel;

thread_local! {
    /// Of this thread: the tests of a file run side by side.
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: each call goes to the system's allocator with the arguments it came with; counting
// neither allocates nor panics, since the counter needs no initialisation and no destructor and
// its arithmetic wraps.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.with(|bytes| bytes.set(bytes.get().wrapping_add(layout.size())));
        // SAFETY: the caller's promises are those of `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALLOCATED.with(|bytes| bytes.set(bytes.get().wrapping_sub(layout.size())));
        // SAFETY: the caller's promises are those of `System`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocated() -> usize {
    ALLOCATED.with(Cell::get)
}

const SECOND: u64 = 1_000_000_000;
const COUNT: usize = if cfg!(miri) { 100 } else { 10_000 };
/// An entry of 32 bytes and its index, a pending and a stale item of 16 each, and room to grow.
const BYTES_A_TIMER: usize = 200;

#[test]
fn timeouts_armed_again_and_again_take_no_more_memory() {
    let before = allocated();
    let mut wheel = Wheel::new();
    let mut keys: Vec<_> = (0..COUNT).map(|id| wheel.insert(30 * SECOND, id)).collect();
    let mut most = 0;
    for turn in 1..=100 {
        // The time stands still for the first turns: nothing can be thrown out for being over.
        let now = if turn < 50 { 0 } else { turn * SECOND / 10 };
        for key in &mut keys {
            let id = wheel.cancel(*key).unwrap();
            *key = wheel.insert(now + 30 * SECOND, id);
        }
        assert_eq!(wheel.pop_due(now), None);
        most = most.max(allocated() - before);
    }
    assert_eq!(wheel.len(), COUNT);
    assert!(most < COUNT * BYTES_A_TIMER + 100_000, "{most} bytes for {COUNT} timeouts");
}

#[test]
fn a_timer_that_is_due_and_is_cancelled_again_and_again_takes_no_more_memory() {
    let mut wheel = Wheel::new();
    let before = allocated();
    for id in 0..10 * COUNT {
        let key = wheel.insert(1, id);
        assert_eq!(wheel.cancel(key), Some(id));
    }
    assert!(allocated() - before < 100_000, "{} bytes", allocated() - before);
}

#[test]
fn the_memory_of_a_rush_is_given_back_but_for_the_table() {
    let mut wheel = Wheel::new();
    let before = allocated();
    let step = SECOND / COUNT as u64;
    for id in 0..COUNT as u64 {
        wheel.insert(id * 7_919 % COUNT as u64 * step, id);
    }
    let mut fired = 0;
    for now in (0..=SECOND).step_by(1_000_000) {
        while wheel.pop_due(now).is_some() {
            fired += 1;
        }
    }
    assert_eq!(fired, COUNT);
    // The table is kept: its entries of 32 bytes and their indices, each grown by doubling.
    let table = COUNT.next_power_of_two() * 36;
    let rest = (allocated() - before).saturating_sub(table);
    assert!(rest < 100_000, "{rest} bytes beside the table");
}
