//! What this dialect keeps in the cell of every task, and where a body that is woken goes on.
//!
//! The cell is the kernel's: a body, if it has one, an outcome, and listeners. What makes it C#'s is
//! below, in the implementation of [`Schedule`]:
//!
//! ```text
//!   the outcome is written ──► arrange, notify ──► a continuation ──► wakes a body
//!                                                                        │
//!            may it run inside of the wake, and is this its place?       ▼
//!                  yes ──► it runs here, on the stack of who woke it   schedule
//!                  no ───► the place that its await captured:            │
//!                          context.post · scheduler.queue_task · pool ◄──┘
//! ```
//!
//! # Invariants
//!
//! 1. `resume` belongs to whoever has the body's runnable or runs it. An await writes where to go on
//!    before the run ends, so whoever wakes the body after that, or during it, finds it written.
//! 2. A body that is withdrawn from a queue has never begun, and only the part of its data that never
//!    changes is looked at by who withdraws it.

use std::cell::UnsafeCell;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use fourfold_kernel::pool::{Job, Pool, Submit};
use fourfold_kernel::task::{Erased, ListenerKey, Orphan, Runnable, Schedule, Shared};
use fourfold_kernel::thread;
use fourfold_kernel::trace::{self, Spawned, TaskId};

use super::ambient::{self, Inline};
use super::cancellation::{CancellationToken, CancellationTokenRegistration};
use super::continuation::{self, Continuation};
use super::execution_context::Flow;
use super::scheduler::{ScheduledTask, TaskScheduler};
use super::synchronization_context::{self, SendOrPostCallback, SynchronizationContext};
use super::task::{TaskCreationOptions, TaskStatus};
use super::thread_pool::ThreadPool;
use crate::Error;

/// So much of its stack a thread must have left for a continuation to run on top of what it does. What
/// .NET leaves is less; unoptimised Rust needs more.
const ENOUGH_STACK: usize = 512 << 10;

/// What a cell is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Somebody sets it.
    Promise,
    /// The rest of an asynchronous method.
    Method,
    /// A function.
    Delegate,
    /// A function of the pool's that nobody waits for.
    Work,
    /// The rest of a delay.
    Delay,
    /// A wait for a semaphore, which whoever releases it sets.
    Semaphore,
    /// All of several tasks.
    WhenAll,
    /// One of several tasks.
    WhenAny,
}

impl Kind {
    /// What whoever awaits it waits for.
    fn waited_for_as(self) -> &'static str {
        match self {
            Kind::Promise => "completion source",
            Kind::Method | Kind::Delegate | Kind::Work => "task",
            Kind::Delay => "delay",
            Kind::Semaphore => "semaphore",
            Kind::WhenAll => "when all",
            Kind::WhenAny => "when any",
        }
    }
}

/// Where a body goes on.
#[derive(Clone)]
pub(crate) enum Place {
    Pool,
    /// Behind what waits for any worker.
    PoolInTurn,
    Context(Arc<dyn SynchronizationContext>),
    Scheduler(Arc<dyn TaskScheduler>),
    /// A thread of its own, for its first step.
    Thread,
}

impl Place {
    /// Where an await that goes pending here goes on.
    #[inline]
    pub(crate) fn current() -> Place {
        if let Some(context) = ambient::context() {
            return Place::Context(context);
        }
        ambient::scheduler().map_or(Place::Pool, Place::Scheduler)
    }

    /// Whether it is here.
    #[inline]
    fn is_here(&self) -> bool {
        match self {
            // Any thread will do, but not in the middle of what a context or a scheduler runs.
            Place::Pool => !ambient::has_context() && !ambient::has_scheduler(),
            Place::Context(context) => ambient::is_context(context),
            // A thread of the pool can become the scheduler's for a while, if that agrees.
            Place::Scheduler(scheduler) => {
                (ambient::is_scheduler(scheduler) || ThreadPool::is_thread_pool_thread())
                    && scheduler.may_inline()
            }
            Place::PoolInTurn | Place::Thread => false,
        }
    }
}

/// What the next step of a body needs.
pub(crate) struct Resume {
    pub(crate) place: Place,
    /// The values it goes on with; `None` for those of whoever runs it.
    pub(crate) flow: Option<Flow>,
    /// It gave way, and is to be run again in its turn.
    pub(crate) yielding: bool,
}

/// A counted reference to a cell that may be sent.
pub(crate) struct Reference(Erased<Node>);

// SAFETY: cells of a shared scheduler may be used and released from any thread.
unsafe impl Send for Reference {}
// SAFETY: as above.
unsafe impl Sync for Reference {}

impl Reference {
    pub(crate) fn new(cell: Erased<Node>) -> Reference {
        Reference(cell)
    }

    pub(crate) fn cell(&self) -> &Erased<Node> {
        &self.0
    }
}

/// The dialect's data in a cell.
pub(crate) struct Node {
    id: TaskId,
    location: &'static Location<'static>,
    pub(crate) pool: Pool,
    kind: Kind,
    options: TaskCreationOptions,
    /// What it does until it has an outcome.
    status: AtomicU8,
    /// Its next step waits in the queue of a context of one thread.
    posted: AtomicBool,
    /// Attached children that have not ended, and one for its own delegate.
    children: AtomicU32,
    resume: UnsafeCell<Resume>,
    /// What few have.
    extras: OnceLock<Box<Extras>>,
}

// SAFETY: see invariant 1 for `resume`; all else is `Sync`.
unsafe impl Sync for Node {}

#[derive(Default)]
struct Extras {
    parent: Option<Reference>,
    token: CancellationToken,
    /// It has begun, or was cancelled before it could: whoever sets this first has its way.
    claimed: AtomicBool,
    /// With that token, while the task has not begun.
    registration: Mutex<Option<CancellationTokenRegistration>>,
    /// Where it was queued, if not on the pool.
    scheduler: OnceLock<Arc<dyn TaskScheduler>>,
    /// What attached children failed with.
    faults: Mutex<Vec<Fault>>,
    /// The parent has seen that this one failed.
    seen_by_parent: AtomicBool,
}

/// An attached child that failed, and with what.
struct Fault {
    child: Reference,
    error: Error,
}

impl Node {
    #[inline]
    pub(crate) fn new(kind: Kind, pool: Pool, location: &'static Location<'static>) -> Node {
        Node {
            id: TaskId::next(),
            location,
            pool,
            kind,
            options: TaskCreationOptions::NONE,
            status: AtomicU8::new(TaskStatus::WaitingForActivation as u8),
            posted: AtomicBool::new(false),
            children: AtomicU32::new(1),
            resume: UnsafeCell::new(Resume { place: Place::Pool, flow: None, yielding: false }),
            extras: OnceLock::new(),
        }
    }

    #[inline]
    pub(crate) fn with_options(mut self, options: TaskCreationOptions) -> Node {
        self.options = options;
        self
    }

    #[inline]
    pub(crate) fn with_status(mut self, status: TaskStatus) -> Node {
        *self.status.get_mut() = status as u8;
        self
    }

    /// Where and with which values its first step runs.
    #[inline]
    pub(crate) fn resuming(mut self, place: Place, flow: Option<Flow>) -> Node {
        // Assigned to a fresh one, of which nothing has to be dropped.
        std::mem::forget(std::mem::replace(
            self.resume.get_mut(),
            Resume { place, flow, yielding: false },
        ));
        self
    }

    #[inline]
    pub(crate) fn with_token(mut self, token: CancellationToken) -> Node {
        if token != CancellationToken::none() {
            self.extras_mut().token = token;
        }
        self
    }

    #[inline]
    pub(crate) fn with_parent(mut self, parent: Option<Reference>) -> Node {
        if parent.is_some() {
            self.extras_mut().parent = parent;
        }
        self
    }

    fn extras_mut(&mut self) -> &mut Extras {
        self.extras.get_or_init(Box::default);
        self.extras.get_mut().expect("just made")
    }

    pub(crate) fn id(&self) -> TaskId {
        self.id
    }

    pub(crate) fn location(&self) -> &'static Location<'static> {
        self.location
    }

    pub(crate) fn is_promise(&self) -> bool {
        matches!(self.kind, Kind::Promise | Kind::Semaphore | Kind::WhenAll | Kind::WhenAny)
    }

    /// What is told of it when it begins to live, or is first seen to.
    pub(crate) fn spawned(&self) -> Spawned<'static> {
        let name = (self.kind == Kind::Delay).then_some("Task::delay");
        Spawned { kind: "csharp", name, location: self.location }
    }

    /// Whoever is polled here is about to wait for it.
    #[inline]
    pub(crate) fn tell_wait(&self) {
        if trace::enabled() {
            self.tell_wait_of();
        }
    }

    #[cold]
    fn tell_wait_of(&self) {
        trace::waiting_here(self.kind.waited_for_as(), self.listed_id());
    }

    /// Whoever runs on this thread blocks it until this has ended.
    #[track_caller]
    pub(crate) fn tell_blocking(&self) -> Option<trace::Blocking> {
        trace::blocking(self.kind.waited_for_as(), self.listed_id())
    }

    /// What has no body is in no list of what lives.
    fn listed_id(&self) -> Option<TaskId> {
        Some(self.id).filter(|_| !self.is_promise())
    }

    pub(crate) fn is_delegate(&self) -> bool {
        self.kind == Kind::Delegate
    }

    pub(crate) fn options(&self) -> TaskCreationOptions {
        self.options
    }

    /// The token it was made with.
    #[inline]
    pub(crate) fn token(&self) -> CancellationToken {
        self.extras.get().map_or_else(CancellationToken::none, |extras| extras.token.clone())
    }

    /// It is about to begin, or to be cancelled because it has not. True for the first who says so.
    #[inline]
    pub(crate) fn claim(&self) -> bool {
        self.extras.get().is_none_or(|extras| !extras.claimed.swap(true, Ordering::AcqRel))
    }

    /// Its token is to cancel it until it begins.
    pub(crate) fn set_registration(&self, registration: CancellationTokenRegistration) {
        let extras = self.extras.get_or_init(Box::default);
        *extras.registration.lock().unwrap_or_else(PoisonError::into_inner) = Some(registration);
    }

    /// Its token cannot cancel it any more.
    #[inline]
    pub(crate) fn unregister(&self) {
        if let Some(extras) = self.extras.get() {
            let mut registration =
                extras.registration.lock().unwrap_or_else(PoisonError::into_inner);
            let registration = registration.take();
            if let Some(registration) = registration {
                registration.unregister();
            }
        }
    }

    /// Where it waits, if it waits in the queue of a scheduler of the program's own.
    pub(crate) fn scheduler(&self) -> Option<Arc<dyn TaskScheduler>> {
        self.extras.get()?.scheduler.get().cloned()
    }

    pub(crate) fn set_scheduler(&self, scheduler: Arc<dyn TaskScheduler>) {
        // Once: it is queued for its first step only once.
        let _ = self.extras.get_or_init(Box::default).scheduler.set(scheduler);
    }

    pub(crate) fn status(&self) -> TaskStatus {
        TaskStatus::from_u8(self.status.load(Ordering::Acquire))
    }

    pub(crate) fn set_status(&self, status: TaskStatus) {
        self.status.store(status as u8, Ordering::Release);
    }

    /// Changes the status if it is still `from`.
    pub(crate) fn change_status(&self, from: TaskStatus, to: TaskStatus) -> bool {
        let changed =
            self.status.compare_exchange(from as u8, to as u8, Ordering::AcqRel, Ordering::Acquire);
        changed.is_ok()
    }

    pub(crate) fn set_posted(&self, posted: bool) {
        self.posted.store(posted, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn is_posted(&self) -> bool {
        self.posted.load(Ordering::Relaxed)
    }

    /// The body's own place to go on.
    ///
    /// # Safety
    ///
    /// The caller has the body's runnable or runs it, and lets go of the reference before it gives the
    /// runnable away, ends the run, or calls this again.
    #[inline]
    #[allow(clippy::mut_from_ref)]
    pub(crate) unsafe fn resume(&self) -> &mut Resume {
        // SAFETY: the caller is alone with it (invariant 1).
        unsafe { &mut *self.resume.get() }
    }

    // Children

    /// One more child that is attached. False where none may be.
    pub(crate) fn add_child(&self) -> bool {
        let allowed =
            self.is_delegate() && !self.options.has(TaskCreationOptions::DENY_CHILD_ATTACH);
        if allowed {
            self.children.fetch_add(1, Ordering::Relaxed);
        }
        allowed
    }

    /// A child, or the delegate itself, has ended. True if it was the last.
    pub(crate) fn remove_child(&self) -> bool {
        self.children.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// A child is not made after all.
    pub(crate) fn has_children(&self) -> bool {
        self.children.load(Ordering::Acquire) > 0
    }

    /// What attached children failed with, apart from those whose failure this one has seen itself.
    #[inline]
    pub(crate) fn take_faults(&self) -> Vec<Error> {
        let Some(extras) = self.extras.get() else { return Vec::new() };
        let mut faults = extras.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let faults = std::mem::take(&mut *faults);
        let unseen = faults.into_iter().filter(|fault| {
            let extras = fault.child.cell().data().extras.get();
            extras.is_none_or(|extras| !extras.seen_by_parent.load(Ordering::Acquire))
        });
        unseen.map(|fault| fault.error).collect()
    }

    fn parent(&self) -> Option<&Erased<Node>> {
        self.extras.get()?.parent.as_ref().map(Reference::cell)
    }

    /// The parent is to fail as well. `this` is the cell of this node.
    pub(crate) fn tell_parent(&self, this: Erased<Node>, error: impl FnOnce() -> Error) {
        if let Some(parent) = self.parent() {
            let fault = Fault { child: Reference::new(this), error: error() };
            let extras = parent.data().extras.get_or_init(Box::default);
            extras.faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
        }
    }

    /// Whoever runs here has seen that it failed; that matters if it is the parent.
    pub(crate) fn failure_is_seen(&self) {
        let Some(parent) = self.parent() else { return };
        let by_parent =
            ambient::with_task(|waker| waker.is_some_and(|waker| parent.is_woken_by(waker)));
        if by_parent && let Some(extras) = self.extras.get() {
            extras.seen_by_parent.store(true, Ordering::Release);
        }
    }

    /// Whether continuations never run inside of the call that ends the task.
    #[inline]
    pub(crate) fn continues_asynchronously(&self) -> bool {
        self.options.has(TaskCreationOptions::RUN_CONTINUATIONS_ASYNCHRONOUSLY)
    }
}

/// Whether there is stack enough to run something on top of what this thread does.
#[inline]
pub(crate) fn has_stack() -> bool {
    thread::has_stack(ENOUGH_STACK)
}

/// Runs a body here, on top of what this thread does.
#[inline]
fn run_here(runnable: Runnable<Node>) {
    // SAFETY: the scheduler is shared.
    unsafe { runnable.run() };
}

/// Puts a runnable where it is to go on.
///
/// SAFETY: `data` is that of its cell.
unsafe fn dispatch(data: *const Node, runnable: Runnable<Node>, inline: Inline) {
    // SAFETY: valid until the runnable is handed on; and who has it has the place.
    let (node, place) = unsafe { (&*data, &(*data).resume().place) };
    let here = match inline {
        Inline::No => false,
        Inline::Always => true,
        Inline::InPlace => place.is_here() && has_stack(),
    };
    if here {
        return match place {
            Place::Scheduler(scheduler) if inline == Inline::InPlace => {
                ScheduledTask::new(scheduler.clone(), runnable).execute();
            }
            _ => run_here(runnable),
        };
    }
    match place {
        Place::Pool => {
            let pool = node.pool;
            pool.submit(Job::new(runnable));
        }
        Place::PoolInTurn => {
            let pool = node.pool;
            pool.submit_behind(Job::new(runnable));
        }
        Place::Context(context) => {
            let context = context.clone();
            if context.runs_on_one_thread() {
                synchronization_context::posting(&context, runnable.cell());
            }
            context.post(SendOrPostCallback::step(runnable));
        }
        Place::Scheduler(scheduler) => {
            let scheduler = scheduler.clone();
            let task = ScheduledTask::new(scheduler.clone(), runnable);
            scheduler.queue_task(task);
        }
        Place::Thread => {
            let started = std::thread::Builder::new().name("long-running".into());
            let pool = node.pool;
            let job = Arc::new(Mutex::new(Some(Job::new(runnable))));
            let taken = job.clone();
            let run = move || {
                let job = taken.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(job) = job {
                    job.run();
                }
            };
            // Where the system has no thread to spare, a worker does it.
            if started.spawn(run).is_err()
                && let Some(job) = job.lock().unwrap_or_else(PoisonError::into_inner).take()
            {
                pool.submit_behind(job);
            }
        }
    }
}

// SAFETY: `schedule` and `schedule_again` do not use the data after they handed the runnable on, since
// `dispatch` does so last and copies before it what it needs of it; `waker` only looks; `SHARED` is
// true, so nothing is promised about threads.
unsafe impl Schedule for Node {
    const SHARED: bool = true;
    type Listener = Continuation;

    #[inline]
    unsafe fn schedule(data: *const Node, runnable: Runnable<Node>) {
        let inline = ambient::take_inline();
        if trace::enabled() {
            // SAFETY: valid until the runnable is handed on.
            trace::woken(unsafe { (*data).id });
        }
        // SAFETY: the cell's own data.
        unsafe { dispatch(data, runnable, inline) }
    }

    #[inline]
    fn yielded(&self) -> bool {
        // SAFETY: asked by the body's runner.
        unsafe { self.resume() }.yielding
    }

    unsafe fn schedule_again(data: *const Node, runnable: Runnable<Node>) {
        // SAFETY: the caller ran the body, and the runnable is its next.
        let yielding = unsafe { std::mem::take(&mut (*data).resume().yielding) };
        // SAFETY: as above.
        if yielding && matches!(unsafe { &(*data).resume().place }, Place::Pool) {
            // SAFETY: valid until the runnable is handed on.
            let pool = unsafe { (*data).pool };
            return pool.submit_behind(Job::new(runnable));
        }
        // SAFETY: the cell's own data.
        unsafe { dispatch(data, runnable, Inline::No) }
    }

    #[inline]
    fn finished(&self) {
        if self.extras.get().is_none() {
            return;
        }
        self.unregister();
        let Some(parent) = self.parent() else { return };
        if parent.data().remove_child() {
            // SAFETY: only delegates are parents, and they have a body.
            ambient::inline(Inline::Always, || unsafe { parent.wake() });
        }
    }

    fn arrange(cell: &Erased<Node>, all: &mut Vec<(ListenerKey, Continuation)>) {
        continuation::arrange(cell.data(), all);
    }

    #[inline]
    fn notify(cell: &Erased<Node>, continuation: Continuation) {
        continuation.tell(!cell.data().continues_asynchronously());
    }

    #[inline]
    fn waker(continuation: &Continuation) -> Option<&std::task::Waker> {
        match continuation {
            Continuation::Await(waker) => Some(waker),
            _ => None,
        }
    }

    #[inline]
    unsafe fn release(_: *const Node, orphan: Orphan<Node>) {
        // SAFETY: the scheduler is shared.
        unsafe { orphan.free() }
    }
}

// SAFETY: a node is `Send` and `Sync`; so are continuations, by what they are made of.
unsafe impl Shared for Node {}

impl Submit for Node {
    fn describe(&self) -> (TaskId, &'static Location<'static>) {
        (self.id, self.location)
    }
}
