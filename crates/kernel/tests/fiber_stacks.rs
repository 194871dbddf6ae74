//! Stacks: that they are used again, guarded, and given back.

use corosensei::stack::Stack as _;
use fourfold_kernel::fiber::stack::{Cache, stats};

#[test]
fn the_last_one_put_back_is_the_next_one_taken() {
    let mut cache = Cache::new();
    let first = cache.take(64 << 10).unwrap();
    let second = cache.take(64 << 10).unwrap();
    let base = first.base();
    assert_ne!(base, second.base());
    cache.put(second);
    cache.put(first);
    assert_eq!(cache.take(64 << 10).unwrap().base(), base);
}

#[test]
fn a_size_is_rounded_up_and_the_slot_aligned_to_it() {
    let mut cache = Cache::new();
    for (asked, size) in [(1, 16 << 10), (20_000, 32 << 10), (64 << 10, 64 << 10)] {
        let stack = cache.take(asked).unwrap();
        assert_eq!(stack.size(), size);
        assert_eq!(stack.base().get() - stack.limit().get(), size);
        assert_eq!(stack.base().get() % 4096, 0);
        cache.put(stack);
    }
}

#[test]
fn all_of_a_stack_above_its_guard_can_be_written() {
    let mut cache = Cache::new();
    let stack = cache.take(32 << 10).unwrap();
    let page = 4096;
    let lowest = stack.limit().get() + page;
    for address in (lowest..stack.base().get()).step_by(page) {
        let place = std::ptr::with_exposed_provenance_mut::<u8>(address);
        // SAFETY: within the stack, which is this test's.
        unsafe { place.write_volatile(1) };
    }
    cache.put(stack);
}

#[test]
fn a_size_that_cannot_be_is_refused_with_its_number() {
    let error = Cache::new().take(1 << 40).unwrap_err();
    assert!(error.to_string().contains("1099511627776"), "{error}");
}

#[test]
fn what_a_cache_leaves_behind_is_free_for_others() {
    const SIZE: usize = 512 << 10;
    let mut cache = Cache::new();
    let stack = cache.take(SIZE).unwrap();
    let base = stack.base();
    cache.put(stack);
    drop(cache);
    let mut other = Cache::new();
    let taken: Vec<_> = (0..64).map(|_| other.take(SIZE).unwrap()).collect();
    assert!(taken.iter().any(|stack| stack.base() == base));
}

#[test]
fn a_hundred_thousand_need_few_mappings() {
    let mappings =
        || std::fs::read_to_string("/proc/self/maps").map_or(0, |maps| maps.lines().count());
    let before = mappings();
    let mut cache = Cache::new();
    let stacks: Vec<_> = (0..100_000).map(|_| cache.take(16 << 10).unwrap()).collect();
    let made = stats().made;
    assert!(made >= 100_000, "{made}");
    // Threads of other tests end meanwhile, and their mappings go with them.
    let more = mappings().saturating_sub(before);
    // Where the kernel cannot mark guards, each splits a mapping; there the limit is the system's.
    if more > 50_000 {
        eprintln!("guards by protection");
    } else {
        assert!(more < 100, "{more} more mappings");
    }
    stacks.into_iter().for_each(|stack| cache.put(stack));
}
