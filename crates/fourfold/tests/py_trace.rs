//! What a recording shows of a loop.
#![cfg(unix)]

use std::time::Duration;

use fourfold::asyncio::{Task, run, sleep};
use fourfold::net::UnixStream;
use fourfold::trace::{EventKind, Recording};

/// Records a task that waits for its peer, and the peer, which sleeps and then writes; gives where
/// each of the events stands that `wanted` accepts.
fn places(wanted: &[fn(&EventKind) -> bool]) -> Vec<Option<usize>> {
    let recording = Recording::start();
    run(async {
        let (ours, theirs) = UnixStream::pair()?;
        let reader = Task::builder().name("reader").spawn(async move {
            theirs.read_exact(&mut [0]).await?;
            Ok(())
        });
        sleep(Duration::from_millis(1)).await?;
        ours.write_all(b"x").await?;
        reader.await
    })
    .unwrap();
    let trace = recording.finish();
    let place = |wanted: &fn(&EventKind) -> bool| {
        trace.events().iter().position(|event| wanted(&event.kind))
    };
    wanted.iter().map(place).collect()
}

#[test]
fn the_phases_of_a_turn_the_tasks_and_what_became_ready() {
    let places = places(&[
        |kind| matches!(kind, EventKind::SpanStarted("run")),
        |kind| matches!(kind, EventKind::Spawned(info) if info.name.as_deref() == Some("reader")),
        |kind| matches!(kind, EventKind::SpanStarted("poll")),
        |kind| matches!(kind, EventKind::SpanStarted("timers")),
        |kind| matches!(kind, EventKind::SpanEnded("timers")),
        |kind| matches!(kind, EventKind::IoReady { source: "I/O", .. }),
    ]);
    assert!(places.iter().all(Option::is_some), "{places:?}");
    // A new socket is reported writable by the first poll, before the timer is due.
    assert!(places[0] < places[1] && places[1] < places[2] && places[2] < places[5], "{places:?}");
    assert!(places[3] < places[4], "{places:?}");
}
