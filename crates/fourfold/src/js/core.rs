//! What a loop is made of, and which one runs on this thread.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::mem::ManuallyDrop;
use std::sync::{Arc, Weak};
use std::task::Waker;

use fourfold_kernel::door::Door;
use fourfold_kernel::driver::{self, Driver, LocalBoxFuture};
use fourfold_kernel::home::{Home, HomeRef};
use fourfold_kernel::queue::{Fifo, TurnQueue};
use fourfold_kernel::reactor::{self, Reactor};
use fourfold_kernel::task::{Erased, TaskList};
use fourfold_kernel::thread::{self, Token};
use fourfold_kernel::timer::{self, Clock, Wheel};
use fourfold_kernel::trace;

use super::cell::PromiseData;
use super::event_loop::Ready;
use super::immediates::Immediates;
use super::inbox::{Receivers, Remote};
use super::microtasks::{Job, Microtask, Ticks};
use super::process::Process;
use super::rejections::Rejections;
use super::timers::Timers;

/// What a loop is made of. Everything in `local` belongs to the thread that made the loop.
pub(crate) struct Core {
    this: Weak<Core>,
    owner: Token,
    /// How other threads reach it. What works for it elsewhere keeps it alive, and virtual time stands still.
    pub(super) door: Door<Remote>,
    pub(super) clock: Clock,
    local: ManuallyDrop<LocalParts>,
}

pub(super) struct LocalParts {
    referrers: Cell<usize>,
    pub(super) ticks: Ticks,
    pub(super) microtasks: Fifo<Microtask>,
    /// What the poll found: the callbacks of its phase.
    pub(super) ready: TurnQueue<Ready>,
    /// What is woken now is a find of the poll, and not a microtask.
    pub(super) collecting: Cell<bool>,
    /// The promise that the next body to be queued waits for, and whether it is run at once.
    pub(super) handing: Cell<Option<(Erased<PromiseData>, bool)>>,
    /// The promise that the step which runs was waiting for.
    pub(super) source: Cell<Option<Erased<PromiseData>>>,
    /// The waker of the async function whose step runs.
    pub(super) stepping: Cell<*const Waker>,
    /// What is run next is the step of a microtask itself, and not inside of another.
    pub(super) direct: Cell<bool>,
    /// That step is to be followed by another, in a microtask.
    pub(super) again: Cell<bool>,
    pub(super) timers: RefCell<Timers>,
    /// Sleeps of what knows no dialect: connections, HTTP, foreign futures.
    pub(super) sleeps: RefCell<Wheel<Waker>>,
    pub(super) immediates: Immediates,
    pub(super) closing: RefCell<Vec<Job>>,
    /// The step that runs has begun to wait for something of this loop, such as a promise.
    pub(super) awaits: Cell<bool>,
    /// Async functions that wait for something else, of which the loop cannot know whether it comes.
    pub(super) foreign: Cell<usize>,
    /// Handles of other kinds that keep the loop alive.
    pub(super) references: Cell<usize>,
    pub(super) poll: RefCell<Option<Reactor>>,
    pub(super) receivers: Receivers,
    pub(super) live: RefCell<TaskList<PromiseData>>,
    pub(super) rejections: Rejections,
    pub(super) process: Process,
    /// Sends what is fetched.
    #[cfg(feature = "http")]
    pub(super) dispatcher: RefCell<Option<crate::http::Client>>,
    /// Closed, and emptied: nothing is queued any more.
    pub(super) emptied: Cell<bool>,
}

// SAFETY: `local` is reached only through `Core::local` and `Core::owned`, which insist on the owner
// thread or are called by what does not leave it, and is dropped on that thread only; where the last
// reference goes on another one it is leaked, unless nothing is left in it (see `Drop`). The rest is
// thread-safe by itself.
unsafe impl Send for Core {}
// SAFETY: as above.
unsafe impl Sync for Core {}

// SAFETY: `referrers` is used on the loop's own thread; `this` was made for the `Arc` of this core.
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
        crate::dump::at_start();
        let poll = Reactor::new()?;
        let core = Arc::new_cyclic(|this| Core {
            this: this.clone(),
            owner: thread::token(),
            door: Door::new(poll.handle()),
            clock,
            local: ManuallyDrop::new(LocalParts {
                referrers: Cell::new(0),
                ticks: Ticks::default(),
                microtasks: Fifo::new(),
                ready: TurnQueue::new(),
                collecting: Cell::new(false),
                handing: Cell::new(None),
                source: Cell::new(None),
                stepping: Cell::new(std::ptr::null()),
                direct: Cell::new(false),
                again: Cell::new(false),
                timers: RefCell::default(),
                sleeps: RefCell::default(),
                immediates: Immediates::default(),
                closing: RefCell::default(),
                awaits: Cell::new(false),
                foreign: Cell::new(0),
                references: Cell::new(0),
                poll: RefCell::new(Some(poll)),
                receivers: Receivers::default(),
                live: RefCell::default(),
                rejections: Rejections::default(),
                process: Process::default(),
                #[cfg(feature = "http")]
                dispatcher: RefCell::default(),
                emptied: Cell::new(false),
            }),
        });
        trace::list(Listed(Arc::downgrade(&core)));
        Ok(core)
    }

    /// One more reference to this core, for other threads.
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
        assert!(self.is_owner(), "this loop belongs to another thread; reach it through an Inbox");
        &self.local
    }

    /// As [`local`](Core::local), for callers that are on the loop's thread since they hold a promise,
    /// a cell of one, or run on the loop's behalf.
    #[inline]
    pub(super) fn owned(&self) -> &LocalParts {
        debug_assert!(self.is_owner());
        &self.local
    }

    pub(crate) fn remember_async_fn(&self, cell: Erased<PromiseData>) {
        self.local().live.borrow_mut().insert(cell, |data| &data.local().number);
    }

    /// Tells an observation that begins of the async functions there are already.
    pub(super) fn tell_async_fns(&self) {
        for cell in self.local().live.borrow().iter() {
            let state = if cell.is_running() {
                trace::State::Running
            } else if cell.is_scheduled() {
                trace::State::Ready
            } else {
                trace::State::Waiting
            };
            cell.data().local().tell(state);
        }
    }

    pub(crate) fn find_async_fn(&self, place: u32) -> Option<Erased<PromiseData>> {
        self.local().live.borrow().get(place).cloned()
    }

    pub(crate) fn forget_async_fn(&self, place: u32) {
        let gone = self.local().live.borrow_mut().remove(place);
        drop(gone);
    }

    /// Whether it wakes the async function whose step runs.
    #[inline]
    pub(crate) fn is_stepping(&self, waker: &Waker) -> bool {
        let stepping = self.owned().stepping.get();
        // SAFETY: set for as long as the step is on this thread's stack, where it borrows its waker.
        !stepping.is_null() && unsafe { &*stepping }.will_wake(waker)
    }

    /// The step that runs is queued again as soon as it ends.
    #[inline]
    pub(crate) fn again(&self) {
        self.owned().again.set(true);
    }

    /// The step that runs is about to wait for something that only this loop can bring about.
    #[inline]
    pub(crate) fn awaits(&self) {
        self.owned().awaits.set(true);
    }

    /// The loop's time in whole milliseconds, as timers count it.
    #[inline]
    pub(crate) fn now_ms(&self) -> u64 {
        self.clock.now() / 1_000_000
    }

    /// Something outside works for this loop until the guard is dropped.
    pub(crate) fn outside_work(&self) -> OutsideWork {
        self.door.outside_begins();
        OutsideWork(self.this())
    }

    /// One more handle keeps the loop alive, or one fewer.
    pub(crate) fn add_references(&self, more: isize) {
        let references = &self.local().references;
        references.set(references.get().strict_add_signed(more));
    }
}

/// The loop's list of async functions, as an observation that begins asks for it.
struct Listed(Weak<Core>);

impl trace::List for Listed {
    fn is_over(&self) -> bool {
        self.0.strong_count() == 0
    }

    fn tell(&self, asked: trace::Asked) {
        let Some(core) = self.0.upgrade() else { return };
        if core.is_owner() {
            core.tell_async_fns();
        } else {
            // One that has ended has nothing to tell.
            let _ = core.send(Remote::Asked(asked));
        }
    }
}

/// Keeps the loop alive, and virtual time from jumping, while it lives. Any thread.
pub(crate) struct OutsideWork(Arc<Core>);

impl Drop for OutsideWork {
    fn drop(&mut self) {
        if self.0.door.outside_ends() && !self.0.is_owner() {
            // The loop may sleep until told that it may end, or that time may go on.
            // One that has ended needs no telling.
            let _ = self.0.send(Remote::Nothing);
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
        self.local().sleeps.borrow_mut().insert(deadline, waker)
    }

    fn timer_cancel(&self, key: timer::Key) {
        if self.is_owner() {
            let cancelled = self.local().sleeps.borrow_mut().cancel(key);
            drop(cancelled);
        }
    }

    fn spawn_local(&self, future: LocalBoxFuture) {
        let body = async move {
            future.await;
            Ok(())
        };
        let here = std::panic::Location::caller();
        let detached: super::Promise<()> = super::async_fn::start_service(self, body, here);
        drop(detached);
    }

    fn outside_work(&self) -> Option<driver::OutsideWork> {
        Some(Box::new(Core::outside_work(self)))
    }
}

impl LocalParts {
    /// Whether nothing that belongs to the loop's thread is left.
    fn is_plain(&self) -> bool {
        self.emptied.get()
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

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core").finish_non_exhaustive()
    }
}

thread_local! {
    static RUNNING: Cell<*const Core> = const { Cell::new(std::ptr::null()) };
}

/// Makes `core` the loop that runs on this thread, until the guard is dropped.
pub(super) fn enter(core: &Core) -> Entered<'_> {
    Entered(RUNNING.replace(core), std::marker::PhantomData)
}

pub(super) struct Entered<'a>(*const Core, std::marker::PhantomData<&'a Core>);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        RUNNING.set(self.0);
    }
}

/// Calls `f` with the loop that runs on this thread, if one does.
#[inline]
pub(crate) fn try_with_running<R>(f: impl FnOnce(&Core) -> R) -> Option<R> {
    let core = RUNNING.get();
    // SAFETY: set by `enter` for as long as its guard, which borrows the core, is on this thread's
    // stack.
    (!core.is_null()).then(|| f(unsafe { &*core }))
}

/// Calls `f` with the loop that runs on this thread.
///
/// # Panics
///
/// Where none does.
#[inline]
#[track_caller]
pub(crate) fn with_running<R>(f: impl FnOnce(&Core) -> R) -> R {
    match try_with_running(f) {
        Some(result) => result,
        None => no_running_loop(),
    }
}

/// # Panics
///
/// Where no loop runs on this thread.
#[inline]
#[track_caller]
pub(crate) fn insist_on_running() {
    if RUNNING.get().is_null() {
        no_running_loop();
    }
}

#[cold]
#[track_caller]
fn no_running_loop() -> ! {
    panic!("no loop of the JavaScript dialect runs on this thread: call this from under js::run");
}
