//! What blocks does not stop others: files, programs, code that never gives way.

use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use fourfold::go::exec::Command;
use fourfold::go::os::{self, File};
use fourfold::go::{self, Builder, Spawn, chan, go, runtime, time};

fn scratch(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("fourfold-{}-{name}", std::process::id()))
}

#[test]
fn go_17_files_are_read_on_other_threads() {
    let path = scratch("file");
    let threads = Builder::new().workers(1).run({
        let path = path.clone();
        move || {
            let mut file = File::create(&path).unwrap();
            file.write_all(b"hello, file").unwrap();
            file.sync().unwrap();
            file.seek(SeekFrom::Start(7)).unwrap();
            let mut rest = String::new();
            file.read_to_string(&mut rest).unwrap();
            assert_eq!(rest, "file");
            assert_eq!(file.stat().unwrap().len(), 11);
            assert_eq!(os::read_file(&path).unwrap(), b"hello, file");
            os::write_file(&path, "anew").unwrap();
            assert_eq!(os::read_file(&path).unwrap(), b"anew");
            os::remove(&path).unwrap();
            let error = os::read_file(&path).unwrap_err();
            assert!(error.to_string().contains(&path.display().to_string()), "{error}");
            let here = std::thread::current().id();
            (here, go::blocking(|| std::thread::current().id()))
        }
    });
    assert_ne!(threads.0, threads.1);
    assert!(!path.exists());
}

#[test]
fn go_17_a_call_that_blocks_lets_others_run() {
    let (open, opened) = mpsc::channel::<()>();
    let ran = Builder::new().workers(1).run(move || {
        let blocked = go(move || go::blocking(move || opened.recv().is_ok()));
        while !runtime::stack().contains("[syscall]") {
            runtime::gosched();
        }
        let other = go(|| "ran");
        let ran = other.join().unwrap();
        open.send(()).unwrap();
        assert!(blocked.join().unwrap());
        ran
    });
    assert_eq!(ran, "ran");
}

#[test]
fn go_17_programs_are_waited_for_on_other_threads() {
    Builder::new().workers(1).run(|| {
        let output = Command::new("sh").args(["-c", "printf out; printf err >&2; exit 3"]).output();
        let output = output.unwrap();
        assert_eq!(
            (output.stdout.as_slice(), output.stderr.as_slice()),
            (&b"out"[..], &b"err"[..])
        );
        assert_eq!(output.status.code(), Some(3));
        let process = Arc::new(Command::new("sleep").arg("1000").start().unwrap());
        let waiting = process.clone();
        let status = go(move || waiting.wait().unwrap());
        while !runtime::stack().contains("[syscall]") {
            runtime::gosched();
        }
        process.kill().unwrap();
        assert!(!status.join().unwrap().success());
        let error = Command::new("/no/such/program").run().unwrap_err();
        assert!(error.to_string().contains("/no/such/program"), "{error}");
    });
}

#[test]
fn go_17_a_panic_in_a_blocking_call_is_the_callers() {
    let runtime = Builder::new().workers(1).panics(go::Panics::Return).build().unwrap();
    let error = runtime.go(|| go::blocking(|| -> u32 { panic!("below") })).join().unwrap_err();
    assert!(error.to_string().contains("below"), "{error}");
    assert!(runtime.shut_down());
}

/// Never gives way until it is told to.
fn spin_until(stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        std::hint::spin_loop();
    }
}

#[test]
fn go_17_a_stuck_worker_is_noticed_and_its_culprit_named() {
    let (tell, told) = mpsc::channel();
    let tell = Mutex::new(tell);
    let stop = Arc::new(AtomicBool::new(false));
    let culprit = stop.clone();
    let runtime = Builder::new()
        .workers(2)
        .on_stall(Duration::from_millis(10), move |stall| {
            let _ = tell.lock().unwrap().send(stall.clone());
        })
        .build()
        .unwrap();
    let spinning = runtime.go(|| Spawn::new().name("the culprit").go(move || spin_until(&culprit)));
    let stall = loop {
        let stall = told.recv_timeout(Duration::from_secs(20)).expect("it is noticed");
        if stall.name.as_deref() == Some("the culprit") {
            break stall;
        }
    };
    stop.store(true, Ordering::SeqCst);
    spinning.join().unwrap().join().unwrap();
    assert!(runtime.shut_down());
    assert!(stall.lasts >= Duration::from_millis(10));
    assert!(stall.spawned_at.file().ends_with("go_blocking.rs"));
    let text = stall.to_string();
    assert!(text.contains("goroutine ") && text.contains("the culprit"), "{text}");
    // A busy machine may keep it from answering in time; the kernel's `pool_stall.rs` insists.
    assert!(stall.stack.is_empty() || text.contains("spin_until"), "{text}");
}

#[test]
fn go_17_what_waits_behind_a_stuck_worker_is_served_by_another() {
    let runtime = Builder::new().workers(2).build().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let culprit = stop.clone();
    let (tell, told) = chan::make::<u32>(8).split();
    // This thread waits for them: a goroutine that has started waits behind whoever keeps its
    // worker.
    let started = runtime.go(move || {
        // These land in the slot and in the queue of this worker, and it goes on to spin.
        for number in 0..4 {
            let tell = tell.clone();
            drop(if number % 2 == 0 {
                go(async move { tell.send_async(number).await })
            } else {
                go(move || tell.send(number))
            });
        }
        spin_until(&culprit);
    });
    let mut seen: Vec<_> = (0..4).map(|_| told.recv().unwrap()).collect();
    seen.sort_unstable();
    assert_eq!(seen, [0, 1, 2, 3]);
    stop.store(true, Ordering::SeqCst);
    started.join().unwrap();
    assert!(runtime.shut_down());
}

#[test]
fn go_17_a_worker_is_added_when_all_are_stuck() {
    Builder::new().workers(1).run(|| {
        let ended = Arc::new(AtomicBool::new(false));
        let flag = ended.clone();
        // Nobody but an added worker can run it.
        drop(go(move || flag.store(true, Ordering::SeqCst)));
        spin_until(&ended);
    });
}

#[test]
fn go_17_timers_and_connections_are_served_while_all_workers_are_stuck() {
    Builder::new().workers(1).run(|| {
        let ended = Arc::new(AtomicBool::new(false));
        let flag = ended.clone();
        drop(go(async move {
            time::sleep_async(Duration::from_millis(15)).await;
            flag.store(true, Ordering::SeqCst);
        }));
        runtime::gosched();
        spin_until(&ended);
    });
}

#[test]
fn go_17_a_loop_of_calls_that_need_not_wait_gives_way() {
    Builder::new().workers(1).run(|| {
        let stop = Arc::new(AtomicBool::new(false));
        let flag = stop.clone();
        let spinning = go(move || {
            let numbers = chan::make::<u32>(1);
            while !flag.load(Ordering::SeqCst) {
                numbers.send(1);
                numbers.recv();
            }
        });
        // Behind it on the only worker, and started, so nobody else may run it.
        runtime::gosched();
        stop.store(true, Ordering::SeqCst);
        spinning.join().unwrap();
    });
}
