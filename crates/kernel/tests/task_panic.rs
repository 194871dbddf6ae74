//! Panics wherever foreign code runs: the body, its destructor, a listener, the scheduler.

mod support;

use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::Poll;

use fourfold_kernel::task;
use support::{End, Local, Step, call, dropped};

struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("in drop");
        }
    }
}

fn panicked(text: &str) -> End {
    End::Panicked(text.into())
}

#[test]
fn a_body_that_panics_is_dropped_and_done() {
    let local = Local::new();
    let (drops, guard) = dropped();
    let body = poll_fn(move |_| {
        let _guard = &guard;
        panic!("in poll");
        #[allow(unreachable_code)]
        Poll::Ready(())
    });
    let (runnable, handle) = task::local(Step(body), local.clone());
    local.0.push(runnable);
    local.0.run();
    assert_eq!(handle.get(), Some(&Err(panicked("in poll"))));
    assert_eq!(drops.load(SeqCst), 1);
}

#[test]
fn a_destructor_that_panics_replaces_the_value() {
    let local = Local::new();
    let bomb = PanicsInDrop;
    let (drops, guard) = dropped();
    let mut guard = Some(guard);
    let body = poll_fn(move |_| {
        let _bomb = &bomb;
        Poll::Ready(guard.take())
    });
    let (runnable, handle) = task::local(Step(body), local.clone());
    local.0.push(runnable);
    local.0.run();
    assert!(matches!(handle.get(), Some(Err(End::Panicked(text))) if text == "in drop"));
    assert_eq!(drops.load(SeqCst), 1);
    drop(handle);
    assert_eq!(local.0.frees(), 1);
}

#[test]
fn an_aborted_body_may_panic_in_its_destructor() {
    let local = Local::new();
    let bomb = PanicsInDrop;
    let body = async move {
        let _bomb = bomb;
        pending::<()>().await;
    };
    let (runnable, handle) = task::local(Step(body), local.clone());
    handle.abort();
    local.0.push(runnable);
    local.0.run();
    assert_eq!(handle.get(), Some(&Err(panicked("in drop"))));
}

#[test]
fn listeners_behind_one_that_panics_are_told_and_the_runner_gives_back_its_reference() {
    let local = Local::new();
    let (runnable, handle) = task::local(Step(async {}), local.clone());
    // Counted in the call: a listener that is only dropped was not told.
    let told = Arc::new(AtomicUsize::new(0));
    let (first, last) = (told.clone(), told.clone());
    handle.listen(call(move || _ = first.fetch_add(1, SeqCst))).ok().unwrap();
    handle.listen(call(|| panic!("in a listener"))).ok().unwrap();
    handle.listen(call(move || _ = last.fetch_add(1, SeqCst))).ok().unwrap();
    // SAFETY: the thread of the cell.
    let ran = catch_unwind(AssertUnwindSafe(|| unsafe { runnable.run() }));
    assert_eq!(support::text(&*ran.unwrap_err()), "in a listener");
    assert_eq!(told.load(SeqCst), 2);
    assert_eq!(handle.get(), Some(&Ok(())));
    drop(handle);
    assert_eq!(local.0.frees(), 1);
}

#[test]
fn listeners_are_told_though_the_scheduler_panics() {
    let local = Local::new();
    let (runnable, handle) = task::local(Step(async {}), local.clone());
    let (wakes, waker) = support::wakes();
    handle.listen(waker.into()).ok().unwrap();
    local.0.panic_when_finished.store(1, SeqCst);
    // SAFETY: the thread of the cell.
    let ran = catch_unwind(AssertUnwindSafe(|| unsafe { runnable.run() }));
    assert_eq!(support::text(&*ran.unwrap_err()), "finished");
    assert_eq!(wakes.0.load(SeqCst), 1);
    drop(handle);
    assert_eq!(local.0.frees(), 1);
}
