//! Locks, groups, and their misuse.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use fourfold::go::sync::{Map, Once, RawMutex, RwMutex, WaitGroup, once_func, once_value};
use fourfold::go::{Builder, chan, go, runtime};

use super::attempt;

fn found(value: Option<u32>) -> String {
    match value {
        Some(value) => format!("{value} true"),
        None => "<nil> false".into(),
    }
}

pub(crate) fn run() {
    Builder::new().workers(1).run(|| {
        attempt("done", || WaitGroup::new().done());
        let (counted, total) = (WaitGroup::new(), chan::make::<u32>(10));
        for i in 0..5 {
            let total = total.clone();
            drop(counted.go(move || total.send(i)));
        }
        counted.wait();
        println!("went {}", total.len());

        let once = Once::new();
        attempt("once", || once.call(|| panic!("first")));
        once.call(|| println!("not called"));
        let calls = AtomicU32::new(0);
        let value = once_value(|| 41 + calls.fetch_add(1, Ordering::Relaxed));
        println!("{} {} {}", value(), value(), calls.load(Ordering::Relaxed));
        let panics = once_func(|| panic!("every time"));
        attempt("once func", &panics);
        attempt("once func", &panics);

        let mutex = RawMutex::new();
        println!("{} {}", mutex.try_lock(), mutex.try_lock());
        mutex.unlock();

        let rw = Arc::new(RwMutex::new(()));
        let first = rw.read();
        let second = rw.try_read();
        println!("a second reader {} a writer {}", second.is_some(), rw.try_lock().is_some());
        drop(second);
        let wrote = chan::make::<()>(0);
        let (writing, tell) = (rw.clone(), wrote.clone());
        drop(go(move || {
            let guard = writing.lock();
            println!("the writer is in");
            drop(guard);
            tell.close();
        }));
        runtime::gosched();
        println!("a reader behind a waiting writer {}", rw.try_read().is_some());
        drop(first);
        wrote.recv();

        let m = Map::new();
        m.store("a", 1);
        println!("{}", found(m.load("a")));
        let (value, loaded) = m.load_or_store("a", 2);
        println!("{value} {loaded}");
        let (value, loaded) = m.load_or_store("b", 3);
        println!("{value} {loaded}");
        println!("{} {}", m.compare_and_swap("a", &1, 4), m.compare_and_swap("a", &1, 5));
        println!("{}", found(m.load_and_delete("a")));
        println!("{} {}", m.compare_and_delete("b", &9), m.compare_and_delete("b", &3));
    });
}
