use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use fourfold::Result;
use fourfold::csharp::{
    self, CancellationToken, CancellationTokenSource, SemaphoreSlim, Task, TaskCompletionSource,
    async_method,
};

use super::show::{b, end, exception, of_some};

// For each of many an asynchronous body, so many at once: by hand, what Parallel.ForEachAsync does in later
// versions.

async fn worker<I, B, F>(
    values: Arc<Mutex<I>>,
    body: B,
    stop: Arc<CancellationTokenSource>,
) -> Result<()>
where
    I: Iterator<Item = i32> + Send,
    B: Fn(i32, CancellationToken) -> F,
    F: Future<Output = Result<()>>,
{
    let works = async {
        loop {
            stop.token().throw_if_cancellation_requested()?;
            let Some(value) = ({ values.lock().unwrap().next() }) else { return Ok(()) };
            body(value, stop.token()).await?;
        }
    };
    let worked = works.await;
    if worked.is_err() {
        stop.cancel()?;
    }
    worked
}

fn for_each<I, B, F>(values: I, degree: usize, body: B, token: CancellationToken) -> Task
where
    I: Iterator<Item = i32> + Send + 'static,
    B: Fn(i32, CancellationToken) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<()>> + Send + 'static,
{
    let values = Arc::new(Mutex::new(values));
    async_method(async move {
        let stop = CancellationTokenSource::create_linked_token_source([token.clone()]);
        let stop = Arc::new(stop);
        let workers =
            (0..degree).map(|_| Task::run(worker(values.clone(), body.clone(), stop.clone())));
        match Task::when_all(workers).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_cancelled() => {
                token.throw_if_cancellation_requested()?;
                Err(error)
            }
            Err(error) => Err(error),
        }
    })
}

#[derive(Default)]
struct Running {
    now: usize,
    most: usize,
    sum: i32,
}

async fn together() -> Result<()> {
    let none = CancellationToken::none;
    let guard = Arc::new(Mutex::new(Running::default()));
    let counts = guard.clone();
    let body = move |value, _| {
        let counts = counts.clone();
        async move {
            {
                let mut running = counts.lock().unwrap();
                running.now += 1;
                running.most = running.most.max(running.now);
            }
            Task::yield_now().await;
            let mut running = counts.lock().unwrap();
            running.sum += value;
            running.now -= 1;
            Ok(())
        }
    };
    for_each(1..101, 3, body, none()).await?;
    let (sum, most) = {
        let running = guard.lock().unwrap();
        (running.sum, running.most)
    };
    println!("all: {sum}, more than three at once {}", b(most > 3));

    // Three have met, so three do run at once.
    let three = Arc::new(SemaphoreSlim::new(0)?);
    let come = Arc::new(AtomicUsize::new(0));
    let body = move |_, _| {
        let (three, come) = (three.clone(), come.clone());
        async move {
            if come.fetch_add(1, Ordering::SeqCst) + 1 == 3 {
                three.release_many(3)?;
            }
            three.wait_async().await
        }
    };
    for_each(0..3, 3, body, none()).await?;
    println!("three have met");

    // One at a time: in order.
    let order = Arc::new(Mutex::new(Vec::new()));
    let adds = order.clone();
    let body = move |value: i32, _| {
        let adds = adds.clone();
        async move {
            Task::yield_now().await;
            adds.lock().unwrap().push(value.to_string());
            Ok(())
        }
    };
    for_each(0..5, 1, body, none()).await?;
    println!("one at a time: {}", order.lock().unwrap().join(","));
    Ok(())
}

#[derive(Default)]
struct Begun {
    values: usize,
    told: bool,
}

async fn failing() -> Result<()> {
    // A failure: the others are told, no more are begun, and what runs is waited for.
    let begun = Arc::new(Mutex::new(Begun::default()));
    let notes = begun.clone();
    let body = move |value, token: CancellationToken| {
        let notes = notes.clone();
        async move {
            notes.lock().unwrap().values += 1;
            if value != 0 {
                return Err(exception(&format!("of {value}")));
            }
            let gate = TaskCompletionSource::new();
            let opened = gate.task();
            let registration = token.register(move || gate.set_result(()));
            opened.await?;
            drop(registration);
            notes.lock().unwrap().told = true;
            Ok(())
        }
    };
    let failed = for_each(0..100, 2, body, CancellationToken::none());
    let end_of_it = end(&failed).await?;
    {
        let begun = begun.lock().unwrap();
        println!("{end_of_it}, begun {}, told {}", begun.values, b(begun.told));
    }
    println!("{}", of_some(failed.exception()));
    Ok(())
}

async fn program() -> Result<()> {
    together().await?;
    failing().await?;

    // A token.
    let source = Arc::new(CancellationTokenSource::new());
    let count = Arc::new(AtomicUsize::new(0));
    let (cancels, counts) = (source.clone(), count.clone());
    let body = move |_, _| {
        let (cancels, counts) = (cancels.clone(), counts.clone());
        async move {
            if counts.fetch_add(1, Ordering::SeqCst) + 1 == 5 {
                cancels.cancel()?;
            }
            Task::yield_now().await;
            Ok(())
        }
    };
    let cancelled = for_each(0..1000, 1, body, source.token());
    println!("{} after {}", end(&cancelled).await?, count.load(Ordering::SeqCst));
    let never = |_, _| async {
        println!("never");
        Ok(())
    };
    let before = for_each(1..2, 1, never, source.token());
    println!("cancelled before: {}", end(&before).await?);
    let none = for_each(0..0, 4, never, CancellationToken::none());
    println!("none: {}", end(&none).await?);
    Ok(())
}

pub(crate) fn run() {
    csharp::run(program()).expect("it handles what it raises");
}
