//! The deadlock of who blocks a thread on a task that must go on on that thread.
//!
//! A thread that blocks is listed with the task it waits for; a step that is posted to a context of one
//! thread is listed until it begins. Whichever comes second is compared with the first: if the step
//! belongs to the task, or to one that the task awaits however far down, neither can ever go on.
//!
//! ```text
//!   the thread of context C        blocks on ──► task W ◄── awaits ── … ◄── awaits ── task X
//!            ▲                                                                          │
//!            └────────────────── must run ◄── posted to C ◄── the next step of ─────────┘
//! ```
//!
//! Contexts of several threads are left alone. The lists are nearly always empty, and looked into only
//! by who blocks with such a context and by who posts to one.

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fourfold_kernel::task::Erased;

use super::super::cell::{Node, Reference};
use super::super::task::Blocked;
use super::SynchronizationContext;
use crate::Error;
use crate::csharp::exceptions::InvalidOperationException;

/// A wait that could never have ended: the thread that blocks is the one that the task must go on on.
///
/// Await the task instead of blocking on it, or let the awaits inside of it go on anywhere, by
/// `configure_await(false)`.
#[derive(Clone, Debug)]
pub struct SyncOverAsyncException {
    waited_at: &'static Location<'static>,
    method_at: &'static Location<'static>,
}

impl SyncOverAsyncException {
    /// Where the thread blocks.
    pub fn waited_at(&self) -> &'static Location<'static> {
        self.waited_at
    }

    /// Where the method was called whose next step waits for that thread.
    pub fn method_at(&self) -> &'static Location<'static> {
        self.method_at
    }

    /// What `error` holds, if it is one of these.
    pub fn of(error: &Error) -> Option<&SyncOverAsyncException> {
        error.downcast_ref()
    }
}

impl fmt::Display for SyncOverAsyncException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "deadlock: the wait at {} blocks the thread that the asynchronous method called at {} has \
             to go on on; await it there, or use configure_await(false) inside of the method",
            self.waited_at, self.method_at
        )
    }
}

impl std::error::Error for SyncOverAsyncException {}

/// Steps that were posted, and threads that block, by the address of their context.
#[derive(Default)]
struct Lists {
    posted: Vec<(usize, Reference)>,
    blocked: Vec<(usize, Wait)>,
}

struct Wait {
    number: u64,
    task: Reference,
    at: &'static Location<'static>,
    thread: Arc<Blocked>,
}

fn lists() -> MutexGuard<'static, Lists> {
    static LISTS: Mutex<Lists> = Mutex::new(Lists { posted: Vec::new(), blocked: Vec::new() });
    LISTS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn address(context: &Arc<dyn SynchronizationContext>) -> usize {
    Arc::as_ptr(context).addr()
}

/// Whether the end of `task` can only follow the next step of `step`.
fn leads_to(step: &Erased<Node>, task: &Erased<Node>, depth: usize) -> bool {
    // Tasks that await each other in a ring wait for ever in another way.
    const DEEPEST: usize = 64;
    if step.address() == task.address() {
        return true;
    }
    // SAFETY: it only copies references to other cells.
    let awaiting = unsafe { step.map_listeners(|listener| listener.target()) };
    depth < DEEPEST && awaiting.iter().any(|next| leads_to(next, task, depth + 1))
}

fn error(waited_at: &'static Location<'static>, step: &Erased<Node>) -> Error {
    let method_at = step.data().location();
    Error::new(SyncOverAsyncException { waited_at, method_at })
        .caused_by(InvalidOperationException::default().into())
}

/// The next step of `cell` is about to be posted to `context`, if that has one thread.
pub(crate) fn posting(context: &Arc<dyn SynchronizationContext>, cell: Erased<Node>) {
    let address = address(context);
    let mut lists = lists();
    for (blocked, wait) in &lists.blocked {
        if *blocked == address && leads_to(&cell, wait.task.cell(), 0) {
            wait.thread.give_up(error(wait.at, &cell));
        }
    }
    cell.data().set_posted(true);
    lists.posted.push((address, Reference::new(cell)));
}

/// A step that was posted begins, or is dropped.
#[cold]
pub(crate) fn resumed(node: &Node) {
    node.set_posted(false);
    let mut lists = lists();
    let at = lists.posted.iter().position(|(_, cell)| std::ptr::eq(cell.cell().data(), node));
    let gone = at.map(|at| lists.posted.swap_remove(at));
    drop(lists);
    drop(gone);
}

/// A thread that blocks, for as long as this lives.
pub(crate) struct Waits {
    number: u64,
}

impl Waits {
    /// `thread`, whose context is `context`, is about to block until `task` is done.
    pub(crate) fn begin(
        context: &Arc<dyn SynchronizationContext>,
        task: Erased<Node>,
        at: &'static Location<'static>,
        thread: &Arc<Blocked>,
    ) -> Result<Waits, Error> {
        let address = address(context);
        let mut lists = lists();
        let own = |(posted, _): &&(usize, Reference)| *posted == address;
        let step =
            lists.posted.iter().filter(own).find(|(_, cell)| leads_to(cell.cell(), &task, 0));
        if let Some((_, cell)) = step {
            return Err(error(at, cell.cell()));
        }
        let number = lists.blocked.last().map_or(0, |(_, wait)| wait.number + 1);
        let task = Reference::new(task);
        lists.blocked.push((address, Wait { number, task, at, thread: thread.clone() }));
        Ok(Waits { number })
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        let mut lists = lists();
        let at = lists.blocked.iter().position(|(_, wait)| wait.number == self.number);
        let gone = at.map(|at| lists.blocked.remove(at));
        drop(lists);
        drop(gone);
    }
}
