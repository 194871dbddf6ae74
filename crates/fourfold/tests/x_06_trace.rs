//! The trace of a process in which all four dialects run, against Chrome's trace event format.
//!
//! Alone in its process: a recording gets what every thread does.

use std::collections::HashMap;
use std::thread;
use std::time::Duration;

use fourfold::csharp::{Channel, Task, async_method};
use fourfold::go::{self, chan, go};
use fourfold::trace::{self, Recording};
use fourfold::{asyncio, js};
use serde_json::Value;

/// A slice on a track: its name, where it begins and ends.
type Slices = HashMap<(u64, u64), Vec<(String, f64, f64)>>;

/// What every dialect does: spawns, waits, wakes, sends, and is cancelled.
fn all_four() {
    let asyncio = thread::spawn(|| {
        asyncio::run(async {
            let queue = asyncio::Queue::<u32>::new(0);
            let items = queue.clone();
            let consumer = asyncio::Task::builder()
                .name("consumer")
                .spawn(async move { Ok((items.get().await?, items.get().await?)) });
            let stuck = asyncio::create_task(asyncio::sleep(Duration::from_secs(3600)));
            asyncio::sleep(Duration::ZERO).await?;
            queue.put_nowait(1)?;
            queue.put_nowait(2)?;
            assert_eq!(consumer.await?, (1, 2));
            stuck.cancel();
            assert!(stuck.await.unwrap_err().is_cancelled());
            Ok(())
        })
        .unwrap();
    });
    let js = thread::spawn(|| {
        js::run(async {
            let slow = js::async_fn(async { js::set_timeout_promise(1).await });
            slow.await?;
            Ok::<(), fourfold::Error>(())
        })
        .unwrap();
    });
    go::Builder::new().workers(2).run(|| {
        // One that has room for two, one that has none, and one of which a select receives.
        let (buffered, unbuffered, selected) =
            (chan::make::<u32>(2), chan::make::<u32>(0), chan::make::<u32>(0));
        let (into, over, picked) = (buffered.clone(), unbuffered.clone(), selected.clone());
        let sends = go(move || {
            for value in 0..4 {
                into.send(value);
            }
            over.send(4);
            over.send(5);
            picked.send(6);
        });
        let mut sum = 0;
        for _ in 0..4 {
            sum += buffered.recv().unwrap();
        }
        sum += unbuffered.recv().unwrap() + unbuffered.recv().unwrap();
        go::select! { value = recv(selected) => sum += value.unwrap() }
        sends.join().unwrap();
        assert_eq!(sum, 21);
    });
    let channel = Channel::<u32>::create_bounded(1);
    let (writer, reader) = (channel.writer(), channel.reader());
    let writes = async_method(async move {
        for value in 0..4 {
            writer.write_async(value).await?;
        }
        Ok(())
    });
    let reads: Task<u32> = async_method(async move {
        let mut sum = 0;
        for _ in 0..4 {
            sum += reader.read_async().await?;
        }
        Ok(sum)
    });
    writes.wait().unwrap();
    assert_eq!(reads.result().unwrap(), 6);
    asyncio.join().unwrap();
    js.join().unwrap();
}

#[test]
fn x_06_the_trace_of_all_four_dialects_is_what_perfetto_expects() {
    let recording = Recording::start();
    all_four();
    let trace = recording.finish();
    let path = std::env::temp_dir().join(format!("fourfold-trace-{}.json", std::process::id()));
    trace.write_chrome_file(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let whole: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(whole["otherData"]["missed events"], "0");
    let events = whole["traceEvents"].as_array().unwrap();

    let slices = slices_that_nest(events);
    let arrows = arrows_with_both_ends(events, &slices);
    for name in ["spawn", "wake", "cancel"] {
        assert!(arrows.iter().any(|arrow| arrow.name == name), "no arrow for a {name}");
    }
    // Every value that was sent has its arrow: 2 of asyncio, 7 of Go, 4 of C#.
    let sends = arrows.iter().filter(|arrow| arrow.name == "send").count();
    assert_eq!(sends, 2 + 7 + 4);

    let counters = counters(events);
    for name in
        ["ready queue of", "tick queue of", "microtask queue of", "timers of", "I/O sources of"]
    {
        assert!(counters.keys().any(|counter| counter.starts_with(name)), "{name}: {counters:?}");
    }
    let named = |process: u64, label: &str| {
        events.iter().any(|event| {
            let name = event["args"]["name"].as_str().unwrap_or_default();
            event["name"] == "thread_name" && event["pid"] == process && name.starts_with(label)
        })
    };
    assert!(named(1, "go-1") || named(1, "go-2"), "a track for each worker, by its name");
    assert!(named(1, "asyncio, thread "), "and one for a loop's thread, which has none");
    for task in ["consumer #", "main #", "csharp #", "async function #", "goroutine #"] {
        assert!(named(2, task), "a track for each task: {task}");
    }
    // Nothing is left over where nobody records.
    assert!(!trace::enabled());
}

/// Every begin has its end on its track, they nest, and times do not decrease there.
fn slices_that_nest(events: &[Value]) -> Slices {
    let mut open: HashMap<(u64, u64), Vec<(String, f64)>> = HashMap::new();
    let mut last: HashMap<(u64, u64), f64> = HashMap::new();
    let mut slices = Slices::new();
    for event in events {
        let track = track(event);
        let at = event["ts"].as_f64().expect("a time is a number");
        let phase = event["ph"].as_str().unwrap();
        if matches!(phase, "B" | "E") {
            let former = last.insert(track, at).unwrap_or(0.0);
            assert!(former <= at, "{event}");
        }
        match phase {
            "B" => open.entry(track).or_default().push((event["name"].to_string(), at)),
            "E" => {
                let (name, began) = open.get_mut(&track).and_then(Vec::pop).expect("it began");
                slices.entry(track).or_default().push((name, began, at));
            }
            "X" => {
                let end = at + event["dur"].as_f64().expect("it lasts");
                slices.entry(track).or_default().push((event["name"].to_string(), at, end));
            }
            "s" | "f" | "M" | "i" | "C" => {}
            other => panic!("an event of kind {other}"),
        }
    }
    assert!(open.values().all(Vec::is_empty), "a begin has no end");
    slices
}

struct Arrow<'a> {
    name: &'a str,
}

/// Every arrow has a start and a later end, each in a slice of its track.
fn arrows_with_both_ends<'a>(events: &'a [Value], slices: &Slices) -> Vec<Arrow<'a>> {
    let mut starts: HashMap<u64, (&Value, f64)> = HashMap::new();
    let mut arrows = Vec::new();
    for event in events {
        let at = event["ts"].as_f64().unwrap();
        let within = || {
            let on_track = slices.get(&track(event)).expect("the track has slices");
            on_track.iter().any(|(_, began, ended)| *began <= at && at <= *ended)
        };
        match event["ph"].as_str().unwrap() {
            "s" => {
                assert!(within(), "{event}");
                assert!(starts.insert(event["id"].as_u64().unwrap(), (event, at)).is_none());
            }
            "f" => {
                assert!(within(), "{event}");
                assert_eq!(event["bp"], "e");
                let (start, from) =
                    starts.remove(&event["id"].as_u64().unwrap()).expect("it starts");
                assert_eq!((&start["name"], &start["cat"]), (&event["name"], &event["cat"]));
                assert!(from <= at, "{event}");
                arrows.push(Arrow { name: event["name"].as_str().unwrap() });
            }
            _ => {}
        }
    }
    assert!(starts.is_empty(), "an arrow has no end");
    arrows
}

/// The values of each counter, which are numbers and no lengths below nothing.
fn counters(events: &[Value]) -> HashMap<String, Vec<i64>> {
    let mut counters: HashMap<String, Vec<i64>> = HashMap::new();
    for event in events.iter().filter(|event| event["ph"] == "C") {
        let value = event["args"]["value"].as_i64().expect("a counter is a number");
        assert!(value >= 0, "{event}");
        counters.entry(event["name"].as_str().unwrap().to_owned()).or_default().push(value);
    }
    counters
}

fn track(event: &Value) -> (u64, u64) {
    (event["pid"].as_u64().unwrap(), event["tid"].as_u64().unwrap())
}
