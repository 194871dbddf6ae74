//! Which thread this is, as a number that is never used again; and how much of its stack is left.
//!
//! The address of a thread-local would be cheaper to get but may be handed to a later thread;
//! the standard `ThreadId` is not readable in one load.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names one thread of this process for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token(u64);

static NEXT: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static TOKEN: Cell<u64> = const { Cell::new(0) };
}

/// The token of the calling thread.
#[inline]
pub fn token() -> Token {
    TOKEN.with(|token| match token.get() {
        0 => first(token),
        known => Token(known),
    })
}

#[cold]
fn first(token: &Cell<u64>) -> Token {
    let fresh = NEXT.fetch_add(1, Ordering::Relaxed);
    token.set(fresh);
    Token(fresh)
}

/// Whether at least this many bytes are left on the thread's own stack. False on a fiber's, whose end is
/// not known here, and where the system does not tell.
#[inline]
pub fn has_stack(bytes: usize) -> bool {
    let here = stack::position();
    let (low, high) = stack::bounds();
    here < high && here.checked_sub(low).is_some_and(|left| left > bytes)
}

mod stack {
    use std::cell::Cell;

    thread_local! {
        /// The lowest address and the one behind the highest; both 0 while they are not known.
        static BOUNDS: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
    }

    /// An address in the frame of the caller, or near it.
    #[inline]
    pub(super) fn position() -> usize {
        let here = 0_u8;
        std::hint::black_box(&raw const here).addr()
    }

    #[inline]
    pub(super) fn bounds() -> (usize, usize) {
        let known = BOUNDS.get();
        if known.1 != 0 { known } else { ask() }
    }

    #[cold]
    fn ask() -> (usize, usize) {
        // What is not told is an empty stack, which has room for nothing.
        let bounds = told().unwrap_or((1, 1));
        BOUNDS.set(bounds);
        bounds
    }

    #[cfg(all(target_os = "linux", not(miri)))]
    fn told() -> Option<(usize, usize)> {
        // SAFETY: the attributes are initialised by the first call, read if that succeeded, and
        // destroyed once.
        unsafe {
            let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
            if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
                return None;
            }
            let mut low = std::ptr::null_mut();
            let mut size = 0;
            let failed =
                libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut low, &raw mut size);
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
            (failed == 0).then(|| (low.addr(), low.addr() + size))
        }
    }

    #[cfg(target_os = "macos")]
    fn told() -> Option<(usize, usize)> {
        // SAFETY: both only read what the system knows of this thread.
        let (high, size) = unsafe {
            let this = libc::pthread_self();
            (libc::pthread_get_stackaddr_np(this).addr(), libc::pthread_get_stacksize_np(this))
        };
        Some((high - size, high))
    }

    /// There the stack is no part of memory, and ends nowhere.
    #[cfg(all(target_os = "linux", miri))]
    fn told() -> Option<(usize, usize)> {
        Some((0, usize::MAX))
    }

    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    fn told() -> Option<(usize, usize)> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(any(target_os = "linux", target_os = "macos"), not(miri)))]
    fn a_thread_knows_how_much_of_its_stack_is_left() {
        let thread = std::thread::Builder::new().stack_size(512 << 10);
        // The system may have given it the larger stack of a thread that has ended.
        let known = thread.spawn(|| (has_stack(128 << 10), has_stack(1 << 30))).unwrap();
        assert_eq!(known.join().unwrap(), (true, false));
        // Not on a stack of another kind.
        let fiber = crate::pool::Pool::builder().workers(1).build().unwrap();
        let on_fiber = fiber.spawn_fiber(|| has_stack(1), crate::pool::Options::new());
        assert!(!crate::fiber::wait(on_fiber).unwrap());
        fiber.shut_down();
    }

    #[test]
    fn a_thread_keeps_its_token_and_shares_it_with_none() {
        let here = token();
        assert_eq!(token(), here);
        assert_ne!(std::thread::spawn(token).join().unwrap(), here);
    }
}
