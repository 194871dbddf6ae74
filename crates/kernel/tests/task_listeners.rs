//! Who waits for an outcome: told once, in order, and not after they left.

mod support;

use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};
use std::task::Context;

use fourfold_kernel::task;
use support::{Local, call, wakes};

#[test]
fn listeners_are_told_in_order_without_those_that_left() {
    let promise = task::promise::<i32, _>(Local::new());
    let told = Arc::new(Mutex::new(String::new()));
    let mut keys = Vec::new();
    for name in ['a', 'b', 'c', 'd'] {
        let told = told.clone();
        keys.push(promise.listen(call(move || told.lock().unwrap().push(name))).ok().unwrap());
    }
    assert!(promise.unlisten(keys[1]).is_some());
    assert!(promise.unlisten(keys[1]).is_none());
    // SAFETY: made without a body.
    unsafe { promise.finish(1) }.unwrap();
    assert_eq!(*told.lock().unwrap(), "acd");
    assert!(promise.listen(call(|| ())).is_err());
}

#[test]
fn a_second_outcome_is_given_back() {
    let promise = task::promise::<i32, _>(Local::new());
    // SAFETY: made without a body.
    unsafe {
        promise.finish(1).unwrap();
        assert_eq!(promise.finish(2), Err(2));
    }
    assert_eq!(promise.get(), Some(&1));
    // SAFETY: no reference to it is left.
    assert_eq!(unsafe { promise.take() }, Some(1));
    assert_eq!(promise.get(), None);
}

#[test]
fn a_poll_with_another_waker_replaces_the_first() {
    let promise = task::promise::<(), _>(Local::new());
    let ((old, old_waker), (new, new_waker)) = (wakes(), wakes());
    let mut slot = None;
    assert!(promise.poll_done(&mut Context::from_waker(&old_waker), &mut slot).is_pending());
    assert!(promise.poll_done(&mut Context::from_waker(&old_waker), &mut slot).is_pending());
    assert!(promise.poll_done(&mut Context::from_waker(&new_waker), &mut slot).is_pending());
    // SAFETY: made without a body.
    unsafe { promise.finish(()) }.unwrap();
    assert_eq!((old.0.load(SeqCst), new.0.load(SeqCst)), (0, 1));
    assert!(promise.poll_done(&mut Context::from_waker(&new_waker), &mut slot).is_ready());
    assert_eq!(slot, None);
}

#[test]
fn a_wait_that_is_forgotten_is_not_woken() {
    let promise = task::promise::<(), _>(Local::new());
    let (count, waker) = wakes();
    let mut slot = None;
    assert!(promise.poll_done(&mut Context::from_waker(&waker), &mut slot).is_pending());
    promise.forget(&mut slot);
    drop(waker);
    assert_eq!(Arc::strong_count(&count), 1);
    // SAFETY: made without a body.
    unsafe { promise.finish(()) }.unwrap();
    assert_eq!(count.0.load(SeqCst), 0);
}

#[test]
fn a_waker_that_is_let_go_may_be_the_last_reference_of_the_same_kind_of_cell() {
    let local = Local::new();
    let (seen, body) = support::forever();
    let (runnable, handle) = task::local(support::Step(body), local.clone());
    local.0.push(runnable);
    local.0.run();
    // The cell's own waker waits for the cell itself: taking it back must not happen inside.
    let key = handle.listen(seen.take_waker().into()).ok().unwrap();
    drop(handle.unlisten(key));
    drop(handle);
    assert_eq!((seen.drops(), local.0.frees()), (1, 1));
}
