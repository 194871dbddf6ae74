//! Signals of the process, as callbacks of a loop.
//!
//! ```text
//!   kernel ──► signal-hook's handler ──► self-pipe ──► one thread: "fourfold-signals"
//!                     │                                   │  for each loop that listens
//!                     │ nobody listens any more           ▼
//!                     └──► the default action        its inbox ──► its turn ──► your callback
//! ```
//!
//! A handler stays installed in the process once a signal was asked for; the `unwanted` flag makes
//! it do, on the spot, what the system would do by default. That is how removing the last callback
//! restores the default action, without a moment in which a signal could be lost.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use signal_hook::consts;
use signal_hook::iterator::{Handle, Signals};

use super::context::{self, Snapshot};
use super::event_loop::Loop;
use super::extras::Part;
use super::handles::{Callback, In};
use super::loop_core::Core;
use super::running;
use crate::{Error, Result};

/// A signal's number.
///
/// The original is [`signal.Signals`](https://docs.python.org/3/library/signal.html#signal.Signals).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Signal(i32);

macro_rules! signals {
    ($($(#[$doc:meta])* $name:ident = $constant:ident;)*) => {
        impl Signal {
            $($(#[$doc])* pub const $name: Signal = Signal(consts::$constant);)*

            fn name(self) -> Option<&'static str> {
                match self.0 {
                    $(consts::$constant => Some(stringify!($constant)),)*
                    _ => None,
                }
            }
        }
    };
}

signals! {
    /// A timer ran out.
    ALRM = SIGALRM;
    /// A child process stopped or ended.
    CHLD = SIGCHLD;
    /// A stopped process goes on.
    CONT = SIGCONT;
    /// The terminal went away.
    HUP = SIGHUP;
    /// Interrupted from the keyboard, Ctrl-C.
    INT = SIGINT;
    /// Ends the process; it cannot be handled.
    KILL = SIGKILL;
    /// A pipe without a reader was written to.
    PIPE = SIGPIPE;
    /// Ended from the keyboard, Ctrl-\.
    QUIT = SIGQUIT;
    /// Stops the process; it cannot be handled.
    STOP = SIGSTOP;
    /// Asked to end.
    TERM = SIGTERM;
    /// Stopped from the keyboard, Ctrl-Z.
    TSTP = SIGTSTP;
    /// The first that programs are free to use.
    USR1 = SIGUSR1;
    /// The second that programs are free to use.
    USR2 = SIGUSR2;
    /// The terminal has another size.
    WINCH = SIGWINCH;
}

impl Signal {
    /// The signal of this number. Whether the system has it shows when it is used.
    pub const fn from_raw(number: i32) -> Signal {
        Signal(number)
    }

    /// The signal's number.
    pub const fn as_raw(self) -> i32 {
        self.0
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "signal {}", self.0),
        }
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A signal that cannot be handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalRefused {
    signal: Signal,
    reason: String,
}

impl SignalRefused {
    fn new(signal: Signal, reason: impl fmt::Display) -> SignalRefused {
        SignalRefused { signal, reason: reason.to_string() }
    }

    /// Which one.
    pub fn signal(&self) -> Signal {
        self.signal
    }
}

impl fmt::Display for SignalRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot be caught: {}", self.signal, self.reason)
    }
}

impl std::error::Error for SignalRefused {}

impl Loop {
    /// Calls `f` on a turn of this loop whenever `signal` comes, in a copy of the context that is
    /// current now. It replaces the callback the loop had for this signal. A loop that sleeps is
    /// woken. Signals that come faster than the loop turns may be told of once.
    ///
    /// Other loops of the process may listen to the same signal; each is told.
    ///
    /// # Errors
    ///
    /// [`SignalRefused`] for what cannot be caught (SIGKILL, SIGSTOP), must not be (SIGSEGV,
    /// SIGILL, SIGFPE) or does not exist; where the loop is closed.
    ///
    /// # Panics
    ///
    /// On any thread but the loop's own.
    ///
    /// The original is
    /// [`loop.add_signal_handler`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.add_signal_handler),
    /// which works in the main thread only.
    ///
    /// ```no_run
    /// use fourfold::asyncio::{Loop, Signal};
    ///
    /// let event_loop = Loop::new()?;
    /// let stop = event_loop.clone();
    /// event_loop.add_signal_handler(Signal::TERM, move || stop.stop())?;
    /// event_loop.run_forever()?;
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    #[track_caller]
    pub fn add_signal_handler(&self, signal: Signal, f: impl Fn() + 'static) -> Result<()> {
        let core = self.core();
        if core.is_closed() {
            return Err(Error::msg("Event loop is closed"));
        }
        let handlers = core.extras().get::<Handlers>();
        let handler = Rc::new(Handler {
            call: Box::new(f),
            values: context::snapshot(),
            location: std::panic::Location::caller(),
        });
        // What is replaced is dropped after the borrow ended: its drop is foreign code.
        let replaced = {
            let mut handlers = handlers.0.borrow_mut();
            let slot = handlers.get_mut(&signal);
            slot.map(|(slot, _)| std::mem::replace(slot, handler.clone()))
        };
        if replaced.is_some() {
            return Ok(());
        }
        let this = Arc::downgrade(&core.this());
        let told = Arc::new(move || {
            // A loop that is gone or closed has no callbacks either.
            if let Some(core) = this.upgrade() {
                let _ = core.send_call(Box::new(move || came(signal)));
            }
            true
        });
        let listening = listen(signal, Priority::Loop, told)?;
        handlers.0.borrow_mut().insert(signal, (handler, listening));
        Ok(())
    }

    /// Forgets the callback for `signal`; `false`: there was none. When no loop listens any more,
    /// the signal does again what it does by default.
    ///
    /// # Panics
    ///
    /// On any thread but the loop's own.
    ///
    /// The original is
    /// [`loop.remove_signal_handler`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.remove_signal_handler).
    pub fn remove_signal_handler(&self, signal: Signal) -> bool {
        let Some(handlers) = self.core().extras().find::<Handlers>() else { return false };
        let removed = handlers.0.borrow_mut().remove(&signal);
        removed.is_some()
    }
}

struct Handler {
    call: Box<dyn Fn()>,
    values: Snapshot,
    location: &'static std::panic::Location<'static>,
}

/// The callbacks of one loop.
#[derive(Default)]
struct Handlers(RefCell<HashMap<Signal, (Rc<Handler>, Listening)>>);

impl Part for Handlers {
    fn close(&self) {
        let handlers = self.0.take();
        drop(handlers);
    }
}

/// On the loop's thread: queues the callback, which runs in the next turn as in the original.
fn came(signal: Signal) {
    running::with_running_loop(|core: &Core| {
        let handlers = core.extras().find::<Handlers>()?;
        let handler = handlers.0.borrow().get(&signal).map(|(handler, _)| handler.clone())?;
        let (values, location) = (handler.values.clone(), handler.location);
        core.queue_call(Callback::new(move || (handler.call)(), In::Copy(values), location));
        Some(())
    });
}

/// Has `interrupt` called for each SIGINT that no loop has a callback for. `None`: SIGINT is left
/// alone, since this is not the main thread or somebody else handles it. Where `interrupt` gives
/// `false`, the process ends.
pub(crate) fn listen_for_interrupts(
    wanted: Option<bool>,
    interrupt: impl Fn() -> bool + Send + Sync + 'static,
) -> Option<Listening> {
    let main_thread = || std::thread::current().name() == Some("main");
    if !wanted.unwrap_or_else(|| main_thread() && is_default_or_ours(Signal::INT)) {
        return None;
    }
    listen(Signal::INT, Priority::Runner, Arc::new(interrupt)).ok()
}

// ---- the process ------------------------------------------------------------------------------

type Told = Arc<dyn Fn() -> bool + Send + Sync>;

/// Runners get a signal only where no loop has a callback for it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Priority {
    Loop,
    Runner,
}

/// Someone listens to a signal until this is dropped. Any thread.
pub(crate) struct Listening {
    signal: Signal,
    key: u64,
}

struct Watcher {
    thread: Handle,
    signals: Mutex<HashMap<Signal, Watched>>,
}

struct Watched {
    listeners: Vec<(u64, Priority, Told)>,
    /// Read in the signal handler: do what the system does by default.
    unwanted: Arc<AtomicBool>,
    /// The handler the system has for it since we installed ours.
    installed: usize,
    /// There was one before, which ours calls: where nobody listens here any more, it still does.
    others: bool,
}

static NEXT: AtomicU64 = AtomicU64::new(0);

impl Watcher {
    fn get() -> Result<&'static Watcher> {
        static WATCHER: OnceLock<Result<Watcher>> = OnceLock::new();
        let watcher = WATCHER.get_or_init(|| {
            let signals = Signals::new([] as [i32; 0])?;
            let thread = signals.handle();
            std::thread::Builder::new().name("fourfold-signals".into()).spawn(|| watch(signals))?;
            Ok(Watcher { thread, signals: Mutex::default() })
        });
        watcher.as_ref().map_err(Error::clone)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Signal, Watched>> {
        // No foreign code runs under this lock.
        self.signals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn watch(mut signals: Signals) {
    for number in signals.forever() {
        let signal = Signal(number);
        let Ok(watcher) = Watcher::get() else { continue };
        let listeners: Vec<Told> = {
            let signals = watcher.lock();
            let Some(watched) = signals.get(&signal) else { continue };
            let of = |priority| {
                let listeners =
                    watched.listeners.iter().filter(move |(_, own, _)| *own == priority);
                listeners.map(|(_, _, told)| told.clone()).collect::<Vec<_>>()
            };
            let loops = of(Priority::Loop);
            if loops.is_empty() { of(Priority::Runner) } else { loops }
        };
        // All are told, whatever the first says.
        let heard = listeners.iter().filter(|told| told()).count();
        if heard == 0 && !listeners.is_empty() {
            let _ = signal_hook::low_level::emulate_default_handler(number);
        }
    }
}

fn listen(signal: Signal, priority: Priority, told: Told) -> Result<Listening> {
    if signal_hook::consts::FORBIDDEN.contains(&signal.0) {
        return Err(Error::new(SignalRefused::new(signal, "the system does not allow it")));
    }
    let watcher = Watcher::get()?;
    let key = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut signals = watcher.lock();
    if let Some(watched) = signals.get_mut(&signal) {
        watched.listeners.push((key, priority, told));
        watched.unwanted.store(false, Ordering::Release);
        return Ok(Listening { signal, key });
    }
    let unwanted = Arc::new(AtomicBool::new(false));
    let refused = |error| Error::new(SignalRefused::new(signal, error));
    let others = current_handler(signal).is_some_and(|before| before != libc::SIG_DFL);
    signal_hook::flag::register_conditional_default(signal.0, unwanted.clone()).map_err(refused)?;
    watcher.thread.add_signal(signal.0).map_err(refused)?;
    let installed = current_handler(signal).unwrap_or(libc::SIG_DFL);
    let listeners = vec![(key, priority, told)];
    signals.insert(signal, Watched { listeners, unwanted, installed, others });
    Ok(Listening { signal, key })
}

impl Drop for Listening {
    fn drop(&mut self) {
        let Ok(watcher) = Watcher::get() else { return };
        let gone = {
            let mut signals = watcher.lock();
            let Some(watched) = signals.get_mut(&self.signal) else { return };
            let at = watched.listeners.iter().position(|(key, ..)| *key == self.key);
            let gone = at.map(|at| watched.listeners.remove(at));
            if watched.listeners.is_empty() && !watched.others {
                watched.unwanted.store(true, Ordering::Release);
            }
            gone
        };
        drop(gone);
    }
}

/// Whether nobody but us has installed a handler.
fn is_default_or_ours(signal: Signal) -> bool {
    let Some(current) = current_handler(signal) else { return false };
    let ours = Watcher::get()
        .ok()
        .and_then(|watcher| watcher.lock().get(&signal).map(|watched| watched.installed));
    current == libc::SIG_DFL || Some(current) == ours
}

fn current_handler(signal: Signal) -> Option<usize> {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: without a new action this only reads, into a place of the right type.
    let read = unsafe { libc::sigaction(signal.0, std::ptr::null(), action.as_mut_ptr()) };
    // SAFETY: it was written where the call says so.
    (read == 0).then(|| unsafe { action.assume_init() }.sa_sigaction)
}
