//! One step of a body: what it finds on its thread, and what it leaves there.

use std::ptr;
use std::sync::Arc;
use std::task::Waker;

use fourfold_kernel::driver;
use fourfold_kernel::pool::Pool;
use fourfold_kernel::trace;

use super::ambient;
use super::cell::{Node, Place};
use super::execution_context::{Entered, Flow};
use super::scheduler::TaskScheduler;
use super::synchronization_context::{self, SynchronizationContext};

/// A step that runs. Dropping it, be it by a panic, leaves the thread as it was.
pub(crate) struct Step<'a> {
    node: &'a Node,
    _flow: Entered,
    context: Option<Arc<dyn SynchronizationContext>>,
    body: *const Node,
    pool: Option<Pool>,
    capture: bool,
    _driver: Option<driver::Enter>,
    _polling: trace::Polling,
}

impl<'a> Step<'a> {
    /// Begins one, on the thread that runs the body.
    #[inline]
    pub(crate) fn begin(node: &'a Node) -> Step<'a> {
        if node.is_posted() {
            synchronization_context::resumed(node);
        }
        // SAFETY: called by the body's runner, and the reference ends here.
        let flow = unsafe { node.resume() }.flow.take();
        let elsewhere = Pool::current() != Some(node.pool);
        Step {
            node,
            _flow: flow.map_or_else(Flow::keep, Flow::enter),
            context: ambient::context(),
            body: ambient::replace_body(node),
            pool: ambient::replace_pool(Some(node.pool)),
            capture: ambient::replace_capture(true),
            // On other threads than the pool's, its timers and sockets have to be found as well.
            _driver: elsewhere.then(|| driver::enter(node.pool.driver())),
            _polling: trace::polling_as(node.id(), || node.spawned()),
        }
    }

    /// The body is pending: it goes on where the await that it ended with wants it to.
    #[inline]
    pub(crate) fn pends(&self) {
        // SAFETY: called by the body's runner, and the reference ends here.
        let resume = unsafe { self.node.resume() };
        let captures = ambient::replace_capture(true);
        resume.place = if captures { Place::current() } else { Place::Pool };
        resume.flow = Some(Flow::capture());
    }
}

impl Drop for Step<'_> {
    #[inline]
    fn drop(&mut self) {
        ambient::replace_context(self.context.take());
        ambient::replace_body(self.body);
        ambient::replace_pool(self.pool);
        ambient::replace_capture(self.capture);
    }
}

/// While it lives this thread runs a task with a delegate.
pub(crate) struct Running {
    task: *const Waker,
    scheduler: Option<Arc<dyn TaskScheduler>>,
}

impl Running {
    /// Of the task that `waker` wakes, on `scheduler`, or on the pool. What this returns must not
    /// outlive the waker.
    pub(crate) fn begin(waker: &Waker, scheduler: Option<Arc<dyn TaskScheduler>>) -> Running {
        Running {
            task: ambient::replace_task(ptr::from_ref(waker)),
            scheduler: ambient::replace_scheduler(scheduler),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        ambient::replace_task(self.task);
        ambient::replace_scheduler(self.scheduler.take());
    }
}
