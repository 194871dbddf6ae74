//! A fiber that yields stays "running" in its state word while it is queued: how it looks from outside, and
//! what ends it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use fourfold_kernel::fiber;
use fourfold_kernel::pool::{Options, Pool, State};

const LIMIT: Duration = Duration::from_secs(30);

#[test]
fn a_fiber_that_yielded_is_shown_as_runnable() {
    let pool = Pool::builder().workers(1).build().unwrap();
    let (tell, told) = mpsc::channel();
    let other = Arc::new(AtomicBool::new(false));
    let release = other.clone();
    let yields = pool.spawn_fiber(
        move || {
            while !other.load(Ordering::Acquire) {
                fiber::yield_now();
            }
        },
        Options::new().name("yields"),
    );
    // It is queued while this runs, on the one worker.
    let looks = pool.spawn_fiber(
        move || {
            let mut seen = None;
            Pool::current().unwrap().for_each_task(|task, state| {
                if task.name() == Some("yields") {
                    seen = Some(state);
                }
            });
            tell.send(seen).unwrap();
        },
        Options::new(),
    );
    assert_eq!(told.recv_timeout(LIMIT).unwrap(), Some(State::Runnable));
    fiber::wait(looks).unwrap();
    release.store(true, Ordering::Release);
    fiber::wait(yields).unwrap();
    pool.shut_down();
}

#[test]
fn fibers_that_yield_for_ever_are_unwound_at_the_end() {
    struct Unwound(Arc<AtomicUsize>);
    impl Drop for Unwound {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    for workers in [1, 2] {
        let pool = Pool::builder().workers(workers).build().unwrap();
        let unwound = Arc::new(AtomicUsize::new(0));
        let begun = Arc::new(AtomicUsize::new(0));
        for _ in 0..8 {
            let (guard, begun) = (Unwound(unwound.clone()), begun.clone());
            pool.spawn_fiber(
                move || {
                    let _guard = guard;
                    begun.fetch_add(1, Ordering::SeqCst);
                    loop {
                        fiber::yield_now();
                    }
                },
                Options::new(),
            )
            .detach();
        }
        let since = Instant::now();
        while begun.load(Ordering::SeqCst) < 8 {
            assert!(since.elapsed() < LIMIT, "they do not take turns");
            std::thread::yield_now();
        }
        assert!(pool.shut_down(), "all of them end");
        assert_eq!(unwound.load(Ordering::SeqCst), 8);
    }
}
