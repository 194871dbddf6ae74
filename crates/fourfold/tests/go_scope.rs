//! Goroutines that borrow.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use fourfold::go::{self, Builder, Panics, go, runtime};

#[test]
fn go_20_goroutines_borrow_from_the_stack_and_are_waited_for() {
    let total = go::run(|| {
        let numbers: Vec<u32> = (1..=100).collect();
        let total = AtomicUsize::new(0);
        go::scope(|scope| {
            for part in numbers.chunks(10) {
                let total = &total;
                scope.go(move || {
                    runtime::gosched();
                    total.fetch_add(part.iter().sum::<u32>() as usize, Ordering::Relaxed);
                });
            }
        });
        total.into_inner()
    });
    assert_eq!(total, 5050);
}

#[test]
fn go_20_a_scope_returns_what_its_goroutines_return() {
    let text = String::from("borrowed");
    let length = go::scope(|scope| scope.go(|| text.len()).join().unwrap());
    assert_eq!(length, 8);
}

#[test]
fn go_20_scopes_nest_and_goroutines_start_others_in_them() {
    let count = AtomicUsize::new(0);
    go::scope(|outer| {
        outer.go(|| {
            go::scope(|inner| {
                for _ in 0..3 {
                    inner.go(|| count.fetch_add(1, Ordering::Relaxed));
                }
            });
            assert!(count.load(Ordering::Relaxed) >= 3);
        });
        outer.go(|| {
            outer.go(|| count.fetch_add(10, Ordering::Relaxed));
        });
    });
    assert_eq!(count.into_inner(), 13);
}

#[test]
fn go_20_a_panic_in_the_body_still_waits_for_the_goroutines() {
    let ended = AtomicBool::new(false);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        go::scope(|scope| {
            scope.go(|| {
                for _ in 0..100 {
                    runtime::gosched();
                }
                ended.store(true, Ordering::SeqCst);
            });
            panic!("the body");
        })
    }));
    assert_eq!(*outcome.unwrap_err().downcast::<&str>().unwrap(), "the body");
    assert!(ended.into_inner());
}

#[test]
fn go_20_a_panic_nobody_joined_is_the_scopes() {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        go::scope(|scope| {
            scope.go(|| panic!("inside"));
        })
    }));
    assert_eq!(*outcome.unwrap_err().downcast::<&str>().unwrap(), "a scoped fiber panicked");
}

#[test]
fn go_20_a_panic_that_was_joined_is_the_joiners() {
    let payload = go::scope(|scope| scope.go(|| panic!("inside")).join().unwrap_err());
    assert_eq!(*payload.downcast::<&str>().unwrap(), "inside");
}

struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// The lender waits in the scope, the borrowers wait for ever: the end of the runtime unwinds the
/// borrowers first, wherever they are, and then the lender, whose stack they looked at.
#[test]
fn go_20_the_end_of_a_runtime_unwinds_borrowers_before_the_lender() {
    for workers in [1, 3] {
        let runtime = Builder::new().workers(workers).panics(Panics::Return).build().unwrap();
        let drops = Arc::new(AtomicUsize::new(0));
        let (tell, told) = mpsc::channel();
        let counter = drops.clone();
        drop(runtime.go(move || {
            let lent = Counted(counter);
            go::scope(|scope| {
                for _ in 0..8 {
                    let (tell, lent) = (tell.clone(), &lent);
                    scope.go(move || {
                        let before = Counted(lent.0.clone());
                        tell.send(()).unwrap();
                        go::wait(std::future::pending::<()>());
                        drop(before);
                    });
                }
            });
        }));
        for _ in 0..8 {
            told.recv().unwrap();
        }
        assert!(runtime.shut_down());
        assert_eq!(drops.load(Ordering::SeqCst), 9);
    }
}

#[test]
fn go_20_a_scope_in_a_goroutine_does_not_block_its_worker() {
    let order = Builder::new().workers(1).run(|| {
        let (tell, told) = mpsc::channel();
        let other = tell.clone();
        let beside = go(move || other.send("beside").unwrap());
        go::scope(|scope| {
            scope.go(|| {
                for _ in 0..10 {
                    runtime::gosched();
                }
                tell.send("inside").unwrap();
            });
        });
        beside.join().unwrap();
        told.try_iter().collect::<Vec<_>>()
    });
    assert_eq!(order, ["beside", "inside"]);
}
