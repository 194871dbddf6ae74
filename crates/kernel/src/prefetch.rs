//! A hint to the processor that some memory is about to be used.
//!
//! Worth it where the address is known well before the bytes are needed and is not predictable:
//! the entry of a timer that fires a few turns of a loop later, the task behind a waker. A miss
//! that the processor is told of in time overlaps with the work before it.

/// Asks for the cache line at `address`; returns at once. Any thread.
///
/// Any pointer will do, dangling or null too: nothing is read and nothing can fail. Does
/// something on x86-64 only; that of aarch64 is not in stable `core::arch`.
///
/// ```
/// use fourfold_kernel::prefetch::prefetch;
///
/// let value = Box::new(7);
/// prefetch(&raw const *value);
/// prefetch(std::ptr::null::<u64>());
/// assert_eq!(*value, 7);
/// ```
#[inline(always)]
pub fn prefetch<T>(address: *const T) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: PREFETCHT0 is part of SSE, which every x86-64 processor has. It does not access
        // memory as far as the program can tell and does not fault, whatever the address, so
        // nothing is asked of the pointer.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) };
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = address;
}
