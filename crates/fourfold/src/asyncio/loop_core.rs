//! What a loop is made of, and the switches on it.
//!
//! The turn itself is in `turn.rs`, what is queued for it in `queueing.rs`, the end in
//! `closing.rs`.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::Waker;
use std::time::Duration;

use fourfold_kernel::door::Door;
use fourfold_kernel::driver::{self, Driver, LocalBoxFuture};
use fourfold_kernel::home::{Home, HomeRef};
use fourfold_kernel::queue::{Ready, TurnQueue};
use fourfold_kernel::reactor::{self, Reactor};
use fourfold_kernel::task::{Erased, TaskList};
use fourfold_kernel::thread::{self, Token};
use fourfold_kernel::timer::{self, Clock, Wheel};
use fourfold_kernel::trace;

use super::cell::{self, TaskData};
use super::handles::Callback;
use super::queueing::{Entry, Remote, TimerEntry};
use super::task_builder::TaskFactory;
use super::{ExceptionContext, ExceptionHandler};
use crate::Error;

/// What a loop is made of. Everything in `local` belongs to the thread that made the loop.
pub(crate) struct Core {
    pub(super) this: Weak<Core>,
    pub(super) owner: Token,
    /// How other threads reach it. While something works for it elsewhere virtual time stands still.
    pub(super) door: Door<Remote>,
    pub(super) clock: Clock,
    /// The loop is to be left at the end of the present step.
    pub(super) interrupted: AtomicBool,
    pub(super) local: ManuallyDrop<LocalParts>,
}

pub(super) struct LocalParts {
    pub(super) referrers: Cell<usize>,
    pub(super) ready: TurnQueue<Entry>,
    /// The callbacks among `ready`, in the same order; a cancelled one leaves a gap.
    pub(super) calls: RefCell<Ready<Option<Callback>>>,
    pub(super) timers: RefCell<Wheel<TimerEntry>>,
    pub(super) poll: RefCell<Option<Reactor>>,
    pub(super) tasks: RefCell<TaskList<TaskData>>,
    pub(super) stopping: Cell<bool>,
    pub(super) running: Cell<bool>,
    pub(super) closed: Cell<bool>,
    /// Closed, and emptied: nothing is queued any more.
    pub(super) emptied: Cell<bool>,
    pub(super) debug: Cell<bool>,
    pub(super) slow: Cell<Duration>,
    pub(super) turns: Cell<u64>,
    pub(super) time_queued: Cell<u64>,
    pub(super) handler: RefCell<Option<ExceptionHandler>>,
    pub(super) factory: RefCell<Option<TaskFactory>>,
    pub(super) extras: super::extras::Extras,
}

// SAFETY: `local` is reached only through `Core::local`, which insists on the owner thread, and is
// dropped on that thread only; where the last reference goes on another one, it is dropped there
// only if nothing but plain memory is left in it, and leaked otherwise (see `Drop`). The rest is
// thread-safe by itself.
unsafe impl Send for Core {}
// SAFETY: as above.
unsafe impl Sync for Core {}

// SAFETY: `local` insists on the loop's own thread; `this` was made for the `Arc` of this core.
unsafe impl Home for Core {
    #[inline]
    fn referrers(&self) -> &Cell<usize> {
        &self.local.referrers
    }

    #[inline]
    fn this(&self) -> *const Core {
        self.this.as_ptr()
    }

    #[inline]
    fn is_at_home(&self) -> bool {
        self.is_owner()
    }
}

/// A reference to the loop from what lives on its thread.
pub(crate) type CoreRef = HomeRef<Core>;

impl Core {
    pub(crate) fn new(clock: Clock) -> std::io::Result<Arc<Core>> {
        let poll = Reactor::new()?;
        let core = Arc::new_cyclic(|this| Core {
            this: this.clone(),
            owner: thread::token(),
            door: Door::new(poll.handle()),
            clock,
            interrupted: AtomicBool::new(false),
            local: ManuallyDrop::new(LocalParts {
                referrers: Cell::new(0),
                ready: TurnQueue::new(),
                calls: RefCell::new(Ready::new()),
                timers: RefCell::new(Wheel::new()),
                poll: RefCell::new(Some(poll)),
                tasks: RefCell::new(TaskList::default()),
                stopping: Cell::new(false),
                running: Cell::new(false),
                closed: Cell::new(false),
                emptied: Cell::new(false),
                debug: Cell::new(false),
                slow: Cell::new(Duration::from_millis(100)),
                turns: Cell::new(0),
                time_queued: Cell::new(0),
                handler: RefCell::new(None),
                factory: RefCell::new(None),
                extras: super::extras::Extras::default(),
            }),
        });
        trace::list(Listed(Arc::downgrade(&core)));
        Ok(core)
    }

    /// One more reference to this core.
    #[inline]
    pub(crate) fn this(&self) -> Arc<Core> {
        self.share()
    }

    #[inline]
    pub(crate) fn is_owner(&self) -> bool {
        thread::token() == self.owner
    }

    /// # Panics
    ///
    /// On any thread but the loop's own.
    #[inline]
    pub(super) fn local(&self) -> &LocalParts {
        assert!(
            self.is_owner(),
            "this loop belongs to another thread; use call_soon_threadsafe or run_coroutine_threadsafe"
        );
        &self.local
    }

    /// Parts that other files of this dialect keep in the loop.
    pub(crate) fn extras(&self) -> &super::extras::Extras {
        &self.local().extras
    }

    pub(crate) fn reactor_handle(&self) -> &reactor::Handle {
        self.door.reactor()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    #[inline]
    pub(crate) fn remember_task(&self, task: Erased<TaskData>) {
        let local = self.local();
        local.tasks.borrow_mut().insert(task, |data| &data.local().slot);
    }

    #[inline]
    pub(crate) fn forget_task(&self, slot: u32) {
        let gone = self.local().tasks.borrow_mut().remove(slot);
        drop(gone);
    }

    pub(crate) fn tasks(&self) -> Vec<Erased<TaskData>> {
        self.local().tasks.borrow().iter().cloned().collect()
    }

    /// Tells an observation that begins of the tasks there are already.
    pub(super) fn tell_tasks(&self) {
        self.tasks().iter().for_each(super::tasks::tell);
    }

    pub(crate) fn stop(&self) {
        self.local().stopping.set(true);
    }

    /// Leaves [`run`](Core::run) at the end of the step or callback that runs now. `false`: that
    /// was asked for already. Any thread.
    pub(crate) fn interrupt(&self) -> bool {
        let fresh = !self.interrupted.swap(true, Ordering::Relaxed);
        // Wakes it where it sleeps. A closed loop has nothing to leave.
        let _ = self.send_call(Box::new(|| {}));
        fresh
    }

    pub(crate) fn is_running(&self) -> bool {
        self.local().running.get()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.local().closed.get()
    }

    pub(crate) fn debug(&self) -> bool {
        self.local().debug.get()
    }

    pub(crate) fn set_debug(&self, on: bool) {
        self.local().debug.set(on);
    }

    pub(crate) fn slow_callback_duration(&self) -> Duration {
        self.local().slow.get()
    }

    pub(crate) fn set_slow_callback_duration(&self, duration: Duration) {
        self.local().slow.set(duration);
    }

    pub(crate) fn turns(&self) -> u64 {
        self.local().turns.get()
    }

    pub(crate) fn set_exception_handler(&self, handler: Option<ExceptionHandler>) {
        let local = self.local();
        if !local.emptied.get() {
            let former = local.handler.replace(handler);
            drop(former);
        }
    }

    /// What new tasks go through before they start.
    #[inline]
    pub(crate) fn task_factory(&self) -> Option<TaskFactory> {
        self.local().factory.borrow().clone()
    }

    pub(crate) fn set_task_factory(&self, factory: Option<TaskFactory>) {
        let local = self.local();
        if !local.emptied.get() {
            let former = local.factory.replace(factory);
            drop(former);
        }
    }

    /// Tells the exception handler, or standard error, of what nobody else will hear of.
    pub(crate) fn report(&self, context: ExceptionContext) {
        let handler = self.local().handler.borrow().clone();
        let Some(handler) = handler else { return eprintln!("{context}") };
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| handler(&context))) {
            // A panic here would end the loop for a failure that is only to be told of.
            let panic = Error::from_panic(payload);
            eprintln!("Unhandled error in exception handler: {panic}\n{context}");
        }
    }
}

/// Keeps virtual time from jumping while it lives. Any thread.
pub(crate) struct OutsideWork(pub(super) Arc<Core>);

impl Drop for OutsideWork {
    fn drop(&mut self) {
        let core = &self.0;
        if core.door.outside_ends() && core.clock.is_virtual() && !core.is_owner() {
            // The loop may sleep until told that time may go on. A closed one needs no telling.
            let _ = core.send_call(Box::new(|| {}));
        }
    }
}

impl Driver for Core {
    fn reactor(&self) -> &reactor::Handle {
        self.door.reactor()
    }

    fn now(&self) -> u64 {
        self.clock.now()
    }

    fn timer_insert(&self, deadline: u64, waker: Waker) -> timer::Key {
        self.wake_at(deadline, waker)
    }

    fn timer_cancel(&self, key: timer::Key) {
        if self.is_owner() {
            self.cancel_timer(key);
        }
    }

    fn spawn_local(&self, future: LocalBoxFuture) {
        super::tasks::spawn_detached(self, future);
    }

    fn take_cancellation(&self) -> Option<driver::Cancellation> {
        let error = cell::take_throw()?;
        Some(Box::new(error))
    }

    fn waits_for_cancellation(&self) {
        cell::wait_in_leaf(&ELSEWHERE);
    }

    fn outside_work(&self) -> Option<driver::OutsideWork> {
        Some(Box::new(Core::outside_work(&self.this())))
    }
}

static ELSEWHERE: cell::WaitReason = cell::WaitReason("another dialect");

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core").finish_non_exhaustive()
    }
}

/// The loop's list of tasks, as an observation that begins asks for it.
struct Listed(Weak<Core>);

impl trace::List for Listed {
    fn is_over(&self) -> bool {
        self.0.strong_count() == 0
    }

    fn tell(&self, asked: trace::Asked) {
        let Some(core) = self.0.upgrade() else { return };
        if core.is_owner() {
            core.tell_tasks();
        } else {
            core.send(Remote::Asked(asked));
        }
    }
}
