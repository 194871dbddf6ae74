//! The registry of live tasks. Tests run at the same time and share it, so each looks at its own
//! tasks only.

use std::panic::Location;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use fourfold_kernel::trace::{self, Asked, Doing, Outcome, Spawned, State, TaskId, TaskSnapshot};

#[track_caller]
fn spawn(name: Option<&str>) -> TaskId {
    let id = TaskId::next();
    trace::task_spawned(id, Spawned { kind: "task", name, location: Location::caller() });
    id
}

/// Polls the task once; it says what it waits for.
fn poll_waiting(id: TaskId, reason: &'static str, on: Option<TaskId>) {
    let _polling = trace::polling(id);
    trace::waiting(id, reason, on);
}

fn get(id: TaskId) -> TaskSnapshot {
    trace::snapshot().get(id).expect("the task is alive").clone()
}

#[test]
fn a_task_from_spawn_to_end() {
    let _observer = trace::observe();
    let parent = TaskId::next();
    let line = line!() + 3;
    let id = {
        let _current = trace::set_current(Some(parent));
        spawn(Some("fetch"))
    };
    let task = get(id);
    assert_eq!((task.state, task.polls, task.parent), (State::Ready, 0, Some(parent)));
    assert_eq!((task.kind, task.name.as_deref()), ("task", Some("fetch")));
    assert_eq!(task.spawned_at.map(Location::line), Some(line));

    {
        let _polling = trace::polling(id);
        trace::waiting(id, "readable", None);
        let task = get(id);
        assert_eq!((task.state, task.reason), (State::Running, None), "it is not waiting yet");
    }
    let task = get(id);
    assert_eq!((task.state, task.reason, task.polls), (State::Waiting, Some("readable"), 1));

    trace::renamed(id, "fetch again");
    trace::cancel_requested(id);
    trace::woken(id);
    let task = get(id);
    assert_eq!((task.state, task.reason), (State::Ready, None));
    assert_eq!(task.name.as_deref(), Some("fetch again"));
    assert!(task.cancel_requested);

    trace::finished(id, Outcome::Cancelled);
    trace::woken(id);
    assert!(trace::snapshot().get(id).is_none(), "a stale wake does not bring it back");
}

#[test]
fn woken_during_its_poll_it_is_ready_after() {
    let _observer = trace::observe();
    let id = spawn(None);
    {
        let _polling = trace::polling(id);
        trace::woken(id);
        trace::waiting(id, "turn", None);
    }
    assert_eq!(get(id).state, State::Ready);
    drop(trace::polling(id));
    let task = get(id);
    assert_eq!((task.state, task.reason), (State::Waiting, None), "nothing said, nothing known");
    trace::finished(id, Outcome::Done);
}

#[test]
fn polled_elsewhere_before_its_poll_has_ended_it_stays_running() {
    let _observer = trace::observe();
    let id = spawn(None);
    let first = trace::polling(id);
    trace::woken(id);
    std::thread::scope(|scope| {
        scope.spawn(|| trace::poll_started(id));
    });
    drop(first);
    let task = get(id);
    assert_eq!((task.state, task.polls), (State::Running, 2));
    trace::finished(id, Outcome::Done);
}

#[test]
fn a_poll_within_a_poll_of_the_same_task_tells_its_state() {
    let _observer = trace::observe();
    let id = spawn(None);
    {
        let _outer = trace::polling(id);
        poll_waiting(id, "sleep", None);
    }
    let task = get(id);
    assert_eq!((task.state, task.reason), (State::Waiting, Some("sleep")));
    trace::finished(id, Outcome::Done);
}

#[test]
fn a_task_older_than_the_observer_is_seen_from_its_next_poll() {
    let id = TaskId::next();
    let _observer = trace::observe();
    trace::woken(id);
    assert!(trace::snapshot().get(id).is_none());
    poll_waiting(id, "sleep", None);
    let task = get(id);
    assert_eq!((task.state, task.reason), (State::Waiting, Some("sleep")));
    assert!(task.spawned_at.is_none());
    trace::finished(id, Outcome::Done);
}

#[test]
fn who_awaits_whom_is_known_from_both_ends() {
    let _observer = trace::observe();
    let awaited = spawn(None);
    let (first, second) = (spawn(None), spawn(None));
    // Nobody polls this one: it waits for being resolved.
    trace::waiting(awaited, "result", None);
    poll_waiting(second, "task", Some(awaited));
    poll_waiting(first, "task", Some(awaited));

    let task = get(awaited);
    assert_eq!((task.state, task.reason), (State::Waiting, Some("result")));
    assert_eq!(task.awaited_by, [first, second]);
    assert_eq!(get(first).awaits, Some(awaited));

    trace::woken(first);
    assert_eq!(get(awaited).awaited_by, [second]);
    for id in [awaited, first, second] {
        trace::finished(id, Outcome::Done);
    }
    assert_eq!(trace::snapshot().get(awaited).map(|task| task.id), None);
}

#[test]
fn a_cycle_of_waiting_is_marked_in_the_text() {
    let _observer = trace::observe();
    let (a, b, c, outside) = (spawn(Some("a")), spawn(None), spawn(None), spawn(None));
    let own = spawn(None);
    for (task, on) in [(a, b), (b, c), (c, a), (outside, b), (own, own)] {
        poll_waiting(task, "task", Some(on));
    }
    let snapshot = trace::snapshot();
    assert!(snapshot.cycles().contains(&vec![a, b, c]));
    assert!(snapshot.cycles().contains(&vec![own]));
    assert_eq!(snapshot.cycles().iter().flatten().filter(|&&id| id == outside).count(), 0);

    let text = snapshot.to_string();
    let line = |start: String| text.lines().find(|line| line.starts_with(&start));
    assert!(line(format!("! cycle of waiting: {a} -> {b} -> {c} -> {a}")).is_some(), "{text}");
    assert!(line(format!("! cycle of waiting: {own} -> {own}")).is_some(), "{text}");
    let a_line = line(format!("! {a} task \"a\": waiting for ")).unwrap();
    assert!(a_line.contains(&format!(", for task, awaits {b}, awaited by {c}, ")), "{a_line}");
    assert!(a_line.contains("spawned at crates/kernel/tests/trace_snapshot.rs:"), "{a_line}");
    assert!(line(format!("  {outside} task: waiting for ")).is_some(), "{text}");

    trace::woken(b);
    assert!(!trace::snapshot().cycles().contains(&vec![a, b, c]), "a wake breaks the cycle");
    for id in [a, b, c, outside, own] {
        trace::finished(id, Outcome::Done);
    }
}

fn doing(state: State, reason: Option<&'static str>, since: Option<Duration>) -> Doing {
    Doing { state, reason, on: None, since }
}

#[track_caller]
fn find(id: TaskId, doing: Doing) {
    let spawned = Spawned { kind: "task", name: Some("old"), location: Location::caller() };
    trace::found(id, spawned, None, doing);
}

#[test]
fn what_was_found_counts_until_the_task_is_seen() {
    let _observer = trace::observe();
    let id = TaskId::next();
    find(id, doing(State::Waiting, Some("sleep"), None));
    let task = get(id);
    assert_eq!(
        (task.state, task.reason, task.since_at_least),
        (State::Waiting, Some("sleep"), true)
    );
    assert_eq!((task.name.as_deref(), task.polls), (Some("old"), 0));
    assert!(task.spawned_at.is_some());

    // Looked at again, since it went on meanwhile.
    find(id, doing(State::Waiting, Some("lock"), Some(Duration::from_secs(3))));
    let task = get(id);
    assert_eq!((task.reason, task.since_at_least), (Some("lock"), false));
    assert!(task.since >= Duration::from_secs(3));

    poll_waiting(id, "queue", None);
    find(id, doing(State::Ready, None, None));
    let task = get(id);
    assert_eq!((task.state, task.reason), (State::Waiting, Some("queue")), "what is seen is newer");
    trace::forgotten(id);
    assert!(trace::snapshot().get(id).is_none());
}

#[test]
fn one_that_is_found_in_its_poll_waits_when_that_ends() {
    let _observer = trace::observe();
    let id = TaskId::next();
    let polling = trace::polling(id);
    trace::forgotten(id);
    find(id, doing(State::Running, None, None));
    trace::waiting(id, "sleep", None);
    drop(polling);
    let task = get(id);
    assert_eq!((task.state, task.reason), (State::Waiting, Some("sleep")));
    trace::finished(id, Outcome::Done);
}

#[test]
fn a_stranger_is_introduced_when_it_is_polled() {
    let _observer = trace::observe();
    let id = TaskId::next();
    let spawned = || Spawned { kind: "method", name: None, location: Location::caller() };
    drop(trace::polling_as(id, spawned));
    let task = get(id);
    assert_eq!((task.kind, task.state, task.polls), ("method", State::Waiting, 1));
    assert!(task.spawned_at.is_some());
    trace::finished(id, Outcome::Done);
}

#[test]
fn a_thread_that_blocks_is_listed_and_a_task_that_does_waits() {
    let _observer = trace::observe();
    let on = spawn(None);
    let blocking = trace::blocking("join", Some(on)).expect("somebody observes");
    let waiter = get(on).awaited_by[0];
    let thread = get(waiter);
    assert_eq!(
        (thread.kind, thread.state, thread.reason),
        ("thread", State::Waiting, Some("join"))
    );
    assert_eq!(thread.name.as_deref(), std::thread::current().name());
    drop(blocking);
    assert!(trace::snapshot().get(waiter).is_none());

    let id = spawn(None);
    let polling = trace::polling(id);
    let blocking = trace::blocking("join", Some(on));
    assert_eq!((get(id).state, get(id).awaits), (State::Waiting, Some(on)));
    drop(blocking);
    assert_eq!(get(id).state, State::Running);
    drop(polling);
    trace::finished(id, Outcome::Done);
    trace::finished(on, Outcome::Done);
}

struct Kept {
    over: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

impl trace::List for Kept {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    fn tell(&self, asked: Asked) {
        drop(asked);
        self.asked.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn lists_are_asked_by_observations_that_begin_until_they_are_over() {
    let (over, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    trace::list(Kept { over: over.clone(), asked: asked.clone() });
    // Other tests observe at times, so an observation may not be the first.
    while asked.load(Ordering::Relaxed) == 0 {
        drop(trace::observe());
        std::thread::yield_now();
    }
    assert!(trace::wait_for_lists(Duration::from_secs(60)));
    over.store(true, Ordering::Relaxed);
    // An observation that began before may still be asking.
    let settled = loop {
        let before = asked.load(Ordering::Relaxed);
        for _ in 0..64 {
            drop(trace::observe());
            std::thread::yield_now();
        }
        if asked.load(Ordering::Relaxed) == before {
            break before;
        }
    };
    drop(trace::observe());
    assert_eq!(asked.load(Ordering::Relaxed), settled);
}
