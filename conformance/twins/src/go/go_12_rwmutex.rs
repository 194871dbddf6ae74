//! The lock for readers and writers; what is done once; waking those who wait for a condition.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use fourfold::go::chan::{self, Chan};
use fourfold::go::sync::{Cond, Mutex, RawRwMutex, once_values};
use fourfold::go::{Builder, go, runtime};

fn writer(lock: &Arc<RawRwMutex>, events: &Chan<&'static str>, name: &'static str) {
    let (lock, events) = (lock.clone(), events.clone());
    drop(go(move || {
        lock.lock();
        events.send(name);
        lock.unlock();
    }));
    runtime::gosched();
}

fn reader(lock: &Arc<RawRwMutex>, events: &Chan<&'static str>, name: &'static str) {
    let (lock, events) = (lock.clone(), events.clone());
    drop(go(move || {
        lock.r_lock();
        events.send(name);
        lock.r_unlock();
    }));
    runtime::gosched();
}

fn conditions(events: &Chan<&'static str>) {
    let shared = Arc::new((Mutex::new(()), Cond::new()));
    for name in ["first", "second", "third", "fourth"] {
        let (shared, events) = (shared.clone(), events.clone());
        drop(go(move || {
            let (mutex, cond) = &*shared;
            let _guard = cond.wait(mutex.lock());
            events.send(name);
        }));
        runtime::gosched();
    }
    let (mutex, cond) = &*shared;
    let signal = || {
        let _guard = mutex.lock();
        cond.signal();
    };
    signal();
    println!("signalled {}", events.recv().unwrap_or_default());
    signal();
    println!("signalled {}", events.recv().unwrap_or_default());
    let guard = mutex.lock();
    cond.broadcast();
    drop(guard);
    println!("all {}", events.iter().take(2).map(str::len).sum::<usize>());
    signal();
    println!("nobody waits {}", events.len());
}

pub(crate) fn run() {
    Builder::new().workers(1).run(|| {
        let (lock, events) = (Arc::new(RawRwMutex::new()), chan::make::<&str>(8));
        lock.r_lock();
        writer(&lock, &events, "writer 1");
        reader(&lock, &events, "reader");
        writer(&lock, &events, "writer 2");
        reader(&lock, &events, "reader");
        let in_now = events.len();
        println!("nobody is let in {in_now} {} {}", lock.try_r_lock(), lock.try_lock());
        lock.r_unlock();
        for event in events.iter().take(4) {
            println!("{event}");
        }

        lock.r_lock();
        lock.r_lock();
        writer(&lock, &events, "writer 3");
        lock.r_unlock();
        runtime::gosched();
        println!("one still reads {}", events.len());
        lock.r_unlock();
        println!("{}", events.recv().unwrap_or_default());

        lock.lock();
        let unlocked = chan::make::<()>(0);
        let (unlocking, tell) = (lock.clone(), unlocked.clone());
        drop(go(move || {
            unlocking.unlock();
            tell.close();
        }));
        unlocked.recv();
        println!("free again {}", lock.try_lock());
        lock.unlock();

        let calls = AtomicU32::new(0);
        let both = once_values(|| (calls.fetch_add(1, Ordering::Relaxed) + 1, "two"));
        for (one, two) in [both(), both()] {
            println!("{one} {two}");
        }
        conditions(&events);
    });
}
