//! tokio's side of the C# dialect's workloads.

use super::tokio::wake_self;
use crate::measure::{Measured, Stopwatch};
use crate::workload::Job;
use futures_util::future::join_all;
use std::hint::black_box;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{mpsc, oneshot};
use tokio::task::unconstrained;

pub(super) async fn run(job: Job) -> io::Result<Measured> {
    let watch = Stopwatch::start()?;
    let mut done = 0;
    for _ in 0..job.operations {
        done += tokio::spawn(async { 1 }).await.map_err(io::Error::other)?;
    }
    watch.stop(done)
}

/// The floor: an async fn that is ready is a call.
pub(super) async fn value_task(job: Job) -> io::Result<Measured> {
    async fn one(number: u64) -> u64 {
        u64::from(number < u64::MAX)
    }
    let watch = Stopwatch::start()?;
    let mut done = 0;
    for number in 0..job.operations {
        done += black_box(one(black_box(number)).await);
    }
    watch.stop(done)
}

/// Two tasks and a pair of oneshot channels for each trip, the next question's in the answer.
pub(super) async fn completion_source(job: Job) -> io::Result<Measured> {
    type Question = oneshot::Receiver<(u64, oneshot::Sender<Answer>)>;
    struct Answer {
        value: u64,
        next: oneshot::Sender<(u64, oneshot::Sender<Answer>)>,
    }
    let (mut ask, first): (_, Question) = oneshot::channel();
    let answers = tokio::spawn(async move {
        let mut question = first;
        while let Ok((value, answer)) = question.await {
            let (next, following) = oneshot::channel();
            question = following;
            _ = answer.send(Answer { value: value + 1, next });
        }
    });
    let watch = Stopwatch::start()?;
    let mut done = 0;
    for value in 0..job.operations {
        let (answer, answered) = oneshot::channel();
        _ = ask.send((value, answer));
        let answer = answered.await.map_err(io::Error::other)?;
        done += u64::from(answer.value == value + 1);
        ask = answer.next;
    }
    let measured = watch.stop(done)?;
    drop(ask);
    answers.await.map_err(io::Error::other)?;
    Ok(measured)
}

/// Unconstrained: once a task's budget is spent, every handle it polls says that it is pending, and
/// `join_all` polls all of them each time, which takes the square of their number.
pub(super) async fn when_all(job: Job) -> io::Result<Measured> {
    let watch = Stopwatch::start()?;
    let mut done = 0;
    for _ in 0..job.operations / job.batch {
        let tasks = (0..job.batch).map(|_| tokio::spawn(async { 1 }));
        for result in unconstrained(join_all(tasks)).await {
            done += result.map_err(io::Error::other)?;
        }
    }
    watch.stop(done)
}

pub(super) async fn unbounded(job: Job) -> io::Result<Measured> {
    let (to, mut values) = mpsc::unbounded_channel::<u64>();
    let watch = Stopwatch::start()?;
    tokio::spawn(async move {
        for value in 0..job.operations {
            _ = to.send(value);
        }
    });
    let mut done = 0;
    while values.recv().await.is_some() {
        done += 1;
    }
    watch.stop(done)
}

/// As many tasks as may run at once, which take one number after the other.
pub(super) async fn for_each(job: Job) -> io::Result<Measured> {
    let (next, done) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let watch = Stopwatch::start()?;
    let workers = (0..job.batch).map(|_| {
        let (next, done) = (next.clone(), done.clone());
        tokio::spawn(async move {
            while next.fetch_add(1, Ordering::Relaxed) < job.operations {
                wake_self().await;
                done.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    for worker in join_all(workers).await {
        worker.map_err(io::Error::other)?;
    }
    watch.stop(done.load(Ordering::Relaxed))
}
