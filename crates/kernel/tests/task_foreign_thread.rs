//! What other threads may do to a task that belongs to one, and to a shared one.

mod support;

use std::rc::Rc;
use std::sync::atomic::Ordering::SeqCst;
use std::thread;

use fourfold_kernel::task;
use support::{Local, Pool, Step, call, dropped, forever};

#[test]
fn a_wake_from_another_thread_runs_the_body_at_home() {
    let local = Local::new();
    let (seen, body) = forever();
    let here = Rc::new(());
    let body = async move {
        let _not_send = here;
        body.await;
    };
    let (runnable, _handle) = task::local(Step(body), local.clone());
    local.0.push(runnable);
    local.0.run();
    let waker = seen.take_waker();
    thread::spawn(move || waker.wake()).join().unwrap();
    assert_eq!((seen.polls(), local.0.waiting()), (1, 1));
    local.0.run();
    assert_eq!(seen.polls(), 2);
    drop(seen.take_waker());
}

#[test]
fn the_last_reference_dropped_elsewhere_is_freed_at_home() {
    let local = Local::new();
    let (seen, body) = forever();
    let (runnable, handle) = task::local(Step(body), local.clone());
    local.0.push(runnable);
    local.0.run();
    let waker = seen.take_waker();
    drop(handle);
    thread::spawn(move || drop(waker)).join().unwrap();
    assert_eq!((seen.drops(), local.0.frees()), (0, 0));
    local.0.run();
    assert_eq!((seen.drops(), local.0.frees()), (1, 1));
}

#[test]
fn a_shared_body_is_freed_by_whoever_is_last() {
    let pool = Pool::new();
    let (seen, body) = forever();
    let (runnable, handle) = task::shared(Step(body), pool.clone());
    pool.0.push(runnable);
    pool.0.run();
    let waker = seen.take_waker();
    let other = thread::spawn(move || drop(waker));
    drop(handle);
    other.join().unwrap();
    assert_eq!((seen.drops(), pool.0.frees()), (1, 1));
}

#[test]
fn wakes_from_many_threads_are_never_lost() {
    let pool = Pool::new();
    let (seen, body) = forever();
    let (runnable, _handle) = task::shared(Step(body), pool.clone());
    pool.0.push(runnable);
    pool.0.run();
    let waker = seen.take_waker();
    let others: Vec<_> = (0..3)
        .map(|_| {
            let (pool, waker) = (pool.clone(), waker.clone());
            thread::spawn(move || {
                waker.wake();
                pool.0.run();
            })
        })
        .collect();
    for other in others {
        other.join().unwrap();
    }
    pool.0.run();
    assert!((2..=4).contains(&seen.polls()));
    drop(seen.take_waker());
}

#[test]
fn one_finishes_while_another_listens() {
    let pool = Pool::new();
    let promise = task::shared_promise::<Box<i32>, _>(pool.clone());
    let finisher = thread::spawn({
        let promise = promise.clone();
        // SAFETY: made without a body.
        move || unsafe { promise.finish(Box::new(5)) }.unwrap()
    });
    let (told, guard) = dropped();
    let refused = promise.listen(call(move || drop(guard))).is_err();
    finisher.join().unwrap();
    assert_eq!(told.load(SeqCst), 1, "told, or given back and dropped (refused: {refused})");
    assert_eq!(**promise.get().unwrap(), 5);
}
