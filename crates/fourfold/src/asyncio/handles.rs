//! Callbacks that wait for their turn, and the handles that cancel them.
//!
//! `call_soon` is the busiest entrance of a loop, so a callback costs no allocation where its
//! closure fits into two words, and its handle is just a position in the queue.

use std::fmt;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fourfold_kernel::timer;

use super::context::{Context, Snapshot};
use super::loop_core::CoreRef;

/// How a callback's context is given.
#[derive(Debug)]
pub(crate) enum In {
    /// A copy of what was current when it was made; its changes are its own.
    Copy(Snapshot),
    /// A context object that several share, and that keeps the changes.
    Shared(Rc<Context>),
}

const WORDS: usize = 2;

/// A closure to be called once, where and in what context it was made.
pub(crate) struct Callback {
    /// Calls the closure in the payload, or only drops it.
    act: unsafe fn(&mut [MaybeUninit<usize>; WORDS], Act),
    payload: [MaybeUninit<usize>; WORDS],
    pub(crate) context: In,
    pub(crate) location: &'static Location<'static>,
    /// A closure may hold anything of this thread's.
    _local: std::marker::PhantomData<*const ()>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Call,
    Drop,
}

impl Callback {
    #[inline]
    pub(crate) fn new<F: FnOnce() + 'static>(
        f: F,
        context: In,
        location: &'static Location<'static>,
    ) -> Callback {
        let mut payload = [MaybeUninit::uninit(); WORDS];
        let act = if fits::<F>() {
            // SAFETY: it fits in size and alignment, and is read out once, by `inline`.
            unsafe { payload.as_mut_ptr().cast::<F>().write(f) };
            inline::<F> as unsafe fn(&mut [MaybeUninit<usize>; WORDS], Act)
        } else {
            // SAFETY: a thin pointer is one word; it is read out once, by `boxed`.
            unsafe { payload.as_mut_ptr().cast::<Box<F>>().write(Box::new(f)) };
            boxed::<F>
        };
        Callback { act, payload, context, location, _local: std::marker::PhantomData }
    }

    /// Whether it runs in a copy of the context it was made in.
    #[inline]
    pub(crate) fn has_own_context(&self) -> bool {
        matches!(self.context, In::Copy(_))
    }

    /// Calls the closure, in whatever context is current.
    #[inline]
    pub(crate) fn call(self) {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: the rest of the callback is dropped by hand, once; a panic in the closure leaks
        // the context only.
        unsafe {
            (this.act)(&mut this.payload, Act::Call);
            std::ptr::drop_in_place(&raw mut this.context);
        }
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        // SAFETY: `call` forgets the callback, so the closure is still there.
        unsafe { (self.act)(&mut self.payload, Act::Drop) }
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Callback created at {}>", self.location)
    }
}

const fn fits<F>() -> bool {
    size_of::<F>() <= size_of::<[usize; WORDS]>() && align_of::<F>() <= align_of::<usize>()
}

/// SAFETY: the payload holds an `F`, and this is the only time it is used.
unsafe fn inline<F: FnOnce()>(payload: &mut [MaybeUninit<usize>; WORDS], act: Act) {
    // SAFETY: the caller's promise.
    let f = unsafe { payload.as_mut_ptr().cast::<F>().read() };
    match act {
        Act::Call => f(),
        Act::Drop => drop(f),
    }
}

/// SAFETY: the payload holds a `Box<F>`, and this is the only time it is used.
unsafe fn boxed<F: FnOnce()>(payload: &mut [MaybeUninit<usize>; WORDS], act: Act) {
    // SAFETY: the caller's promise.
    let f = unsafe { payload.as_mut_ptr().cast::<Box<F>>().read() };
    match act {
        Act::Call => f(),
        Act::Drop => drop(f),
    }
}

/// What [`call_soon`](super::Loop::call_soon) returns: cancels the call while it waits.
///
/// Dropping a handle does not cancel. The original is
/// [`asyncio.Handle`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Handle).
#[derive(Debug)]
pub struct Handle {
    core: CoreRef,
    position: u64,
    cancelled: bool,
    _local: std::marker::PhantomData<*const ()>,
}

impl Handle {
    pub(crate) fn new(core: CoreRef, position: u64) -> Handle {
        Handle { core, position, cancelled: false, _local: std::marker::PhantomData }
    }

    /// Cancels the call. Once it ran, nothing happens; a cancelled call never runs.
    pub fn cancel(&mut self) {
        if !std::mem::replace(&mut self.cancelled, true) {
            self.core.cancel_ready(self.position);
        }
    }

    /// Whether [`cancel`](Handle::cancel) was called.
    pub fn cancelled(&self) -> bool {
        self.cancelled
    }
}

/// What [`call_later`](super::Loop::call_later) and [`call_at`](super::Loop::call_at) return.
///
/// Dropping a handle does not cancel. The original is
/// [`asyncio.TimerHandle`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.TimerHandle).
#[derive(Debug)]
pub struct TimerHandle {
    core: CoreRef,
    key: timer::Key,
    when: Duration,
    state: Rc<TimerState>,
    cancelled: bool,
}

/// Where a timer's callback is: in the wheel, or at a position of the ready queue.
pub(crate) type TimerState = std::cell::Cell<Option<u64>>;

impl TimerHandle {
    pub(crate) fn new(
        core: CoreRef,
        key: timer::Key,
        when: Duration,
        state: Rc<TimerState>,
    ) -> TimerHandle {
        TimerHandle { core, key, when, state, cancelled: false }
    }

    /// Cancels the call, also when it is due and queued already. Once it ran, nothing happens.
    pub fn cancel(&mut self) {
        if !std::mem::replace(&mut self.cancelled, true) {
            match self.state.get() {
                Some(position) => self.core.cancel_ready(position),
                None => self.core.cancel_timer(self.key),
            }
        }
    }

    /// Whether [`cancel`](TimerHandle::cancel) was called.
    pub fn cancelled(&self) -> bool {
        self.cancelled
    }

    /// When the call is due, on the clock of [`Loop::time`](super::Loop::time).
    pub fn when(&self) -> Duration {
        self.when
    }
}

/// What [`call_soon_threadsafe`](super::Remote::call_soon_threadsafe) returns: cancels the call
/// while it waits. Any thread may hold it.
///
/// Dropping a handle does not cancel.
#[derive(Clone, Debug)]
pub struct ThreadsafeHandle {
    cancelled: Arc<AtomicBool>,
}

impl ThreadsafeHandle {
    /// A handle, and `f` such that the handle can cancel it.
    pub(crate) fn new(
        f: impl FnOnce() + Send + 'static,
    ) -> (ThreadsafeHandle, impl FnOnce() + Send + 'static) {
        let cancelled = Arc::new(AtomicBool::new(false));
        let asked = cancelled.clone();
        let call = move || {
            if !asked.load(Ordering::Acquire) {
                f();
            }
        };
        (ThreadsafeHandle { cancelled }, call)
    }

    /// Cancels the call. Once it began, nothing happens; a call that is cancelled on the loop's
    /// own thread never runs.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }

    /// Whether [`cancel`](ThreadsafeHandle::cancel) was called.
    pub fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }
}
