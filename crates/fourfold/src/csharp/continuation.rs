//! What follows the end of a task, and in which order.
//!
//! One continuation alone runs inside of the call that ends the task, if it is an await or asked for
//! that; several are told so:
//!
//! 1. threads that block, and whatever else runs nobody's code;
//! 2. those of `continue_with` that do not ask to run synchronously are queued, and of the awaits all but
//!    the first;
//! 3. the first await, what waits for several tasks, and those of `continue_with` that run
//!    synchronously, run here, in their order.
//!
//! Nothing runs here where the task says so, or where the stack runs short: then all are queued.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Waker;

use fourfold_kernel::task::{Erased, ListenerKey, data_of};

use super::ambient::{self, Inline};
use super::cell::{Node, Place, has_stack};
use super::execution_context::Flow;
use super::synchronization_context::SendOrPostCallback;
use super::thread_pool;

/// One that waits for the end of a task.
pub(crate) enum Continuation {
    /// An await, of this dialect or of any other.
    Await(Waker),
    /// A function that is called as an await would go on.
    Call(Box<Call>),
    /// The task of a `continue_with`.
    Task(Box<dyn Start>),
    /// A piece of this library.
    Complete(Arc<dyn Complete>),
}

/// A task that follows another.
pub(crate) trait Start: Send + Sync {
    /// Whether it asks to run where the other ends.
    fn is_synchronous(&self) -> bool;

    /// Starts it, here if it `may_inline` and asks for it.
    fn start(self: Box<Self>, may_inline: bool);

    /// The task.
    fn target(&self) -> Erased<Node>;
}

/// A piece of this library that wants to know of an end.
pub(crate) trait Complete: Send + Sync {
    /// It is there.
    fn complete(self: Arc<Self>);

    /// Whether that may run anybody else's code.
    fn runs_others(&self) -> bool {
        true
    }

    /// The cell that ends by it, perhaps.
    fn target(&self) -> Option<Erased<Node>> {
        None
    }
}

/// A function to be called where an await would go on.
pub(crate) struct Call {
    action: Box<dyn FnOnce() + Send>,
    place: Place,
    flow: Option<Flow>,
}

// SAFETY: a reference gives access to nothing: the action is only moved out.
unsafe impl Sync for Call {}

impl Call {
    /// With the place and, if it `flows`, the values that are current here.
    pub(crate) fn new(action: Box<dyn FnOnce() + Send>, place: Place, flows: bool) -> Call {
        Call { action, place, flow: flows.then(Flow::capture) }
    }

    /// Calls it where it belongs.
    pub(crate) fn run(self, may_inline: bool) {
        let Call { action, place, flow } = self;
        let call = move || {
            let _flow = flow.map(Flow::enter);
            action();
        };
        let here = match &place {
            Place::Context(context) => ambient::is_context(context),
            Place::Scheduler(scheduler) => ambient::is_scheduler(scheduler),
            Place::Pool => !ambient::has_context() && !ambient::has_scheduler(),
            Place::PoolInTurn | Place::Thread => false,
        };
        if may_inline && here && has_stack() {
            return call();
        }
        match place {
            Place::Context(context) => context.post(SendOrPostCallback::new(call)),
            Place::Scheduler(scheduler) => thread_pool::queue_on(scheduler, call),
            Place::Pool | Place::PoolInTurn | Place::Thread => thread_pool::queue(call),
        }
    }
}

impl From<Waker> for Continuation {
    #[inline]
    fn from(waker: Waker) -> Continuation {
        Continuation::Await(waker)
    }
}

impl Continuation {
    /// The cell that goes on or ends by it, if it is one of this dialect.
    pub(crate) fn target(&self) -> Option<Erased<Node>> {
        match self {
            // SAFETY: the scheduler is shared.
            Continuation::Await(waker) => unsafe { Erased::of_waker(waker) },
            Continuation::Call(_) => None,
            Continuation::Task(task) => Some(task.target()),
            Continuation::Complete(piece) => piece.target(),
        }
    }

    /// Tells it.
    #[inline]
    pub(crate) fn tell(self, may_inline: bool) {
        match self {
            Continuation::Await(waker) => {
                // SAFETY: the scheduler is shared.
                let ours = may_inline && unsafe { data_of::<Node>(&waker) }.is_some();
                if ours {
                    ambient::inline(Inline::InPlace, || waker.wake());
                } else {
                    waker.wake();
                }
            }
            Continuation::Call(call) => call.run(may_inline),
            Continuation::Task(task) => task.start(may_inline && has_stack()),
            Continuation::Complete(piece) => {
                if !piece.runs_others() || (may_inline && has_stack()) {
                    piece.complete();
                } else {
                    thread_pool::queue(move || piece.complete());
                }
            }
        }
    }
}

/// Queues what is not to run here and leaves the others, in their order.
pub(crate) fn arrange(node: &Node, all: &mut Vec<(ListenerKey, Continuation)>) {
    let may_inline = !node.continues_asynchronously() && has_stack();
    let mut first = true;
    let mut queued = Vec::new();
    let mut here = Vec::with_capacity(all.len().min(4));
    for (key, continuation) in all.drain(..) {
        let stays = match &continuation {
            Continuation::Complete(piece) if !piece.runs_others() => {
                quietly(|| continuation.tell(false));
                continue;
            }
            Continuation::Complete(_) => true,
            Continuation::Task(task) => task.is_synchronous(),
            Continuation::Await(_) | Continuation::Call(_) => std::mem::replace(&mut first, false),
        };
        if stays && may_inline {
            here.push((key, continuation));
        } else {
            queued.push(continuation);
        }
    }
    for continuation in queued {
        quietly(|| continuation.tell(false));
    }
    *all = here;
}

/// Contexts and schedulers may be anybody's. The fault of one must not cost the others their turn.
fn quietly(f: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(f)) {
        std::mem::forget(payload);
    }
}
