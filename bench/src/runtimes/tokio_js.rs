//! tokio's side of the JavaScript dialect's workloads: one thread, a `LocalSet`.
//!
//! What begins at once in JavaScript, a call of an async function, is a spawned task here; what
//! many may await there is its handle.

use super::http;
use super::tokio::{block_on, wake_self};
use crate::deadlines;
use crate::measure::{Measured, Stopwatch};
use crate::runtime::announce;
use crate::workload::{HELLO, Job, Workload};
use futures_util::future::join_all;
use http_body_util::{BodyExt, Empty};
use hyper::Uri;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{spawn_local, unconstrained, yield_now};

/// Runs `workload` in a task of the set, as the rest of a program would be.
pub(super) fn run(workload: Workload, job: Job) -> io::Result<Measured> {
    block_on(async move {
        let task = match workload {
            Workload::JsAwaitNull => spawn_local(await_null(job)),
            Workload::JsAsyncFn => spawn_local(async_fn(job)),
            Workload::JsThen => spawn_local(then(job)),
            Workload::JsAll => spawn_local(all(job)),
            Workload::JsImmediate => spawn_local(immediate(job)),
            Workload::JsTimers => spawn_local(timers(job)),
            Workload::JsPending => spawn_local(pending(job)),
            Workload::JsParked => spawn_local(parked(job)),
            Workload::JsHttpHello => spawn_local(http_hello(job)),
            Workload::JsFetch => spawn_local(fetch(job)),
            other => return Err(io::Error::other(format!("no {}", other.as_str()))),
        };
        task.await.map_err(io::Error::other)?
    })?
}

async fn await_null(job: Job) -> io::Result<Measured> {
    let watch = Stopwatch::start()?;
    let mut done = 0;
    while done < job.operations {
        wake_self().await;
        done += 1;
    }
    watch.stop(done)
}

async fn one() -> u64 {
    wake_self().await;
    1
}

async fn async_fn(job: Job) -> io::Result<Measured> {
    let watch = Stopwatch::start()?;
    let mut done = 0;
    for _ in 0..job.operations {
        done += spawn_local(one()).await?;
    }
    watch.stop(done)
}

/// Each link is a task that awaits the handle of the one before.
async fn then(job: Job) -> io::Result<Measured> {
    let watch = Stopwatch::start()?;
    let mut last = spawn_local(async { Ok(0) });
    for _ in 0..job.operations {
        let before = last;
        last = spawn_local(async move { Ok::<u64, io::Error>(before.await?? + 1) });
    }
    watch.stop(last.await??)
}

/// Unconstrained, as in the C# dialect's workload of this kind.
async fn all(job: Job) -> io::Result<Measured> {
    let watch = Stopwatch::start()?;
    let mut done = 0;
    for _ in 0..job.operations / job.batch {
        let tasks = (0..job.batch).map(|_| spawn_local(one()));
        for result in unconstrained(join_all(tasks)).await {
            done += result?;
        }
    }
    watch.stop(done)
}

/// `yield_now` comes back when the driver has been polled, which is when an immediate runs.
async fn immediate(job: Job) -> io::Result<Measured> {
    let watch = Stopwatch::start()?;
    let mut done = 0;
    while done < job.operations {
        yield_now().await;
        done += 1;
    }
    watch.stop(done)
}

/// A task for each timer, since none takes a callback.
async fn timers(job: Job) -> io::Result<Measured> {
    let delays: Vec<Duration> = deadlines::whole_millis(job.operations).collect();
    let done = Rc::new(Cell::new(0));
    let (ended, end) = oneshot::channel();
    let ended = Rc::new(Cell::new(Some(ended)));
    let watch = Stopwatch::start()?;
    for delay in delays {
        let (done, ended) = (Rc::clone(&done), Rc::clone(&ended));
        spawn_local(async move {
            tokio::time::sleep(delay).await;
            done.set(done.get() + 1);
            if done.get() == job.operations
                && let Some(ended) = ended.take()
            {
                _ = ended.send(());
            }
        });
    }
    end.await.map_err(io::Error::other)?;
    watch.stop(done.get())
}

async fn pending(job: Job) -> io::Result<Measured> {
    let watch = Stopwatch::start()?;
    let kept: Vec<_> = (0..job.operations).map(|_| oneshot::channel::<u64>()).collect();
    watch.stop(kept.len() as u64)
}

async fn parked(job: Job) -> io::Result<Measured> {
    let parked = Rc::new(Cell::new(0));
    let watch = Stopwatch::start()?;
    let mut senders = Vec::new();
    while parked.get() < job.operations {
        for _ in 0..job.batch {
            let (sender, receiver) = oneshot::channel::<u64>();
            senders.push(sender);
            let parked = Rc::clone(&parked);
            spawn_local(async move {
                parked.set(parked.get() + 1);
                _ = receiver.await;
            });
        }
        while parked.get() < senders.len() as u64 {
            yield_now().await;
        }
    }
    watch.stop(parked.get())
}

async fn http_hello(job: Job) -> io::Result<Measured> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let watch = announce(listener.local_addr()?.port())?;
    let done = Arc::new(AtomicU64::new(0));
    let mut tasks = Vec::new();
    for _ in 0..job.batch {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tasks.push(spawn_local(http::serve(TokioIo::new(stream), done.clone())));
    }
    for task in tasks {
        task.await?.map_err(io::Error::other)?;
    }
    watch.stop(done.load(Ordering::Relaxed))
}

/// By hyper's client with a pool, which keeps connections as `fetch` does.
async fn fetch(job: Job) -> io::Result<Measured> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let port = job.server.ok_or_else(|| io::Error::other("--server names no port"))?;
    let uri: Uri = format!("http://127.0.0.1:{port}/").parse().map_err(io::Error::other)?;
    // As everybody's: the connections are made then.
    ask(&client, &uri, job.batch, 2000).await?;
    let watch = Stopwatch::start()?;
    let done = ask(&client, &uri, job.batch, job.operations).await?;
    watch.stop(done)
}

async fn ask(
    client: &Client<HttpConnector, Empty<Bytes>>,
    uri: &Uri,
    lanes: u64,
    count: u64,
) -> io::Result<u64> {
    let left = Rc::new(Cell::new(count));
    let lanes = (0..lanes).map(|_| {
        let (client, uri, left) = (client.clone(), uri.clone(), Rc::clone(&left));
        spawn_local(async move {
            let mut done = 0;
            while left.get() > 0 {
                left.set(left.get() - 1);
                let answer = client.get(uri.clone()).await.map_err(io::Error::other)?;
                let body = answer.into_body().collect().await.map_err(io::Error::other)?;
                done += u64::from(body.to_bytes() == HELLO.as_bytes());
            }
            Ok::<u64, io::Error>(done)
        })
    });
    let mut done = 0;
    for lane in join_all(lanes).await {
        done += lane??;
    }
    Ok(done)
}
