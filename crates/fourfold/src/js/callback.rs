//! Functions that the loop calls, and what they may return.

use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};

use crate::{Error, Result};

/// What a callback may return: nothing, or a [`Result`] whose error is thrown.
pub trait Outcome {
    /// As a result.
    ///
    /// # Errors
    ///
    /// What the callback threw.
    fn into_result(self) -> Result<()>;
}

impl Outcome for () {
    #[inline]
    fn into_result(self) -> Result<()> {
        Ok(())
    }
}

impl<E: Into<Error>> Outcome for Result<(), E> {
    #[inline]
    fn into_result(self) -> Result<()> {
        self.map_err(Into::into)
    }
}

/// A function to be called once. What it has captured lies in here if it is small, as of most timers
/// and immediates, and in a box of its own otherwise.
///
/// Invariant: `room` holds what `kind` says, a function of one type or the box of one, until `call` takes
/// it or `drop` drops it; after that nothing of it is used.
pub(crate) struct Callback {
    kind: &'static Kind,
    room: Room,
    /// A function may be bound to its thread.
    _bound: PhantomData<*const ()>,
}

/// What a small function has captured. Of `MaybeUninit`, so that bytes of any kind may be moved with it.
type Room = MaybeUninit<[usize; 3]>;

/// What can be done with the function in a [`Room`]. Neither may be called twice, nor both.
struct Kind {
    call: unsafe fn(*mut Room) -> Result<()>,
    drop: unsafe fn(*mut Room),
}

/// Functions that lie in the room.
struct Inline<F, R>(PhantomData<(F, R)>);

impl<R: Outcome, F: FnOnce() -> R + 'static> Inline<F, R> {
    const FITS: bool = size_of::<F>() <= size_of::<Room>() && align_of::<F>() <= align_of::<Room>();
    const KIND: &'static Kind = &Kind { call: Self::call, drop: Self::drop };

    /// # Safety
    ///
    /// Only where `FITS`.
    #[inline]
    unsafe fn hold(f: F) -> Callback {
        let mut room = Room::uninit();
        // SAFETY: the caller's promise: it is large enough, and aligned.
        unsafe { room.as_mut_ptr().cast::<F>().write(f) };
        Callback { kind: Self::KIND, room, _bound: PhantomData }
    }

    /// # Safety
    ///
    /// `room` holds an `F`, which nobody uses again.
    unsafe fn call(room: *mut Room) -> Result<()> {
        // SAFETY: the caller's promise; what it has captured is dropped by the call.
        let f = unsafe { room.cast::<F>().read() };
        f().into_result()
    }

    /// # Safety
    ///
    /// As [`call`](Inline::call).
    unsafe fn drop(room: *mut Room) {
        // SAFETY: the caller's promise.
        unsafe { room.cast::<F>().drop_in_place() }
    }
}

impl Callback {
    #[inline]
    pub(crate) fn new<R: Outcome, F: FnOnce() -> R + 'static>(f: F) -> Callback {
        if Inline::<F, R>::FITS {
            // SAFETY: just asked.
            return unsafe { Inline::hold(f) };
        }
        // SAFETY: a box is called as what is in it, and is a pointer.
        unsafe { Inline::hold(Box::new(f)) }
    }

    #[inline]
    pub(crate) fn call(self) -> Result<()> {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: the room holds what `kind` says, and is not used again: not even dropped.
        unsafe { (this.kind.call)(&raw mut this.room) }
    }
}

impl Drop for Callback {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the room holds what `kind` says: `call` has not been called. It is not used again.
        unsafe { (self.kind.drop)(&raw mut self.room) }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;

    /// Counts how often it was dropped.
    struct Counted(Rc<Cell<u32>>);

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }

    #[test]
    fn small_and_large_functions_are_called_once_and_dropped_once() {
        let drops = Rc::new(Cell::new(0));
        let (small, large) = (Counted(drops.clone()), (Counted(drops.clone()), [7_u64; 9]));
        let small = Callback::new(move || drop(small));
        let large = Callback::new(move || drop(large));
        assert_eq!(drops.get(), 0);
        small.call().unwrap();
        large.call().unwrap();
        assert_eq!(drops.get(), 2);
    }

    #[test]
    fn a_function_that_is_not_called_is_dropped() {
        let drops = Rc::new(Cell::new(0));
        let (small, large) = (Counted(drops.clone()), (Counted(drops.clone()), [7_u64; 9]));
        drop(Callback::new(move || drop(small)));
        drop(Callback::new(move || drop(large)));
        assert_eq!(drops.get(), 2);
    }

    #[test]
    fn a_function_that_panics_is_dropped_once() {
        fn panics() {
            panic!("as it should");
        }
        let drops = Rc::new(Cell::new(0));
        let counted = Counted(drops.clone());
        let throws = Callback::new(move || {
            let _counted = counted;
            panics();
        });
        let call = std::panic::AssertUnwindSafe(move || throws.call());
        assert!(std::panic::catch_unwind(call).is_err());
        assert_eq!(drops.get(), 1);
    }

    #[test]
    fn a_function_with_a_large_alignment_has_a_box() {
        #[repr(align(64))]
        struct Wide(u8);
        let wide = Wide(3);
        let called = Rc::new(Cell::new(0));
        let seen = called.clone();
        Callback::new(move || seen.set({ &wide }.0)).call().unwrap();
        assert_eq!(called.get(), 3);
    }

    #[test]
    fn what_it_throws_is_given_back() {
        let error = Callback::new(|| Err::<(), _>(Error::msg("thrown"))).call().unwrap_err();
        assert_eq!(error.to_string(), "thrown");
    }
}
