//! Rejections that nobody handles, and where a rejection came from.
//!
//! A promise that is rejected while nobody reacts to it waits in a list until the microtasks are drained.
//! Who reacts to it by then has handled it; of the others the process is told, and if it does not
//! listen, the loop ends.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::panic::Location;
use std::task::Waker;

use fourfold_kernel::task::Erased;

use super::async_local_storage::{self, Frame};
use super::cell::{Flag, PromiseData};
use super::core::Core;
use super::process::Origin;
use crate::Error;

/// The rejections of a loop.
#[derive(Default)]
pub(super) struct Rejections {
    /// Unhandled when they came.
    pending: RefCell<VecDeque<Pending>>,
    /// Told of as unhandled, and handled since.
    late: RefCell<VecDeque<Erased<PromiseData>>>,
    /// Of the errors that were rejected with last.
    paths: RefCell<VecDeque<(Error, Vec<Step>)>>,
}

struct Pending {
    cell: Erased<PromiseData>,
    reason: Error,
    /// Where it was rejected: who is told of it is called there.
    frame: Option<Frame>,
}

/// Of so many errors the path is kept.
const PATHS: usize = 32;
/// So long a path is kept.
const STEPS: usize = 32;

/// A place that a rejection passed through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// The promise that was made here was rejected.
    Promise(&'static Location<'static>),
    /// The rejection was awaited here.
    Awaited(&'static Location<'static>),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Promise(place) => write!(f, "promise made at {place}"),
            Step::Awaited(place) => write!(f, "awaited at {place}"),
        }
    }
}

/// What the process is told of an unhandled rejection, and of one that was handled late.
///
/// The original is the argument of
/// [`'unhandledRejection'`](https://nodejs.org/api/process.html#event-unhandledrejection).
#[derive(Clone, Debug)]
pub struct Rejection {
    pub(super) reason: Error,
    pub(super) made_at: &'static Location<'static>,
    pub(super) path: Vec<Step>,
    pub(super) promise: usize,
}

impl Rejection {
    /// What the promise is rejected with.
    pub fn reason(&self) -> &Error {
        &self.reason
    }

    /// Where the promise was made.
    pub fn made_at(&self) -> &'static Location<'static> {
        self.made_at
    }

    /// The way the error took to this promise, from where it was rejected first.
    pub fn path(&self) -> &[Step] {
        &self.path
    }

    /// A number that no other promise has while this one lives.
    pub fn promise(&self) -> usize {
        self.promise
    }

    /// Whether it is the rejection of this promise.
    pub fn is_of<T: 'static>(&self, promise: &super::Promise<T>) -> bool {
        promise.cell().erase().address() == self.promise
    }
}

impl Core {
    /// A body is about to reject its promise, whose waker this is.
    #[cold]
    pub(crate) fn rejected(&self, waker: &Waker, data: &PromiseData, error: &Error) {
        let unhandled = self.note_rejected(data, error);
        if unhandled {
            // SAFETY: a body is polled with the waker of its cell, on the loop's thread.
            let cell = unsafe { Erased::of_cell_s_waker(waker) };
            // The one its last step left: the body is over, and does not need it.
            let frame = data.local().frame.take();
            let pending = Pending { cell, reason: error.clone(), frame };
            self.local().rejections.pending.borrow_mut().push_back(pending);
        }
    }

    /// A promise without a body is about to be rejected.
    #[cold]
    pub(crate) fn rejected_by_hand(&self, cell: &Erased<PromiseData>, error: &Error) {
        if self.note_rejected(cell.data(), error) {
            let frame = async_local_storage::capture();
            let pending = Pending { cell: cell.clone(), reason: error.clone(), frame };
            self.local().rejections.pending.borrow_mut().push_back(pending);
        }
    }

    /// Whether nobody reacts to the promise so far.
    fn note_rejected(&self, data: &PromiseData, error: &Error) -> bool {
        let local = data.local();
        local.set(Flag::Rejected);
        self.add_step(error, Step::Promise(local.made_at));
        !local.has(Flag::Handled)
    }

    /// An await is about to fail with `error`.
    #[cold]
    pub(crate) fn awaited(&self, error: &Error, site: &'static Location<'static>) {
        self.add_step(error, Step::Awaited(site));
    }

    fn add_step(&self, error: &Error, step: Step) {
        let rejections = &self.local().rejections;
        let mut paths = rejections.paths.borrow_mut();
        if let Some((_, path)) = paths.iter_mut().rev().find(|(known, _)| known.ptr_eq(error)) {
            if path.len() < STEPS {
                path.push(step);
            }
            return;
        }
        let oldest = if paths.len() == PATHS { paths.pop_front() } else { None };
        paths.push_back((error.clone(), vec![step]));
        drop(paths);
        drop(oldest);
    }

    /// Somebody reacts to a promise that was told of as unhandled.
    #[cold]
    pub(crate) fn handled_late(&self, cell: Erased<PromiseData>) {
        self.local().rejections.late.borrow_mut().push_back(cell);
    }

    /// Tells of the rejections that nobody handled by now, and of those that were handled late. Whether
    /// there were any.
    pub(super) fn process_rejections(&self) -> bool {
        let rejections = &self.local().rejections;
        if rejections.pending.borrow().is_empty() && rejections.late.borrow().is_empty() {
            return false;
        }
        self.process_some_rejections(rejections)
    }

    #[cold]
    fn process_some_rejections(&self, rejections: &Rejections) -> bool {
        let mut told = !rejections.late.borrow().is_empty();
        loop {
            let late = rejections.late.borrow_mut().pop_front();
            let Some(cell) = late else { break };
            if let Err(error) = self.tell_handled(&self.rejection(&cell, None)) {
                self.uncaught(error, Origin::UncaughtException);
                self.threw();
                return false;
            }
        }
        // As they stand now: who reacts to one of them while another is told of comes too late.
        let mut pending = rejections.pending.take();
        pending.retain(|pending| !pending.cell.data().local().has(Flag::Handled));
        for Pending { cell, reason, frame } in pending {
            let local = cell.data().local();
            local.set(Flag::Reported);
            told = true;
            let rejection = self.rejection(&cell, Some(reason));
            let _frame = async_local_storage::enter(frame);
            match self.tell_unhandled(&rejection) {
                Ok(true) => {}
                Ok(false) => self.uncaught_with(rejection, Origin::UnhandledRejection),
                Err(error) => {
                    // As in Node, of the others that were unhandled now nobody is told any more.
                    self.uncaught(error, Origin::UncaughtException);
                    self.threw();
                    return false;
                }
            }
            if self.is_leaving() {
                return true;
            }
        }
        told || !rejections.pending.borrow().is_empty()
    }

    fn rejection(&self, cell: &Erased<PromiseData>, reason: Option<Error>) -> Rejection {
        let path = reason.as_ref().map(|reason| self.path_of(reason)).unwrap_or_default();
        Rejection {
            reason: reason.unwrap_or_else(|| Error::msg("handled by now")),
            made_at: cell.data().local().made_at,
            path,
            promise: cell.address(),
        }
    }

    /// The way an error took, from where it was rejected first.
    pub(super) fn path_of(&self, error: &Error) -> Vec<Step> {
        let paths = self.local().rejections.paths.borrow();
        let path = paths.iter().rev().find(|(known, _)| known.ptr_eq(error));
        path.map(|(_, path)| path.clone()).unwrap_or_default()
    }
}

impl Rejections {
    pub(super) fn clear(&self) {
        drop((self.pending.take(), self.late.take(), self.paths.take()));
    }
}
