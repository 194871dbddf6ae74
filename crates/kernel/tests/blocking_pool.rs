//! The pool's threads: how they come, are reused, retire, are bounded and end.

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::thread::{ThreadId, current};
use std::time::Duration;

use fourfold_kernel::blocking::{self, BadConfig, Config, Pool, Rejected, Saturation};

/// Threads stay unless a test wants them to retire.
fn config(max_threads: usize) -> Config {
    let idle_timeout = Duration::from_secs(3600);
    Config { name: "test".into(), max_threads, idle_timeout, ..Config::default() }
}

fn pool(max_threads: usize) -> Pool {
    Pool::new(config(max_threads)).unwrap()
}

/// Returns when a thread is busy; it stays so until the sender is dropped.
fn occupy(pool: &Pool) -> Sender<()> {
    let (release, held) = channel::<()>();
    let (started, wait) = channel();
    pool.submit(move || {
        started.send(()).unwrap();
        let _ = held.recv();
    })
    .unwrap();
    wait.recv().unwrap();
    release
}

/// No signal tells of a change of a count, so this asks until it is seen; a test that waits in
/// vain hangs.
fn until(mut seen: impl FnMut() -> bool) {
    while !seen() {
        std::thread::yield_now();
    }
}

fn thread_of(pool: &Pool) -> (ThreadId, String) {
    let (send, receive) = channel();
    pool.submit(move || {
        let thread = current();
        send.send((thread.id(), thread.name().unwrap().to_owned())).unwrap();
    })
    .unwrap();
    receive.recv().unwrap()
}

#[test]
fn jobs_that_wait_for_each_other_each_get_a_thread() {
    let pool = pool(4);
    let together = Arc::new(Barrier::new(4));
    let (send, receive) = channel();
    for _ in 0..4 {
        let (together, send) = (together.clone(), send.clone());
        pool.submit(move || {
            together.wait();
            send.send(current().id()).unwrap();
        })
        .unwrap();
    }
    drop(send);
    let ids: HashSet<_> = receive.iter().collect();
    assert_eq!((ids.len(), pool.stats().peak_threads), (4, 4));
}

#[test]
fn an_idle_thread_is_reused() {
    let pool = pool(4);
    let first = thread_of(&pool);
    assert_eq!(first.1, "test-1");
    until(|| pool.stats().idle == 1);
    assert_eq!(thread_of(&pool), first);
    assert_eq!(pool.stats().peak_threads, 1);
}

#[test]
fn a_retired_thread_is_replaced() {
    let config = Config { idle_timeout: Duration::ZERO, ..config(1) };
    let pool = Pool::new(config).unwrap();
    let first = thread_of(&pool);
    until(|| pool.stats().threads == 0);
    let second = thread_of(&pool);
    assert_ne!(first.0, second.0);
    assert_eq!(second.1, "test-2");
}

#[test]
fn no_job_is_lost_while_threads_retire() {
    let pool = Pool::new(Config { idle_timeout: Duration::ZERO, ..config(2) }).unwrap();
    for _ in 0..if cfg!(miri) { 20 } else { 2_000 } {
        thread_of(&pool);
    }
}

#[test]
fn beyond_the_bound_jobs_wait_their_turn() {
    let pool = pool(1);
    let release = occupy(&pool);
    let (send, receive) = channel();
    for id in 0..10 {
        let send = send.clone();
        pool.submit(move || send.send(id).unwrap()).unwrap();
    }
    let stats = pool.stats();
    assert_eq!((stats.threads, stats.running, stats.queued), (1, 1, 10));
    drop((release, send));
    assert_eq!(receive.iter().collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
    assert_eq!(pool.stats().peak_threads, 1);
}

#[test]
fn a_panic_does_not_end_its_thread() {
    let pool = pool(1);
    let first = thread_of(&pool);
    pool.submit(|| panic!("on purpose")).unwrap();
    assert_eq!(thread_of(&pool), first);
    until(|| pool.stats().completed == 3);
}

#[test]
fn a_payload_that_panics_in_its_drop_does_not_end_its_thread() {
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("once more, on purpose");
        }
    }
    let pool = pool(1);
    let first = thread_of(&pool);
    pool.submit(|| std::panic::panic_any(Bad)).unwrap();
    assert_eq!(thread_of(&pool), first);
}

#[test]
fn after_shutdown_accepted_jobs_have_run_and_new_ones_are_rejected() {
    let pool = pool(1);
    let release = occupy(&pool);
    let (send, receive) = channel();
    pool.submit(move || send.send("ran").unwrap()).unwrap();
    pool.shutdown(false);
    assert!(matches!(pool.submit(|| ()), Err(Rejected::ShutDown { name }) if name == "test"));
    assert!(pool.run(|| ()).is_err());
    drop(release);
    pool.shutdown(true);
    assert_eq!(receive.try_recv(), Ok("ran"));
    let stats = pool.stats();
    assert_eq!((stats.threads, stats.idle, stats.completed), (0, 0, 2));
}

#[test]
fn a_job_may_shut_down_its_own_pool() {
    let pool = pool(1);
    let (send, receive) = channel();
    let own = pool.clone();
    pool.submit(move || {
        own.shutdown(true);
        send.send(()).unwrap();
    })
    .unwrap();
    receive.recv().unwrap();
    pool.shutdown(true);
    assert_eq!(pool.stats().threads, 0);
}

#[test]
fn dropping_the_last_clone_ends_idle_threads() {
    thread_local! {
        static AT_END: std::cell::RefCell<Option<Sender<()>>> = const { std::cell::RefCell::new(None) };
    }
    let pool = pool(1);
    let (send, ended) = channel::<()>();
    pool.submit(move || AT_END.set(Some(send))).unwrap();
    until(|| pool.stats().idle == 1);
    drop(pool);
    // The thread's own sender goes when the thread ends; an hour's idle time would hang here.
    assert!(ended.recv().is_err());
}

fn reporting(interval: Duration) -> (Pool, Receiver<Saturation>) {
    let (send, receive) = channel();
    let send = Mutex::new(send);
    let pool = Pool::new(Config {
        saturation_after: Duration::ZERO,
        saturation_interval: interval,
        on_saturation: Some(Arc::new(move |saturation: &Saturation| {
            let _ = send.lock().unwrap().send(saturation.clone());
        })),
        ..config(1)
    });
    (pool.unwrap(), receive)
}

#[test]
fn a_full_pool_reports_how_many_wait_and_what_to_do() {
    let (pool, reports) = reporting(Duration::from_secs(3600));
    let release = occupy(&pool);
    assert!(reports.try_recv().is_err(), "a job that found a thread is no news");
    pool.submit(|| ()).unwrap();
    let report = reports.try_recv().unwrap();
    assert_eq!((report.name.as_str(), report.queued, report.max_threads), ("test", 1, 1));
    assert!(report.to_string().contains("raise Config::max_threads"), "{report}");
    for _ in 0..5 {
        pool.submit(|| ()).unwrap();
    }
    drop(release);
    pool.shutdown(true);
    assert!(reports.try_recv().is_err(), "one report an interval");
    assert_eq!(pool.stats().saturations, 12, "six seen when added, six when taken");
}

#[test]
fn a_panicking_hook_harms_nobody() {
    let hook = |_: &Saturation| panic!("on purpose");
    let pool = Pool::new(Config {
        saturation_after: Duration::ZERO,
        saturation_interval: Duration::ZERO,
        on_saturation: Some(Arc::new(hook)),
        ..config(1)
    })
    .unwrap();
    let release = occupy(&pool);
    pool.submit(|| ()).unwrap();
    drop(release);
    thread_of(&pool);
    pool.shutdown(true);
    assert_eq!(pool.stats().completed, 3);
}

#[test]
fn bounds_that_cannot_work_are_named() {
    let error = Pool::new(config(0)).unwrap_err();
    assert_eq!(error, BadConfig::NoThreads { name: "test".into() });
    assert!(error.to_string().contains("max_threads is 0"));
    let nul = Config { name: "a\0b".into(), ..config(1) };
    assert!(matches!(Pool::new(nul), Err(BadConfig::NameWithNul { .. })));
}

#[test]
fn the_global_pool_is_one() {
    let (send, receive) = channel();
    blocking::global()
        .submit(move || send.send(current().name().map(str::to_owned)).unwrap())
        .unwrap();
    assert!(receive.recv().unwrap().unwrap().starts_with("blocking-"));
    assert!(std::ptr::eq(blocking::global(), blocking::global()));
}
