//! Who waits for what, and who waits for them.
//!
//! The graph is read off the cells themselves: a suspended task refers to what it awaits, and what
//! it awaits has the task's waker among its listeners. Nothing is recorded for it, so it can be
//! drawn at any time, without tracing.
//!
//! What Rust cannot know is the *line inside a coroutine*: a suspended future is an opaque value.
//! What is shown instead are the places where things were made – the task, and the wait it is in,
//! for waits that remember it as `sleep` does.

use std::fmt;
use std::panic::Location;
use std::rc::Rc;

use fourfold_kernel::task::Erased;

use super::cell::{Flag, Listener, TaskData};
use super::tasks::{AnyTask, Task, current_task};

/// A task or a future, what it waits for, and who awaits it.
///
/// The original is
/// [`asyncio.FutureCallGraph`](https://docs.python.org/3.14/library/asyncio-graph.html#asyncio.FutureCallGraph).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FutureCallGraph {
    /// The task's name; `None` for a plain future.
    pub name: Option<Rc<str>>,
    /// Where it was made.
    pub created_at: &'static Location<'static>,
    /// What it waits for, outermost first; empty where it waits for nothing.
    pub call_stack: Vec<FrameCallGraphEntry>,
    /// The tasks that await it.
    pub awaited_by: Vec<FutureCallGraph>,
    /// The task occurs further up in this graph already: the waiting is a circle.
    pub is_cycle: bool,
}

/// One wait that a task is suspended in.
///
/// The original is
/// [`asyncio.FrameCallGraphEntry`](https://docs.python.org/3.14/library/asyncio-graph.html#asyncio.FrameCallGraphEntry).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FrameCallGraphEntry {
    /// What is waited for: `sleep`, `task 'Task-3'`, `future`.
    pub reason: String,
    /// Where that was made, where it is known.
    pub location: Option<&'static Location<'static>>,
}

impl fmt::Display for FrameCallGraphEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.location {
            Some(location) => write!(f, "{} made at {location}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

/// The graph of `task`, or of the running one for `None`. `None`: there is no running task.
///
/// # Panics
///
/// On any thread but the task's own; tasks do not leave theirs.
///
/// The original is
/// [`asyncio.capture_call_graph`](https://docs.python.org/3.14/library/asyncio-graph.html#asyncio.capture_call_graph).
///
/// ```
/// use fourfold::asyncio;
/// use std::time::Duration;
///
/// asyncio::run(async {
///     let inner = asyncio::create_task(asyncio::sleep(Duration::from_millis(1)));
///     let awaited = inner.clone();
///     let outer = asyncio::create_task(async move { awaited.await });
///     outer.set_name("outer");
///     asyncio::sleep(Duration::ZERO).await?;
///     let graph = asyncio::capture_call_graph(Some(&inner.erased())).unwrap();
///     assert_eq!(graph.call_stack[0].reason, "sleep");
///     assert_eq!(graph.awaited_by[0].name.as_deref(), Some("outer"));
///     outer.await
/// })
/// .unwrap();
/// ```
pub fn capture_call_graph(task: Option<&AnyTask>) -> Option<FutureCallGraph> {
    let task = task.cloned().or_else(current_task)?;
    Some(capture(task.cell(), &mut Vec::new()))
}

/// As [`capture_call_graph`], as text of several lines.
///
/// The original is
/// [`asyncio.format_call_graph`](https://docs.python.org/3.14/library/asyncio-graph.html#asyncio.format_call_graph).
pub fn format_call_graph(task: Option<&AnyTask>) -> String {
    capture_call_graph(task).map_or_else(String::new, |graph| graph.to_string())
}

/// As [`capture_call_graph`], printed to standard error.
///
/// The original is
/// [`asyncio.print_call_graph`](https://docs.python.org/3.14/library/asyncio-graph.html#asyncio.print_call_graph).
pub fn print_call_graph(task: Option<&AnyTask>) {
    eprint!("{}", format_call_graph(task));
}

fn capture(cell: &Erased<TaskData>, above: &mut Vec<usize>) -> FutureCallGraph {
    let local = cell.data().local();
    let is_cycle = above.contains(&cell.address());
    let mut graph = FutureCallGraph {
        name: local.has(Flag::Task).then(|| local.name()),
        created_at: local.location,
        call_stack: if is_cycle { Vec::new() } else { stack_of(cell) },
        awaited_by: Vec::new(),
        is_cycle,
    };
    if !is_cycle {
        above.push(cell.address());
        graph.awaited_by = awaiters_of(cell).iter().map(|task| capture(task, above)).collect();
        above.pop();
    }
    graph
}

/// From what the task awaits itself to the innermost wait.
fn stack_of(cell: &Erased<TaskData>) -> Vec<FrameCallGraphEntry> {
    let mut stack = Vec::new();
    let mut seen = vec![cell.address()];
    let mut at = cell.clone();
    loop {
        let local = at.data().local();
        if let Some((reason, location)) = local.leaf() {
            stack.push(FrameCallGraphEntry { reason: reason.to_owned(), location });
            return stack;
        }
        let Some(inner) = local.waits_on() else { return stack };
        let awaited = inner.data().local();
        let reason = match awaited.has(Flag::Task) {
            true => format!("task '{}'", awaited.name()),
            false => "future".to_owned(),
        };
        stack.push(FrameCallGraphEntry { reason, location: Some(awaited.location) });
        if seen.contains(&inner.address()) {
            return stack;
        }
        seen.push(inner.address());
        at = inner;
    }
}

/// The tasks that await the cell: those whose wakers it would wake, and those that say so
/// themselves, since a foreign combinator may stand between.
fn awaiters_of(cell: &Erased<TaskData>) -> Vec<Erased<TaskData>> {
    // A waker may have come from another thread, whose cells are not to be looked at here; so it is
    // compared with the tasks of this loop.
    let tasks = cell.data().core().tasks();
    let by_waker = |listener: &Listener| match listener {
        Listener::Wake(waker) => tasks.iter().find(|task| task.is_woken_by(waker)).cloned(),
        Listener::Call(_) => None,
    };
    // SAFETY: comparing a waker and counting a reference to a task does not use this list.
    let mut awaiters = unsafe { cell.map_listeners(by_waker) };
    for task in tasks {
        let awaits = task.data().local().waits_on();
        let known = |known: &Erased<TaskData>| known.address() == task.address();
        if awaits.is_some_and(|awaited| awaited.address() == cell.address())
            && !awaiters.iter().any(known)
        {
            awaiters.push(task);
        }
    }
    awaiters
}

impl fmt::Display for FutureCallGraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

impl FutureCallGraph {
    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let pad = " ".repeat(depth * 4);
        match &self.name {
            Some(name) => writeln!(f, "{pad}* Task(name='{name}') created at {}", self.created_at)?,
            None => writeln!(f, "{pad}* Future created at {}", self.created_at)?,
        }
        if self.is_cycle {
            return writeln!(f, "{pad}  + shown above: they wait for each other");
        }
        if !self.call_stack.is_empty() {
            writeln!(f, "{pad}  + Waits for:")?;
            for entry in &self.call_stack {
                writeln!(f, "{pad}  |   {entry}")?;
            }
        }
        if !self.awaited_by.is_empty() {
            writeln!(f, "{pad}  + Awaited by:")?;
            for awaiter in &self.awaited_by {
                awaiter.write(f, depth + 1)?;
            }
        }
        Ok(())
    }
}

impl AnyTask {
    /// What the task is suspended in, from its own await to the innermost one; empty where it is
    /// done, running or about to run.
    ///
    /// The original is
    /// [`Task.get_stack`](https://docs.python.org/3/library/asyncio-task.html#asyncio.Task.get_stack),
    /// which gives stack frames.
    pub fn get_stack(&self) -> Vec<FrameCallGraphEntry> {
        if self.done() { Vec::new() } else { stack_of(self.cell()) }
    }

    /// Prints the stack to standard error.
    ///
    /// The original is
    /// [`Task.print_stack`](https://docs.python.org/3/library/asyncio-task.html#asyncio.Task.print_stack).
    pub fn print_stack(&self) {
        let stack = self.get_stack();
        if stack.is_empty() {
            return eprintln!("No stack for {self:?}");
        }
        eprintln!("Stack for {self:?} (outermost wait first):");
        for entry in stack {
            eprintln!("  {entry}");
        }
    }
}

impl<T: 'static> Task<T> {
    /// As [`AnyTask::get_stack`].
    pub fn get_stack(&self) -> Vec<FrameCallGraphEntry> {
        self.erased().get_stack()
    }

    /// As [`AnyTask::print_stack`].
    pub fn print_stack(&self) {
        self.erased().print_stack();
    }
}
