//! The fiber that runs on this thread, as the code on its stack sees it.
//!
//! # Why the accessors are not inlined
//!
//! A compiler may compute the address of a thread-local variable once in a function and keep it
//! over a switch, after which a fiber that moved would look at another thread's variable. Inside
//! of a function that is never inlined and never switches the address is always fresh.

use std::cell::Cell;
use std::ptr;
use std::task::Waker;

use corosensei::Yielder;

use crate::pool::Task;
use crate::task::pass_on;

thread_local! {
    static CURRENT: Cell<*const Control> = const { Cell::new(ptr::null()) };
}

/// What the code on a fiber's stack needs to leave it. It lies at the base of that stack.
pub(super) struct Control {
    yielder: *const Yielder<*const Waker, *const Control>,
    /// The waker of the fiber's cell, in the frame of the poll that resumed it last.
    waker: Cell<*const Waker>,
    /// The data of the fiber's cell.
    task: *const Task,
    /// The stack is being unwound because nobody will ever resume it.
    tearing_down: Cell<bool>,
}

#[inline(never)]
pub(super) fn get() -> *const Control {
    CURRENT.get()
}

#[inline(never)]
pub(super) fn set(control: *const Control) -> *const Control {
    CURRENT.replace(control)
}

impl Control {
    pub(super) fn new(
        yielder: &Yielder<*const Waker, *const Control>,
        waker: *const Waker,
        task: *const Task,
    ) -> Control {
        Control {
            yielder: ptr::from_ref(yielder),
            waker: Cell::new(waker),
            task,
            tearing_down: Cell::new(false),
        }
    }

    /// The waker of the fiber's own cell.
    #[inline]
    pub(super) fn waker(&self) -> &Waker {
        // SAFETY: it lives in the frame of the poll that resumed this fiber, which does not end
        // before the fiber suspends, and then it is replaced before it is used again.
        unsafe { &*self.waker.get() }
    }

    /// The fiber's task.
    #[inline]
    pub(super) fn task(&self) -> &Task {
        // SAFETY: the cell that owns this fiber's stack is alive while code runs on it.
        unsafe { &*self.task }
    }

    /// A waker of the fiber's own cell that may be kept, at no cost.
    ///
    /// # Safety
    ///
    /// The fiber suspends next, and before it does this is not called again.
    #[inline]
    pub(super) unsafe fn own_waker(&self) -> Waker {
        self.task().passes_on();
        // SAFETY: this is the waker of the poll that runs the fiber; it ends pending, since the
        // fiber suspends, and `passed_on` will say so. The registry has a reference of its own until
        // the outcome is written.
        unsafe { pass_on(self.waker()) }
    }

    pub(super) fn tear_down(&self) {
        self.tearing_down.set(true);
    }

    pub(super) fn is_tearing_down(&self) -> bool {
        self.tearing_down.get()
    }

    /// Leaves the stack until the fiber's task is polled again.
    ///
    /// The caller is code on this fiber's stack, and its thread is not panicking.
    #[inline]
    pub(super) fn suspend(&self) {
        // SAFETY: the yielder lives at the base of this stack for as long as code runs on it.
        let waker = unsafe { &*self.yielder }.suspend(ptr::from_ref(self));
        self.waker.set(waker);
        set(self);
    }
}
