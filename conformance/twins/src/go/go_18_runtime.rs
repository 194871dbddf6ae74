//! Giving way, counting, and the dump of all stacks.

use std::sync::Arc;
use std::time::Duration;

use fourfold::go::chan::{self, Chan};
use fourfold::go::sync::{Cond, Mutex, RwMutex, WaitGroup};
use fourfold::go::{Builder, go, runtime, select, time};

fn until_alone() {
    while runtime::num_goroutine() > 1 {
        runtime::gosched();
    }
}

fn turns() {
    let turns = chan::make::<&str>(6);
    for name in ["a", "b"] {
        let turns = turns.clone();
        drop(go(move || {
            for _ in 0..3 {
                turns.send(name);
                runtime::gosched();
            }
        }));
        runtime::gosched();
    }
    until_alone();
    turns.close();
    let (mut last, mut alternations) = ("", 0);
    for turn in &turns {
        alternations += usize::from(turn != last);
        last = turn;
    }
    println!("in turn {}", alternations > 3);
}

fn count() {
    let (before, stop) = (runtime::num_goroutine(), chan::make::<()>(0));
    for _ in 0..5 {
        let stop = stop.clone();
        drop(go(move || stop.recv()));
    }
    println!("goroutines {before} {}", runtime::num_goroutine());
    stop.close();
    until_alone();
    println!("ended {}", runtime::num_goroutine());
}

fn waits(wait: impl FnOnce() + Send + 'static) {
    drop(go(wait));
    runtime::gosched();
}

fn dump() {
    let unheard = chan::make::<u32>(0);
    let mutex = Arc::new(Mutex::new(()));
    let (written, read) = (Arc::new(RwMutex::new(())), Arc::new(RwMutex::new(())));
    let group = WaitGroup::new();
    let _held = (mutex.lock(), written.lock(), read.read());
    group.add(1);

    let c = unheard.clone();
    waits(move || {
        let _ = c.recv();
    });
    waits(|| {
        let _ = Chan::<u32>::nil().recv();
    });
    waits(|| Chan::nil().send(1));
    waits(|| select! {});
    let (c, never) = (unheard.clone(), Chan::<u32>::nil());
    waits(move || {
        select! {
            recv(c) => {}
            recv(never) => {}
        }
    });
    waits(|| time::sleep(Duration::from_secs(3600)));
    let waiting = mutex.clone();
    waits(move || drop(waiting.lock()));
    let waiting = written.clone();
    waits(move || drop(waiting.read()));
    let waiting = read.clone();
    waits(move || drop(waiting.lock()));
    let waiting = group.clone();
    waits(move || waiting.wait());
    waits(|| {
        let lock = Mutex::new(());
        drop(Cond::new().wait(lock.lock()));
    });

    let dump = runtime::stack();
    let counted = |text: &str| dump.matches(text).count();
    for state in [
        "running",
        "chan receive",
        "chan receive (nil chan)",
        "chan send (nil chan)",
        "select (no cases)",
        "select",
        "sleep",
        "sync.Mutex.Lock",
        "sync.RWMutex.RLock",
        "sync.RWMutex.Lock",
        "sync.WaitGroup.Wait",
        "sync.Cond.Wait",
        "chan send",
    ] {
        println!("{state} {}", counted(&format!("[{state}]:")));
    }
    println!("entries {}", counted("\n\n") + 1);
    println!("made by another {}", counted("created by "));
}

pub(crate) fn run() {
    Builder::new().workers(1).run(|| {
        println!("workers {}", runtime::gomaxprocs());
        turns();
        count();
        dump();
        let locked = runtime::lock_os_thread();
        runtime::gosched();
        drop(locked);
        println!("unlocked");
    });
}
