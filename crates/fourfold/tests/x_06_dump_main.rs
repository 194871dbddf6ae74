//! The dump of a process in which nobody observes, and of one that is asked by a signal.
//!
//! The tests of one process share its observers and its signals, so here each has a process of its own:
//! `main` starts itself again for each.
#![cfg_attr(not(unix), allow(unused))]

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
fn main() {
    unix::main();
}

#[cfg(unix)]
mod unix {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::process::{Child, Command, Stdio};
    use std::thread;
    use std::time::{Duration, Instant};

    use fourfold::csharp::{Task, TaskCompletionSource, async_method};
    use fourfold::go::{self, chan};
    use fourfold::trace::State;
    use fourfold::{Dialect, Dump, DumpedTask, asyncio, js};
    use serde_json::Value;

    const CHILD: &str = "FOURFOLD_TEST_CHILD";

    pub(super) fn main() {
        match std::env::var(CHILD).as_deref() {
            Ok("unobserved") => unobserved(),
            Ok("signalled") => signalled(),
            _ => {
                x_06_unobserved_it_says_what_is_missing_and_shows_the_rest();
                x_06_a_signal_has_it_written_and_the_process_goes_on();
            }
        }
    }

    fn start(program: &str, dump: Option<&str>) -> Child {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env(CHILD, program).stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        match dump {
            Some(form) => command.env("FOURFOLD_DUMP", form),
            None => command.env_remove("FOURFOLD_DUMP"),
        };
        command.spawn().unwrap()
    }

    /// What a program has that is asked: a goroutine, a task of a loop and an async function of another,
    /// each waiting; and a task of C# that awaits the goroutine.
    struct World {
        sender: chan::Sender<u32>,
        source: TaskCompletionSource<u32>,
        csharp: Task<u32>,
        loops: Vec<thread::JoinHandle<()>>,
    }

    impl World {
        fn new() -> World {
            let (sender, receiver) = chan::make::<u32>(0).split();
            let goroutine = go::Spawn::new().name("receiver").go(move || receiver.recv());
            let csharp: Task<u32> = async_method(async move { Ok(goroutine.await?.unwrap_or(0)) });
            let source = TaskCompletionSource::<u32>::new();
            let (for_asyncio, for_js) = (source.task(), source.task());
            let asyncio = thread::spawn(move || {
                let main = async move {
                    let task = asyncio::Task::builder().name("of asyncio");
                    let task = task.spawn(async move { for_asyncio.await.map(drop) });
                    let timer = asyncio::Task::builder().name("sleeper");
                    let timer = timer.spawn(asyncio::sleep(Duration::from_secs(3600)));
                    task.await?;
                    timer.cancel();
                    Ok(())
                };
                asyncio::run(main).unwrap();
            });
            let js = thread::spawn(move || {
                js::run(async move { js::async_fn(async move { for_js.await }).await }).unwrap();
            });
            World { sender, source, csharp, loops: vec![asyncio, js] }
        }

        fn end(self) {
            self.sender.send(1);
            self.source.set_result(1).unwrap();
            for event_loop in self.loops {
                event_loop.join().unwrap();
            }
            assert_eq!(self.csharp.result().unwrap(), 1);
        }
    }

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

    fn waits(task: Option<&DumpedTask>, reason: &str) -> bool {
        task.is_some_and(|task| task.state == State::Waiting && task.reason == Some(reason))
    }

    fn of(dump: &Dump, dialect: Dialect) -> Vec<&DumpedTask> {
        dump.tasks().iter().filter(|task| task.dialect == dialect).collect()
    }

    fn x_06_unobserved_it_says_what_is_missing_and_shows_the_rest() {
        let output = start("unobserved", None).wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}");
    }

    fn unobserved() {
        let world = World::new();
        let dump = until("what is known without an observer", |dump| {
            waits(named(dump, "receiver"), "chan receive")
                && waits(named(dump, "sleeper"), "sleep")
                && named(dump, "of asyncio").is_some_and(|task| task.state == State::Waiting)
                && of(dump, Dialect::Js).len() == 2
        });
        // Once more, where no look of a moment saw a step of theirs.
        let settled = |dump: &Dump| named(dump, "sleeper").is_some_and(|task| task.since_at_least);
        let dump = if settled(&dump) { dump } else { until("they are found", settled) };
        assert!(!dump.is_observed());
        let note = dump.note().expect("something is missing");
        assert!(note.contains("FOURFOLD_DUMP=1") && note.contains("fourfold::observe"), "{note}");
        assert!(dump.to_string().contains(&note), "{dump}");
        assert_eq!(of(&dump, Dialect::CSharp).len(), 0, "{dump}");
        let go = named(&dump, "receiver").unwrap();
        assert!(!go.since_at_least, "a pool keeps account of when a wait began");
        for task in dump.tasks() {
            let known = task.dialect == Dialect::Thread || task.spawned_at.is_some();
            assert!(known, "{task:?}");
        }

        // What is older than the observation is found by it; the task of C# is when it runs.
        let observation = fourfold::observe();
        assert!(observation.dump().is_observed());
        let dump = until("all loops have answered", |dump| dump.note().is_none());
        assert!(waits(named(&dump, "receiver"), "chan receive"), "{dump}");
        assert!(waits(named(&dump, "sleeper"), "sleep"), "{dump}");
        assert_eq!(of(&dump, Dialect::Js).len(), 2, "{dump}");
        world.end();
        until("nothing is left over", |dump| {
            [Dialect::Go, Dialect::CSharp, Dialect::Js, Dialect::Asyncio, Dialect::Unknown]
                .iter()
                .all(|&dialect| of(dump, dialect).is_empty())
        });
    }

    /// Waits as `World` does until somebody writes to standard input.
    fn signalled() {
        let world = World::new();
        until("all wait", |dump| {
            let csharp = of(dump, Dialect::CSharp);
            waits(named(dump, "receiver"), "chan receive")
                && csharp.iter().any(|task| waits(Some(task), "join"))
                && waits(named(dump, "of asyncio"), "completion source")
                && waits(named(dump, "sleeper"), "sleep")
                && of(dump, Dialect::Js).iter().any(|task| waits(Some(task), "completion source"))
        });
        println!("ready");
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).unwrap();
        world.end();
        println!("ended");
    }

    fn quit(child: &Child) {
        let pid = rustix::process::Pid::from_child(child);
        rustix::process::kill_process(pid, rustix::process::Signal::QUIT).unwrap();
    }

    fn x_06_a_signal_has_it_written_and_the_process_goes_on() {
        let mut child = start("signalled", Some("json"));
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        if line != "ready\n" {
            let mut rest = String::new();
            stderr.read_to_string(&mut rest).unwrap();
            panic!("{line}{rest}");
        }
        for _ in 0..2 {
            quit(&child);
            let mut text = String::new();
            while !text.ends_with("]}\n") {
                assert!(stderr.read_line(&mut text).unwrap() > 0, "{text}");
            }
            let whole: Value = serde_json::from_str(&text).expect("it is JSON");
            assert_eq!(whole["pid"], child.id());
            assert_eq!((&whole["observed"], &whole["note"]), (&true.into(), &Value::Null));
            let tasks = whole["tasks"].as_array().unwrap();
            let find = |field: &str, value: &str| {
                tasks.iter().find(|task| task[field] == value).unwrap_or_else(|| panic!("{text}"))
            };
            let (go, csharp) = (find("name", "receiver"), find("dialect", "csharp"));
            assert_eq!((&csharp["reason"], &csharp["awaits"]), (&"join".into(), &go["id"]));
            assert_eq!(go["awaited_by"], Value::Array(vec![csharp["id"].clone()]));
            assert_eq!(find("name", "sleeper")["reason"], "sleep");
            assert_eq!(find("dialect", "js")["state"], "waiting");
        }
        child.stdin.take().unwrap().write_all(b"end\n").unwrap();
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "ended\n");
        assert!(child.wait().unwrap().success());
    }
}
