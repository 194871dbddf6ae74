//! What `runtime` tells, where goroutines run, and deadlocks.

#[path = "support/child.rs"]
mod child;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use child::{in_child, stderr};
use fourfold::go::{self, Builder, Deadlock, Spawn, go, runtime};
use fourfold_kernel::pool::{Reason, waiting};

static NEVER: Reason = Reason::by_tasks("chan receive (nil chan)");

/// Waits for what only another goroutine could send, and none does.
fn wait_for_ever() {
    go::wait(std::future::poll_fn(|_| {
        waiting(&NEVER);
        std::task::Poll::<()>::Pending
    }));
}

#[test]
fn go_11_all_asleep_ends_the_process_and_names_each() {
    const NAME: &str = "go_11_all_asleep_ends_the_process_and_names_each";
    let Some(output) = in_child(NAME, || {
        // libtest runs tests on a thread of its own, which could wake somebody.
        let hook = |text: &str| {
            eprint!("{text}");
            std::process::exit(2);
        };
        Builder::new().deadlock(Deadlock::Report(Arc::new(hook))).run(|| {
            drop(Spawn::new().name("second").go(wait_for_ever));
            wait_for_ever();
        })
    }) else {
        return;
    };
    let text = stderr(&output);
    assert!(text.starts_with("fatal error: all goroutines are asleep - deadlock!\n\n"), "{text}");
    assert_eq!(text.matches(" [chan receive (nil chan)]:\ncreated ").count(), 2, "{text}");
    assert!(text.contains("\"main\"") && text.contains("\"second\""), "{text}");
    assert!(text.contains("go_runtime.rs:"), "{text}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn go_11_a_pending_timer_is_no_deadlock() {
    let deadlocks = Arc::new(Mutex::new(0));
    let counter = deadlocks.clone();
    let hook = move |_: &str| *counter.lock().unwrap() += 1;
    Builder::new().workers(2).deadlock(Deadlock::Report(Arc::new(hook))).run(|| {
        drop(go(wait_for_ever));
        go::wait(fourfold_kernel::timer::sleep(std::time::Duration::from_millis(20)));
    });
    assert_eq!(*deadlocks.lock().unwrap(), 0);
}

#[test]
fn go_11_a_wait_for_a_thread_is_no_deadlock() {
    let (tell, told) = futures_channel();
    let deadlocks = Arc::new(Mutex::new(0));
    let counter = deadlocks.clone();
    let hook = move |_: &str| *counter.lock().unwrap() += 1;
    Builder::new().workers(1).deadlock(Deadlock::Report(Arc::new(hook))).run(move || {
        drop(go(wait_for_ever));
        let thread = thread::spawn(move || {
            thread::sleep(std::time::Duration::from_millis(20));
            tell.store(true, Ordering::SeqCst);
        });
        // A foreign future, which does not say what it waits for.
        go::wait(std::future::poll_fn(move |context| {
            if told.load(Ordering::SeqCst) {
                return std::task::Poll::Ready(());
            }
            let waker = context.waker().clone();
            thread::spawn(move || {
                thread::sleep(std::time::Duration::from_millis(5));
                waker.wake();
            });
            std::task::Poll::Pending
        }));
        thread.join().unwrap();
    });
    assert_eq!(*deadlocks.lock().unwrap(), 0);
}

fn futures_channel() -> (Arc<AtomicBool>, Arc<AtomicBool>) {
    let flag = Arc::new(AtomicBool::new(false));
    (flag.clone(), flag)
}

#[test]
fn go_18_gosched_lets_the_others_run_in_turn() {
    let order = Builder::new().workers(1).run(|| {
        let (tell, told) = mpsc::channel();
        let begun = Arc::new(AtomicUsize::new(0));
        let goroutines: Vec<_> = ["a", "b"]
            .map(|name| {
                let (tell, begun) = (tell.clone(), begun.clone());
                go(move || {
                    // Those that have begun and those that have not wait in two queues.
                    begun.fetch_add(1, Ordering::SeqCst);
                    while begun.load(Ordering::SeqCst) < 2 {
                        runtime::gosched();
                    }
                    for _ in 0..3 {
                        tell.send(name).unwrap();
                        runtime::gosched();
                    }
                })
            })
            .into();
        for goroutine in goroutines {
            goroutine.join().unwrap();
        }
        told.try_iter().collect::<String>()
    });
    assert!(order == "ababab" || order == "bababa", "{order}");
}

#[test]
fn go_18_goroutines_and_workers_are_counted() {
    Builder::new().workers(3).deadlock(Deadlock::Ignore).run(|| {
        assert_eq!(runtime::gomaxprocs(), 3);
        assert_eq!(runtime::num_goroutine(), 1);
        let (tell, told) = mpsc::channel();
        for _ in 0..4 {
            let tell = tell.clone();
            drop(go(move || {
                tell.send(()).unwrap();
                wait_for_ever();
            }));
        }
        for _ in 0..4 {
            while told.try_recv().is_err() {
                runtime::gosched();
            }
        }
        assert_eq!(runtime::num_goroutine(), 5);
        assert!(runtime::num_cpu() >= 1);
    });
}

#[test]
fn go_18_a_locked_goroutine_keeps_its_thread() {
    Builder::new().workers(2).run(|| {
        let locked = runtime::lock_os_thread();
        let thread = thread::current().id();
        for _ in 0..20 {
            runtime::gosched();
            assert_eq!(thread::current().id(), thread);
        }
        drop(locked);
    });
}

#[test]
fn go_18_the_dump_tells_state_reason_and_origin() {
    Builder::new().workers(1).deadlock(Deadlock::Ignore).run(|| {
        drop(Spawn::new().name("waits").go(wait_for_ever));
        runtime::gosched();
        drop(go(|| ()));
        let text = runtime::stack();
        let entries: Vec<_> = text.split("\n\n").collect();
        assert_eq!(entries.len(), 3, "{text}");
        assert!(entries[0].contains("\"main\" [running]:"), "{text}");
        assert!(entries[1].contains("\"waits\" [chan receive (nil chan)]:"), "{text}");
        assert!(entries[1].contains("created by goroutine "), "{text}");
        assert!(entries[2].contains("[runnable]:"), "{text}");
        assert!(entries.iter().all(|entry| entry.contains("go_runtime.rs:")), "{text}");
    });
}

#[test]
fn go_22_a_started_goroutine_stays_and_one_that_has_not_is_taken() {
    let threads = Builder::new().workers(2).run(|| {
        // The first keeps its worker until the other ran, which so must run elsewhere.
        let other_ran = Arc::new(AtomicBool::new(false));
        let flag = other_ran.clone();
        let other = go(move || {
            flag.store(true, Ordering::SeqCst);
            thread::current().id()
        });
        let here = thread::current().id();
        while !other_ran.load(Ordering::SeqCst) {
            std::hint::spin_loop();
        }
        assert_eq!(thread::current().id(), here);
        (here, other.join().unwrap())
    });
    assert_ne!(threads.0, threads.1);
}

#[test]
fn go_22_a_future_goroutine_goes_on_elsewhere() {
    Builder::new().workers(2).run(|| {
        let moved = Arc::new(AtomicBool::new(false));
        let flag = moved.clone();
        let future = go(async move {
            let first = thread::current().id();
            // Keeps the worker that started the future until the future has moved.
            drop(go(move || {
                while thread::current().id() == first && !moved.load(Ordering::SeqCst) {
                    std::hint::spin_loop();
                }
            }));
            while thread::current().id() == first {
                runtime::gosched_async().await;
            }
            flag.store(true, Ordering::SeqCst);
        });
        future.join().unwrap();
    });
}

#[test]
fn go_22_a_movable_goroutine_leaves_a_worker_that_is_kept() {
    Builder::new().workers(2).run(|| {
        let moved = Arc::new(AtomicBool::new(false));
        // SAFETY: nothing on its stack is bound to a thread.
        let movable = unsafe { Spawn::new().may_move() };
        let mover = movable.go(move || {
            let first = thread::current().id();
            while thread::current().id() == first {
                // Keeps the worker that started the mover until the mover is elsewhere. If the
                // other worker was quicker and took this one, it ends, and the mover tries again.
                let moved = moved.clone();
                drop(go(move || {
                    while thread::current().id() == first && !moved.load(Ordering::SeqCst) {
                        std::hint::spin_loop();
                    }
                }));
                runtime::gosched();
            }
            moved.store(true, Ordering::SeqCst);
        });
        mover.join().unwrap();
    });
}
