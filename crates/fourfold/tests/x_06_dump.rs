//! One report of who waits for whom, with all four dialects alive in one process.
//!
//! Tests run at the same time and share the registry, so each looks at its own tasks only: by their names,
//! or by the line that made them. None sleeps until something has happened; each asks until the dump says so.

use std::future::IntoFuture;
use std::panic::Location;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use fourfold::asyncio::{self, Queue, run_coroutine_threadsafe};
use fourfold::csharp::{SemaphoreSlim, Task, TaskCompletionSource, async_method};
use fourfold::go::{self, chan};
use fourfold::trace::State;
use fourfold::{Dialect, Dump, DumpedTask, js};
use serde_json::Value;

/// Asks for dumps until `holds`.
fn until(what: &str, holds: impl Fn(&Dump) -> bool) -> Dump {
    let begun = Instant::now();
    loop {
        let dump = fourfold::dump();
        if holds(&dump) {
            return dump;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "never came: {what}\n{dump}");
        thread::yield_now();
    }
}

fn named<'a>(dump: &'a Dump, name: &str) -> Option<&'a DumpedTask> {
    dump.tasks().iter().find(|task| task.name.as_deref() == Some(name))
}

/// The task that was made in this line of this file.
fn made_in(dump: &Dump, line: u32) -> Option<&DumpedTask> {
    let here = |at: &Location<'_>| at.file().ends_with("x_06_dump.rs") && at.line() == line;
    dump.tasks().iter().find(|task| task.spawned_at.is_some_and(here))
}

fn waits(task: Option<&DumpedTask>, reason: &str) -> bool {
    task.is_some_and(|task| task.state == State::Waiting && task.reason == Some(reason))
}

fn goroutine(name: &str) -> go::Spawn {
    go::Spawn::new().name(name)
}

#[test]
fn x_06_all_four_dialects_are_in_it_and_who_awaits_whom_across_them() {
    let _observation = fourfold::observe();
    let (sender, receiver) = chan::make::<u32>(0).split();
    let goroutine = goroutine("x06 receiver").go(move || receiver.recv());
    let csharp_line = line!() + 1;
    let csharp: Task<u32> = async_method(async move { Ok(goroutine.await?.expect("it is sent")) });
    let (of_asyncio, of_js) = (csharp.clone(), csharp.clone());

    let (js_lines, lines) = mpsc::channel();
    let js = thread::spawn(move || {
        js::run(async move {
            js_lines.send(line!() + 1).unwrap();
            js::async_fn(async move { of_js.await }).await
        })
        .unwrap()
    });
    let js_line = lines.recv().unwrap();
    let asyncio = thread::spawn(move || {
        asyncio::run(async move {
            let task =
                asyncio::Task::builder().name("x06 asyncio").spawn(async move { of_asyncio.await });
            task.await
        })
        .unwrap()
    });

    let dump = until("all of them wait", |dump| {
        let csharp = made_in(dump, csharp_line);
        waits(named(dump, "x06 receiver"), "chan receive")
            && waits(csharp, "join")
            && waits(named(dump, "x06 asyncio"), "task")
            && waits(made_in(dump, js_line), "task")
            && csharp.is_some_and(|task| task.awaited_by.len() == 2)
    });
    let go = named(&dump, "x06 receiver").unwrap();
    let csharp = made_in(&dump, csharp_line).unwrap();
    let asyncio_task = named(&dump, "x06 asyncio").unwrap();
    let js_task = made_in(&dump, js_line).unwrap();
    assert_eq!(go.dialect, Dialect::Go);
    assert_eq!(csharp.dialect, Dialect::CSharp);
    assert_eq!(asyncio_task.dialect, Dialect::Asyncio);
    assert_eq!(js_task.dialect, Dialect::Js);

    assert_eq!(go.awaited_by, [csharp.id]);
    assert_eq!(csharp.awaits, Some(go.id));
    assert_eq!(asyncio_task.awaits, Some(csharp.id));
    assert_eq!(js_task.awaits, Some(csharp.id));
    let mut awaiters = [asyncio_task.id, js_task.id];
    awaiters.sort_unstable();
    assert_eq!(csharp.awaited_by, awaiters);
    // The loop's own main task awaits the one that it made.
    let main = dump.task(asyncio_task.spawned_by.unwrap()).unwrap();
    assert_eq!((main.dialect, main.awaits), (Dialect::Asyncio, Some(asyncio_task.id)));
    for task in [go, csharp, asyncio_task, js_task] {
        assert!(task.spawned_at.unwrap().file().ends_with("x_06_dump.rs"), "{task:?}");
        assert!(!task.since_at_least && !task.deadlocked && !task.cancel_requested, "{task:?}");
    }
    assert_eq!(dump.note(), None);

    let text = dump.to_string();
    let row = |what: &str| text.lines().find(|line| line.trim_start().starts_with(what)).unwrap();
    let of_go = row(&format!("#{} \"x06 receiver\"", go.id));
    assert!(of_go.contains("waiting") && of_go.contains("chan receive"), "{of_go}");
    assert!(of_go.contains(&format!("csharp #{}", csharp.id)), "awaited by: {of_go}");
    let of_asyncio = row(&format!("#{} \"x06 asyncio\"", asyncio_task.id));
    assert!(of_asyncio.contains(&format!("task: csharp #{}", csharp.id)), "{of_asyncio}");

    let since = go.since;
    sender.send(6);
    assert_eq!((asyncio.join().unwrap(), js.join().unwrap()), (6, 6));
    until("they are gone", |dump| {
        named(dump, "x06 receiver").is_none()
            && named(dump, "x06 asyncio").is_none()
            && made_in(dump, csharp_line).is_none()
            && made_in(dump, js_line).is_none()
    });
    assert!(since < Duration::from_secs(60));
}

#[test]
fn x_06_a_circle_across_two_dialects_is_marked_as_a_deadlock() {
    let _observation = fourfold::observe();
    let (sender, receiver) = chan::make::<Task<u32>>(1).split();
    let (context, cancel) = go::context::with_cancel(&go::context::background());
    let goroutine = goroutine("x06 circle").go(async move {
        let other = receiver.recv_async().await.expect("it is sent");
        context.run(other.into_future()).await?
    });
    let line = line!() + 1;
    let csharp: Task<u32> = async_method(async move { goroutine.await? });
    sender.send(csharp.clone());

    let dump = until("the circle", |dump| {
        named(dump, "x06 circle").is_some_and(|task| task.deadlocked)
            && made_in(dump, line).is_some_and(|task| task.deadlocked)
    });
    let (go, other) = (named(&dump, "x06 circle").unwrap(), made_in(&dump, line).unwrap());
    assert_eq!((go.awaits, other.awaits), (Some(other.id), Some(go.id)));
    let mut ring = vec![go.id, other.id];
    ring.sort_unstable();
    assert!(dump.deadlocks().contains(&ring), "{:?}", dump.deadlocks());

    let text = dump.to_string();
    let marked =
        text.lines().find(|line| line.starts_with("DEADLOCK") && line.contains("x06 circle"));
    let (go_label, other_label) =
        (format!("go #{} \"x06 circle\"", go.id), format!("csharp #{}", other.id));
    assert!(
        marked.is_some_and(|line| line.contains(&go_label) && line.contains(&other_label)),
        "{text}"
    );
    let row =
        text.lines().find(|line| line.contains(&format!("#{} \"x06 circle\"", go.id))).unwrap();
    assert!(row.trim_start().starts_with('!'), "{row}");
    let edge = format!("t{} -> t{} [label=", go.id, other.id);
    let dot = dump.to_dot();
    assert!(
        dot.lines().any(|line| line.contains(&edge) && line.contains("color=\"red\"")),
        "{dot}"
    );

    cancel.call();
    assert!(csharp.wait().is_err());
}

#[test]
fn x_06_a_cancellation_that_was_asked_for_is_told() {
    let _observation = fourfold::observe();
    asyncio::run(async {
        let stubborn = asyncio::Task::builder().name("x06 stubborn").spawn(async {
            // Refused once.
            let _refused = asyncio::sleep(Duration::from_secs(3600)).await;
            asyncio::sleep(Duration::from_secs(7200)).await
        });
        asyncio::sleep(Duration::ZERO).await?;
        assert!(!named(&fourfold::dump(), "x06 stubborn").unwrap().cancel_requested);
        stubborn.cancel();
        asyncio::sleep(Duration::ZERO).await?;
        let dump = fourfold::dump();
        let task = named(&dump, "x06 stubborn").unwrap();
        assert!(task.cancel_requested && waits(Some(task), "sleep"), "{task:?}");
        stubborn.set_name("x06 renamed");
        assert!(named(&fourfold::dump(), "x06 renamed").is_some());
        stubborn.cancel();
        assert!(stubborn.await.unwrap_err().is_cancelled());
        Ok(())
    })
    .unwrap();
}

#[test]
fn x_06_go_tells_what_each_goroutine_waits_for() {
    let _observation = fourfold::observe();
    let (full, drained) = chan::make::<u32>(0).split();
    let (never, empty) = chan::make::<u32>(0).split();
    let mutex = std::sync::Arc::new(go::sync::Mutex::new(()));
    let held = mutex.lock();
    let group = go::sync::WaitGroup::new();
    group.add(1);
    let contended = mutex.clone();
    let waited = group.clone();
    let listener = go::net::listen("127.0.0.1:0").unwrap();
    drop(goroutine("x06 send").go(move || full.send(1)));
    drop(goroutine("x06 select").go(move || {
        go::select! { _value = recv(empty) => {} }
    }));
    drop(goroutine("x06 mutex").go(move || drop(contended.lock())));
    drop(goroutine("x06 group").go(move || waited.wait()));
    drop(goroutine("x06 sleep").go(|| go::time::sleep(Duration::from_secs(3600))));
    drop(goroutine("x06 accept").go(move || listener.accept().map(drop)));
    let wanted = [
        ("x06 send", "chan send"),
        ("x06 select", "select"),
        ("x06 mutex", "sync.Mutex.Lock"),
        ("x06 group", "sync.WaitGroup.Wait"),
        ("x06 sleep", "sleep"),
        ("x06 accept", "IO wait"),
    ];
    until("each with its reason", |dump| {
        wanted.iter().all(|&(name, reason)| waits(named(dump, name), reason))
    });
    drop(held);
    group.done();
    assert_eq!(drained.recv(), Some(1));
    never.send(1);
}

#[test]
fn x_06_csharp_tells_what_each_task_waits_for() {
    let _observation = fourfold::observe();
    let semaphore = std::sync::Arc::new(SemaphoreSlim::new(0).unwrap());
    let source = TaskCompletionSource::<u32>::new();
    let (enough, promised) = (semaphore.clone(), source.task());
    let channel = fourfold::csharp::Channel::<u32>::create_unbounded();
    let (writer, reader) = (channel.writer(), channel.reader());
    let semaphore_line = line!() + 1;
    let permit = async_method(async move { enough.wait_async().await });
    let promise_line = line!() + 1;
    let promised = async_method(async move { promised.await });
    let channel_line = line!() + 1;
    let read = async_method(async move { reader.read_async().await });
    let delay_line = line!() + 1;
    let delay = Task::delay(Duration::from_secs(3600));
    let delayed_line = line!() + 1;
    let delayed = async_method(async move { delay.await });

    // A thread that blocks is listed while it does.
    let blocked = permit.clone();
    let blocking = thread::Builder::new().name("x06 blocked".into());
    let blocking = blocking.spawn(move || blocked.wait()).unwrap();

    let dump = until("each with its reason", |dump| {
        waits(made_in(dump, semaphore_line), "semaphore")
            && waits(made_in(dump, promise_line), "completion source")
            && waits(made_in(dump, channel_line), "channel read")
            && waits(made_in(dump, delay_line), "sleep")
            && waits(made_in(dump, delayed_line), "delay")
            && waits(named(dump, "x06 blocked"), "task")
    });
    let delay = made_in(&dump, delay_line).unwrap();
    assert_eq!(delay.name.as_deref(), Some("Task::delay"));
    assert_eq!(delay.awaited_by, [made_in(&dump, delayed_line).unwrap().id]);
    let thread = named(&dump, "x06 blocked").unwrap();
    assert_eq!(thread.dialect, Dialect::Thread);
    assert_eq!(thread.awaits, Some(made_in(&dump, semaphore_line).unwrap().id));
    assert!(
        thread.spawned_at.unwrap().file().ends_with("x_06_dump.rs"),
        "where it blocks: {thread:?}"
    );

    semaphore.release().unwrap();
    source.set_result(1).unwrap();
    writer.try_write(2).unwrap();
    blocking.join().unwrap().unwrap();
    permit.wait().unwrap();
    assert_eq!((promised.result().unwrap(), read.result().unwrap()), (1, 2));
    drop(delayed);
}

#[test]
fn x_06_js_tells_what_each_function_waits_for() {
    let _observation = fourfold::observe();
    js::run(async {
        let timer_line = line!() + 1;
        let timer = js::async_fn(async { js::set_timeout_promise(0).await });
        let (promise, resolvers) = js::Promise::<u32>::with_resolvers();
        let promise_line = line!() + 1;
        let waiting = js::async_fn(async move { promise.await });
        let inner = waiting.clone();
        let outer_line = line!() + 1;
        let outer = js::async_fn(async move { inner.await });
        let dump = fourfold::dump();
        assert!(waits(made_in(&dump, timer_line), "timer"), "{dump}");
        assert!(waits(made_in(&dump, promise_line), "promise"), "{dump}");
        assert!(waits(made_in(&dump, outer_line), "async function"), "{dump}");
        let awaited = made_in(&dump, promise_line).unwrap();
        assert_eq!(awaited.awaited_by, [made_in(&dump, outer_line).unwrap().id]);
        resolvers.resolve(3);
        timer.await?;
        assert_eq!(outer.await?, 3);
        let dump = fourfold::dump();
        assert!(made_in(&dump, promise_line).is_none() && made_in(&dump, outer_line).is_none());
        Ok::<(), fourfold::Error>(())
    })
    .unwrap();
}

#[test]
fn x_06_asyncio_tells_what_each_task_waits_for() {
    let _observation = fourfold::observe();
    asyncio::run(async {
        let spawn = |name: &'static str| asyncio::Task::builder().name(name);
        let queue = Queue::<u32>::new(0);
        let lock = asyncio::Lock::new();
        let future = asyncio::get_running_loop()?.create_future::<u32>();
        let held = lock.acquire().await?;
        let (of_queue, of_lock, of_future) = (queue.clone(), lock.clone(), future.clone());
        let tasks = [
            spawn("x06 get").spawn(async move { of_queue.get().await.map(drop) }),
            spawn("x06 lock").spawn(async move { of_lock.acquire().await.map(drop) }),
            spawn("x06 future").spawn(async move { of_future.await.map(drop) }),
        ];
        asyncio::sleep(Duration::ZERO).await?;
        let dump = fourfold::dump();
        let reasons =
            ["x06 get", "x06 lock", "x06 future"].map(|name| named(&dump, name).unwrap().reason);
        assert_eq!(reasons, [Some("queue get"), Some("lock"), Some("future")], "{dump}");
        queue.put_nowait(1)?;
        drop(held);
        future.set_result(1)?;
        for task in tasks {
            task.await?;
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn x_06_a_thread_that_waits_for_a_loop_s_task_awaits_that_task() {
    let _observation = fourfold::observe();
    let (send_remote, remotes) = mpsc::channel();
    let event_loop = thread::spawn(move || {
        let event_loop = asyncio::Loop::new().unwrap();
        send_remote.send(event_loop.remote()).unwrap();
        event_loop.run_forever().unwrap();
    });
    let remote = remotes.recv().unwrap();
    let line = line!() + 2;
    let endless =
        run_coroutine_threadsafe(|| asyncio::sleep(Duration::from_secs(3600)), &remote).unwrap();
    until("the task is there", |dump| waits(made_in(dump, line), "sleep"));
    let result = endless.clone();
    let waiting = thread::Builder::new().name("x06 result".into());
    let waiting = waiting.spawn(move || result.result(None)).unwrap();
    let dump =
        until("the thread blocks", |dump| waits(named(dump, "x06 result"), "concurrent future"));
    let task = made_in(&dump, line).unwrap();
    assert_eq!(named(&dump, "x06 result").unwrap().awaits, Some(task.id));
    endless.cancel();
    assert!(waiting.join().unwrap().unwrap_err().is_cancelled());
    remote.call_soon_threadsafe(|| asyncio::get_running_loop().unwrap().stop()).unwrap();
    event_loop.join().unwrap();
}

#[test]
fn x_06_a_goroutine_that_waits_for_a_loop_s_task_awaits_that_task() {
    let _observation = fourfold::observe();
    let (send_remote, remotes) = mpsc::channel();
    let event_loop = thread::spawn(move || {
        let event_loop = asyncio::Loop::new().unwrap();
        send_remote.send(event_loop.remote()).unwrap();
        event_loop.run_forever().unwrap();
    });
    let remote = remotes.recv().unwrap();
    let line = line!() + 1;
    let task = remote.create_task(|| asyncio::sleep(Duration::from_secs(3600))).unwrap();
    until("the task is there", |dump| waits(made_in(dump, line), "sleep"));
    let (context, cancel) = go::context::with_cancel(&go::context::background());
    let waiting = goroutine("x06 across").go(async move { context.run(task).await? });
    let dump = until("the goroutine waits", |dump| waits(named(dump, "x06 across"), "remote task"));
    let (waiter, awaited) = (named(&dump, "x06 across").unwrap(), made_in(&dump, line).unwrap());
    assert_eq!((waiter.awaits, &awaited.awaited_by[..]), (Some(awaited.id), &[waiter.id][..]));
    cancel.call();
    assert!(waiting.join().unwrap().is_err());
    remote.call_soon_threadsafe(|| asyncio::get_running_loop().unwrap().stop()).unwrap();
    event_loop.join().unwrap();
}

#[test]
fn x_06_json_has_every_field_and_dot_survives_any_name() {
    let _observation = fourfold::observe();
    let (sender, receiver) = chan::make::<u32>(0).split();
    let wild = "x06 \"quoted\"\\\nsecond } line";
    let goroutine = goroutine(wild).go(move || receiver.recv());
    let dump = until("it waits", |dump| waits(named(dump, wild), "chan receive"));
    let id = named(&dump, wild).unwrap().id;

    let whole: Value = serde_json::from_str(&dump.to_json()).expect("it is JSON");
    assert_eq!(whole["pid"], std::process::id());
    assert_eq!((&whole["observed"], &whole["note"]), (&Value::Bool(true), &Value::Null));
    assert!(whole["deadlocks"].is_array());
    let tasks = whole["tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), dump.tasks().len());
    let task = tasks.iter().find(|task| task["id"] == id).unwrap();
    assert_eq!(task["dialect"], "go");
    assert_eq!(task["name"], wild);
    assert_eq!((&task["state"], &task["reason"]), (&"waiting".into(), &"chan receive".into()));
    assert!(task["since_ns"].is_u64());
    assert_eq!(task["since_at_least"], false);
    let at = &task["spawned_at"];
    assert!(at["file"].as_str().unwrap().ends_with("x_06_dump.rs"), "{at}");
    assert!(at["line"].is_u64() && at["column"].is_u64());
    assert_eq!((&task["awaits"], &task["awaited_by"]), (&Value::Null, &Value::Array(Vec::new())));
    assert_eq!((&task["spawned_by"], &task["deadlock"]), (&Value::Null, &Value::Bool(false)));
    assert_eq!(task["cancel_requested"], false);

    let dot = dump.to_dot();
    check_dot(&dot);
    assert!(dot.contains(
        "#ID x06 \\\"quoted\\\"\\\\\\nsecond } line".replace("ID", &id.to_string()).as_str()
    ));
    assert!(dot.contains("subgraph \"cluster_go\""));
    sender.send(1);
    assert_eq!(goroutine.join().unwrap(), Some(1));
}

/// Every quote and brace is closed, and every statement ends on its line.
fn check_dot(dot: &str) {
    let mut depth = 0;
    for line in dot.lines() {
        let (mut quoted, mut escaped) = (false, false);
        for character in line.chars() {
            match character {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                '{' if !quoted => depth += 1,
                '}' if !quoted => depth -= 1,
                _ => {}
            }
        }
        assert!(!quoted && depth >= 0, "{line}");
        let end = line.trim_end().chars().last();
        assert!(matches!(end, Some('{' | '}' | ';')), "{line}");
    }
    assert_eq!(depth, 0, "{dot}");
}
