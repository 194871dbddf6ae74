//! An abort at every moment of a task's life.

mod support;

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

use fourfold_kernel::task;
use support::{End, Local, Outcome, Step, forever};

#[test]
fn aborted_before_its_first_step_it_is_never_polled() {
    let local = Local::new();
    let (seen, body) = forever();
    let (runnable, handle) = task::local(Step(body), local.clone());
    handle.abort();
    local.0.push(runnable);
    assert_eq!(local.0.run(), 1);
    assert_eq!(handle.get(), Some(&Err(End::Aborted)));
    assert_eq!((seen.polls(), seen.drops()), (0, 1));
}

#[test]
fn aborted_while_idle_it_is_queued_once_and_dropped() {
    let local = Local::new();
    let (seen, body) = forever();
    let (runnable, handle) = task::local(Step(body), local.clone());
    local.0.push(runnable);
    local.0.run();
    handle.abort();
    handle.abort();
    seen.take_waker().wake();
    assert_eq!((seen.drops(), local.0.waiting()), (0, 1));
    local.0.run();
    assert_eq!(handle.get(), Some(&Err(End::Aborted)));
    assert_eq!((seen.polls(), seen.drops(), local.0.schedules()), (1, 1, 1));
    handle.abort();
    drop(handle);
    assert_eq!(local.0.frees(), 1);
}

#[test]
fn aborted_by_itself_it_ends_when_the_poll_does() {
    for ready in [false, true] {
        let local = Local::new();
        let own = local.clone();
        let body = poll_fn(move |context| {
            // SAFETY: the thread of the cell.
            unsafe { task::Erased::<Local>::of_waker(context.waker()) }.unwrap().abort();
            assert_eq!(own.0.waiting(), 0);
            if ready { Poll::Ready(7) } else { Poll::Pending }
        });
        let (runnable, handle) = task::local(Step(body), local.clone());
        local.0.push(runnable);
        assert_eq!(local.0.run(), 1);
        let expected: Outcome<i32> = if ready { Ok(7) } else { Err(End::Aborted) };
        assert_eq!(handle.get(), Some(&expected));
    }
}

#[test]
fn a_discarded_runnable_ends_as_aborted() {
    let local = Local::new();
    let (seen, body) = forever();
    let (runnable, handle) = task::local(Step(body), local.clone());
    // SAFETY: the thread of the cell.
    unsafe { runnable.discard() };
    assert_eq!(handle.get(), Some(&Err(End::Aborted)));
    assert_eq!((seen.polls(), seen.drops()), (0, 1));
    drop(handle);
    assert_eq!(local.0.frees(), 1);
}

#[test]
fn aborting_a_cell_without_a_body_panics_and_leaves_it_as_it_was() {
    let local = Local::new();
    let promise = task::promise::<i32, _>(local.clone());
    catch_unwind(AssertUnwindSafe(|| promise.abort())).unwrap_err();
    assert!(!promise.is_scheduled());
    // SAFETY: made without a body.
    unsafe { promise.finish(1) }.unwrap();
    drop(promise);
    assert_eq!(local.0.frees(), 1);
}
