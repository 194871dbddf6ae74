//! Who reacts to a promise.

use std::cell::{Cell, RefCell};
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::NonNull;
use std::rc::Rc;
use std::task::{RawWaker, RawWakerVTable, Waker};

use fourfold_kernel::task::Runnable;

use super::cell::PromiseData;
use super::microtasks::Reaction;

/// Who reacts to a promise. None of them holds the promise it listens to: a promise that nobody can
/// settle any more would never go.
///
/// Every cell has room for one, so it is two words: what is neither a waker nor a `then` is in a box, as
/// if it were a waker.
pub(crate) enum Listener {
    /// An async function, any other waker, or what [`Rare`] has made into one.
    Wake(Waker),
    /// The body of a `then`, which is run for nothing but this: a microtask that is handed the promise.
    Then(Due),
}

/// The other listeners.
pub(super) enum Rare {
    /// A body that is handed the promise in a microtask, and may be woken for other reasons.
    Follow(Waker),
    /// A body that is handed the promise at once.
    Forward(Waker),
    /// One of many promises that something waits for.
    React(Listening),
}

impl Listener {
    /// `body` is handed the promise in a microtask.
    pub(crate) fn follow(body: Waker) -> Listener {
        Rare::Follow(body).into_listener()
    }

    /// `body` is handed the promise at once.
    pub(crate) fn forward(body: Waker) -> Listener {
        Rare::Forward(body).into_listener()
    }

    /// Something that waits for several promises.
    pub(crate) fn react(listening: Listening) -> Listener {
        Rare::React(listening).into_listener()
    }

    /// As [`react`](Listener::react), in one of `places` instead of a box of its own.
    ///
    /// # Safety
    ///
    /// What `listening` refers to owns `places`, and drops nothing of it before itself.
    pub(crate) unsafe fn react_in(places: &Places, listening: Listening) -> Listener {
        let place = places.next();
        // SAFETY: nobody has had this place before.
        unsafe { place.write(Rare::React(listening)) };
        // SAFETY: as in `into_listener`. The place is there until what is in it was taken out, since that
        // keeps alive who owns it.
        Listener::Wake(unsafe { Waker::new(place.as_ptr().cast_const().cast(), &RARE_IN_PLACE) })
    }
}

/// Its address tells a [`Rare`] in a box from a waker.
static RARE: RawWakerVTable =
    RawWakerVTable::new(Rare::never_cloned, Rare::never_woken, Rare::never_woken, Rare::drop_boxed);
/// And one in a place of [`Places`].
static RARE_IN_PLACE: RawWakerVTable = RawWakerVTable::new(
    Rare::never_cloned,
    Rare::never_woken,
    Rare::never_woken,
    Rare::drop_in_place,
);

impl Rare {
    fn into_listener(self) -> Listener {
        let data = Box::into_raw(Box::new(self));
        // SAFETY: the only function of the table that is called is `drop`, since no one else sees this
        // waker: `notify` takes it apart and `waker` keeps it to itself. Listeners stay on the thread of
        // their loop, so `drop` is called on no other.
        Listener::Wake(unsafe { Waker::new(data.cast_const().cast(), &RARE) })
    }

    #[inline]
    pub(super) fn is_in(waker: &Waker) -> bool {
        std::ptr::eq(waker.vtable(), &RARE) || std::ptr::eq(waker.vtable(), &RARE_IN_PLACE)
    }

    /// What is in `waker`, or that itself.
    #[inline]
    pub(super) fn of(waker: Waker) -> Result<Rare, Waker> {
        let data = waker.data().cast_mut().cast::<Rare>();
        if std::ptr::eq(waker.vtable(), &RARE) {
            let _taken = ManuallyDrop::new(waker);
            // SAFETY: it was made by `into_listener`, and is not dropped.
            Ok(*unsafe { Box::from_raw(data) })
        } else if std::ptr::eq(waker.vtable(), &RARE_IN_PLACE) {
            let _taken = ManuallyDrop::new(waker);
            // SAFETY: it was made by `react_in`, and is not dropped.
            Ok(unsafe { data.read() })
        } else {
            Err(waker)
        }
    }

    unsafe fn never_cloned(_: *const ()) -> RawWaker {
        unreachable!("nobody has this waker")
    }

    unsafe fn never_woken(_: *const ()) {
        unreachable!("nobody has this waker")
    }

    /// # Safety
    ///
    /// `data` is what `into_listener` made, and not used again.
    unsafe fn drop_boxed(data: *const ()) {
        // SAFETY: the caller's promise.
        drop(unsafe { Box::from_raw(data.cast_mut().cast::<Rare>()) });
    }

    /// # Safety
    ///
    /// `data` is what `react_in` made, and not used again.
    unsafe fn drop_in_place(data: *const ()) {
        // Out of its place first, which may go with it.
        // SAFETY: the caller's promise.
        drop(unsafe { data.cast::<Rare>().read() });
    }
}

/// Where the listeners of one group lie: as many as a block has room for at an allocation. Each place is
/// used once, and what is in it takes itself out.
#[derive(Default)]
pub(crate) struct Places {
    blocks: RefCell<Vec<NonNull<[MaybeUninit<Rare>]>>>,
    /// How many places of the last block have been used.
    used: Cell<usize>,
}

impl Places {
    const FIRST: usize = 4;
    const MOST: usize = 128;

    /// A place that nobody has had.
    fn next(&self) -> NonNull<Rare> {
        let mut blocks = self.blocks.borrow_mut();
        let used = self.used.get();
        let last = match blocks.last() {
            Some(last) if used < last.len() => *last,
            last => {
                let length = last.map_or(Places::FIRST, |last| (2 * last.len()).min(Places::MOST));
                let block = Box::leak(Box::<[Rare]>::new_uninit_slice(length));
                blocks.push(NonNull::from(block));
                self.used.set(0);
                *blocks.last().expect("just pushed")
            }
        };
        let used = self.used.get();
        self.used.set(used + 1);
        // SAFETY: less than the block's length.
        unsafe { last.cast::<Rare>().add(used) }
    }
}

impl Drop for Places {
    fn drop(&mut self) {
        for block in self.blocks.get_mut().drain(..) {
            // SAFETY: it was leaked in `next`. What was in it is out: it kept alive who owns these places.
            drop(unsafe { Box::from_raw(block.as_ptr()) });
        }
    }
}

/// The step of a body that is due when a promise is settled.
pub(crate) struct Due(Option<Runnable<PromiseData>>);

impl Due {
    #[inline]
    pub(crate) fn new(runnable: Runnable<PromiseData>) -> Due {
        Due(Some(runnable))
    }

    #[inline]
    pub(super) fn told(mut self) -> Option<Runnable<PromiseData>> {
        self.0.take()
    }
}

impl Drop for Due {
    /// The promise is gone, unsettled: so nothing ever comes of this.
    #[inline]
    fn drop(&mut self) {
        if let Some(runnable) = self.0.take() {
            runnable.abandon();
        }
    }
}

/// Something that waits for several promises, and the number of one of them.
pub(crate) struct Listening(Option<Rc<dyn Reaction>>, u32);

impl Listening {
    pub(crate) fn new(reaction: Rc<dyn Reaction>, index: u32) -> Listening {
        Listening(Some(reaction), index)
    }

    /// The promise is settled, and has this listener in its list no more.
    pub(super) fn told(mut self) -> (Rc<dyn Reaction>, u32) {
        let reaction = self.0.take().expect("taken once, here");
        reaction.forget(self.1);
        (reaction, self.1)
    }
}

impl Drop for Listening {
    /// The promise is gone, or is not listened to any more.
    fn drop(&mut self) {
        if let Some(reaction) = self.0.take() {
            reaction.forget(self.1);
        }
    }
}

impl From<Waker> for Listener {
    #[inline]
    fn from(waker: Waker) -> Listener {
        Listener::Wake(waker)
    }
}
