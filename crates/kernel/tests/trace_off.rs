//! Alone in its process: here, nothing else observes or records.

use std::panic::Location;

use fourfold_kernel::trace::{self, Outcome, Recording, Spawned, TaskId};

struct MustNotBeFormatted;

impl std::fmt::Display for MustNotBeFormatted {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("formatted while tracing is off")
    }
}

fn all_hooks(detail: impl std::fmt::Display) {
    let id = TaskId::next();
    let location = Location::caller();
    trace::task_spawned(id, Spawned { kind: "task", name: Some("one"), location });
    {
        let _span = trace::span("run");
        let _polling = trace::polling(id);
        trace::waiting(id, "sleep", None);
        trace::woken(id);
        trace::renamed(id, "two");
        trace::cancel_requested(id);
        trace::io_ready("tcp", 1);
        trace::instant("mark", format_args!("{detail}"));
        trace::counter("queued", 1);
    }
    trace::finished(id, Outcome::Done);
}

#[test]
fn off_keeps_nothing_and_switches_back_to_off() {
    assert!(!trace::enabled());
    all_hooks(MustNotBeFormatted);
    assert!(trace::snapshot().is_empty());

    let before = trace::span("started while off");
    let recording = Recording::start();
    assert!(trace::enabled());
    drop(before);
    all_hooks("detail");
    let trace = recording.finish();
    // The span that began while off has no end either.
    assert_eq!(trace.events().len(), 13);
    assert!(!trace::enabled());
    all_hooks(MustNotBeFormatted);
    assert!(Recording::start().finish().events().is_empty());

    let observer = trace::observe();
    let second = observer.clone();
    let id = TaskId::next();
    trace::task_spawned(id, Spawned { kind: "task", name: None, location: Location::caller() });
    drop(observer);
    assert_eq!(second.snapshot().len(), 1, "the clone still observes");
    drop(second);
    assert!(!trace::enabled());
    assert!(trace::snapshot().is_empty());

    drop(Recording::start());
    assert!(!trace::enabled(), "a dropped recording stops");

    // Without an observer a recording keeps no registry.
    let recording = Recording::start();
    trace::task_spawned(id, Spawned { kind: "task", name: None, location: Location::caller() });
    assert!(trace::snapshot().is_empty());
    drop(recording);
}
