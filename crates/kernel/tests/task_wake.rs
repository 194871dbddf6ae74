//! Wakes at every moment: before, during and after a poll, twice, by value and by reference.

mod support;

use std::future::{Future, poll_fn};
use std::task::Poll;

use fourfold_kernel::task;
use support::{Local, Step, forever};

#[test]
fn a_wake_while_queued_adds_no_second_runnable() {
    let local = Local::new();
    let (seen, body) = forever();
    let (runnable, _handle) = task::local(Step(body), local.clone());
    local.0.push(runnable);
    assert_eq!(local.0.run(), 1);
    let waker = seen.take_waker();
    waker.wake_by_ref();
    waker.wake_by_ref();
    waker.wake();
    assert_eq!((local.0.schedules(), local.0.waiting()), (1, 1));
    local.0.run();
    assert_eq!(seen.polls(), 2);
    drop(seen.take_waker());
}

#[test]
fn a_wake_during_the_poll_runs_it_once_more() {
    let local = Local::new();
    let mut polls = 0;
    let body = poll_fn(move |context| {
        polls += 1;
        if polls == 1 {
            context.waker().wake_by_ref();
            let by_value = context.waker().clone();
            by_value.wake_by_ref();
            by_value.wake();
            return Poll::Pending;
        }
        Poll::Ready(polls)
    });
    let (runnable, handle) = task::local(Step(body), local.clone());
    local.0.push(runnable);
    assert_eq!(local.0.run(), 2);
    assert_eq!(local.0.schedules(), 1);
    assert_eq!(handle.get(), Some(&Ok(2)));
}

#[test]
fn a_wake_after_the_end_does_nothing() {
    let local = Local::new();
    let mut first = true;
    let (seen, mut body) = forever();
    let body = poll_fn(move |context| {
        let pending = std::pin::Pin::new(&mut body).poll(context);
        if std::mem::take(&mut first) { pending } else { Poll::Ready(()) }
    });
    let (runnable, handle) = task::local(Step(body), local.clone());
    local.0.push(runnable);
    local.0.run();
    seen.take_waker().wake();
    local.0.run();
    assert!(handle.is_done());
    let late = seen.take_waker();
    late.wake_by_ref();
    drop(handle);
    assert_eq!(local.0.frees(), 0);
    late.wake();
    assert_eq!((local.0.schedules(), local.0.frees()), (1, 1));
}

#[test]
fn a_wake_by_value_of_the_last_reference_runs_the_body() {
    let local = Local::new();
    let (seen, body) = forever();
    let (runnable, handle) = task::local(Step(body), local.clone());
    drop(handle);
    local.0.push(runnable);
    local.0.run();
    seen.take_waker().wake();
    local.0.run();
    assert_eq!((seen.polls(), seen.drops()), (2, 0));
    drop(seen.take_waker());
    assert_eq!((seen.drops(), local.0.frees()), (1, 1));
}
