//! What a pool keeps in each of its cells: whom the task belongs to, where it may run, and what a
//! dump wants to know.

use std::cell::UnsafeCell;
use std::panic::Location;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU16, AtomicU32, AtomicU64, Ordering};
use std::task::Waker;

use super::registry::Place;
use super::shared::Shared;
use super::waiting::Reason;
use crate::task::{Erased, Orphan, Runnable, Schedule};
use crate::trace::{self, TaskId};

/// What sort of body a task has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A function on a stack of its own; it stays on the worker that started it.
    Fiber,
    /// A function on a stack of its own that its maker promised may change threads.
    MovableFiber,
    /// A future, which any worker may poll.
    Future,
    /// A future that is not `Send`: it stays on the worker it was made on.
    LocalFuture,
}

/// The pool's data in the cell of a task.
pub struct Task {
    pub(super) pool: &'static Shared,
    id: TaskId,
    location: &'static Location<'static>,
    parent: Option<TaskId>,
    name: Option<Box<str>>,
    /// The worker this task belongs to, counted from 1; 0 while any may run it. Written once, by
    /// the worker that takes the first step, before anything can wait for the task.
    home: AtomicU16,
    kind: Kind,
    /// Set by a body that wants to be queued again at once.
    yielded: AtomicBool,
    /// Set by a body that made a waker of its run's reference.
    passed_on: AtomicBool,
    /// How many others borrow from this task's stack. While there are, it is not unwound.
    lent: AtomicU32,
    /// Why it waits, since its last poll; null while it does not, or did not say.
    reason: AtomicPtr<Reason>,
    /// When it began to wait, on the pool's coarse clock.
    since: AtomicU64,
    /// In the registry.
    pub(super) place: UnsafeCell<Place>,
}

// SAFETY: the place is touched under the lock of the registry's table alone; all else is atomic or
// never changes.
unsafe impl Sync for Task {}

impl Task {
    pub(super) fn new(
        pool: &'static Shared,
        kind: Kind,
        name: Option<Box<str>>,
        location: &'static Location<'static>,
    ) -> Task {
        Task {
            pool,
            id: TaskId::next(),
            location,
            parent: trace::current(),
            name,
            home: AtomicU16::new(0),
            kind,
            yielded: AtomicBool::new(false),
            passed_on: AtomicBool::new(false),
            lent: AtomicU32::new(0),
            reason: AtomicPtr::new(ptr::null_mut()),
            since: AtomicU64::new(0),
            place: UnsafeCell::new(Place::NONE),
        }
    }

    /// Names it in dumps and traces.
    pub fn id(&self) -> TaskId {
        self.id
    }

    /// Where it was made.
    pub fn location(&self) -> &'static Location<'static> {
        self.location
    }

    /// Which task made it, if one did.
    pub fn parent(&self) -> Option<TaskId> {
        self.parent
    }

    /// The name it was given.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What sort of body it has.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What a task of its pool is called.
    pub fn noun(&self) -> &'static str {
        self.pool.config.noun
    }

    /// Why it waits, and since when on the pool's coarse clock.
    pub fn reason(&self) -> Option<(&'static Reason, u64)> {
        let reason = NonNull::new(self.reason.load(Ordering::Acquire))?;
        // SAFETY: only references to statics are stored.
        Some((unsafe { reason.as_ref() }, self.since.load(Ordering::Relaxed)))
    }

    #[inline]
    pub(super) fn set_reason(&self, reason: &'static Reason) {
        self.since.store(self.pool.coarse_now(), Ordering::Relaxed);
        self.reason.store(ptr::from_ref(reason).cast_mut(), Ordering::Release);
    }

    #[inline]
    pub(super) fn begin_poll(&self) {
        self.reason.store(ptr::null_mut(), Ordering::Relaxed);
    }

    /// The index of the worker it belongs to.
    #[inline]
    pub(super) fn home(&self) -> Option<usize> {
        // Relaxed: written before the task could be waited for, and read by its runner or after a
        // change of the state word by a waker, which acquires what the runner released.
        (self.home.load(Ordering::Relaxed) as usize).checked_sub(1)
    }

    /// It belongs to this worker from now on.
    pub(crate) fn settle(&self, worker: usize) {
        let home = u16::try_from(worker + 1).expect("fewer workers than 65 535");
        self.home.store(home, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn yield_next(&self) {
        self.yielded.store(true, Ordering::Relaxed);
    }

    /// Whether it is queued since it yielded.
    pub(super) fn has_yielded(&self) -> bool {
        self.yielded.load(Ordering::Relaxed)
    }

    /// The reference of the present run is a waker's from now on; see [`pass_on`](crate::task::pass_on).
    #[inline]
    pub(crate) fn passes_on(&self) {
        self.passed_on.store(true, Ordering::Relaxed);
    }

    /// Whether others borrow from its stack, which must not be unwound now.
    pub(super) fn lends(&self) -> bool {
        self.lent.load(Ordering::SeqCst) > 0
    }
}

/// The task whose stack others borrow from.
pub(crate) struct Owner(NonNull<()>);

// SAFETY: a reference to a shared cell, of whose task only what is `Sync` is used.
unsafe impl Send for Owner {}
// SAFETY: as above.
unsafe impl Sync for Owner {}

impl Owner {
    /// The task that is polled on this thread, if one is.
    pub(crate) fn current() -> Option<Owner> {
        let mut owner = None;
        super::worker::with_current_task(|task| {
            owner = task.pool.registry().reference(task).map(|task| Owner(task.into_raw()));
        });
        owner
    }

    fn cell(&self) -> std::mem::ManuallyDrop<Erased<Task>> {
        // SAFETY: made by `current` of a reference that this owns, and not dropped by the copy.
        std::mem::ManuallyDrop::new(unsafe { Erased::from_raw(self.0) })
    }

    /// One more borrows from its stack.
    pub(crate) fn lends(&self) {
        // Before the pool is asked whether it ends: either it sees the loan, or the loan is refused.
        self.cell().data().lent.fetch_add(1, Ordering::SeqCst);
    }

    /// One less does. If it was the last and the pool is ending, the owner's stack is unwound next.
    pub(crate) fn got_back(&self) {
        let cell = self.cell();
        if cell.data().lent.fetch_sub(1, Ordering::SeqCst) == 1 && cell.data().pool.is_stopping() {
            cell.abort();
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // SAFETY: the reference that this owns, given back once.
        drop(unsafe { Erased::<Task>::from_raw(self.0) });
    }
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

// SAFETY: `schedule` and `schedule_again` read the data before they hand the runnable on and not
// after; `waker` only looks. `SHARED` is true, so nothing is promised about threads, and what must
// stay on one (a started fiber, a local future) is kept there by `home`: `Shared::schedule` gives
// such runnables to no other worker.
unsafe impl Schedule for Task {
    const SHARED: bool = true;
    const STAYS_RUNNING: bool = true;
    type Listener = Waker;

    #[inline]
    unsafe fn schedule(data: *const Task, runnable: Runnable<Task>) {
        // SAFETY: valid until the runnable is handed on, which is the last thing done here.
        let (pool, home) = unsafe { ((*data).pool, (*data).home()) };
        if trace::enabled() {
            // SAFETY: as above.
            trace::woken(unsafe { (*data).id });
        }
        pool.schedule(home, runnable);
    }

    #[inline]
    fn yielded(&self) -> bool {
        self.has_yielded()
    }

    #[inline]
    fn goes_on(&self) -> bool {
        self.has_yielded() && {
            self.yielded.store(false, Ordering::Relaxed);
            true
        }
    }

    #[inline]
    fn passed_on(&self) -> bool {
        self.passed_on.load(Ordering::Relaxed) && {
            self.passed_on.store(false, Ordering::Relaxed);
            true
        }
    }

    #[inline]
    unsafe fn schedule_again(data: *const Task, runnable: Runnable<Task>) {
        // SAFETY: as in `schedule`.
        let (pool, home) = unsafe { ((*data).pool, (*data).home()) };
        pool.schedule_behind(home, runnable);
    }

    fn finished(&self) {
        self.pool.registry().remove(self);
    }

    #[inline]
    fn notify(_: &Erased<Task>, listener: Waker) {
        listener.wake();
    }

    #[inline]
    fn waker(listener: &Waker) -> Option<&Waker> {
        Some(listener)
    }

    #[inline]
    unsafe fn release(_: *const Task, orphan: Orphan<Task>) {
        // SAFETY: the scheduler is shared. A body that may not be dropped here is gone already:
        // the registry keeps a reference until the outcome is written, and with that the body is
        // dropped by its runner.
        unsafe { orphan.free() }
    }
}

// SAFETY: see the implementations of `Send` and `Sync`; a waker is both.
unsafe impl crate::task::Shared for Task {}
