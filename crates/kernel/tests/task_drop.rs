//! Who is last, and what goes with them.

mod support;

use std::sync::atomic::Ordering::SeqCst;

use fourfold_kernel::task;
use support::{Local, Step, dropped, forever};

#[test]
fn a_detached_task_runs_to_its_end_and_takes_its_outcome_with_it() {
    let local = Local::new();
    let (drops, guard) = dropped();
    let (runnable, handle) = task::local(Step(async move { guard }), local.clone());
    drop(handle);
    local.0.push(runnable);
    assert_eq!(local.0.run(), 1);
    assert_eq!((drops.load(SeqCst), local.0.frees()), (1, 1));
}

#[test]
fn a_pending_task_that_nobody_can_wake_is_dropped() {
    let local = Local::new();
    let (drops, guard) = dropped();
    let body = async move {
        let _guard = guard;
        std::future::pending::<()>().await;
    };
    let (runnable, handle) = task::local(Step(body), local.clone());
    drop(handle);
    local.0.push(runnable);
    local.0.run();
    assert_eq!((drops.load(SeqCst), local.0.frees()), (1, 1));
}

#[test]
fn an_outcome_that_is_taken_is_not_dropped_again() {
    let local = Local::new();
    let (drops, guard) = dropped();
    let (runnable, handle) = task::local(Step(async move { guard }), local.clone());
    local.0.push(runnable);
    local.0.run();
    // SAFETY: nobody reads it.
    let outcome = unsafe { handle.take() };
    drop(handle);
    assert_eq!((drops.load(SeqCst), local.0.frees()), (0, 1));
    drop(outcome);
    assert_eq!(drops.load(SeqCst), 1);
}

#[test]
fn listeners_of_a_promise_that_is_never_kept_go_with_it() {
    let local = Local::new();
    let promise = task::promise::<(), _>(local.clone());
    let (drops, guard) = dropped();
    promise.listen(support::call(move || drop(guard))).ok().unwrap();
    let erased = promise.erase();
    drop(promise);
    assert_eq!(drops.load(SeqCst), 0);
    drop(erased);
    assert_eq!((drops.load(SeqCst), local.0.frees()), (1, 1));
}

#[test]
fn an_erased_cell_is_restored_with_its_outcome() {
    let local = Local::new();
    let promise = task::promise::<u8, _>(local.clone());
    let erased = promise.erase();
    // SAFETY: the type it was made with.
    let again = unsafe { erased.restore::<u8>() };
    assert!(again.same(&promise) && again.address() == erased.address());
    // SAFETY: made without a body.
    unsafe { again.finish(3) }.unwrap();
    drop((again, erased));
    assert_eq!(promise.get(), Some(&3));
    drop(promise);
    assert_eq!(local.0.frees(), 1);
}

#[test]
fn a_body_may_drop_the_handle_to_itself() {
    let local = Local::new();
    let (seen, body) = forever();
    let slot = std::rc::Rc::new(std::cell::RefCell::new(None));
    let own = slot.clone();
    let (runnable, handle) = task::local(
        Step(async move {
            let _body = body;
            drop(own.take());
        }),
        local.clone(),
    );
    *slot.borrow_mut() = Some(handle);
    local.0.push(runnable);
    local.0.run();
    assert_eq!((seen.drops(), local.0.frees()), (1, 1));
}
