//! Fibers: that they wait by a plain call, stay where they are, and are unwound where they belong.

use std::cell::Cell;
use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::time::Duration;

use fourfold_kernel::fiber;
use fourfold_kernel::pool::{Exit, Options, Pool};
use fourfold_kernel::timer;

fn pool(workers: usize) -> Pool {
    Pool::builder().workers(workers).build().unwrap()
}

#[test]
fn a_fiber_returns_its_value_to_a_thread() {
    let pool = pool(2);
    let handle = pool.spawn_fiber(|| 6 * 7, Options::new());
    assert_eq!(fiber::wait(handle).unwrap(), 42);
    assert!(pool.shut_down());
}

#[test]
fn a_fiber_waits_for_a_fiber_and_for_a_future() {
    let pool = pool(2);
    let inner = pool;
    let handle = pool.spawn_fiber(
        move || {
            let one = inner.spawn_fiber(|| 1, Options::new());
            let two = inner.spawn(async { 2 }, Options::new());
            fiber::wait(one).unwrap() + fiber::wait(two).unwrap()
        },
        Options::new(),
    );
    assert_eq!(fiber::wait(handle).unwrap(), 3);
    assert!(pool.shut_down());
}

#[test]
fn a_sleeping_fiber_lets_others_run() {
    let pool = Pool::builder().virtual_time().build().unwrap();
    let (tell, told) = mpsc::channel();
    let inner = pool;
    // Made by a fiber: from outside, the clock could jump before the next is made.
    let maker = move || {
        let sleepers = [30, 10, 20].map(|millis| {
            let tell = tell.clone();
            let main = move || {
                fiber::wait(timer::sleep(Duration::from_millis(millis)));
                tell.send(millis).unwrap();
            };
            inner.spawn_fiber(main, Options::new())
        });
        for sleeper in sleepers {
            fiber::wait(sleeper).unwrap();
        }
    };
    fiber::wait(pool.spawn_fiber(maker, Options::new())).unwrap();
    assert_eq!(told.try_iter().collect::<Vec<_>>(), [10, 20, 30]);
    assert!(pool.shut_down());
}

#[test]
fn a_started_fiber_stays_on_its_thread() {
    let pool = pool(4);
    let handles: Vec<_> = (0..64)
        .map(|_| {
            pool.spawn_fiber(
                || {
                    let first = std::thread::current().id();
                    for _ in 0..50 {
                        fiber::yield_now();
                        assert_eq!(std::thread::current().id(), first);
                    }
                },
                Options::new(),
            )
        })
        .collect();
    for handle in handles {
        fiber::wait(handle).unwrap();
    }
    assert!(pool.shut_down());
}

#[test]
fn a_panic_is_the_fibers_outcome() {
    let pool = pool(1);
    let handle = pool.spawn_fiber(|| panic!("no"), Options::new());
    match fiber::wait(handle) {
        Err(Exit::Panicked(payload)) => assert_eq!(*payload.downcast::<&str>().unwrap(), "no"),
        other => panic!("{other:?}"),
    }
    assert!(pool.shut_down());
}

/// Tells on which thread it was dropped.
struct Dropped(std::thread::ThreadId, Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        assert_eq!(std::thread::current().id(), self.0);
        self.1.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn what_waits_at_the_end_is_unwound_where_it_belongs() {
    let pool = pool(2);
    let drops = Arc::new(AtomicUsize::new(0));
    let (tell, told) = mpsc::channel();
    for _ in 0..20 {
        let (tell, drops) = (tell.clone(), drops.clone());
        pool.spawn_fiber(
            move || {
                let _dropped = Dropped(std::thread::current().id(), drops);
                tell.send(()).unwrap();
                fiber::wait(std::future::pending::<()>());
            },
            Options::new(),
        )
        .detach();
    }
    for _ in 0..20 {
        told.recv().unwrap();
    }
    assert!(pool.shut_down());
    assert_eq!(drops.load(Ordering::SeqCst), 20);
}

#[test]
fn many_fibers_on_few_workers_all_end() {
    let pool = pool(2);
    let count = Arc::new(AtomicUsize::new(0));
    let handles: Vec<_> = (0..5_000)
        .map(|_| {
            let count = count.clone();
            pool.spawn_fiber(
                move || {
                    fiber::yield_now();
                    count.fetch_add(1, Ordering::Relaxed);
                },
                Options::new(),
            )
        })
        .collect();
    for handle in handles {
        fiber::wait(handle).unwrap();
    }
    assert_eq!(count.load(Ordering::Relaxed), 5_000);
    assert!(pool.shut_down());
}

#[test]
fn a_thread_local_is_found_again_after_a_wait() {
    thread_local!(static MINE: Cell<u32> = const { Cell::new(0) });
    let pool = pool(2);
    let handle = pool.spawn_fiber(
        || {
            MINE.set(7);
            let mut polls = 0;
            fiber::wait(poll_fn(|context| {
                polls += 1;
                if polls == 3 {
                    return Poll::Ready(());
                }
                context.waker().wake_by_ref();
                Poll::Pending
            }));
            MINE.get()
        },
        Options::new(),
    );
    assert_eq!(fiber::wait(handle).unwrap(), 7);
    assert!(pool.shut_down());
}

#[test]
fn a_plain_wait_inside_of_a_future_is_refused() {
    let pool = pool(1);
    let handle = pool.spawn(
        async {
            fiber::wait(std::future::pending::<()>());
        },
        Options::new(),
    );
    match fiber::wait(handle) {
        Err(Exit::Panicked(payload)) => {
            let text = payload.downcast::<&str>().unwrap();
            assert!(text.contains("inside of a future"), "{text}");
        }
        other => panic!("{other:?}"),
    }
    assert!(pool.shut_down());
}
