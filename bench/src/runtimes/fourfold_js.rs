//! Fourfold: the JavaScript dialect, on its loop. The twin of `peers/node`.

use super::http;
use crate::deadlines;
use crate::measure::{Measured, Stopwatch};
use crate::runtime::announce;
use crate::workload::{HELLO, Job, Workload};
use fourfold::Result;
use fourfold::http::Client;
use fourfold::js::{self, Promise, Resolvers, async_fn};
use fourfold::net::TcpListener;
use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Runs `workload` as the main function of a program.
pub(super) fn run(workload: Workload, job: Job) -> io::Result<Measured> {
    let measured = match workload {
        Workload::JsAwaitNull => js::run(await_null(job)),
        Workload::JsAsyncFn => js::run(calls(job)),
        Workload::JsThen => js::run(then(job)),
        Workload::JsAll => js::run(all(job)),
        Workload::JsImmediate => js::run(immediate(job)),
        Workload::JsTimers => js::run(timers(job)),
        Workload::JsPending => js::run(pending(job)),
        Workload::JsParked => js::run(parked(job)),
        Workload::JsHttpHello => js::run(http_hello(job)),
        Workload::JsFetch => js::run(fetch(job)),
        other => return Err(io::Error::other(format!("no {}", other.as_str()))),
    };
    measured.map_err(|error| io::Error::other(error.into_std()))
}

async fn await_null(job: Job) -> Result<Measured> {
    let watch = Stopwatch::start()?;
    let mut done = 0;
    while done < job.operations {
        Promise::resolve(()).await?;
        done += 1;
    }
    Ok(watch.stop(done)?)
}

async fn one() -> Result<u64> {
    Promise::resolve(()).await?;
    Ok(1)
}

async fn calls(job: Job) -> Result<Measured> {
    let watch = Stopwatch::start()?;
    let mut done: u64 = 0;
    for _ in 0..job.operations {
        let call: Promise<u64> = async_fn(one());
        done += call.await?;
    }
    Ok(watch.stop(done)?)
}

async fn then(job: Job) -> Result<Measured> {
    let watch = Stopwatch::start()?;
    let mut promise: Promise<u64> = Promise::resolve(0);
    for _ in 0..job.operations {
        promise = promise.then(|done| Ok(done + 1));
    }
    Ok(watch.stop(promise.await?)?)
}

async fn all(job: Job) -> Result<Measured> {
    let watch = Stopwatch::start()?;
    let mut done = 0;
    for _ in 0..job.operations / job.batch {
        let calls = (0..job.batch).map(|_| -> Promise<u64> { async_fn(one()) });
        let results: Vec<u64> = Promise::all(calls).await?;
        done += results.into_iter().sum::<u64>();
    }
    Ok(watch.stop(done)?)
}

async fn immediate(job: Job) -> Result<Measured> {
    fn again(done: u64, operations: u64, end: Resolvers<u64>) {
        let done = done + 1;
        if done < operations {
            js::set_immediate(move || again(done, operations, end));
        } else {
            end.resolve(done);
        }
    }
    let watch = Stopwatch::start()?;
    let (done, end) = Promise::with_resolvers();
    js::set_immediate(move || again(0, job.operations, end));
    Ok(watch.stop(done.await?)?)
}

async fn timers(job: Job) -> Result<Measured> {
    let delays: Vec<Duration> = deadlines::whole_millis(job.operations).collect();
    let watch = Stopwatch::start()?;
    let (end, ended) = Promise::with_resolvers();
    let fired = Rc::new((Cell::new(0), ended));
    for delay in delays {
        let fired = Rc::clone(&fired);
        let callback = move || {
            let (done, ended) = &*fired;
            done.set(done.get() + 1);
            if done.get() == job.operations {
                ended.resolve(done.get());
            }
        };
        js::set_timeout(callback, delay);
    }
    Ok(watch.stop(end.await?)?)
}

async fn pending(job: Job) -> Result<Measured> {
    let watch = Stopwatch::start()?;
    let kept: Vec<(Promise<u64>, Resolvers<u64>)> =
        (0..job.operations).map(|_| Promise::with_resolvers()).collect();
    Ok(watch.stop(kept.len() as u64)?)
}

async fn parked(job: Job) -> Result<Measured> {
    type Kept = Rc<RefCell<Vec<Resolvers<u64>>>>;
    async fn park(kept: Kept) -> Result<u64> {
        let answer = Promise::new(|resolvers| {
            kept.borrow_mut().push(resolvers);
            Ok(())
        });
        answer.await
    }
    let kept = Kept::default();
    let watch = Stopwatch::start()?;
    while (kept.borrow().len() as u64) < job.operations {
        for _ in 0..job.batch {
            let _: Promise<u64> = async_fn(park(Rc::clone(&kept)));
        }
        Promise::resolve(()).await?;
    }
    let parked = kept.borrow().len() as u64;
    Ok(watch.stop(parked)?)
}

/// By the same hyper as elsewhere, an async function for each connection.
async fn http_hello(job: Job) -> Result<Measured> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let watch = announce(listener.local_addr()?.port())?;
    let done = Arc::new(AtomicU64::new(0));
    let mut connections: Vec<Promise<()>> = Vec::new();
    for _ in 0..job.batch {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let served = http::serve(stream, done.clone());
        connections.push(async_fn(async { Ok(served.await.map_err(io::Error::other)?) }));
    }
    let _: Vec<()> = Promise::all(connections).await?;
    Ok(watch.stop(done.load(Ordering::Relaxed))?)
}

/// By the client that keeps connections, as `fetch` does.
async fn fetch(job: Job) -> Result<Measured> {
    let client = Client::builder().idle_per_host(job.batch as usize).build();
    let port = job.server.ok_or_else(|| io::Error::other("--server names no port"))?;
    let url: Rc<str> = format!("http://127.0.0.1:{port}/").into();
    // As everybody's: the connections are made then.
    ask(&client, &url, job.batch, 2000).await?;
    let watch = Stopwatch::start()?;
    let done = ask(&client, &url, job.batch, job.operations).await?;
    Ok(watch.stop(done)?)
}

async fn ask(client: &Client, url: &Rc<str>, lanes: u64, count: u64) -> Result<u64> {
    let left = Rc::new(Cell::new(count));
    let lanes = (0..lanes).map(|_| -> Promise<u64> {
        let (client, url, left) = (client.clone(), Rc::clone(url), Rc::clone(&left));
        async_fn(async move {
            let mut done = 0;
            while left.get() > 0 {
                left.set(left.get() - 1);
                let response = client.get(&*url).await?;
                done += u64::from(response.text().await? == HELLO);
            }
            Ok(done)
        })
    });
    let results: Vec<u64> = Promise::all(lanes).await?;
    Ok(results.into_iter().sum())
}
