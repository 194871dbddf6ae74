//! Work of other schedulers on a pool: its order, and that none is lost or run twice.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use fourfold_kernel::pool::{Job, Pool, Submit, while_blocked};
use fourfold_kernel::task::{self, Body, Erased, Exit, Handle, Orphan, Runnable, Schedule, Shared};
use fourfold_kernel::trace::TaskId;

/// A scheduler whose bodies are functions that are run once.
struct Plain(TaskId);

// SAFETY: nothing is done with the data after a runnable was handed on.
unsafe impl Schedule for Plain {
    const SHARED: bool = true;
    type Listener = Waker;

    unsafe fn schedule(_: *const Plain, _: Runnable<Plain>) {
        unreachable!("nothing wakes them");
    }

    fn notify(_: &Erased<Plain>, listener: Waker) {
        listener.wake();
    }

    fn waker(listener: &Waker) -> Option<&Waker> {
        Some(listener)
    }

    unsafe fn release(_: *const Plain, orphan: Orphan<Plain>) {
        // SAFETY: shared.
        unsafe { orphan.free() }
    }
}

// SAFETY: a number.
unsafe impl Shared for Plain {}

impl Submit for Plain {
    fn describe(&self) -> (TaskId, &'static std::panic::Location<'static>) {
        (self.0, std::panic::Location::caller())
    }
}

struct Once<F>(Option<F>);

impl<F: FnOnce() + 'static> Body<Plain> for Once<F> {
    type Output = bool;

    fn poll(self: Pin<&mut Self>, _: &Plain, _: &mut Context<'_>) -> Poll<bool> {
        // SAFETY: the function is moved out and never pinned.
        let function = unsafe { self.get_unchecked_mut() }.0.take();
        function.expect("run once")();
        Poll::Ready(true)
    }

    fn exit(_: &Plain, _: Exit) -> bool {
        false
    }
}

fn job(f: impl FnOnce() + Send + 'static) -> (Job, Handle<bool, Plain>) {
    let (runnable, handle) = task::shared(Once(Some(f)), Plain(TaskId::next()));
    (Job::new(runnable), handle)
}

/// A pool of one worker that never gets another, and the worker is held.
fn held() -> (Pool, Sender<()>) {
    let pool = Pool::builder().virtual_time().build().unwrap();
    let (go_on, gone_on) = channel();
    let (tell, told) = channel();
    let hold = move || {
        tell.send(()).unwrap();
        let _ = gone_on.recv();
    };
    pool.submit_behind(job(hold).0);
    told.recv().unwrap();
    (pool, go_on)
}

fn note(order: &Arc<Mutex<Vec<u32>>>, number: u32) -> Job {
    let order = order.clone();
    job(move || order.lock().unwrap().push(number)).0
}

#[test]
fn a_worker_takes_its_newest_job_and_the_oldest_of_those_that_any_may_take() {
    let (pool, go_on) = held();
    let order = Arc::new(Mutex::new(Vec::new()));
    let (tell, told) = channel();
    let inside = order.clone();
    let first = job(move || {
        (1..=3).for_each(|number| pool.submit(note(&inside, number)));
        (4..=6).for_each(|number| pool.submit_behind(note(&inside, number)));
        pool.submit_behind(job(move || tell.send(()).unwrap()).0);
    });
    pool.submit(first.0);
    drop(go_on);
    told.recv().unwrap();
    assert_eq!(*order.lock().unwrap(), [3, 2, 1, 4, 5, 6]);
    pool.shut_down();
}

#[test]
fn a_worker_can_take_a_job_back_and_run_it() {
    let (pool, go_on) = held();
    let (tell, told) = channel();
    let outer = job(move || {
        let ran = Arc::new(AtomicUsize::new(0));
        let count = ran.clone();
        let (inner, handle) = job(move || assert_eq!(count.fetch_add(1, Ordering::SeqCst), 0));
        pool.submit(inner);
        let back = pool.take_back(handle.address()).expect("it waits in this worker's queue");
        assert!(pool.take_back(handle.address()).is_none());
        back.run();
        tell.send((ran.load(Ordering::SeqCst), handle.is_done())).unwrap();
    });
    pool.submit(outer.0);
    assert!(pool.take_back(0).is_none(), "this thread is none of its workers");
    drop(go_on);
    assert_eq!(told.recv().unwrap(), (1, true));
    pool.shut_down();
}

#[test]
fn jobs_from_many_threads_are_each_run_once() {
    const EACH: usize = if cfg!(miri) { 20 } else { 5_000 };
    let pool = Pool::builder().workers(3).build().unwrap();
    let ran = Arc::new(AtomicUsize::new(0));
    let (tell, told): (Sender<()>, Receiver<()>) = channel();
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let (ran, tell) = (ran.clone(), tell.clone());
            std::thread::spawn(move || {
                for _ in 0..EACH {
                    let (ran, tell) = (ran.clone(), tell.clone());
                    // Each pushes another from inside, to be stolen perhaps.
                    pool.submit(
                        job(move || {
                            let (ran, tell) = (ran.clone(), tell.clone());
                            pool.submit(
                                job(move || {
                                    ran.fetch_add(1, Ordering::SeqCst);
                                    drop(tell);
                                })
                                .0,
                            );
                        })
                        .0,
                    );
                }
            })
        })
        .collect();
    drop(tell);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert!(told.recv().is_err(), "ends when all have dropped their end");
    assert_eq!(ran.load(Ordering::SeqCst), 3 * EACH);
    pool.shut_down();
}

#[test]
fn what_is_left_when_a_pool_ends_is_discarded() {
    let (pool, go_on) = held();
    let (left, handle) = job(|| unreachable!("the pool has ended"));
    std::thread::spawn(move || drop(go_on));
    pool.shut_down();
    pool.submit(left);
    assert_eq!(handle.get(), Some(&false));
}

#[test]
fn a_job_that_is_withdrawn_does_nothing_when_it_is_run() {
    let (left, handle) = job(|| unreachable!("it was withdrawn"));
    assert!(handle.withdraw());
    assert_eq!(handle.get(), Some(&false));
    assert!(!handle.withdraw());
    left.run();
    assert!(handle.is_only(), "its reference is given back");
}

#[test]
#[cfg_attr(miri, ignore = "it waits for sysmon, by the real clock")]
fn a_pool_whose_workers_are_all_blocked_gets_another() {
    let pool = Pool::builder().workers(1).build().unwrap();
    let (go_on, gone_on) = channel();
    pool.submit(job(move || while_blocked(|| gone_on.recv().unwrap())).0);
    // Run by nobody but a further worker.
    pool.submit(job(move || go_on.send(()).unwrap()).0);
    let (tell, told) = channel();
    pool.submit_behind(job(move || tell.send(()).unwrap()).0);
    told.recv().unwrap();
    pool.shut_down();
}
