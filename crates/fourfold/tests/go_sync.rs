//! Locks and wait groups: order, starvation, misuse, and what a dropped wait leaves behind.

#[path = "support/locks.rs"]
mod locks;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::time::Duration;

use locks::{one_worker, panic_of, poll};

use fourfold::go::sync::{Cond, Map, Mutex, Once, Pool, RawMutex, WaitGroup};
use fourfold::go::sync::{once_func, once_value, once_values};
use fourfold::go::{self, Builder, go, runtime, time};

#[test]
fn go_12_a_mutex_lets_one_in_at_a_time() {
    let count = Mutex::new(0);
    go::scope(|scope| {
        for _ in 0..8 {
            scope.go(|| {
                for _ in 0..500 {
                    let mut count = count.lock();
                    let before = *count;
                    if before % 50 == 0 {
                        runtime::gosched();
                    }
                    *count = before + 1;
                }
            });
        }
    });
    assert_eq!(count.into_inner(), 4_000);
}

#[test]
fn go_12_try_lock_and_misuse_of_a_mutex() {
    let mutex = RawMutex::new();
    assert!(mutex.try_lock());
    assert!(!mutex.try_lock());
    mutex.unlock();
    assert_eq!(panic_of(|| mutex.unlock()), "sync: unlock of unlocked mutex");
    let owning = Mutex::new(1);
    let guard = owning.lock();
    assert!(owning.try_lock().is_none());
    drop(guard);
    assert_eq!(owning.try_lock().map(|guard| *guard), Some(1));
}

#[test]
fn go_12_another_goroutine_may_unlock() {
    go::run(|| {
        let mutex = Arc::new(RawMutex::new());
        mutex.lock();
        let other = mutex.clone();
        drop(go(move || other.unlock()));
        mutex.lock();
        mutex.unlock();
    });
}

#[test]
fn go_12_a_panic_unlocks_and_poisons_nothing() {
    let mutex = Mutex::new(1);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let _guard = mutex.lock();
        panic!("inside");
    }));
    assert!(outcome.is_err());
    assert_eq!(*mutex.lock(), 1);
}

#[test]
fn go_12_one_that_waits_for_more_than_a_millisecond_is_not_starved() {
    // In virtual time: the owner takes the lock again and again, and always before the other has
    // run. Without starvation mode that would go on for ever.
    let rounds = Builder::new().virtual_time().run(|| {
        let mutex = Arc::new(RawMutex::new());
        mutex.lock();
        let other = mutex.clone();
        let waiting = go(move || {
            other.lock();
            other.unlock();
        });
        runtime::gosched();
        let mut rounds = 0;
        while !waiting.is_finished() {
            time::sleep(Duration::from_micros(600));
            mutex.unlock();
            // Woken, it has not run yet: this one is faster.
            mutex.lock();
            runtime::gosched();
            rounds += 1;
            assert!(rounds < 20, "it starves");
        }
        mutex.unlock();
        rounds
    });
    assert!((2..=5).contains(&rounds), "{rounds} rounds");
}

#[test]
fn go_12_a_dropped_lock_neither_keeps_nor_loses_the_mutex() {
    let mutex = Mutex::new(());
    let guard = mutex.lock();
    let mut second = Box::pin(mutex.lock_async());
    let mut third = pin!(mutex.lock_async());
    assert!(poll(second.as_mut()).is_pending());
    assert!(poll(third.as_mut()).is_pending());
    drop(guard);
    // The second was told that it is free, and goes away: the third hears of it.
    drop(second);
    let Poll::Ready(guard) = poll(third.as_mut()) else { panic!("nobody has it") };
    let mut fourth = Box::pin(mutex.lock_async());
    assert!(poll(fourth.as_mut()).is_pending());
    drop(fourth);
    drop(guard);
    assert!(mutex.try_lock().is_some());
}

#[test]
fn go_12_once_runs_once_and_a_panic_counts() {
    let once = Once::new();
    let calls = AtomicUsize::new(0);
    go::scope(|scope| {
        for _ in 0..10 {
            scope.go(|| {
                once.call(|| {
                    runtime::gosched();
                    calls.fetch_add(1, Ordering::SeqCst);
                });
                assert_eq!(calls.load(Ordering::SeqCst), 1, "it waits until it is done");
            });
        }
    });
    let panicking = Once::new();
    assert_eq!(panic_of(|| panicking.call(|| panic!("first"))), "first");
    panicking.call(|| unreachable!("it counts as done"));
}

#[test]
fn go_12_once_func_and_once_value() {
    let pairs = AtomicUsize::new(0);
    let pair = once_values(|| (pairs.fetch_add(1, Ordering::SeqCst), "two"));
    assert_eq!((pair(), pair(), pairs.load(Ordering::SeqCst)), ((0, "two"), (0, "two"), 1));
    let calls = AtomicUsize::new(0);
    let value = once_value(|| calls.fetch_add(1, Ordering::SeqCst) + 41);
    assert_eq!((value(), value()), (41, 41));
    let panics = once_func(|| panic!("every time"));
    assert_eq!(panic_of(&panics), "every time");
    assert_eq!(panic_of(&panics), "every time");
}

#[test]
fn go_12_cond_wakes_in_order() {
    let order = one_worker(|| {
        let (tell, told) = mpsc::channel();
        let shared = Arc::new((Mutex::new(0), Cond::new()));
        let waiting: Vec<_> = (0..3)
            .map(|number| {
                let (shared, tell) = (shared.clone(), tell.clone());
                let goroutine = go(move || {
                    let (turns, cond) = &*shared;
                    let mut guard = turns.lock();
                    while *guard == 0 {
                        guard = cond.wait(guard);
                    }
                    *guard -= 1;
                    tell.send(number).unwrap();
                });
                runtime::gosched();
                goroutine
            })
            .collect();
        *shared.0.lock() += 1;
        shared.1.signal();
        runtime::gosched();
        runtime::gosched();
        let first: Vec<_> = told.try_iter().collect();
        *shared.0.lock() += 2;
        shared.1.broadcast();
        for goroutine in waiting {
            goroutine.join().unwrap();
        }
        // All are woken in order; the one that was woken last runs first, as in Go.
        let mut others: Vec<_> = told.try_iter().collect();
        others.sort_unstable();
        (first, others)
    });
    assert_eq!(order, (vec![0], vec![1, 2]));
}

#[test]
fn go_12_a_dropped_wait_of_a_cond_passes_the_signal_on() {
    let (mutex, cond) = (Mutex::new(()), Cond::new());
    let mut first = Box::pin(cond.wait_async(mutex.lock()));
    assert!(poll(first.as_mut()).is_pending());
    let mut second = pin!(cond.wait_async(mutex.lock()));
    assert!(poll(second.as_mut()).is_pending());
    cond.signal();
    drop(first);
    assert!(poll(second.as_mut()).is_ready());
}

#[test]
fn go_12_a_wait_group_waits_for_all() {
    let done = go::run(|| {
        let group = WaitGroup::new();
        let done = Arc::new(AtomicUsize::new(0));
        for _ in 0..50 {
            let done = done.clone();
            drop(group.go(move || {
                runtime::gosched();
                done.fetch_add(1, Ordering::SeqCst);
            }));
        }
        group.wait();
        done.load(Ordering::SeqCst)
    });
    assert_eq!(done, 50);
}

#[test]
fn go_12_misuse_of_a_wait_group_has_gos_texts() {
    let group = WaitGroup::new();
    assert_eq!(panic_of(|| group.done()), "sync: negative WaitGroup counter");
    group.add(2);
    assert_eq!(panic_of(|| group.add(-3)), "sync: negative WaitGroup counter");
    group.done();
    group.done();
    group.wait();
    // It can be used again.
    group.add(1);
    group.done();
    group.wait();
}

#[test]
fn go_12_a_pool_hands_out_again_what_was_put_in() {
    let made = Arc::new(AtomicUsize::new(0));
    let counter = made.clone();
    let pool = Pool::new(move || counter.fetch_add(1, Ordering::SeqCst));
    let first = pool.get();
    pool.put(first);
    assert_eq!(pool.get(), first);
    assert_eq!(made.load(Ordering::SeqCst), 1);
    assert_eq!(pool.get(), 1);
    for number in 0..10_000 {
        pool.put(number);
    }
}

#[test]
fn go_12_a_map_is_shared() {
    let map = Map::new();
    go::scope(|scope| {
        for number in 0..8_u32 {
            let map = &map;
            scope.go(move || {
                for key in 0..100 {
                    map.store(number * 100 + key, key);
                }
            });
        }
    });
    let mut seen = 0;
    map.range(|_, _| {
        seen += 1;
        true
    });
    assert_eq!(seen, 800);
    assert_eq!(map.load(&7), Some(7));
    assert_eq!(map.load_or_store(7, 70), (7, true));
    assert_eq!(map.load_or_store(1_000, 1), (1, false));
    assert_eq!(map.swap(7, 71), Some(7));
    assert!(map.compare_and_swap(&7, &71, 72));
    assert!(!map.compare_and_swap(&7, &71, 73));
    assert!(!map.compare_and_delete(&7, &1));
    assert!(map.compare_and_delete(&7, &72));
    assert_eq!(map.load_and_delete(&7), None);
    map.delete(&8);
    assert_eq!(map.load(&8), None);
    map.clear();
    map.range(|_, _| unreachable!("it is empty"));
}
