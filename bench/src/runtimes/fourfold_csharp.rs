//! Fourfold: the C# dialect, on a pool of two threads. The twin of `peers/dotnet`.

use crate::measure::{Measured, Stopwatch};
use crate::workload::{Job, Workload};
use fourfold::Result;
use fourfold::csharp::{Builder, Channel, Task, TaskCompletionSource, ValueTask, async_method};
use std::hint::black_box;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Runs `workload` on the pool, as in a server.
pub(super) fn run(workload: Workload, job: Job) -> io::Result<Measured> {
    let measured = Arc::new(Mutex::new(None));
    let slot = measured.clone();
    let main = async move {
        let measured = match workload {
            Workload::CsRun => tasks(job).await,
            Workload::CsValueTask => value_task(job).await,
            Workload::CsTcs => completion_source(job).await,
            Workload::CsWhenAll => when_all(job).await,
            Workload::CsChannelBounded => through(bounded(), job).await,
            Workload::CsChannelUnbounded => through(Channel::create_unbounded(), job).await,
            Workload::CsForEach => for_each(job).await,
            other => {
                let text = format!("{} is no workload of this dialect", other.as_str());
                Err(fourfold::Error::msg(text))
            }
        }?;
        *slot.lock().expect("nobody panics with it") = Some(measured);
        Ok(())
    };
    let ran = Builder::new().workers(2).run(async { Task::run(main).await });
    ran.map_err(|error| io::Error::other(error.into_std()))?;
    let measured = measured.lock().expect("nobody panics with it").take();
    measured.ok_or_else(|| io::Error::other("nothing was measured"))
}

async fn tasks(job: Job) -> Result<Measured> {
    let watch = Stopwatch::start()?;
    let mut done = 0;
    for _ in 0..job.operations {
        done += Task::run(|| Ok(1)).await?;
    }
    Ok(watch.stop(done)?)
}

async fn value_task(job: Job) -> Result<Measured> {
    fn one(number: u64) -> ValueTask<u64> {
        ValueTask::from_result(u64::from(number < u64::MAX))
    }
    let watch = Stopwatch::start()?;
    let mut done = 0;
    for number in 0..job.operations {
        done += black_box(one(black_box(number)).await?);
    }
    Ok(watch.stop(done)?)
}

/// A question, and where its answer goes.
type Question = (u64, TaskCompletionSource<Answer>);

/// An answer, and where the next question goes.
#[derive(Clone)]
struct Answer {
    value: u64,
    next: TaskCompletionSource<Question>,
}

async fn completion_source(job: Job) -> Result<Measured> {
    let mut ask = TaskCompletionSource::<Question>::new();
    let mut asked = ask.task();
    let answers = async_method(async move {
        for _ in 0..job.operations {
            let (value, answer) = asked.await?;
            let next = TaskCompletionSource::new();
            asked = next.task();
            answer.set_result(Answer { value: value + 1, next })?;
        }
        Ok(())
    });
    let watch = Stopwatch::start()?;
    let mut done = 0;
    for value in 0..job.operations {
        let answer = TaskCompletionSource::new();
        let answered = answer.task();
        ask.set_result((value, answer))?;
        let answer = answered.await?;
        done += u64::from(answer.value == value + 1);
        ask = answer.next;
    }
    let measured = watch.stop(done)?;
    answers.await?;
    Ok(measured)
}

async fn when_all(job: Job) -> Result<Measured> {
    let watch = Stopwatch::start()?;
    let mut done = 0;
    for _ in 0..job.operations / job.batch {
        let tasks = Task::when_all((0..job.batch).map(|_| Task::run(|| Ok(1_u64))));
        done += tasks.await?.into_iter().sum::<u64>();
    }
    Ok(watch.stop(done)?)
}

fn bounded() -> Channel<u64> {
    Channel::create_bounded(1024)
}

/// One writes, one reads.
async fn through(channel: Channel<u64>, job: Job) -> Result<Measured> {
    let (to, from) = (channel.writer(), channel.reader());
    let watch = Stopwatch::start()?;
    let writes = Task::run(async move {
        for value in 0..job.operations {
            to.write_async(value).await?;
        }
        to.complete()
    });
    let mut done = 0;
    while from.wait_to_read_async().await? {
        while from.try_read().is_some() {
            done += 1;
        }
    }
    writes.await?;
    Ok(watch.stop(done)?)
}

async fn for_each(job: Job) -> Result<Measured> {
    let (next, done) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let watch = Stopwatch::start()?;
    let workers = (0..job.batch).map(|_| {
        let (next, done) = (next.clone(), done.clone());
        Task::run(async move {
            while next.fetch_add(1, Ordering::Relaxed) < job.operations {
                Task::yield_now().await;
                done.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        })
    });
    Task::when_all(workers.collect::<Vec<_>>()).await?;
    Ok(watch.stop(done.load(Ordering::Relaxed))?)
}
