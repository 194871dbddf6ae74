//! A model of who sleeps and who is woken: no work is left while all sleep.
//!
//! The workers are reduced to what the protocol is about: one queue for all, a flag for each that
//! wakes it. Their steps are those of `worker.rs`.

use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::thread;

use super::idle::Idle;

struct Pool {
    idle: Idle,
    work: AtomicUsize,
    woken: [AtomicBool; 2],
}

impl Pool {
    fn new() -> Arc<Pool> {
        Arc::new(Pool {
            idle: Idle::new(),
            work: AtomicUsize::new(0),
            woken: [AtomicBool::new(false), AtomicBool::new(false)],
        })
    }

    /// As `Shared::inject`.
    fn push(&self) {
        self.work.fetch_add(1, Ordering::Release);
        self.notify();
    }

    fn notify(&self) {
        if let Some(worker) = self.idle.worker_to_notify() {
            self.woken[worker].store(true, Ordering::Release);
        }
    }

    fn end_search(&self, searching: &mut bool) {
        let last = std::mem::take(searching) && self.idle.stop_searching();
        if last && self.work.load(Ordering::Acquire) > 0 {
            self.notify();
        }
    }

    fn take(&self) -> bool {
        let mut left = self.work.load(Ordering::Acquire);
        while left > 0 {
            match self.work.compare_exchange(left, left - 1, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return true,
                Err(seen) => left = seen,
            }
        }
        false
    }

    /// Takes `count` pieces of work, sleeping in between as a worker does.
    fn work(&self, worker: usize, count: usize) {
        self.idle.added();
        let mut searching = false;
        let mut done = 0;
        while done < count {
            if self.take() {
                self.end_search(&mut searching);
                done += 1;
                continue;
            }
            if !searching && self.idle.start_searching() {
                searching = true;
                continue;
            }
            let last = self.idle.sleep(worker, std::mem::take(&mut searching));
            let missed = last && self.work.load(Ordering::Acquire) > 0;
            while !missed && !self.woken[worker].load(Ordering::Acquire) {
                thread::yield_now();
            }
            self.woken[worker].store(false, Ordering::Release);
            searching = !self.idle.unpark(worker) || (missed && self.idle.start_searching());
        }
        self.end_search(&mut searching);
        self.idle.removed();
    }
}

#[test]
fn a_worker_never_sleeps_over_work() {
    let mut model = loom::model::Builder::new();
    // The sleeping worker spins on its flag, which unbounded never ends.
    model.preemption_bound = Some(3);
    model.check(|| {
        let pool = Pool::new();
        let worker = {
            let pool = pool.clone();
            thread::spawn(move || pool.work(0, 2))
        };
        pool.push();
        pool.push();
        worker.join().unwrap();
        assert_eq!(pool.work.load(Ordering::Relaxed), 0);
    });
}

#[test]
fn two_pushers_and_a_worker() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(|| {
        let pool = Pool::new();
        let worker = {
            let pool = pool.clone();
            thread::spawn(move || pool.work(0, 2))
        };
        let pusher = {
            let pool = pool.clone();
            thread::spawn(move || pool.push())
        };
        pool.push();
        pusher.join().unwrap();
        worker.join().unwrap();
    });
}

#[test]
fn with_two_workers_each_piece_is_taken_by_one_that_is_awake() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(|| {
        let pool = Pool::new();
        // Each takes one: if one slept over the work, or a wake went to nobody, it would not end.
        let workers: Vec<_> = (0..2)
            .map(|worker| {
                let pool = pool.clone();
                thread::spawn(move || pool.work(worker, 1))
            })
            .collect();
        pool.push();
        pool.push();
        for worker in workers {
            worker.join().unwrap();
        }
    });
}
