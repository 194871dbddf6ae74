//! What is current on a thread while it runs a piece of work.
//!
//! | | set by | read by |
//! |---|---|---|
//! | the synchronization context | a pump; whoever sets it | an await that goes pending: there it goes on |
//! | the scheduler | a task that runs on one | the same; what starts or continues tasks |
//! | the flow of values | the work itself | what starts or awaits |
//! | the task | a task with a delegate | its children; `Task::current_id` |
//! | the body | each step | an await that asks for its place in the queue |
//! | the pool | the same; `run` | what is started or queued |
//! | `capture` | an await with `configure_await(false)` | the body, when it goes pending |
//! | `inline` | who tells a continuation | the scheduling of that continuation |
//!
//! A body finds the thread as whoever polls it left it, apart from its flow, and leaves it so.

use std::cell::{Cell, RefCell};
use std::ptr;
use std::sync::Arc;
use std::task::Waker;

use fourfold_kernel::pool::Pool;

use super::cell::Node;
use super::execution_context::Flow;
use super::scheduler::TaskScheduler;
use super::synchronization_context::SynchronizationContext;

/// Whether what is woken next may run here and now, inside of the wake.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inline {
    /// It is queued where it belongs.
    No,
    /// It runs here if this is the place where it is to go on.
    InPlace,
    /// It runs here.
    Always,
}

/// What is nearly always none, and then need not be looked at.
struct Ambient {
    context: RefCell<Option<Arc<dyn SynchronizationContext>>>,
    scheduler: RefCell<Option<Arc<dyn TaskScheduler>>>,
    flow: RefCell<Flow>,
}

/// What every step touches: no part of it has to be dropped, so that reaching it is one load.
struct Hot {
    /// The waker of the task that runs, for as long as it does.
    task: Cell<*const Waker>,
    /// The cell whose body runs here; an address to compare with.
    body: Cell<*const Node>,
    pool: Cell<Option<Pool>>,
    capture: Cell<bool>,
    inline: Cell<Inline>,
    /// Which parts of [`Ambient`] are there.
    there: Cell<u8>,
}

const CONTEXT: u8 = 1;
const SCHEDULER: u8 = 2;
const FLOW: u8 = 4;

thread_local! {
    static AMBIENT: Ambient = const {
        Ambient {
            context: RefCell::new(None),
            scheduler: RefCell::new(None),
            flow: RefCell::new(Flow::EMPTY),
        }
    };

    static HOT: Hot = const {
        Hot {
            task: Cell::new(ptr::null()),
            body: Cell::new(ptr::null()),
            pool: Cell::new(None),
            capture: Cell::new(true),
            inline: Cell::new(Inline::No),
            there: Cell::new(0),
        }
    };
}

#[inline]
fn is_there(part: u8) -> bool {
    HOT.with(|hot| hot.there.get() & part != 0)
}

#[inline]
fn set_there(part: u8, there: bool) {
    HOT.with(|hot| {
        let others = hot.there.get() & !part;
        hot.there.set(if there { others | part } else { others });
    });
}

/// Whether any values flow here, or their flow is suppressed.
#[inline]
pub(crate) fn has_flow() -> bool {
    is_there(FLOW)
}

/// `f` must not call foreign code, and neither may the drop of what it replaces: see the callers.
pub(crate) fn with_flow<R>(f: impl FnOnce(&mut Flow) -> R) -> R {
    AMBIENT.with(|ambient| {
        let mut flow = ambient.flow.borrow_mut();
        let result = f(&mut flow);
        set_there(FLOW, !flow.is_empty());
        result
    })
}

/// The synchronization context of this thread.
#[inline]
pub(crate) fn context() -> Option<Arc<dyn SynchronizationContext>> {
    if !is_there(CONTEXT) {
        return None;
    }
    AMBIENT.with(|ambient| ambient.context.borrow().clone())
}

#[inline]
pub(crate) fn has_context() -> bool {
    is_there(CONTEXT)
}

pub(crate) fn is_context(other: &Arc<dyn SynchronizationContext>) -> bool {
    AMBIENT.with(|ambient| {
        ambient.context.borrow().as_ref().is_some_and(|context| same(context, other))
    })
}

/// Addresses only: the same type may have several vtables.
pub(crate) fn same<T: ?Sized>(one: &Arc<T>, other: &Arc<T>) -> bool {
    ptr::addr_eq(Arc::as_ptr(one), Arc::as_ptr(other))
}

#[inline]
pub(crate) fn replace_context(
    context: Option<Arc<dyn SynchronizationContext>>,
) -> Option<Arc<dyn SynchronizationContext>> {
    if context.is_none() && !is_there(CONTEXT) {
        return None;
    }
    set_there(CONTEXT, context.is_some());
    AMBIENT.with(|ambient| ambient.context.replace(context))
}

/// The scheduler of this thread's work, where it is not the pool.
#[inline]
pub(crate) fn scheduler() -> Option<Arc<dyn TaskScheduler>> {
    if !is_there(SCHEDULER) {
        return None;
    }
    AMBIENT.with(|ambient| ambient.scheduler.borrow().clone())
}

#[inline]
pub(crate) fn has_scheduler() -> bool {
    is_there(SCHEDULER)
}

pub(crate) fn is_scheduler(other: &Arc<dyn TaskScheduler>) -> bool {
    AMBIENT.with(|ambient| {
        ambient.scheduler.borrow().as_ref().is_some_and(|scheduler| same(scheduler, other))
    })
}

#[inline]
pub(crate) fn replace_scheduler(
    scheduler: Option<Arc<dyn TaskScheduler>>,
) -> Option<Arc<dyn TaskScheduler>> {
    if scheduler.is_none() && !is_there(SCHEDULER) {
        return None;
    }
    set_there(SCHEDULER, scheduler.is_some());
    AMBIENT.with(|ambient| ambient.scheduler.replace(scheduler))
}

/// The waker of the task that runs here, if one does.
#[inline]
pub(crate) fn with_task<R>(f: impl FnOnce(Option<&Waker>) -> R) -> R {
    let task = HOT.with(|hot| hot.task.get());
    // SAFETY: set by `Running`, whose frame has the waker borrowed, and put back when that ends; `f`
    // cannot keep it.
    f(unsafe { task.as_ref() })
}

#[inline]
pub(crate) fn replace_task(task: *const Waker) -> *const Waker {
    HOT.with(|hot| hot.task.replace(task))
}

/// Whether it is the body of this cell that runs here, and none that it runs inside of itself.
#[inline]
pub(crate) fn is_body(node: &Node) -> bool {
    HOT.with(|hot| ptr::eq(hot.body.get(), node))
}

#[inline]
pub(crate) fn replace_body(node: *const Node) -> *const Node {
    HOT.with(|hot| hot.body.replace(node))
}

/// The pool of the work that runs here.
#[inline]
pub(crate) fn pool() -> Option<Pool> {
    HOT.with(|hot| hot.pool.get())
}

#[inline]
pub(crate) fn replace_pool(pool: Option<Pool>) -> Option<Pool> {
    HOT.with(|hot| hot.pool.replace(pool))
}

/// The await that goes pending now does not mind where it goes on.
#[inline]
pub(crate) fn do_not_capture() {
    HOT.with(|hot| hot.capture.set(false));
}

#[inline]
pub(crate) fn replace_capture(capture: bool) -> bool {
    HOT.with(|hot| hot.capture.replace(capture))
}

/// How what is woken now may run.
#[inline]
pub(crate) fn take_inline() -> Inline {
    HOT.with(|hot| hot.inline.replace(Inline::No))
}

/// Calls `wake`, which wakes a body of this dialect, with leave to run it inside.
#[inline]
pub(crate) fn inline<R>(inline: Inline, wake: impl FnOnce() -> R) -> R {
    struct Over(Inline);
    impl Drop for Over {
        #[inline]
        fn drop(&mut self) {
            HOT.with(|hot| hot.inline.set(self.0));
        }
    }
    let _over = Over(HOT.with(|hot| hot.inline.replace(inline)));
    wake()
}
