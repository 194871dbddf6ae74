//! tokio on two workers.

use super::{http, tokio_mt_csharp, tokio_mt_lifo, tokio_mt_stall};
use crate::measure::{Measured, Stopwatch};
use crate::runtime::{Runtime, announce};
use crate::versions;
use crate::workload::{Job, MESSAGE_BYTES, Workload};
use hyper_util::rt::TokioIo;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};

/// See the module.
pub(super) struct TokioMt;

impl Runtime for TokioMt {
    fn version(&self) -> String {
        versions::locked(&["tokio", "hyper"])
    }

    fn go(&self, workload: Workload, job: Job) -> io::Result<Measured> {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).enable_all().build()?;
        // Spawned, since what runs in `block_on` runs on no worker.
        let task = match workload {
            Workload::GoUnbuffered2 => runtime.spawn(round_trips(job)),
            Workload::GoBuffered2 => runtime.spawn(buffered(job)),
            Workload::GoSpawn2 => runtime.spawn(spawn(job)),
            Workload::GoSleepersFuture => runtime.spawn(sleepers(job)),
            Workload::GoParkedFuture => runtime.spawn(parked(job)),
            Workload::GoEcho => runtime.spawn(echo(job)),
            Workload::HttpHello => runtime.spawn(http_hello(job)),
            Workload::LifoStranded => runtime.spawn(tokio_mt_lifo::stranded(job)),
            Workload::LifoWakes => runtime.spawn(tokio_mt_lifo::wakes(job)),
            stall if let Some((waiters, hold)) = stall.stall() => {
                runtime.spawn(tokio_mt_stall::run(waiters, hold, job))
            }
            other => return Err(io::Error::other(format!("no {}", other.as_str()))),
        };
        runtime.block_on(task).map_err(io::Error::other)?
    }

    fn csharp(&self, workload: Workload, job: Job) -> io::Result<Measured> {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).enable_all().build()?;
        let task = match workload {
            Workload::CsRun => runtime.spawn(tokio_mt_csharp::run(job)),
            Workload::CsValueTask => runtime.spawn(tokio_mt_csharp::value_task(job)),
            Workload::CsTcs => runtime.spawn(tokio_mt_csharp::completion_source(job)),
            Workload::CsWhenAll => runtime.spawn(tokio_mt_csharp::when_all(job)),
            Workload::CsChannelBounded => runtime.spawn(buffered(job)),
            Workload::CsChannelUnbounded => runtime.spawn(tokio_mt_csharp::unbounded(job)),
            Workload::CsForEach => runtime.spawn(tokio_mt_csharp::for_each(job)),
            other => return Err(io::Error::other(format!("no {}", other.as_str()))),
        };
        runtime.block_on(task).map_err(io::Error::other)?
    }
}

/// tokio has no channel without a buffer: one of one is the nearest.
async fn round_trips(job: Job) -> io::Result<Measured> {
    let (there, mut from) = mpsc::channel::<u64>(1);
    let (to, mut back) = mpsc::channel::<u64>(1);
    tokio::spawn(async move {
        while let Some(value) = from.recv().await {
            _ = to.send(value + 1).await;
        }
    });
    let watch = Stopwatch::start()?;
    let mut done = 0;
    for value in 0..job.operations {
        _ = there.send(value).await;
        done += u64::from(back.recv().await == Some(value + 1));
    }
    watch.stop(done)
}

async fn buffered(job: Job) -> io::Result<Measured> {
    let (to, mut values) = mpsc::channel::<u64>(1024);
    let watch = Stopwatch::start()?;
    tokio::spawn(async move {
        for value in 0..job.operations {
            _ = to.send(value).await;
        }
    });
    let mut done = 0;
    while values.recv().await.is_some() {
        done += 1;
    }
    watch.stop(done)
}

async fn spawn(job: Job) -> io::Result<Measured> {
    let watch = Stopwatch::start()?;
    let mut done = 0;
    for _ in 0..job.operations / job.batch {
        let tasks: Vec<_> = (0..job.batch).map(|_| tokio::spawn(async { 1 })).collect();
        for task in tasks {
            done += task.await.map_err(io::Error::other)?;
        }
    }
    watch.stop(done)
}

async fn wave(job: Job) -> io::Result<u64> {
    let done = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = (0..job.operations)
        .map(|number| {
            let done = done.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_micros(number % 100_000)).await;
                done.fetch_add(1, Ordering::Relaxed);
            })
        })
        .collect();
    for task in tasks {
        task.await.map_err(io::Error::other)?;
    }
    Ok(done.load(Ordering::Relaxed))
}

async fn sleepers(job: Job) -> io::Result<Measured> {
    wave(job).await?;
    let watch = Stopwatch::start()?;
    let done = wave(job).await?;
    watch.stop(done)
}

async fn parked(job: Job) -> io::Result<Measured> {
    let (gate, parked) = (Arc::new(Notify::new()), Arc::new(AtomicU64::new(0)));
    let watch = Stopwatch::start()?;
    for number in 1..=job.operations {
        let (gate, counter) = (gate.clone(), parked.clone());
        tokio::spawn(async move {
            counter.fetch_add(1, Ordering::Relaxed);
            gate.notified().await;
        });
        while number % job.batch == 0 && parked.load(Ordering::Relaxed) < number {
            tokio::task::yield_now().await;
        }
    }
    watch.stop(parked.load(Ordering::Relaxed))
}

async fn echo(job: Job) -> io::Result<Measured> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let watch = announce(listener.local_addr()?.port())?;
    let done = Arc::new(AtomicU64::new(0));
    let mut tasks = Vec::new();
    for _ in 0..job.batch {
        let (mut stream, _) = listener.accept().await?;
        let done = done.clone();
        tasks.push(tokio::spawn(async move {
            let mut message = [0; MESSAGE_BYTES];
            while stream.read_exact(&mut message).await.is_ok()
                && stream.write_all(&message).await.is_ok()
            {
                done.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    for task in tasks {
        task.await.map_err(io::Error::other)?;
    }
    watch.stop(done.load(Ordering::Relaxed))
}

async fn http_hello(job: Job) -> io::Result<Measured> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let watch = announce(listener.local_addr()?.port())?;
    let done = Arc::new(AtomicU64::new(0));
    let mut tasks = Vec::new();
    for _ in 0..job.batch {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tasks.push(tokio::spawn(http::serve(TokioIo::new(stream), done.clone())));
    }
    for task in tasks {
        task.await.map_err(io::Error::other)?.map_err(io::Error::other)?;
    }
    watch.stop(done.load(Ordering::Relaxed))
}
