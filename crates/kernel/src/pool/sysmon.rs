//! The thread that watches the workers of a pool.
//!
//! It looks every millisecond while any worker is awake, and sleeps while none is. It
//!
//! * reports a poll that lasts too long, and asks it to give way;
//! * has another worker serve what the stuck one left in its slot and ring, and the reactor, if
//!   nobody looks at it;
//! * adds a worker where all are stuck or [said](super::while_blocked) that they block, and retires it
//!   later.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::remote::Remote;
use super::shared::Shared;
use super::stack_trace::{self, Trace};
use super::stall::Stall;
use crate::task::memory;

/// What lies behind a poll that lasts so long is another worker's to run.
const STRANDED: Duration = Duration::from_millis(1);
/// How often it looks while there is something to see.
const PERIOD: Duration = Duration::from_millis(1);
/// So many looks in a row at a pool that sleeps, and it sleeps too.
const IDLE_LOOKS: u32 = 20;
/// An added worker that was not needed for so many looks retires.
const SPARE_LOOKS: u32 = 2_000;

/// How often the pages of unneeded stacks go back to the system.
const TRIM_EVERY: Duration = Duration::from_secs(1);

/// How sysmon is woken.
pub(super) struct Signal {
    asleep: AtomicBool,
    lock: Mutex<()>,
    condition: Condvar,
}

impl Signal {
    pub(super) fn new() -> Signal {
        Signal { asleep: AtomicBool::new(false), lock: Mutex::new(()), condition: Condvar::new() }
    }

    /// A worker goes on after a sleep.
    #[inline]
    pub(super) fn worker_woke(&self) {
        if self.asleep.load(Ordering::Relaxed) {
            self.wake();
        }
    }

    #[cold]
    pub(super) fn wake(&self) {
        let _lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.asleep.store(false, Ordering::Relaxed);
        self.condition.notify_all();
    }

    fn sleep(&self, shared: &Shared, trimmer: &mut Trimmer) {
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.asleep.store(true, Ordering::SeqCst);
        // A worker that woke before it could see the flag is seen here, or at the time limit.
        if !shared.idle.all_asleep() || shared.is_closed() {
            self.asleep.store(false, Ordering::Relaxed);
            return;
        }
        while self.asleep.load(Ordering::Relaxed) && !shared.is_closed() {
            let (guard, timeout) = self
                .condition
                .wait_timeout(lock, Duration::from_millis(100))
                .unwrap_or_else(PoisonError::into_inner);
            lock = guard;
            if timeout.timed_out() {
                if !shared.idle.all_asleep() {
                    break;
                }
                trimmer.look();
                if shared.quiet.again()
                    && let Some(index) = shared.idle.any_sleeper()
                {
                    shared.wake_worker(index);
                }
            }
        }
        self.asleep.store(false, Ordering::Relaxed);
    }
}

/// What sysmon remembers of one worker.
#[derive(Clone, Copy, Default)]
struct Seen {
    poll: Option<u32>,
    since: Option<Instant>,
    reported: bool,
}

/// Gives the pages of unneeded stacks and the memory of unneeded cells back, about once a second.
struct Trimmer {
    last: Instant,
    cells: memory::Watch,
}

impl Trimmer {
    fn new() -> Trimmer {
        Trimmer { last: Instant::now(), cells: memory::Watch::new() }
    }

    fn look(&mut self) {
        if self.last.elapsed() >= TRIM_EVERY {
            crate::fiber::stack::trim();
            self.cells.trim();
            self.last = Instant::now();
        }
    }
}

/// Starts the thread.
pub(super) fn start(shared: &'static Shared) -> io::Result<()> {
    if shared.config.on_stall.is_some() {
        stack_trace::prepare();
    }
    shared.threads.lock().unwrap_or_else(PoisonError::into_inner).sysmon_alive = true;
    let name = format!("{}-sysmon", shared.config.name);
    let started = thread::Builder::new().name(name).spawn(move || {
        run(shared);
        let mut threads = shared.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads.sysmon_alive = false;
        shared.left.notify_all();
    });
    if let Err(error) = started {
        shared.threads.lock().unwrap_or_else(PoisonError::into_inner).sysmon_alive = false;
        return Err(error);
    }
    Ok(())
}

fn run(shared: &'static Shared) {
    let mut seen: Vec<Seen> = Vec::new();
    let mut trimmer = Trimmer::new();
    let mut idle_looks = 0;
    let mut spare_looks = 0;
    let mut overdue: Vec<Overdue> = Vec::new();
    while !shared.is_closed() {
        thread::sleep(PERIOD);
        let now = shared.now();
        seen.resize(shared.made(), Seen::default());
        let mut stuck = 0;
        let mut stranded = false;
        for (remote, seen) in shared.remotes().zip(&mut seen) {
            let lasts = look_at(remote, seen);
            if remote.current.is_blocked() {
                // It said so itself: no need to wait, and nothing to report.
                stuck += 1;
                stranded |= strands(remote);
                continue;
            }
            let Some(lasts) = lasts else { continue };
            stranded |= lasts >= STRANDED && strands(remote);
            if lasts >= shared.config.stall_after {
                stuck += 1;
                remote.current.set_overdue();
                overdue.extend(seen.report(remote, lasts));
            }
        }
        let waiting = stranded || shared.has_injected();
        if waiting {
            shared.notify();
        }
        reactor(shared, now);
        trimmer.look();
        if stuck > 0 && stuck >= shared.idle.total() {
            spare_looks = 0;
            add_worker(shared);
        } else if shared.idle.total() > shared.config.workers {
            spare_looks += 1;
            if spare_looks >= SPARE_LOOKS && stuck == 0 {
                spare_looks = 0;
                retire_worker(shared);
            }
        }
        // Last: it takes its time, and what is above does not wait for it.
        report_all(shared, &mut overdue);
        if shared.idle.all_asleep() {
            idle_looks += 1;
            if idle_looks >= IDLE_LOOKS && shared.idle.total() <= shared.config.workers {
                shared.sysmon.sleep(shared, &mut trimmer);
                idle_looks = 0;
            }
        } else {
            idle_looks = 0;
        }
    }
}

/// A poll that is to be reported.
struct Overdue {
    remote: &'static Remote,
    poll: u32,
    lasts: Duration,
}

/// Whether something waits behind the poll of this worker; then others may take it.
fn strands(remote: &Remote) -> bool {
    let strands = remote.has_stealable();
    if strands {
        remote.current.set_strands();
    }
    strands
}

/// For how long the worker is known to be in one poll.
fn look_at(remote: &'static Remote, seen: &mut Seen) -> Option<Duration> {
    let poll = remote.current.poll();
    if poll.is_none() || poll != seen.poll {
        *seen = Seen { poll, since: Some(Instant::now()), reported: false };
        return None;
    }
    Some(seen.since?.elapsed())
}

impl Seen {
    /// What is to be reported, the first time that it is asked for.
    fn report(&mut self, remote: &'static Remote, lasts: Duration) -> Option<Overdue> {
        let poll = self.poll?;
        let first = !std::mem::replace(&mut self.reported, true);
        first.then_some(Overdue { remote, poll, lasts })
    }
}

fn report_all(shared: &'static Shared, overdue: &mut Vec<Overdue>) {
    for overdue in overdue.drain(..) {
        if let Some((stall, trace)) = inspect(shared, &overdue) {
            shared.reports.add(shared, stall, trace);
        }
    }
}

/// Whose poll it is, and where it is; nothing if it has ended or nobody asks.
fn inspect(shared: &'static Shared, overdue: &Overdue) -> Option<(Stall, Trace)> {
    let Overdue { remote, poll, lasts } = *overdue;
    let (task, spawned_at) = remote.current.whose(poll)?;
    crate::trace::instant("stall", format_args!("task {task} made at {spawned_at}"));
    shared.config.on_stall.as_ref()?;
    let mut name = None;
    let _ = shared.registry().find(|other| {
        let found = other.id().get() == task;
        if found {
            name = other.name().map(str::to_owned);
        }
        found
    });
    let mut trace = Trace::of(&remote.thread);
    // A poll that ended meanwhile: perhaps these are the frames of another.
    if remote.current.poll() != Some(poll) {
        trace = Trace::none();
    }
    let stall = Stall {
        noun: shared.config.noun,
        task,
        name,
        spawned_at,
        worker: remote.index,
        lasts,
        stack: Vec::new(),
    };
    Some((stall, trace))
}

/// Has a worker that sleeps on its own drive, if nobody looks at the reactor.
fn reactor(shared: &'static Shared, now: u64) {
    let limit = PERIOD.as_nanos() as u64;
    if shared.services.looked_at().is_some_and(|at| now.saturating_sub(at) > limit)
        && let Some(index) = shared.idle.any_sleeper()
    {
        shared.wake_worker(index);
    }
}

fn add_worker(shared: &'static Shared) {
    let vacant = shared.remotes().find(|remote| remote.vacant.swap(false, Ordering::AcqRel));
    let Some(remote) = vacant.or_else(|| shared.add_remote()) else { return };
    remote.retiring.store(false, Ordering::Release);
    // If the system refuses a thread, the pool goes on with those it has, and asks again.
    if super::threads::start(shared, remote).is_err() {
        remote.vacant.store(true, Ordering::Release);
    }
}

fn retire_worker(shared: &'static Shared) {
    let last = shared
        .remotes()
        .skip(shared.config.workers)
        .filter(|remote| !remote.retiring.load(Ordering::Acquire))
        .last();
    if let Some(remote) = last {
        remote.retiring.store(true, Ordering::Release);
        remote.parker.unpark(&shared.services);
    }
}
