//! Goroutines: how they start, end, and are waited for.

#[path = "support/child.rs"]
mod child;

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use child::{in_child, stderr, stdout};
use fourfold::Kind;
use fourfold::go::{self, Builder, Panics, Spawn, deferred, go, goexit, runtime};

#[test]
fn go_01_what_a_goroutine_captures_is_evaluated_by_its_maker() {
    let order = go::run(|| {
        let (tell, told) = mpsc::channel();
        let argument = {
            tell.send("argument").unwrap();
            1
        };
        let body = tell.clone();
        let started = go(move || {
            body.send("body").unwrap();
            argument
        });
        tell.send("after go").unwrap();
        assert_eq!(started.join().unwrap(), 1);
        told.try_iter().collect::<Vec<_>>()
    });
    assert_eq!(order[0], "argument");
    assert_eq!(order.len(), 3);
}

#[test]
fn go_01_the_body_starts_later_on_one_worker() {
    let order = Builder::new().workers(1).run(|| {
        let (tell, told) = mpsc::channel();
        let body = tell.clone();
        let started = go(move || body.send("body").unwrap());
        tell.send("after go").unwrap();
        started.join().unwrap();
        told.try_iter().collect::<Vec<_>>()
    });
    assert_eq!(order, ["after go", "body"]);
}

/// A function without a colour: it is called by the goroutine below and by the test's own thread.
fn double(started: go::Goroutine<u32>) -> u32 {
    2 * started.join().unwrap()
}

#[test]
fn go_01_functions_have_no_colour() {
    assert_eq!(go::run(|| double(go(|| 21))), 42);
    assert_eq!(double(go(|| 4)), 8);
}

#[test]
fn go_01_waiting_parks_the_goroutine_and_not_the_worker() {
    let seen = Builder::new().workers(1).run(|| {
        let (tell, told) = mpsc::channel();
        let goroutines: Vec<_> = (0..3)
            .map(|number| {
                let tell = tell.clone();
                go(move || {
                    runtime::gosched();
                    tell.send(number).unwrap();
                })
            })
            .collect();
        for goroutine in goroutines {
            goroutine.join().unwrap();
        }
        told.try_iter().count()
    });
    assert_eq!(seen, 3);
}

#[test]
fn go_01_a_future_is_a_goroutine_without_a_stack() {
    let sum = go::run(|| {
        let inner = go(async { 1 });
        let outer = go(async move { inner.await.unwrap() + go(|| 2).await.unwrap() });
        outer.join().unwrap()
    });
    assert_eq!(sum, 3);
}

struct SetOnDrop(Arc<AtomicBool>);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn go_09_when_main_returns_the_others_are_not_waited_for() {
    let dropped = Arc::new(AtomicBool::new(false));
    let owned = SetOnDrop(dropped.clone());
    go::run(move || {
        let (tell, told) = mpsc::channel();
        drop(go(move || {
            let _owned = owned;
            tell.send(()).unwrap();
            go::wait(std::future::pending::<()>());
            unreachable!("nobody wakes it");
        }));
        while told.try_recv().is_err() {
            runtime::gosched();
        }
    });
    // Here the caller goes on, so what the goroutine owned is released.
    assert!(dropped.load(Ordering::SeqCst));
}

#[test]
fn go_09_goexit_runs_deferred_work_and_destructors() {
    let (said, outcome) = go::run(|| {
        let (tell, told) = mpsc::channel();
        let goroutine = go(move || {
            let dropped = Arc::new(AtomicBool::new(false));
            let _owned = SetOnDrop(dropped);
            deferred(|defer| {
                let last = tell.clone();
                defer.defer(move |_| last.send("deferred first, done last").unwrap());
                let first = tell.clone();
                defer.defer(move |recovery| {
                    // What ends a goroutine is no panic.
                    assert!(recovery.recover().is_none());
                    first.send("deferred last, done first").unwrap();
                });
                goexit();
            });
        });
        let outcome = goroutine.join();
        (told.iter().collect::<Vec<_>>(), outcome)
    });
    assert_eq!(said, ["deferred last, done first", "deferred first, done last"]);
    assert_eq!(outcome.unwrap_err().kind(), Kind::Cancelled);
}

#[test]
fn go_09_when_main_ends_itself_the_others_go_on() {
    const NAME: &str = "go_09_when_main_ends_itself_the_others_go_on";
    let Some(output) = in_child(NAME, || {
        go::run(|| {
            drop(go(|| {
                for _ in 0..10 {
                    runtime::gosched();
                }
                println!("the other one ended");
            }));
            goexit();
        })
    }) else {
        return;
    };
    assert!(stdout(&output).contains("the other one ended"));
    assert!(
        stderr(&output)
            .contains("fatal error: no goroutines (main called runtime.Goexit) - deadlock!"),
        "{}",
        stderr(&output)
    );
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn go_10_an_unrecovered_panic_ends_the_process_with_code_2() {
    const NAME: &str = "go_10_an_unrecovered_panic_ends_the_process_with_code_2";
    let Some(output) = in_child(NAME, || {
        go::run(|| {
            let _ = Spawn::new().name("the culprit").go(|| panic!("boom")).join();
        })
    }) else {
        return;
    };
    let text = stderr(&output);
    assert!(text.starts_with("panic: boom\n\ngoroutine "), "{text}");
    assert!(text.contains(" [running]:\n"), "{text}");
    assert!(text.contains("go_goroutine.rs:"), "{text}");
    assert!(text.contains("created by goroutine "), "{text}");
    assert!(!text.contains("panicked at"), "Rust's own hook kept silent: {text}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn go_10_deferred_work_recovers() {
    let outcome = deferred(|defer| {
        defer.defer(|recovery| {
            assert_eq!(recovery.recover().unwrap().text(), Some("no"));
        });
        panic!("no");
    });
    assert_eq!(outcome, None::<()>);
}

#[test]
fn go_10_only_the_first_to_recover_gets_the_panic() {
    let seen = Cell::new(0);
    deferred(|defer| {
        defer.defer(|recovery| {
            assert!(recovery.recover().is_none(), "it was recovered before");
            seen.set(seen.get() + 1);
        });
        defer.defer(|recovery| {
            assert!(recovery.recover().is_some());
            assert!(recovery.recover().is_none());
            seen.set(seen.get() + 1);
        });
        panic!("no");
    });
    assert_eq!(seen.get(), 2);
}

#[test]
fn go_10_a_panic_in_deferred_work_replaces_the_first() {
    let outcome = deferred(|outer| {
        outer.defer(|recovery| {
            assert_eq!(recovery.recover().unwrap().text(), Some("second"));
        });
        deferred(|inner| {
            inner.defer(|_| panic!("second"));
            panic!("first");
        })
    });
    assert_eq!(outcome, None::<Option<()>>);
}

#[test]
fn go_10_what_is_not_recovered_goes_on() {
    let runtime = Builder::new().workers(1).panics(Panics::Return).build().unwrap();
    let done = Arc::new(AtomicUsize::new(0));
    let counter = done.clone();
    let goroutine = runtime.go(move || {
        deferred(|defer| {
            defer.defer(|_| {
                counter.fetch_add(1, Ordering::SeqCst);
            });
            panic!("no");
        })
        .unwrap_or(())
    });
    let error = goroutine.join().unwrap_err();
    assert_eq!(error.kind(), Kind::Panic);
    assert_eq!(done.load(Ordering::SeqCst), 1);
    assert!(runtime.shut_down());
}

#[test]
fn go_10_an_embedding_program_goes_on_with_the_error() {
    let runtime = Builder::new().workers(1).panics(Panics::Return).build().unwrap();
    let failed = runtime.go(|| -> u32 { panic!("no {}", 1) });
    let other = runtime.go(|| 2);
    let error = failed.join().unwrap_err();
    assert_eq!(error.kind(), Kind::Panic);
    assert!(error.to_string().contains("no 1"), "{error}");
    assert_eq!(other.join().unwrap(), 2);
    assert!(runtime.shut_down());
}
