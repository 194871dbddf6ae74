//! may: stackful coroutines, which move between workers.

use crate::measure::{Measured, Stopwatch};
use crate::runtime::Runtime;
use crate::versions;
use crate::workload::{Job, Workload};
use may::coroutine::{JoinHandle, yield_now};
use may::go;
use may::sync::{WaitGroup, mpsc};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// See the module.
pub(super) struct May;

impl Runtime for May {
    fn version(&self) -> String {
        versions::locked(&["may"])
    }

    fn go(&self, workload: Workload, job: Job) -> io::Result<Measured> {
        let workers = if workload.on_one_worker() { 1 } else { 2 };
        may::config().set_workers(workers).set_pool_capacity(job.batch as usize);
        // As the others: no worker is bound to a processor.
        may::config().set_worker_pin(false);
        join(match workload {
            Workload::GoGosched => go!(move || gosched(job)),
            Workload::GoUnbuffered1 | Workload::GoUnbuffered2 => go!(move || round_trips(job)),
            Workload::GoSpawn1 | Workload::GoSpawn2 => go!(move || spawn(job)),
            other => return Err(io::Error::other(format!("no {}", other.as_str()))),
        })?
    }
}

fn join<T>(task: JoinHandle<T>) -> io::Result<T> {
    task.join().map_err(|_| io::Error::other("a coroutine panicked"))
}

fn gosched(job: Job) -> io::Result<Measured> {
    let watch = Stopwatch::start()?;
    let tasks: [_; 2] =
        std::array::from_fn(|_| go!(move || (0..job.operations / 2).for_each(|_| yield_now())));
    tasks.into_iter().try_for_each(join)?;
    watch.stop(job.operations)
}

/// may has no channel with a bound: this one's buffer is without end, and holds one.
fn round_trips(job: Job) -> io::Result<Measured> {
    let (there, from) = mpsc::channel::<u64>();
    let (to, back) = mpsc::channel::<u64>();
    go!(move || from.iter().try_for_each(|value| to.send(value + 1)));
    let watch = Stopwatch::start()?;
    let mut done = 0;
    for value in 0..job.operations {
        there.send(value).map_err(io::Error::other)?;
        done += u64::from(back.recv() == Ok(value + 1));
    }
    watch.stop(done)
}

fn spawn(job: Job) -> io::Result<Measured> {
    let watch = Stopwatch::start()?;
    let mut total = 0;
    for _ in 0..job.operations / job.batch {
        let (group, done) = (WaitGroup::new(), Arc::new(AtomicU64::new(0)));
        for _ in 0..job.batch {
            let (group, done) = (group.clone(), done.clone());
            go!(move || {
                done.fetch_add(1, Ordering::Relaxed);
                drop(group);
            });
        }
        group.wait();
        total += done.load(Ordering::Relaxed);
    }
    watch.stop(total)
}
