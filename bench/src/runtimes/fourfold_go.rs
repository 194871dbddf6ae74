//! Fourfold: the Go dialect, on one worker or two.

use super::{fourfold_lifo, fourfold_stall, http};
use crate::measure::{Measured, Stopwatch};
use crate::runtime::announce;
use crate::workload::{Job, MESSAGE_BYTES, Workload};
use fourfold::go::sync::WaitGroup;
use fourfold::go::{self, Builder, chan, net, runtime, select, time};
use fourfold::net::TcpListener;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Runs `workload`.
pub(super) fn run(workload: Workload, job: Job) -> io::Result<Measured> {
    let workers = if workload.on_one_worker() { 1 } else { 2 };
    Builder::new().workers(workers).run(move || match workload {
        stall if let Some((waiters, hold)) = stall.stall() => {
            fourfold_stall::run(waiters, hold, job)
        }
        Workload::GoGosched => gosched(job),
        Workload::GoUnbuffered1 | Workload::GoUnbuffered2 => unbuffered(job),
        Workload::GoBuffered1 | Workload::GoBuffered2 => buffered(job),
        Workload::GoSelect => selects(job),
        Workload::GoSpawn1 | Workload::GoSpawn2 => spawn(job),
        Workload::GoSleepers => sleepers(job, false),
        Workload::GoSleepersFuture => sleepers(job, true),
        Workload::GoParked => parked(job, false),
        Workload::GoParkedFuture => parked(job, true),
        Workload::GoEcho => echo(job),
        Workload::HttpHello => http_hello(job),
        Workload::LifoStranded => as_future(fourfold_lifo::stranded(job)),
        Workload::LifoWakes => as_future(fourfold_lifo::wakes(job)),
        other => {
            Err(io::Error::other(format!("{} is no workload of this dialect", other.as_str())))
        }
    })
}

fn as_future<F>(work: F) -> io::Result<Measured>
where
    F: Future<Output = io::Result<Measured>> + Send + 'static,
{
    go::go(work).join().map_err(|error| io::Error::other(error.to_string()))?
}

fn gosched(job: Job) -> io::Result<Measured> {
    let group = WaitGroup::new();
    let watch = Stopwatch::start()?;
    for _ in 0..2 {
        group.go(move || (0..job.operations / 2).for_each(|_| runtime::gosched()));
    }
    group.wait();
    watch.stop(job.operations)
}

fn unbuffered(job: Job) -> io::Result<Measured> {
    let (there, back) = (chan::make::<u64>(0), chan::make::<u64>(0));
    let (from, to) = (there.clone(), back.clone());
    go::go(move || from.iter().for_each(|value| to.send(value + 1)));
    let watch = Stopwatch::start()?;
    let mut done = 0;
    for value in 0..job.operations {
        there.send(value);
        done += u64::from(back.recv() == Some(value + 1));
    }
    watch.stop(done)
}

fn buffered(job: Job) -> io::Result<Measured> {
    let values = chan::make::<u64>(1024);
    let to = values.clone();
    let watch = Stopwatch::start()?;
    go::go(move || {
        (0..job.operations).for_each(|value| to.send(value));
        to.close();
    });
    let done = values.iter().count() as u64;
    watch.stop(done)
}

fn selects(job: Job) -> io::Result<Measured> {
    let chans: [chan::Chan<u64>; 4] = std::array::from_fn(|_| chan::make(0));
    for to in chans.clone() {
        go::go(move || (0..job.operations / 4).for_each(|value| to.send(value)));
    }
    let [a, b, c, d] = &chans;
    let watch = Stopwatch::start()?;
    let mut done = 0;
    while done < job.operations {
        select! {
            recv(a) => {}
            recv(b) => {}
            recv(c) => {}
            recv(d) => {}
        }
        done += 1;
    }
    watch.stop(done)
}

fn spawn(job: Job) -> io::Result<Measured> {
    let watch = Stopwatch::start()?;
    let mut total = 0;
    for _ in 0..job.operations / job.batch {
        let (group, done) = (WaitGroup::new(), Arc::new(AtomicU64::new(0)));
        group.add(job.batch as i64);
        for _ in 0..job.batch {
            let (group, done) = (group.clone(), done.clone());
            go::go(move || {
                done.fetch_add(1, Ordering::Relaxed);
                group.done();
            });
        }
        group.wait();
        total += done.load(Ordering::Relaxed);
    }
    watch.stop(total)
}

/// One wave to warm up, then the one that is measured.
fn sleepers(job: Job, futures: bool) -> io::Result<Measured> {
    let wave = move || {
        let (group, done) = (WaitGroup::new(), Arc::new(AtomicU64::new(0)));
        group.add(job.operations as i64);
        for number in 0..job.operations {
            let (group, done) = (group.clone(), done.clone());
            let nap = Duration::from_micros(number % 100_000);
            if futures {
                go::go(async move {
                    time::sleep_async(nap).await;
                    done.fetch_add(1, Ordering::Relaxed);
                    group.done();
                });
            } else {
                go::go(move || {
                    time::sleep(nap);
                    done.fetch_add(1, Ordering::Relaxed);
                    group.done();
                });
            }
        }
        group.wait();
        done.load(Ordering::Relaxed)
    };
    wave();
    let watch = Stopwatch::start()?;
    let done = wave();
    watch.stop(done)
}

pub(super) fn parked(job: Job, futures: bool) -> io::Result<Measured> {
    let gate = chan::make::<()>(0);
    let parked = Arc::new(AtomicU64::new(0));
    let watch = Stopwatch::start()?;
    for number in 1..=job.operations {
        let (gate, counter) = (gate.clone(), parked.clone());
        if futures {
            go::go(async move {
                counter.fetch_add(1, Ordering::Relaxed);
                gate.recv_async().await;
            });
        } else {
            go::go(move || {
                counter.fetch_add(1, Ordering::Relaxed);
                gate.recv();
            });
        }
        // A queue of all of them is no memory of a parked one.
        while number % job.batch == 0 && parked.load(Ordering::Relaxed) < number {
            runtime::gosched();
        }
    }
    watch.stop(parked.load(Ordering::Relaxed))
}

pub(super) fn echo(job: Job) -> io::Result<Measured> {
    let listener = net::listen("127.0.0.1:0")?;
    let watch = announce(listener.addr()?.port())?;
    let (group, done) = (WaitGroup::new(), Arc::new(AtomicU64::new(0)));
    for _ in 0..job.batch {
        let (mut conn, done) = (listener.accept()?, done.clone());
        group.go(move || {
            let mut message = [0; MESSAGE_BYTES];
            while conn.read_exact(&mut message).is_ok() && conn.write_all(&message).is_ok() {
                done.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    group.wait();
    watch.stop(done.load(Ordering::Relaxed))
}

/// A goroutine that is a future for each connection: hyper is written for those.
pub(super) fn http_hello(job: Job) -> io::Result<Measured> {
    go::wait(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let watch = announce(listener.local_addr()?.port())?;
        let done = Arc::new(AtomicU64::new(0));
        let mut tasks = Vec::new();
        for _ in 0..job.batch {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tasks.push(go::go(http::serve(stream, done.clone())));
        }
        for task in tasks {
            task.await
                .map_err(|error| io::Error::other(error.to_string()))?
                .map_err(io::Error::other)?;
        }
        watch.stop(done.load(Ordering::Relaxed))
    })
}
