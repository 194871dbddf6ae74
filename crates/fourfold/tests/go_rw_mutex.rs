//! The lock for readers and writers.

#[path = "support/locks.rs"]
mod locks;

use std::sync::{Arc, mpsc};

use locks::{one_worker, panic_of, poll};

use fourfold::go::sync::{RawRwMutex, RwMutex};
use fourfold::go::{self, go, runtime};

#[test]
fn go_12_readers_share_and_a_writer_is_alone() {
    let lock = RwMutex::new(0);
    go::scope(|scope| {
        for number in 0..8 {
            let lock = &lock;
            scope.go(move || {
                for _ in 0..200 {
                    if number % 2 == 0 {
                        let mut value = lock.lock();
                        let before = *value;
                        *value += 1;
                        assert_eq!(*value, before + 1);
                    } else {
                        let value = lock.read();
                        let before = *value;
                        runtime::gosched();
                        assert_eq!(*value, before);
                    }
                }
            });
        }
    });
    assert_eq!(lock.into_inner(), 800);
}

#[test]
fn go_12_a_waiting_writer_keeps_new_readers_out() {
    let order = one_worker(|| {
        let (tell, told) = mpsc::channel();
        let lock = Arc::new(RwMutex::new(()));
        let first = lock.read();
        let (writers, said) = (lock.clone(), tell.clone());
        let writer = go(move || {
            let _guard = writers.lock();
            said.send("writer").unwrap();
        });
        runtime::gosched();
        // It could read beside the first, but would starve the writer.
        assert!(lock.try_read().is_none());
        let readers = lock.clone();
        let reader = go(move || {
            let _guard = readers.read();
            tell.send("reader").unwrap();
        });
        runtime::gosched();
        drop(first);
        writer.join().unwrap();
        reader.join().unwrap();
        told.try_iter().collect::<Vec<_>>()
    });
    assert_eq!(order, ["writer", "reader"]);
}

#[test]
fn go_12_readers_that_waited_go_before_the_next_writer() {
    let order = one_worker(|| {
        let (tell, told) = mpsc::channel();
        let lock = Arc::new(RwMutex::new(()));
        let first = lock.lock();
        let mut started = Vec::new();
        for name in ["writer", "reader", "reader"] {
            let (lock, tell) = (lock.clone(), tell.clone());
            started.push(go(move || {
                if name == "writer" {
                    let _guard = lock.lock();
                    tell.send(name).unwrap();
                } else {
                    let _guard = lock.read();
                    tell.send(name).unwrap();
                }
            }));
            runtime::gosched();
        }
        drop(first);
        for goroutine in started {
            goroutine.join().unwrap();
        }
        told.try_iter().collect::<Vec<_>>()
    });
    assert_eq!(order, ["reader", "reader", "writer"]);
}

#[test]
fn go_12_dropped_waits_of_a_rw_mutex_leave_nothing_behind() {
    let lock = RwMutex::new(());
    let reading = lock.read();
    let mut writer = Box::pin(lock.lock_async());
    assert!(poll(writer.as_mut()).is_pending());
    assert!(lock.try_read().is_none());
    drop(writer);
    assert!(lock.try_read().is_some(), "no writer waits any more");
    let mut writer = Box::pin(lock.lock_async());
    let mut reader = Box::pin(lock.read_async());
    assert!(poll(writer.as_mut()).is_pending());
    assert!(poll(reader.as_mut()).is_pending());
    drop(reading);
    // The writer was let in and goes away.
    drop(writer);
    drop(reader);
    assert!(lock.try_lock().is_some());
}

#[test]
fn go_12_readers_do_not_wait_for_a_writer_that_went_away() {
    let lock = RwMutex::new(());
    // It leaves the line.
    let reading = lock.read();
    let mut writer = Box::pin(lock.lock_async());
    let mut reader = Box::pin(lock.read_async());
    assert!(poll(writer.as_mut()).is_pending());
    assert!(poll(reader.as_mut()).is_pending());
    drop(writer);
    assert!(poll(reader.as_mut()).is_ready());
    // It was let in.
    let mut writer = Box::pin(lock.lock_async());
    let mut reader = Box::pin(lock.read_async());
    assert!(poll(writer.as_mut()).is_pending());
    assert!(poll(reader.as_mut()).is_pending());
    drop(reading);
    drop(writer);
    assert!(poll(reader.as_mut()).is_ready());
}

#[test]
fn go_12_a_raw_rw_mutex_is_locked_and_unlocked_by_anybody() {
    one_worker(|| {
        let lock = Arc::new(RawRwMutex::new());
        lock.r_lock();
        assert!(lock.try_r_lock() && !lock.try_lock());
        let waiting = lock.clone();
        let writer = go(move || {
            waiting.lock();
            waiting
        });
        runtime::gosched();
        assert!(!lock.try_r_lock(), "a writer waits");
        let unlocking = lock.clone();
        go(move || unlocking.r_unlock()).join().unwrap();
        assert!(!writer.is_finished(), "one still reads");
        lock.r_unlock();
        let written = writer.join().unwrap();
        assert!(!lock.try_r_lock() && !lock.try_lock());
        let waiting = lock.clone();
        let reader = go(move || waiting.r_lock());
        runtime::gosched();
        written.unlock();
        reader.join().unwrap();
        assert!(lock.try_r_lock() && !lock.try_lock());
        lock.r_unlock();
        lock.r_unlock();
        assert_eq!(panic_of(|| lock.r_unlock()), "sync: RUnlock of unlocked RWMutex");
        assert_eq!(panic_of(|| lock.unlock()), "sync: Unlock of unlocked RWMutex");
        // Misuse changed nothing.
        assert!(lock.try_lock());
        assert_eq!(panic_of(|| lock.r_unlock()), "sync: RUnlock of unlocked RWMutex");
        lock.unlock();
    });
}
