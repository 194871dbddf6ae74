//! What a cell asks of the loop or pool it belongs to.

use std::fmt;
use std::marker::PhantomData;
use std::mem;
use std::ops::Deref;
use std::ptr::NonNull;
use std::task::Waker;

use super::cell::{self, Header};
use super::handle::Erased;
use super::listeners::ListenerKey;
use crate::queue::Token;

/// The policy of a loop or a pool, and its data in every cell.
///
/// The kernel decides *that* something happens – a body became runnable, an outcome has
/// listeners, a cell died – and this trait decides *how*: on which queue, in which order, inline
/// or later, on which thread. That is where dialects differ, and the only place.
///
/// # Safety
///
/// * [`schedule`](Schedule::schedule) and [`release`](Schedule::release) get a pointer that is
///   valid until they hand the runnable or the orphan on; they must not use it afterwards.
/// * If [`SHARED`](Schedule::SHARED) is false, a runnable is run and discarded, and an orphan is
///   freed, only on the thread that made the cell. Both may be *dropped* or moved anywhere else
///   only by leaking them.
/// * If [`STAYS_RUNNING`](Schedule::STAYS_RUNNING) is true, [`goes_on`](Schedule::goes_on) is true exactly if
///   [`yielded`](Schedule::yielded) was and `goes_on` has not been asked since.
/// * [`waker`](Schedule::waker) is called while the cell's listeners are borrowed, and locked where
///   threads share them: it only looks at the listener it is given. It must not use any handle or
///   waker (not even clone or drop one), and must not block.
pub unsafe trait Schedule: Sized + 'static {
    /// Whether several threads use a cell at once. If not, listeners need no lock.
    const SHARED: bool;

    /// Whether a body that [yielded](Schedule::yielded) is told as
    /// [running](super::Handle::is_running) while it is queued, which spares two atomic operations. Then
    /// [`goes_on`](Schedule::goes_on) says so of it.
    const STAYS_RUNNING: bool = false;

    /// Who waits for an outcome: at least wakers, and whatever else the dialect calls back.
    type Listener: From<Waker>;

    /// Puts `runnable` where it will be run. Called on any thread.
    ///
    /// # Safety
    ///
    /// `data` is the cell's own and valid until `runnable` is handed on.
    ///
    /// # Panics
    ///
    /// It should not: the runnable would be leaked, and its body never run again.
    unsafe fn schedule(data: *const Self, runnable: Runnable<Self>);

    /// Whether the body, which was just polled and is pending, wants to be queued again at once.
    /// It could as well have woken itself; this spares the wake.
    #[inline]
    fn yielded(&self) -> bool {
        false
    }

    /// Whether the body, which is about to be run or dropped by the owner of its runnable, is queued since
    /// it [yielded](Schedule::yielded). True once for each time that it did.
    #[inline]
    fn goes_on(&self) -> bool {
        false
    }

    /// Whether the body, which was just polled and is pending, made a waker of the run's own
    /// reference ([`pass_on`]), and no more than one. It spares that waker's reference being counted
    /// up and the run's being counted down.
    ///
    /// [`pass_on`]: super::pass_on
    #[inline]
    fn passed_on(&self) -> bool {
        false
    }

    /// Puts a body that was just polled, and is to be polled again, where it will be run: as
    /// [`schedule`](Schedule::schedule), but known to be called by the body's runner.
    ///
    /// # Safety
    ///
    /// As for [`schedule`](Schedule::schedule), on the thread that ran the body.
    #[inline]
    unsafe fn schedule_again(data: *const Self, runnable: Runnable<Self>) {
        // SAFETY: the caller's promise.
        unsafe { Self::schedule(data, runnable) }
    }

    /// The outcome was just written; the listeners have not been told yet. Called once, on the
    /// thread that finished the cell. If it panics, the listeners are told all the same and the
    /// panic goes on to whoever ran or finished the cell.
    #[inline]
    fn finished(&self) {}

    /// Called before the first of several listeners of a cell that is done is told, with all of them:
    /// it may change their order, and take out and tell some itself. It must not panic.
    #[inline]
    fn arrange(_: &Erased<Self>, _: &mut Vec<(ListenerKey, Self::Listener)>) {}

    /// Tells one listener that the outcome is there. Called in the order of registration, on the
    /// thread that finished the cell, which is `cell`. If it panics, the listeners behind are told
    /// all the same and the panic goes on to whoever ran or finished the cell; a second panic on
    /// the way aborts the process, as any panic during unwinding does.
    fn notify(cell: &Erased<Self>, listener: Self::Listener);

    /// The waker in a listener, if it is one: so that a poll can see itself registered.
    ///
    /// Called under the listeners' lock; see the trait's safety section.
    fn waker(listener: &Self::Listener) -> Option<&Waker>;

    /// Frees a cell that nobody refers to, now or where it belongs. Called on any thread.
    ///
    /// # Safety
    ///
    /// `data` is the cell's own and valid until `orphan` is freed or handed on.
    unsafe fn release(data: *const Self, orphan: Orphan<Self>);
}

/// Marks schedulers whose cells are shared between threads.
///
/// # Safety
///
/// [`Schedule::SHARED`] is true, and `Self` and its listeners may be used from any thread.
pub unsafe trait Shared: Schedule + Send + Sync {}

/// A body that is due to run. There is at most one for each cell, and it owns a reference.
pub struct Runnable<S: Schedule> {
    header: NonNull<Header>,
    _scheduler: PhantomData<fn() -> S>,
}

// SAFETY: a runnable is a permission to run, passed between threads; running is what must happen
// on the right one, and that is the contract of `run`.
unsafe impl<S: Schedule> Send for Runnable<S> {}
// SAFETY: nothing can be done through a shared reference but reading the scheduler's data, which
// is as safe as `S` says (`data` is bound by it).
unsafe impl<S: Schedule> Sync for Runnable<S> {}

impl<S: Schedule> Runnable<S> {
    /// SAFETY: `SCHEDULED` is set, and the caller gives up one reference.
    pub(super) unsafe fn from_header(header: NonNull<Header>) -> Runnable<S> {
        Runnable { header, _scheduler: PhantomData }
    }

    /// Polls the body once. If it stays pending, its waker makes a new runnable; if it is ready
    /// or panics, the outcome is written and the listeners are told before this returns.
    ///
    /// # Safety
    ///
    /// If the scheduler is not [`Shared`], this is the thread that made the cell.
    #[inline]
    pub unsafe fn run(self) {
        let header = self.header;
        mem::forget(self);
        // SAFETY: the runnable is given up, and the caller is on the right thread.
        unsafe { cell::run(header) }
    }

    /// Drops the body instead of polling it; the outcome is [`Exit::Aborted`](super::Exit).
    ///
    /// # Safety
    ///
    /// As for [`run`](Runnable::run).
    pub unsafe fn discard(self) {
        let header = self.header;
        mem::forget(self);
        // SAFETY: as in `run`.
        unsafe { cell::discard::<S>(header) }
    }

    /// Gives up the run: the body is never polled any more, and is dropped with the cell. What it waited
    /// for is gone, say.
    #[inline]
    pub fn abandon(self) {
        let header = self.header;
        mem::forget(self);
        // SAFETY: the reference that the runnable owned. `SCHEDULED`, or `RUNNING`, stays set, so there will be no other
        // runnable, and nobody else polls the body (invariant 2).
        unsafe { cell::release::<S>(header) }
    }

    /// The scheduler's data in this cell.
    ///
    /// # Safety
    ///
    /// `S` may be used on this thread.
    #[inline]
    pub unsafe fn data(&self) -> &S {
        // SAFETY: the runnable owns a reference; the rest is the caller's promise.
        unsafe { cell::data(self.header) }
    }

    /// One more reference to the cell.
    pub fn cell(&self) -> Erased<S>
    where
        S: Shared,
    {
        // SAFETY: the runnable owns a reference, which the copy is made of and which stays its own.
        unsafe { mem::ManuallyDrop::new(Erased::from_raw(self.header.cast())).deref().clone() }
    }

    /// The runnable as one pointer, for queues of words.
    #[inline]
    pub fn into_raw(self) -> NonNull<()> {
        let header = self.header;
        mem::forget(self);
        header.cast()
    }

    /// Back from [`into_raw`](Runnable::into_raw).
    ///
    /// # Safety
    ///
    /// `raw` came from `into_raw` of a runnable of scheduler `S`, and becomes one again only once.
    #[inline]
    pub unsafe fn from_raw(raw: NonNull<()>) -> Runnable<S> {
        Runnable { header: raw.cast(), _scheduler: PhantomData }
    }
}

// SAFETY: both are exact inverses; a runnable may be sent to any thread.
unsafe impl<S: Schedule> Token for Runnable<S> {
    #[inline]
    fn into_raw(self) -> NonNull<()> {
        Runnable::into_raw(self)
    }

    #[inline]
    unsafe fn from_raw(raw: NonNull<()>) -> Runnable<S> {
        // SAFETY: the caller's promise.
        unsafe { Runnable::from_raw(raw) }
    }
}

impl<S: Schedule> Drop for Runnable<S> {
    fn drop(&mut self) {
        // Discarding would drop the body, perhaps on the wrong thread; so it is leaked, loudly
        // where that can be seen. Loops and pools drain their queues before they go.
        if !std::thread::panicking() {
            debug_assert!(false, "a runnable was dropped; run it or discard it");
        }
    }
}

impl<S: Schedule> fmt::Debug for Runnable<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Runnable").field(&self.header.as_ptr()).finish()
    }
}

/// A cell that nobody refers to any more.
pub struct Orphan<S: Schedule> {
    header: NonNull<Header>,
    _scheduler: PhantomData<fn() -> S>,
}

// SAFETY: an orphan only owns; freeing is what must happen on the right thread.
unsafe impl<S: Schedule> Send for Orphan<S> {}

impl<S: Schedule> Orphan<S> {
    /// SAFETY: the caller had the last reference and gives the cell up.
    pub(super) unsafe fn new(header: NonNull<Header>) -> Orphan<S> {
        Orphan { header, _scheduler: PhantomData }
    }

    /// The scheduler's data in the cell.
    ///
    /// # Safety
    ///
    /// `S` may be used on this thread.
    pub unsafe fn data(&self) -> &S {
        // SAFETY: the orphan owns the cell; the rest is the caller's promise.
        unsafe { cell::data(self.header) }
    }

    /// Drops what is left in the cell and its memory. An orphan that is dropped instead leaks,
    /// which is what must happen where its own thread is gone.
    ///
    /// # Safety
    ///
    /// If the scheduler is not [`Shared`], this is the thread that made the cell.
    #[inline]
    pub unsafe fn free(self) {
        // SAFETY: sole owner, and on the right thread by the caller's promise.
        unsafe { cell::free(self.header) }
    }
}

impl<S: Schedule> fmt::Debug for Orphan<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Orphan").field(&self.header.as_ptr()).finish()
    }
}

/// The scheduler's data in the cell whose body `waker` wakes; `None` where it is another kind of
/// waker.
///
/// # Safety
///
/// If the scheduler is not [`Shared`], this is the thread that made the cell.
#[inline]
pub unsafe fn data_of<S: Schedule>(waker: &Waker) -> Option<&S> {
    // SAFETY: the waker keeps the cell alive while it is borrowed; the thread is the caller's
    // promise.
    cell::header_of::<S>(waker).map(|header| unsafe { cell::data(header) })
}

/// A waker of a body's cell that owns the reference of the run that is going on, instead of a new
/// one.
///
/// # Safety
///
/// `waker` is the one that the body is being polled with, on this thread; the poll will end pending;
/// it is done once in it, and [`Schedule::passed_on`] will say so; and somebody else has a reference
/// to the cell until the body has ended.
#[inline]
pub unsafe fn pass_on(waker: &Waker) -> Waker {
    // SAFETY: a waker of the same cell, for a reference that the caller says is nobody else's now.
    unsafe { Waker::new(waker.data(), waker.vtable()) }
}

/// How many handles and wakers there are of the cell whose body `waker` wakes; `None` as for [`is_over`]. It says
/// whether a poll left a waker of the cell behind: then there are more than before.
#[inline]
pub fn references<S: Schedule>(waker: &Waker) -> Option<usize> {
    // SAFETY: the waker keeps the cell alive while it is borrowed; the state is for all threads.
    cell::header_of::<S>(waker).map(|header| unsafe { header.as_ref() }.state.references())
}

/// Whether the cell whose body `waker` wakes has its outcome; `None` where it is another kind of waker,
/// or of another scheduler. Any thread.
pub fn is_over<S: Schedule>(waker: &Waker) -> Option<bool> {
    // SAFETY: the waker keeps the cell alive while it is borrowed; the state is for all threads.
    cell::header_of::<S>(waker).map(|header| unsafe { header.as_ref() }.state.is_done())
}
