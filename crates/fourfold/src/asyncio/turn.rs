//! One turn of the loop, and the parts it is composed of.
//!
//! [`Core::turn`] is the specification of the order of events, as `_run_once` is in CPython's
//! `base_events.py`:
//!
//! 1. what other threads sent is queued;
//! 2. I/O is polled – sleeping until the next timer if nothing is queued – and what became ready
//!    is queued;
//! 3. due timers are queued, earliest first;
//! 4. exactly what is queued *now* is run; what that queues waits for the next turn.
//!
//! A poll for I/O is left out where no socket is registered and nothing is to be waited for: it
//! could find nothing, and it would be the dearest part of a short turn.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::task::Waker;
use std::time::Duration;

use fourfold_kernel::driver::{Driver, LocalBoxFuture};
use fourfold_kernel::prefetch::prefetch;
use fourfold_kernel::queue::{Inbox, Push, Ready, Taken};
use fourfold_kernel::reactor::{self, Reactor};
use fourfold_kernel::task::{Erased, Orphan, Runnable};
use fourfold_kernel::thread::{self, Token};
use fourfold_kernel::timer::{self, Clock, Wheel};
use fourfold_kernel::trace;

use super::cell::{DoneCall, TaskData};
use super::context;
use super::debug::SlowCallback;
use super::handles::{Callback, Handle, In, TimerState};
use super::task_builder::TaskFactory;
use super::task_list::TaskList;
use super::turn_queue::TurnQueue;
use super::{ExceptionContext, ExceptionHandler};
use crate::Error;

/// What a loop is made of. Everything in `local` belongs to the thread that made the loop.
pub(crate) struct Core {
    this: Weak<Core>,
    owner: Token,
    inbox: Inbox<Remote>,
    reactor: reactor::Handle,
    clock: Clock,
    /// Work that other threads do for this loop: while there is any, virtual time stands still.
    outside: AtomicUsize,
    /// The loop is to be left at the end of the present step.
    interrupted: AtomicBool,
    local: ManuallyDrop<LocalParts>,
}

struct LocalParts {
    referrers: Cell<usize>,
    ready: TurnQueue<Entry>,
    /// The callbacks among `ready`, in the same order; a cancelled one leaves a gap.
    calls: RefCell<Ready<Option<Callback>>>,
    timers: RefCell<Wheel<TimerEntry>>,
    poll: RefCell<Option<Reactor>>,
    tasks: RefCell<TaskList>,
    stopping: Cell<bool>,
    running: Cell<bool>,
    closed: Cell<bool>,
    /// Closed, and emptied: nothing is queued any more.
    emptied: Cell<bool>,
    debug: Cell<bool>,
    slow: Cell<Duration>,
    turns: Cell<u64>,
    time_queued: Cell<u64>,
    handler: RefCell<Option<ExceptionHandler>>,
    factory: RefCell<Option<TaskFactory>>,
    pub(crate) extras: super::extras::Extras,
}

// SAFETY: `local` is reached only through `Core::local`, which insists on the owner thread, and is
// dropped on that thread only; where the last reference goes on another one, it is dropped there
// only if nothing but plain memory is left in it, and leaked otherwise (see `Drop`). The rest is
// thread-safe by itself.
unsafe impl Send for Core {}
// SAFETY: as above.
unsafe impl Sync for Core {}

/// A reference to the loop from what lives on its thread: cells and handles.
///
/// They come and go by the million, and two atomic operations for each would be a good part of
/// what a task costs. So they are counted without, and all of them together hold one reference.
pub(crate) struct CoreRef(NonNull<Core>);

impl CoreRef {
    /// # Panics
    ///
    /// On any thread but the loop's own.
    #[inline]
    pub(crate) fn new(core: &Core) -> CoreRef {
        CoreRef::refer(core, core.local())
    }

    #[inline]
    fn refer(core: &Core, local: &LocalParts) -> CoreRef {
        let referrers = &local.referrers;
        let before = referrers.get();
        referrers.set(before + 1);
        if before == 0 {
            // SAFETY: `this` is the `Arc` that `core` lies in, which is borrowed.
            unsafe { Arc::increment_strong_count(core.this.as_ptr()) };
        }
        CoreRef(NonNull::from(core))
    }
}

impl Deref for CoreRef {
    type Target = Core;

    #[inline]
    fn deref(&self) -> &Core {
        // SAFETY: while a `CoreRef` lives, the count is not zero and one strong reference is held.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for CoreRef {
    #[inline]
    fn drop(&mut self) {
        // Where a cell would be freed on another thread it is sent home or leaked instead.
        debug_assert!(self.is_owner());
        let left = self.local.referrers.get() - 1;
        self.local.referrers.set(left);
        if left == 0 {
            // SAFETY: the strong reference that the first `CoreRef` took.
            unsafe { Arc::decrement_strong_count(self.this.as_ptr()) };
        }
    }
}

impl fmt::Debug for CoreRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CoreRef")
    }
}

/// What waits to be run. Two words, since there may be millions.
enum Entry {
    Task(Runnable<TaskData>),
    /// A timer that wakes a task: fired in one turn, the task runs in the next.
    Wake(Waker),
    /// The callback that is next in the queue of callbacks.
    Call,
    /// A future is done, and what many futures share is to be called for it.
    Done(Rc<DoneCall>, Erased<TaskData>),
}

/// What waits for its time.
enum TimerEntry {
    Wake(Waker),
    Call(Callback, Rc<TimerState>),
}

/// What other threads send to the loop.
pub(crate) enum Remote {
    Task(Runnable<TaskData>),
    Orphan(Orphan<TaskData>),
    Call(SentCall),
}

/// A call from another thread, with the context and the place it was sent from.
pub(crate) struct SentCall {
    call: Box<dyn FnOnce() + Send>,
    values: context::Snapshot,
    location: &'static Location<'static>,
}

/// How [`Core::run`] came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// By [`Core::stop`].
    Stopped,
    /// By [`Core::interrupt`].
    Interrupted,
}

thread_local! {
    static RUNNING: Cell<*const Core> = const { Cell::new(std::ptr::null()) };
    static TASK: Cell<*const ()> = const { Cell::new(std::ptr::null()) };
}

/// The task whose step is on this thread's stack.
pub(crate) struct Running<'a> {
    pub(crate) data: &'a TaskData,
    pub(crate) waker: &'a Waker,
}

/// Calls `f` with the task that is running on this thread, if one is.
#[inline]
pub(crate) fn with_running_task<R>(f: impl FnOnce(&Running<'_>) -> R) -> Option<R> {
    let running = TASK.get();
    // SAFETY: set by `enter_task` for as long as the task's step is on this stack, below `f`.
    (!running.is_null()).then(|| f(unsafe { &*running.cast::<Running<'_>>() }))
}

/// Makes `running` the running task, or none, until the guard is dropped.
#[inline]
pub(crate) fn enter_task<'a>(running: Option<&'a Running<'a>>) -> RunningTask<'a> {
    let running = running.map_or(std::ptr::null(), |running| std::ptr::from_ref(running).cast());
    RunningTask(TASK.replace(running), std::marker::PhantomData)
}

pub(crate) struct RunningTask<'a>(*const (), std::marker::PhantomData<&'a ()>);

impl Drop for RunningTask<'_> {
    #[inline]
    fn drop(&mut self) {
        TASK.set(self.0);
    }
}

/// Calls `f` with the loop that runs on this thread, if one does.
#[inline]
pub(crate) fn with_running_loop<R>(f: impl FnOnce(&Core) -> R) -> Option<R> {
    let core = RUNNING.get();
    // SAFETY: set by `Core::run` for as long as it is on this thread's stack, where it borrows
    // the core.
    (!core.is_null()).then(|| f(unsafe { &*core }))
}

fn call_in_context(mut callback: Callback) -> crate::Result<()> {
    match std::mem::replace(&mut callback.context, In::Copy(None)) {
        In::Copy(values) => {
            let _identity = context::Identity::fresh();
            let _values = context::enter(values);
            catch_unwind(AssertUnwindSafe(|| callback.call())).map_err(Error::from_panic)
        }
        In::Shared(shared) => {
            match catch_unwind(AssertUnwindSafe(|| shared.run(|| callback.call()))) {
                Ok(entered) => entered,
                Err(payload) => Err(Error::from_panic(payload)),
            }
        }
    }
}

/// A duration in the unit of clocks and wheels. Longer ones than 584 years are cut off there.
#[inline]
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Core {
    pub(crate) fn new(clock: Clock) -> std::io::Result<Arc<Core>> {
        let poll = Reactor::new()?;
        Ok(Arc::new_cyclic(|this| Core {
            this: this.clone(),
            owner: thread::token(),
            inbox: Inbox::new(),
            reactor: poll.handle(),
            clock,
            outside: AtomicUsize::new(0),
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
        }))
    }

    /// One more reference to this core.
    #[inline]
    pub(crate) fn this(&self) -> Arc<Core> {
        // Upgrading a weak reference would need a loop of exchanges; this is one addition.
        let this = self.this.as_ptr();
        // SAFETY: `self` lies in the `Arc` that `this` was made for and is borrowed, so the count
        // is not zero.
        unsafe {
            Arc::increment_strong_count(this);
            Arc::from_raw(this)
        }
    }

    #[inline]
    pub(crate) fn is_owner(&self) -> bool {
        thread::token() == self.owner
    }

    /// # Panics
    ///
    /// On any thread but the loop's own.
    #[inline]
    fn local(&self) -> &LocalParts {
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
        &self.reactor
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    // ---- the turn ---------------------------------------------------------------------------

    /// Runs turns until [`stop`](Core::stop): the turn in which it is called is finished.
    pub(crate) fn run(self: &Arc<Self>) -> Ended {
        let local = self.local();
        let _driver = fourfold_kernel::driver::enter(self.clone());
        let _current = RunningLoop(RUNNING.replace(Arc::as_ptr(self)), &local.running);
        local.running.set(true);
        loop {
            self.turn(local);
            if self.interrupted.load(Ordering::Relaxed) {
                self.interrupted.store(false, Ordering::Relaxed);
                local.stopping.set(false);
                return Ended::Interrupted;
            }
            if local.stopping.take() {
                return Ended::Stopped;
            }
        }
    }

    fn turn(&self, local: &LocalParts) {
        local.turns.set(local.turns.get().wrapping_add(1));
        if !self.inbox.is_empty() {
            self.queue_sent();
        }
        self.poll_io(local);
        self.queue_due_timers(local);
        if self.interrupted.load(Ordering::Relaxed) {
            return;
        }
        let debug = local.debug.get();
        let _running = trace::span("run");
        local.ready.run(|entry| {
            match entry {
                entry if debug => self.run_entry_watched(local, entry),
                // SAFETY: this is the loop's own thread.
                Entry::Task(runnable) => unsafe { runnable.run() },
                other => self.run_entry(local, other),
            }
            !self.interrupted.load(Ordering::Relaxed)
        });
    }

    /// Queues what other threads sent, oldest first.
    fn queue_sent(&self) {
        for sent in self.inbox.take() {
            match sent {
                Remote::Task(runnable) => self.queue_task(runnable),
                Remote::Orphan(orphan) => super::cell::free_orphan(orphan),
                Remote::Call(SentCall { call, values, location }) => {
                    context::mark_in_use(&values);
                    self.queue_call(Callback::new(call, In::Copy(values), location));
                }
            }
        }
    }

    /// Polls for I/O; sleeps in it if there is nothing else to do.
    fn poll_io(&self, local: &LocalParts) {
        let idle = local.ready.is_empty() && !local.stopping.get();
        if !idle {
            if !self.reactor.is_empty() {
                self.poll_for(local, Some(Duration::ZERO));
            }
            return;
        }
        let next = local.timers.borrow_mut().next_deadline();
        let timeout = match next {
            None => None,
            Some(deadline) if self.clock.is_virtual() => {
                if self.outside.load(Ordering::Acquire) == 0 {
                    if !self.reactor.is_empty() {
                        self.poll_for(local, Some(Duration::ZERO));
                        self.queue_sent();
                    }
                    if local.ready.is_empty() && self.inbox.is_empty() {
                        self.clock.advance_to(deadline);
                    }
                    return;
                }
                None
            }
            Some(deadline) => match deadline.saturating_sub(self.clock.now()) {
                0 => {
                    if !self.reactor.is_empty() {
                        self.poll_for(local, Some(Duration::ZERO));
                    }
                    return;
                }
                left => Some(Duration::from_nanos(left)),
            },
        };
        if self.inbox.prepare_to_sleep() {
            self.poll_for(local, timeout);
        }
        self.queue_sent();
    }

    fn poll_for(&self, local: &LocalParts, timeout: Option<Duration>) {
        let _polling = trace::span("poll");
        if let Some(poll) = local.poll.borrow_mut().as_mut()
            // What other threads sent during the wait was there before what the wait found.
            && let Err(error) = poll.poll_then(timeout, || self.queue_sent())
        {
            self.report(ExceptionContext::new("polling for I/O failed", Some(error.into())));
        }
    }

    #[inline]
    fn queue_due_timers(&self, local: &LocalParts) {
        if local.timers.borrow().is_empty() {
            return;
        }
        let now = self.clock.now();
        local.time_queued.set(now);
        let mut firing = None;
        while let Some((_, due)) = { local.timers.borrow_mut().pop_due(now) } {
            if trace::enabled() && firing.is_none() {
                firing = Some(trace::span("timers"));
            }
            match due {
                TimerEntry::Wake(waker) => {
                    // The wakes run when all due timers are queued; by then the cells they are
                    // for are at hand.
                    let cell = waker.data().cast::<[u8; 64]>();
                    prefetch(cell);
                    prefetch(cell.wrapping_add(1));
                    local.ready.push(Entry::Wake(waker));
                }
                TimerEntry::Call(callback, state) => {
                    state.set(Some(self.queue_call(callback)));
                }
            }
        }
    }

    #[inline(never)]
    fn run_entry(&self, local: &LocalParts, entry: Entry) {
        match entry {
            // SAFETY: this is the loop's own thread.
            Entry::Task(runnable) => unsafe { runnable.run() },
            Entry::Wake(waker) => waker.wake(),
            Entry::Call => {
                let next = local.calls.borrow_mut().pop();
                if let Some(Some(callback)) = next {
                    self.run_callback(callback);
                }
            }
            Entry::Done(call, cell) => self.run_done(&call, cell),
        }
    }

    #[inline]
    fn run_done(&self, call: &DoneCall, cell: Erased<TaskData>) {
        let DoneCall::Each(call) = call else { return };
        let _values = context::enter(None);
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| call(cell))) {
            let error = Error::from_panic(payload);
            self.report(ExceptionContext::new("Exception in callback", Some(error)));
        }
    }

    #[inline]
    fn run_callback(&self, callback: Callback) {
        let location = callback.location;
        // Where no variable was ever set on this thread, every context is empty.
        let result = if callback.has_own_context() && !context::in_use() {
            catch_unwind(AssertUnwindSafe(|| callback.call())).map_err(Error::from_panic)
        } else {
            call_in_context(callback)
        };
        if let Err(error) = result {
            self.report_callback(error, location);
        }
    }

    #[cold]
    fn report_callback(&self, error: Error, location: &'static Location<'static>) {
        let mut context = ExceptionContext::new("Exception in callback", Some(error));
        context.created_at = Some(location);
        self.report(context);
    }

    /// In debug mode: as [`run_entry`](Core::run_entry), and reports what took too long.
    #[cold]
    fn run_entry_watched(&self, local: &LocalParts, entry: Entry) {
        let what = match &entry {
            Entry::Task(runnable) => {
                // SAFETY: tasks and their data are used on the loop's own thread.
                let task = unsafe { runnable.data() }.local();
                SlowCallback::Task(task.name(), task.location)
            }
            Entry::Call => match local.calls.borrow().first() {
                Some(Some(callback)) => SlowCallback::Callback(callback.location),
                _ => return self.run_entry(local, entry),
            },
            Entry::Wake(_) | Entry::Done(..) => return self.run_entry(local, entry),
        };
        let watch = local.extras.get::<super::debug::Watch>();
        let watching = watch.begin(&what, local.slow.get());
        let start = std::time::Instant::now();
        self.run_entry(local, entry);
        drop(watching);
        let took = start.elapsed();
        if took >= local.slow.get() {
            super::debug::report_slow(self, what, took);
        }
    }

    // ---- what goes into it ------------------------------------------------------------------

    #[inline]
    pub(crate) fn queue_task(&self, runnable: Runnable<TaskData>) {
        if self.local.emptied.get() {
            // SAFETY: tasks are queued on the loop's own thread.
            return unsafe { runnable.discard() };
        }
        // SAFETY: as above.
        let place = unsafe { runnable.data() }.local().slot.get();
        self.local.tasks.borrow().hint(place);
        self.local.ready.push(Entry::Task(runnable));
    }

    /// As [`queue_task`](Core::queue_task), of a task that was just made and is at hand.
    #[inline]
    pub(crate) fn queue_fresh_task(&self, runnable: Runnable<TaskData>) {
        if self.local().emptied.get() {
            // SAFETY: tasks are queued on the loop's own thread.
            return unsafe { runnable.discard() };
        }
        self.local.ready.push(Entry::Task(runnable));
    }

    /// As [`queue_task`](Core::queue_task), of a task that has just run on this loop.
    #[inline]
    pub(crate) fn queue_task_again(&self, runnable: Runnable<TaskData>) {
        debug_assert!(self.is_owner() && !self.local.emptied.get(), "it runs");
        self.local.ready.push(Entry::Task(runnable));
    }

    #[inline]
    pub(crate) fn queue_call(&self, callback: Callback) -> u64 {
        let local = self.local();
        if local.emptied.get() {
            // The callback is dropped: nothing of a closed loop runs.
            return u64::MAX;
        }
        local.ready.push(Entry::Call);
        local.calls.borrow_mut().push(Some(callback))
    }

    /// Queues a callback and gives the handle that cancels it.
    ///
    /// # Panics
    ///
    /// Where the loop is closed, or on another thread than its own.
    #[inline]
    pub(crate) fn call_soon(&self, callback: Callback) -> Handle {
        let local = self.local();
        assert!(!local.closed.get(), "Event loop is closed");
        local.ready.push(Entry::Call);
        let position = local.calls.borrow_mut().push(Some(callback));
        Handle::new(CoreRef::refer(self, local), position)
    }

    /// Queues the call of `call` for `cell`, which is done, on the loop of the cell.
    #[inline]
    pub(crate) fn queue_done(call: Rc<DoneCall>, cell: Erased<TaskData>) {
        let core: *const Core = cell.data().core();
        // SAFETY: the cell holds a reference to its loop, and this function holds the cell until
        // the entry is queued, which drops nothing.
        let local = unsafe { &*core }.local();
        if !local.emptied.get() {
            local.ready.push(Entry::Done(call, cell));
        }
    }

    pub(crate) fn cancel_ready(&self, position: u64) {
        // What is replaced is dropped after the borrow ended: its drop is foreign code.
        let cancelled = {
            let mut calls = self.local().calls.borrow_mut();
            calls.at(position).and_then(Option::take)
        };
        drop(cancelled);
    }

    /// Wakes `waker` at `deadline`: the timer's handle runs in one turn, the task in the next.
    #[inline]
    pub(crate) fn wake_at(&self, deadline: u64, waker: Waker) -> timer::Key {
        self.local().timers.borrow_mut().insert(deadline, TimerEntry::Wake(waker))
    }

    pub(crate) fn call_at(
        &self,
        deadline: u64,
        callback: Callback,
    ) -> (timer::Key, Rc<TimerState>) {
        let state = Rc::new(TimerState::new(None));
        let entry = TimerEntry::Call(callback, state.clone());
        (self.local().timers.borrow_mut().insert(deadline, entry), state)
    }

    pub(crate) fn cancel_timer(&self, key: timer::Key) {
        let cancelled = self.local().timers.borrow_mut().cancel(key);
        drop(cancelled);
    }

    /// Has a timer that still waits wake `waker` instead of the waker it was made with.
    pub(crate) fn rewake(&self, key: timer::Key, waker: &Waker) {
        let mut timers = self.local().timers.borrow_mut();
        let old = match timers.get_mut(key) {
            Some(TimerEntry::Wake(old)) if !old.will_wake(waker) => {
                std::mem::replace(old, waker.clone())
            }
            _ => return,
        };
        drop(timers);
        drop(old);
    }

    /// When `delay` will have passed, on the loop's clock.
    #[inline]
    pub(crate) fn deadline_after(&self, delay: Duration) -> u64 {
        self.clock.now().saturating_add(nanoseconds(delay))
    }

    /// Up to which moment the due timers were queued. A timer of a later deadline still waits;
    /// asking this is cheaper than looking the timer up.
    #[inline]
    pub(crate) fn time_queued(&self) -> u64 {
        self.local().time_queued.get()
    }

    /// Hands something to the loop from any thread. `false`: the loop is closed; tasks and
    /// orphans are leaked then, since their own thread will not come back for them.
    pub(crate) fn send(&self, remote: Remote) -> bool {
        match self.inbox.push(remote) {
            Ok(Push::Awake) => true,
            Ok(Push::Wake) => {
                // Failing here would leave the loop asleep; the kernel refuses only when it is
                // out of memory for an eight-byte counter.
                let woken = self.reactor.wake();
                debug_assert!(woken.is_ok());
                true
            }
            Err(closed) => {
                std::mem::forget(closed.0);
                false
            }
        }
    }

    /// As [`send`](Core::send) for a call, which comes back where the loop is closed.
    #[track_caller]
    pub(crate) fn send_call(
        &self,
        call: Box<dyn FnOnce() + Send>,
    ) -> Result<(), Box<dyn FnOnce() + Send>> {
        let values = context::snapshot();
        let call = SentCall { call, values, location: Location::caller() };
        match self.inbox.push(Remote::Call(call)) {
            Ok(Push::Awake) => Ok(()),
            Ok(Push::Wake) => {
                let woken = self.reactor.wake();
                debug_assert!(woken.is_ok());
                Ok(())
            }
            Err(closed) => match closed.0 {
                Remote::Call(sent) => Err(sent.call),
                Remote::Task(_) | Remote::Orphan(_) => unreachable!("a call was pushed"),
            },
        }
    }

    /// Something outside works for this loop until the guard is dropped.
    pub(crate) fn outside_work(self: &Arc<Self>) -> OutsideWork {
        self.outside.fetch_add(1, Ordering::AcqRel);
        OutsideWork(self.clone())
    }

    // ---- tasks ------------------------------------------------------------------------------

    #[inline]
    pub(crate) fn remember_task(&self, task: Erased<TaskData>) {
        let local = self.local();
        local.tasks.borrow_mut().insert(task);
    }

    #[inline]
    pub(crate) fn forget_task(&self, slot: u32) {
        let gone = self.local().tasks.borrow_mut().remove(slot);
        drop(gone);
    }

    pub(crate) fn tasks(&self) -> Vec<Erased<TaskData>> {
        self.local().tasks.borrow().iter().cloned().collect()
    }

    // ---- switches ---------------------------------------------------------------------------

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

    /// Ends everything: tasks are dropped where they stand, queues and timers are emptied.
    pub(crate) fn close(&self) {
        let local = self.local();
        if local.closed.replace(true) {
            return;
        }
        local.extras.close();
        // Dropping a body may wake, queue and start others, so until nothing is left.
        while !(local.tasks.borrow().is_empty() && local.ready.is_empty()) {
            self.take_back(self.inbox.take());
            for task in self.tasks() {
                task.abort();
            }
            if local.ready.is_empty() {
                // Another thread has woken the last ones and is about to send them: the runnable
                // is in its hands, and it is the only one there is.
                std::thread::yield_now();
            }
            local.ready.run(|entry| {
                match entry {
                    // SAFETY: this is the loop's own thread.
                    Entry::Task(runnable) => unsafe { runnable.discard() },
                    Entry::Wake(waker) => drop(waker),
                    Entry::Done(call, cell) => drop((call, cell)),
                    Entry::Call => {
                        let next = local.calls.borrow_mut().pop();
                        drop(next);
                    }
                }
                true
            });
        }
        // Only now: what a closed inbox refuses is leaked, and there might have been tasks in it.
        self.take_back(self.inbox.close());
        let timers = local.timers.take();
        drop(timers);
        let poll = local.poll.take();
        drop(poll);
        let handler = local.handler.take();
        drop(handler);
        let factory = local.factory.take();
        drop(factory);
        local.emptied.set(true);
    }

    /// What other threads sent to a loop that closes.
    fn take_back(&self, sent: Taken<Remote>) {
        for sent in sent {
            match sent {
                Remote::Task(runnable) => self.queue_task(runnable),
                Remote::Orphan(orphan) => super::cell::free_orphan(orphan),
                Remote::Call(call) => drop(call),
            }
        }
    }
}

impl LocalParts {
    /// Whether nothing that belongs to the loop's thread is left.
    fn is_plain(&mut self) -> bool {
        self.emptied.get()
            && self.ready.is_empty()
            && self.calls.get_mut().is_empty()
            && self.timers.get_mut().is_empty()
            && self.tasks.get_mut().is_empty()
            && self.poll.get_mut().is_none()
            && self.handler.get_mut().is_none()
            && self.factory.get_mut().is_none()
            && self.extras.is_empty()
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        if self.is_owner() || self.local.is_plain() {
            // SAFETY: dropped once, here, and not used afterwards.
            unsafe { ManuallyDrop::drop(&mut self.local) }
        }
    }
}

struct RunningLoop<'a>(*const Core, &'a Cell<bool>);

impl Drop for RunningLoop<'_> {
    fn drop(&mut self) {
        RUNNING.set(self.0);
        self.1.set(false);
    }
}

/// Keeps virtual time from jumping while it lives. Any thread.
pub(crate) struct OutsideWork(Arc<Core>);

impl Drop for OutsideWork {
    fn drop(&mut self) {
        let core = &self.0;
        let last = core.outside.fetch_sub(1, Ordering::AcqRel) == 1;
        if last && core.clock.is_virtual() && !core.is_owner() {
            // The loop may sleep until told that time may go on. A closed one needs no telling.
            let _ = core.send_call(Box::new(|| {}));
        }
    }
}

impl Driver for Core {
    fn reactor(&self) -> &reactor::Handle {
        &self.reactor
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
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core").finish_non_exhaustive()
    }
}
