//! The JSON that Perfetto opens.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::{Mutex, PoisonError};
use std::thread;

use fourfold_kernel::trace::{self, Outcome, Owner, Place, Recording, Spawned, TaskId};
use serde_json::Value;

/// One test at a time, so that a recording holds what its test did and nothing else.
static ALONE: Mutex<()> = Mutex::new(());

fn spawn(name: Option<&str>) -> TaskId {
    let id = TaskId::next();
    trace::task_spawned(id, Spawned { kind: "task", name, location: Location::caller() });
    id
}

/// Records what `run` does, and returns the events as written.
fn record(run: impl FnOnce()) -> Vec<Value> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let recording = Recording::start();
    run();
    let mut out = Vec::new();
    recording.finish().write_chrome(&mut out).unwrap();
    let mut whole: Value = serde_json::from_slice(&out).expect("it is JSON");
    assert_eq!(whole["otherData"]["missed events"], "0");
    let events: Vec<Value> = serde_json::from_value(whole["traceEvents"].take()).unwrap();
    check_pairs(&events);
    events
}

/// Every begin has its end on its track, no end comes before its begin, times on a track do not
/// decrease, and every arrow has both its ends, in this order.
fn check_pairs(events: &[Value]) {
    let mut open: HashMap<(u64, u64), Vec<f64>> = HashMap::new();
    let mut arrows: HashMap<u64, f64> = HashMap::new();
    for event in events {
        let track = (event["pid"].as_u64().unwrap(), event["tid"].as_u64().unwrap());
        let at = event["ts"].as_f64().unwrap();
        let open = open.entry(track).or_default();
        match event["ph"].as_str().unwrap() {
            "B" => {
                assert!(open.last().is_none_or(|&began| began <= at), "{event}");
                open.push(at);
            }
            "E" => assert!(open.pop().expect("an end has its begin") <= at, "{event}"),
            "s" => assert!(arrows.insert(event["id"].as_u64().unwrap(), at).is_none(), "{event}"),
            "f" => {
                let start = arrows.remove(&event["id"].as_u64().unwrap());
                assert!(start.expect("an arrow's end has its start") <= at, "{event}");
            }
            "M" | "X" | "i" | "C" => {}
            other => panic!("an event of kind {other}"),
        }
    }
    assert!(open.values().all(Vec::is_empty), "a begin has no end");
    assert!(arrows.is_empty(), "an arrow's start has no end");
}

fn text<'a>(event: &'a Value, field: &str) -> &'a str {
    event[field].as_str().unwrap_or("")
}

/// The track's number, from the name it was given.
fn track(events: &[Value], label: &str) -> Value {
    let named = |event: &&Value| event["ph"] == "M" && event["args"]["name"] == label;
    events.iter().find(named).unwrap_or_else(|| panic!("no track {label}"))["tid"].clone()
}

fn slices<'a>(events: &'a [Value], tid: &Value) -> Vec<&'a str> {
    let begins = events.iter().filter(|event| event["ph"] == "B" && event["tid"] == *tid);
    begins.map(|event| text(event, "name")).collect()
}

fn arrows(events: &[Value]) -> Vec<&str> {
    let starts = events.iter().filter(|event| event["ph"] == "s");
    starts.map(|event| text(event, "name")).collect()
}

#[test]
fn a_turn_of_a_loop_with_two_tasks() {
    let (mut parent, mut child) = (None, None);
    let turn = || {
        let run = trace::span("run");
        let a = *parent.insert(spawn(Some("parent")));
        let b = {
            let _polling = trace::polling(a);
            let b = *child.insert(spawn(None));
            trace::waiting(a, "task", Some(b));
            b
        };
        {
            let _polling = trace::polling(b);
            trace::finished(b, Outcome::Done);
            trace::woken(a);
        }
        trace::cancel_requested(a);
        {
            let _polling = trace::polling(a);
            trace::finished(a, Outcome::Cancelled);
        }
        drop(run);
        let _poll = trace::span("poll");
        trace::io_ready("tcp", 7);
        trace::counter("queued", -3);
        trace::instant("mark", format_args!("a \"quoted\" detail"));
    };
    let events = thread::scope(|scope| {
        let worker = thread::Builder::new().name("worker \\ 1".to_owned());
        worker.spawn_scoped(scope, || record(turn)).unwrap().join().unwrap()
    });
    let (a, b) = (format!("parent {}", parent.unwrap()), format!("task {}", child.unwrap()));
    let worker = track(&events, "worker \\ 1");
    assert_eq!(slices(&events, &worker), ["run", &a, &b, &a, "poll"]);
    let waiting = format!("waiting: task {b}");
    assert_eq!(
        slices(&events, &track(&events, &a)),
        ["ready", "running", &waiting, "ready", "running"]
    );
    assert_eq!(slices(&events, &track(&events, &b)), ["ready", "running"]);
    assert_eq!(arrows(&events), ["spawn", "spawn", "wake", "cancel"]);

    let find = |name| events.iter().find(|event| event["name"] == name).unwrap();
    assert_eq!(find("queued")["args"]["value"], -3);
    assert_eq!(find("ready: tcp")["args"]["detail"], "token 7");
    assert_eq!(find("mark")["args"]["detail"], "a \"quoted\" detail");
    assert_eq!(find("cancelled")["tid"], track(&events, &a));
}

#[test]
fn what_is_open_at_either_end_still_pairs() {
    let old = TaskId::next();
    let old_polling = trace::polling(old);
    let kept = std::cell::RefCell::new(Vec::new());
    let events = record(|| {
        drop(old_polling);
        let id = spawn(Some("unfinished"));
        kept.borrow_mut().push(trace::polling(id));
        // A span left open inside of a poll that ends is closed with it.
        let outer = TaskId::next();
        let outer_polling = trace::polling(outer);
        let inner = trace::span("inner");
        drop(outer_polling);
        drop(inner);
        trace::woken(old);
        trace::cancel_requested(id);
    });
    let begins = events.iter().filter(|event| event["ph"] == "B");
    // Two polls and the span; ready, running; ready, running, waiting. Of the old task, nothing.
    assert_eq!(begins.count(), 3 + 2 + 3);
    assert_eq!(arrows(&events), ["spawn"]);
}

#[test]
fn only_the_wake_that_made_it_ready_has_an_arrow() {
    let events = record(|| {
        let id = spawn(None);
        trace::woken(id);
        drop(trace::polling(id));
        trace::woken(id);
        trace::woken(id);
        drop(trace::polling(id));
        // A cell that nobody polls waits from the start.
        let cell = spawn(Some("cell"));
        trace::waiting(cell, "result", None);
        trace::finished(cell, Outcome::Done);
    });
    assert_eq!(arrows(&events), ["spawn", "wake"]);
    // Outside of any slice an arrow needs one to start from.
    assert!(events.iter().any(|event| event["ph"] == "X" && event["name"] == "wake"));
}

#[test]
fn polled_elsewhere_before_its_poll_has_ended() {
    let mut id = None;
    let events = record(|| {
        let id = *id.insert(spawn(Some("moved")));
        let first = trace::polling(id);
        trace::woken(id);
        thread::scope(|scope| {
            let second = scope.spawn(|| {
                trace::poll_started(id);
                trace::waiting(id, "sleep", None);
            });
            second.join().unwrap();
        });
        drop(first);
    });
    let task = track(&events, &format!("moved {}", id.unwrap()));
    assert_eq!(slices(&events, &task), ["ready", "running", "running"]);
}

#[test]
fn names_of_any_kind_are_escaped() {
    let name = "quote \" backslash \\ line\nbreak tab\t nul\0 \u{2028} žluťoučký 🐎";
    let mut id = None;
    let events = record(|| drop(trace::polling(*id.insert(spawn(Some(name))))));
    track(&events, &format!("{name} {}", id.unwrap()));
}

#[test]
fn times_are_microseconds_with_their_nanoseconds() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let recording = Recording::start();
    trace::counter("one", 1);
    let trace = recording.finish();
    let mut out = Vec::new();
    trace.write_chrome(&mut out).unwrap();
    let at = trace.events()[0].at.as_nanos();
    let expected = format!("\"ts\":{}.{:03},\"name\":\"one\"", at / 1000, at % 1000);
    assert!(String::from_utf8(out).unwrap().contains(&expected));
}

#[test]
fn further_events_stand_in_the_same_list() {
    let recording = Recording::start();
    trace::instant("ours", format_args!(""));
    let mut json = Vec::new();
    recording.finish().write_chrome_with(&mut json, ["{\"name\":\"theirs\"}"; 2]).unwrap();
    let trace: Value = serde_json::from_slice(&json).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let named = |name| events.iter().filter(|event| event["name"] == name).count();
    assert_eq!((named("ours"), named("theirs")), (1, 2));
}

fn queue(len: usize) -> Place {
    Place::Queue { queue: 0x1000, len }
}

/// How long after the recording's start each arrow of this name begins and ends.
fn spans(events: &[Value], name: &str) -> Vec<(f64, f64)> {
    let of = |phase: &'static str| {
        events.iter().filter(move |event| event["ph"] == phase && event["name"] == name)
    };
    let at = |event: &Value| event["ts"].as_f64().unwrap();
    of("s").zip(of("f")).map(|(start, end)| (at(start), at(end))).collect()
}

#[test]
fn a_value_is_followed_from_hand_to_hand() {
    let events = record(|| {
        // A receiver waits, and gets a value.
        trace::sent(|| Place::Hand(0x10));
        trace::received(|| Place::Hand(0x10));
        // Two values pass each other nowhere: first in, first out.
        trace::sent(|| queue(0));
        trace::sent(|| queue(1));
        trace::received(|| queue(2));
        trace::received(|| queue(1));
        // A sender waits with its value, which goes behind another when there is room.
        trace::sent(|| queue(0));
        trace::sent(|| Place::Hand(0x20));
        trace::received(|| queue(1));
        trace::queued(0x20, 0x1000, 0);
        trace::received(|| queue(1));
        // Nobody sent this one.
        trace::received(|| Place::Hand(0x20));
    });
    let spans = spans(&events, "send");
    assert_eq!(spans.len(), 5);
    assert!(spans.iter().all(|(start, end)| start <= end));
    assert!(spans[1].0 < spans[2].0 && spans[1].1 < spans[2].1);
}

#[test]
fn a_value_from_before_the_recording_takes_nobody_s_arrow() {
    let events = record(|| {
        // Two are there already, and one is put in front of them again.
        trace::sent(|| queue(2));
        trace::instant("after", format_args!(""));
        trace::received(|| queue(3));
        trace::received(|| queue(2));
        trace::received(|| queue(2));
        trace::received(|| queue(1));
    });
    let after = events.iter().find(|event| event["name"] == "after").unwrap();
    let spans = spans(&events, "send");
    assert_eq!(spans.len(), 1);
    assert!(spans[0].0 < after["ts"].as_f64().unwrap());
}

#[test]
fn a_counter_says_whose_it_is() {
    let events = thread::scope(|scope| {
        let worker = thread::Builder::new().name("w-1".to_owned());
        let count = || {
            record(|| {
                trace::counter_of(Owner::Thread, "run queue", 3);
                trace::counter_of(Owner::Named("pool"), "run queue", 4);
                trace::counter("open", 5);
            })
        };
        worker.spawn_scoped(scope, count).unwrap().join().unwrap()
    });
    let counters: Vec<_> = events
        .iter()
        .filter(|event| event["ph"] == "C")
        .map(|event| (text(event, "name"), event["args"]["value"].as_i64().unwrap()))
        .collect();
    assert_eq!(counters, [("run queue of w-1", 3), ("run queue of pool", 4), ("open", 5)]);
}
