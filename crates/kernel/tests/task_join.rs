//! One task waits for another.

mod support;

use std::future::{Future, poll_fn};

use fourfold_kernel::task::{self, Handle, Schedule};
use support::{Local, Outcome, Pool, Step};

fn join<S: Schedule>(handle: Handle<Outcome<i32>, S>) -> impl Future<Output = i32> {
    let mut slot = None;
    poll_fn(move |context| {
        handle.poll_done(context, &mut slot).map(|()| *handle.get().unwrap().as_ref().unwrap())
    })
}

#[test]
fn the_waiting_task_is_woken_once() {
    let local = Local::new();
    let (inner, handle) = task::local(Step(async { 20 }), local.clone());
    let (outer, result) = task::local(Step(join(handle)), local.clone());
    local.0.push(outer);
    assert_eq!(local.0.run(), 1);
    local.0.push(inner);
    assert_eq!(local.0.run(), 2);
    assert_eq!(result.get(), Some(&Ok(20)));
    assert_eq!((local.0.schedules(), local.0.frees()), (1, 1));
}

#[test]
fn an_outcome_that_is_there_is_not_waited_for() {
    let local = Local::new();
    let (inner, handle) = task::local(Step(async { 20 }), local.clone());
    let (outer, result) = task::local(Step(join(handle)), local.clone());
    local.0.push(inner);
    local.0.push(outer);
    local.0.run();
    assert_eq!((result.get(), local.0.schedules()), (Some(&Ok(20)), 0));
}

#[test]
fn a_shared_task_is_joined_from_another_thread() {
    let pool = Pool::new();
    let (inner, handle) = task::shared(Step(async { 20 }), pool.clone());
    let (outer, result) = task::shared(Step(join(handle)), pool.clone());
    let worker = std::thread::spawn({
        let pool = pool.clone();
        move || {
            pool.0.push(inner);
            pool.0.run();
        }
    });
    pool.0.push(outer);
    while !result.is_done() {
        pool.0.run();
        std::thread::yield_now();
    }
    worker.join().unwrap();
    assert_eq!(result.get(), Some(&Ok(20)));
}
