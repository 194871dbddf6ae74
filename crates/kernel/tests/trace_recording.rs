//! What a recording keeps. Tests run at the same time and recordings get everything, so each looks
//! at its own tasks only.

use std::panic::Location;
use std::sync::Barrier;
use std::thread;

use fourfold_kernel::trace::{self, EventKind, Outcome, Recording, Spawned, TaskId, Trace};

fn spawn(name: &str) -> TaskId {
    let id = TaskId::next();
    let location = Location::caller();
    trace::task_spawned(id, Spawned { kind: "task", name: Some(name), location });
    id
}

/// The events of one task, as words.
fn story(trace: &Trace, id: TaskId) -> Vec<&'static str> {
    let word = |kind: &EventKind| match *kind {
        EventKind::Spawned(ref info) if info.id == id => Some("spawned"),
        EventKind::PollStarted(task) if task == id => Some("poll"),
        EventKind::PollEnded(task) if task == id => Some("end"),
        EventKind::Waiting { task, reason, .. } if task == id => Some(reason),
        EventKind::Woken { task, by: Some(_) } if task == id => Some("woken by task"),
        EventKind::Woken { task, by: None } if task == id => Some("woken by thread"),
        EventKind::Renamed { task, .. } if task == id => Some("renamed"),
        EventKind::CancelRequested { task, .. } if task == id => Some("cancel"),
        EventKind::Finished { task, .. } if task == id => Some("finished"),
        _ => None,
    };
    trace.events().iter().filter_map(|event| word(&event.kind)).collect()
}

#[test]
fn events_come_in_the_order_in_which_they_happened() {
    let recording = Recording::start();
    let id = spawn("first");
    {
        let _polling = trace::polling(id);
        trace::waiting(id, "sleep", None);
    }
    trace::woken(id);
    {
        let _polling = trace::polling(id);
        trace::woken(id);
        trace::finished(id, Outcome::Done);
    }
    let trace = recording.finish();
    let expected = [
        ["spawned", "poll", "sleep", "end"].as_slice(),
        ["woken by thread", "poll", "woken by task", "finished", "end"].as_slice(),
    ]
    .concat();
    assert_eq!(story(&trace, id), expected);
    assert!(trace.events().is_sorted_by_key(|event| event.at));
    assert!(trace.duration() >= trace.events().last().unwrap().at);
    assert_eq!(trace.missed(), 0);
}

#[test]
fn each_of_two_recordings_gets_everything_while_it_runs() {
    let first = Recording::start();
    let id = spawn("both");
    let second = Recording::start();
    trace::woken(id);
    let first = first.finish();
    trace::finished(id, Outcome::Failed);
    assert_eq!(story(&first, id), ["spawned", "woken by thread"]);
    assert_eq!(story(&second.finish(), id), ["woken by thread", "finished"]);
}

#[test]
fn a_full_recording_stops_and_counts() {
    let recording = Recording::with_capacity(10);
    let id = spawn("busy");
    for _ in 0..100 {
        trace::woken(id);
    }
    let trace = recording.finish();
    assert_eq!(trace.events().len(), 10);
    // Other tests may have added to it.
    assert!(trace.missed() >= 91, "missed {}", trace.missed());
    assert_eq!(Recording::with_capacity(0).finish().events().len(), 0);
}

#[test]
fn threads_record_at_once_under_their_names_and_effects_follow_causes() {
    const THREADS: usize = 4;
    const EACH: usize = 500;
    let recording = Recording::start();
    let ready = Barrier::new(THREADS);
    let shared = spawn("shared");
    let work = || {
        ready.wait();
        for _ in 0..EACH {
            let id = spawn("own");
            drop(trace::polling(id));
            trace::woken(shared);
            trace::finished(id, Outcome::Done);
        }
    };
    thread::scope(|scope| {
        for n in 0..THREADS {
            let name = format!("recorder {n}");
            thread::Builder::new().name(name).spawn_scoped(scope, work).unwrap();
        }
    });
    let trace = recording.finish();
    assert_eq!(story(&trace, shared).len(), 1 + THREADS * EACH);
    assert!(trace.events().is_sorted_by_key(|event| event.at));
    let own: Vec<TaskId> = trace
        .tasks()
        .values()
        .filter(|task| task.name.as_deref() == Some("own"))
        .map(|task| task.id)
        .collect();
    assert_eq!(own.len(), THREADS * EACH);
    for &id in own.iter().step_by(97) {
        assert_eq!(story(&trace, id), ["spawned", "poll", "end", "finished"]);
    }
    let recorders =
        trace.threads().filter(|(_, name)| name.is_some_and(|n| n.starts_with("recorder ")));
    assert_eq!(recorders.count(), THREADS);
}

#[test]
fn tasks_older_than_the_recording_keep_their_names_if_observed() {
    let _observer = trace::observe();
    let id = spawn("before");
    trace::renamed(id, "older");
    let recording = Recording::start();
    trace::woken(id);
    let trace = recording.finish();
    assert_eq!(trace.tasks()[&id].name.as_deref(), Some("older"));
    trace::finished(id, Outcome::Done);
}
