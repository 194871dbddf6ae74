//! Debug mode: what held the loop up, and where it came from.
//!
//! Two reports. *Afterwards*, by the loop itself: a callback or step that took longer than
//! `slow_callback_duration` goes to the exception handler. *Meanwhile*, by a thread that watches:
//! the loop cannot speak while a step blocks it, so the [`StallHandler`] is told which step it is,
//! once it has run for as long.

use std::fmt;
use std::panic::Location;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::extras::Part;
use super::loop_core::Core;
use super::{ExceptionContext, Loop};

/// Whether the environment asks for debug mode: `FOURFOLD_ASYNCIO_DEBUG` is set and not empty.
pub(crate) fn from_environment() -> bool {
    std::env::var_os("FOURFOLD_ASYNCIO_DEBUG").is_some_and(|value| !value.is_empty())
}

/// What the loop is running.
#[derive(Clone)]
pub(crate) enum SlowCallback {
    Task(Rc<str>, &'static Location<'static>),
    Callback(&'static Location<'static>),
}

pub(crate) fn report_slow(core: &Core, what: SlowCallback, took: Duration) {
    let seconds = took.as_secs_f64();
    let (text, location) = match what {
        SlowCallback::Task(name, location) => (
            format!(
                "Executing <Task name='{name}' created at {location}> took {seconds:.3} seconds"
            ),
            location,
        ),
        SlowCallback::Callback(location) => (
            format!("Executing <Handle created at {location}> took {seconds:.3} seconds"),
            location,
        ),
    };
    let mut context = ExceptionContext::new(text, None);
    context.created_at = Some(location);
    core.report(context);
}

/// A step or a callback that blocks its loop at this moment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stall {
    /// The task's name; `None` for a callback.
    pub task: Option<String>,
    /// Where the task or the callback was created.
    pub created_at: &'static Location<'static>,
    /// For how long it has been running.
    pub running_for: Duration,
    /// The name of the loop's thread.
    pub thread: Option<String>,
}

impl fmt::Display for Stall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.task {
            Some(name) => write!(f, "<Task name='{name}' created at {}>", self.created_at)?,
            None => write!(f, "<Handle created at {}>", self.created_at)?,
        }
        let seconds = self.running_for.as_secs_f64();
        let thread = self.thread.as_deref().unwrap_or("unnamed");
        write!(f, " has been blocking the loop on thread '{thread}' for {seconds:.3} seconds")
    }
}

/// Who is told of stalls while they last. Called on a thread that watches, never on the loop's.
pub type StallHandler = Arc<dyn Fn(&Stall) + Send + Sync>;

impl Loop {
    /// Sets who is told, in debug mode, that a step or a callback has been running for
    /// [`slow_callback_duration`](Loop::slow_callback_duration) and still is; each is told of once.
    /// `None`: it is printed to standard error.
    ///
    /// asyncio has no counterpart: its report comes when the step is over.
    pub fn set_stall_handler(&self, handler: Option<StallHandler>) {
        self.core().extras().get::<Watch>().shared.lock().handler = handler;
    }
}

/// The loop's side of the watching thread.
pub(crate) struct Watch {
    shared: Arc<Shared>,
}

struct Shared(Mutex<State>);

#[derive(Default)]
struct State {
    running: Option<Step>,
    handler: Option<StallHandler>,
    watched: bool,
    limit: Duration,
}

struct Step {
    task: Option<String>,
    created_at: &'static Location<'static>,
    since: Instant,
    limit: Duration,
    told: bool,
    thread: Option<String>,
}

impl Default for Watch {
    fn default() -> Watch {
        Watch { shared: Arc::new(Shared(Mutex::default())) }
    }
}

impl Part for Watch {}

impl Watch {
    /// A step begins; it ends when the guard is dropped.
    pub(crate) fn begin(&self, what: &SlowCallback, limit: Duration) -> Watching {
        let (task, created_at) = match what {
            SlowCallback::Task(name, location) => (Some(name.to_string()), *location),
            SlowCallback::Callback(location) => (None, *location),
        };
        let thread = std::thread::current().name().map(str::to_owned);
        let since = Instant::now();
        let step = Step { task, created_at, since, limit, told: false, thread };
        let mut state = self.shared.lock();
        let outer = state.running.replace(step);
        if !state.watched {
            let shared = Arc::downgrade(&self.shared);
            let thread = std::thread::Builder::new().name("asyncio-debug".into());
            // Without the thread, only the reports afterwards are made.
            state.watched = thread.spawn(move || watch(&shared)).is_ok();
        }
        state.limit = limit;
        drop(state);
        Watching { shared: self.shared.clone(), outer }
    }
}

pub(crate) struct Watching {
    shared: Arc<Shared>,
    outer: Option<Step>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.shared.lock().running = self.outer.take();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long the thread sleeps before it looks again. Being woken for each step would cost every
/// step a switch of threads.
const LOOK: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(1)..=Duration::from_millis(500);

fn watch(shared: &Weak<Shared>) {
    while let Some(shared) = shared.upgrade() {
        let mut state = shared.lock();
        let sleep = (state.limit / 4).clamp(*LOOK.start(), *LOOK.end());
        let mut stall = None;
        if let Some(step) = state.running.as_mut().filter(|step| !step.told) {
            let running_for = step.since.elapsed();
            if running_for >= step.limit {
                step.told = true;
                stall = Some(Stall {
                    task: step.task.clone(),
                    created_at: step.created_at,
                    running_for,
                    thread: step.thread.clone(),
                });
            }
        }
        let handler = state.handler.clone();
        drop(state);
        drop(shared);
        match (stall, handler) {
            (Some(stall), Some(handler)) => handler(&stall),
            (Some(stall), None) => eprintln!("{stall}"),
            (None, _) => std::thread::sleep(sleep),
        }
    }
}
