//! What the small programs note their moments with. None of it knows a dialect; all of it may be
//! used from any thread.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use super::{Arrival, Blocking, Call, Cancellation, Moment, Races};

/// How long the thread is blocked.
const BLOCK: Duration = Duration::from_millis(30);
/// How often the neighbours would like to run.
pub(super) const TICK: Duration = Duration::from_millis(1);
/// How many of them there are.
pub(super) const NEIGHBOURS: usize = 4;
/// How long one who is in the middle of its step waits there for the other. Where a second thread
/// would run the other at once, this is far more than it needs.
const MEETING: Duration = Duration::from_millis(80);
/// How many wait for one result.
pub(super) const WAITERS: usize = 3;
/// Longer than any run; what waits so long is cancelled before.
pub(super) const LONG: Duration = Duration::from_secs(3600);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whatever a panicking program left behind is still what was noted.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes the moments of a call.
#[derive(Clone, Default)]
pub(super) struct Moments(Arc<Mutex<Vec<(Moment, ThreadId)>>>);

impl Moments {
    pub(super) fn note(&self, moment: Moment) {
        lock(&self.0).push((moment, thread::current().id()));
    }

    pub(super) fn call(&self) -> Call {
        let moments = lock(&self.0);
        let thread = |wanted| moments.iter().find(|(moment, _)| *moment == wanted).map(|at| at.1);
        Call {
            order: moments.iter().map(|(moment, _)| *moment).collect(),
            same_thread: thread(Moment::Call) == thread(Moment::FirstLine),
        }
    }
}

/// Where a call that blocks is made.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// In a task, as if it were any other call.
    Task,
    /// Handed over to a thread, by what the dialect has for that.
    Thread,
}

/// Neighbours that tick, and calls beside them that block their thread.
#[derive(Clone, Default)]
pub(super) struct Ticks(Arc<TicksShared>);

#[derive(Default)]
struct TicksShared {
    ticks: Mutex<[Vec<Instant>; NEIGHBOURS]>,
    /// From when to when, by place.
    blocks: Mutex<[Option<(Instant, Instant)>; 2]>,
    stopped: AtomicBool,
}

impl Ticks {
    /// A neighbour is running; false when it may stop.
    pub(super) fn tick(&self, neighbour: usize) -> bool {
        lock(&self.0.ticks)[neighbour].push(Instant::now());
        !self.0.stopped.load(SeqCst)
    }

    /// Whether every neighbour has begun.
    pub(super) fn all_tick(&self) -> bool {
        lock(&self.0.ticks).iter().all(|ticks| !ticks.is_empty())
    }

    /// Blocks the thread, as a call does that knows of no dialect.
    pub(super) fn block(&self, place: Place) {
        let from = Instant::now();
        thread::sleep(BLOCK);
        lock(&self.0.blocks)[place as usize] = Some((from, Instant::now()));
    }

    pub(super) fn stop(&self) {
        self.0.stopped.store(true, SeqCst);
    }

    pub(super) fn blocking(&self) -> Blocking {
        let ticks = lock(&self.0.ticks);
        let held_up = |block: Option<(Instant, Instant)>| {
            let (from, to) = block?;
            let ran = |ticks: &&Vec<Instant>| ticks.iter().any(|tick| (from..to).contains(tick));
            Some((to - from, NEIGHBOURS - ticks.iter().filter(ran).count()))
        };
        let blocks = lock(&self.0.blocks).map(held_up);
        let [(blocked, held_up), (_, handed_over)] =
            blocks.map(|block| block.expect("it was blocked before it is asked for"));
        Blocking { blocked, neighbours: NEIGHBOURS, held_up, held_up_handed_over: handed_over }
    }
}

/// A number that two tasks raise without care: each reads it, waits for the other to have read it as
/// well, and writes what it read plus one. Between the two there is no await.
#[derive(Clone, Default)]
pub(super) struct Meeting(Arc<MeetingShared>);

#[derive(Default)]
struct MeetingShared {
    number: AtomicUsize,
    place: Mutex<Inside>,
    changed: Condvar,
}

#[derive(Default)]
struct Inside {
    inside: usize,
    most: usize,
    left: usize,
}

/// How many raise the number.
pub(super) const UPDATES: usize = 2;

impl Meeting {
    /// One task's step.
    pub(super) fn step(&self) {
        let MeetingShared { number, place, changed } = &*self.0;
        let read = number.load(SeqCst);
        let mut here = lock(place);
        here.inside += 1;
        here.most = here.most.max(here.inside);
        changed.notify_all();
        let alone = |here: &mut Inside| here.most < UPDATES && here.left == 0;
        let waited = changed.wait_timeout_while(here, MEETING, alone);
        let (mut here, _) = waited.unwrap_or_else(PoisonError::into_inner);
        number.store(read + 1, SeqCst);
        here.inside -= 1;
        here.left += 1;
        changed.notify_all();
    }

    pub(super) fn races(&self) -> Races {
        Races {
            at_once: lock(&self.0.place).most,
            updates: UPDATES,
            lost: UPDATES.saturating_sub(self.0.number.load(SeqCst)),
        }
    }
}

/// What became of two calls that were cancelled while they waited.
#[derive(Clone, Default)]
pub(super) struct Cancelling(Arc<Mutex<CancellingShared>>);

#[derive(Default)]
struct CancellingShared {
    waiting: usize,
    requested: Option<Instant>,
    /// Of the call that was passed what is passed along, and of the other.
    arrived: [Option<(Arrival, String, Instant)>; 2],
    cleanup_awaited: bool,
}

impl Cancelling {
    /// A call is about to wait.
    pub(super) fn waits(&self) {
        lock(&self.0).waiting += 1;
    }

    /// Whether both calls wait, or are about to.
    pub(super) fn both_wait(&self) -> bool {
        lock(&self.0).waiting == 2
    }

    /// It is asked for.
    pub(super) fn request(&self) {
        lock(&self.0).requested = Some(Instant::now());
    }

    /// It came to the call that was `passed` something, or to the other.
    pub(super) fn arrived(&self, passed: bool, arrival: Arrival, name: String) {
        lock(&self.0).arrived[usize::from(!passed)] = Some((arrival, name, Instant::now()));
    }

    /// The wait while cleaning up, of the call that was passed something.
    pub(super) fn cleaned_up(&self, passed: bool, awaited: bool) {
        if passed {
            lock(&self.0).cleanup_awaited = awaited;
        }
    }

    /// What is known once the call that was passed something has ended, and the other had as long.
    pub(super) fn cancellation(&self) -> Cancellation {
        let known = lock(&self.0);
        let [passed, unpassed] = &known.arrived;
        let since = |at: Instant| Some(at.saturating_duration_since(known.requested?));
        Cancellation {
            arrival: passed.as_ref().map_or(Arrival::Nothing, |(arrival, ..)| *arrival),
            name: passed.as_ref().map(|(_, name, _)| name.clone()),
            cleanup_awaited: known.cleanup_awaited,
            reached_unpassed: unpassed.is_some(),
            took: passed.as_ref().and_then(|(.., at)| since(*at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_meet_lose_an_update() {
        let meeting = Meeting::default();
        let other = meeting.clone();
        // Held until both are there: the meeting itself is the handshake, however long it takes to
        // start a thread, as long as that is within the limit.
        let thread = thread::spawn(move || other.step());
        meeting.step();
        thread.join().unwrap();
        let races = meeting.races();
        assert_eq!(races.lost, races.at_once - 1, "{races:?}");
    }

    #[test]
    fn one_after_the_other_loses_nothing() {
        let meeting = Meeting::default();
        meeting.step();
        meeting.step();
        assert_eq!(meeting.races(), Races { at_once: 1, updates: 2, lost: 0 });
    }

    #[test]
    fn who_ticks_during_the_block_is_not_held_up() {
        let ticks = Ticks::default();
        assert!(!ticks.all_tick());
        (0..NEIGHBOURS).for_each(|neighbour| assert!(ticks.tick(neighbour)));
        assert!(ticks.all_tick());
        let other = ticks.clone();
        let (running, told) = std::sync::mpsc::channel();
        let neighbour = thread::spawn(move || {
            while other.tick(0) {
                let _ = running.send(());
                thread::sleep(TICK);
            }
        });
        told.recv().unwrap();
        ticks.block(Place::Task);
        ticks.stop();
        neighbour.join().unwrap();
        ticks.block(Place::Thread);
        let Blocking { blocked, neighbours, held_up, held_up_handed_over } = ticks.blocking();
        assert!(blocked >= BLOCK);
        assert_eq!((neighbours, held_up, held_up_handed_over), (4, 3, 4));
    }

    #[test]
    fn what_did_not_arrive_is_nothing() {
        let cancelling = Cancelling::default();
        cancelling.request();
        let found = cancelling.cancellation();
        assert_eq!((found.arrival, found.name, found.took), (Arrival::Nothing, None, None));
        cancelling.arrived(true, Arrival::Error, "Stopped".into());
        cancelling.cleaned_up(false, true);
        let found = cancelling.cancellation();
        assert_eq!((found.arrival, found.name.as_deref()), (Arrival::Error, Some("Stopped")));
        assert!(!found.cleanup_awaited && !found.reached_unpassed && found.took.is_some());
    }
}
