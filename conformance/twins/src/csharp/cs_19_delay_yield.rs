use std::sync::Arc;
use std::time::{Duration, Instant};

use fourfold::Result;
use fourfold::csharp::{
    self, Awaiter, CancellationTokenSource, Pump, Task, TaskCompletionSource, async_method,
};

use super::show::{Log, b, end};

const MINUTE: Duration = Duration::from_secs(60);

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

async fn first(one: &Task, other: &Task) -> Result<Task> {
    Task::when_any([one.clone(), other.clone()])?.await
}

async fn turns(log: Arc<Log>, name: &str) -> Result<()> {
    for i in 1..=3 {
        log.add(format!("{name}{i} "));
        Task::yield_now().await;
    }
    Ok(())
}

async fn program() -> Result<()> {
    // The shorter one ends first, whichever was made first, and none too early.
    let begun = Instant::now();
    let stop = CancellationTokenSource::new();
    let late = Task::delay_with(MINUTE, stop.token());
    let soon = Task::delay_with(ms(20), stop.token());
    let shorter = first(&late, &soon).await? == soon;
    println!("the shorter one: {}, too early {}", b(shorter), b(begun.elapsed() < ms(19)));

    println!(
        "none: {}, for ever: {:?}",
        b(Task::delay(Duration::ZERO).is_completed()),
        Task::delay(Duration::MAX).status()
    );
    println!("a negative one: does not compile");
    println!("a time span: {}", end(&Task::delay(ms(1))).await?);
    println!("too long: {:?}", Task::delay(50 * 24 * 60 * MINUTE).status());

    // Cancelled: at once, and within the call that cancels.
    let source = CancellationTokenSource::new();
    let delay = Task::delay_with(MINUTE, source.token());
    println!("before: {:?}", delay.status());
    source.cancel()?;
    println!("cancelled: {}", end(&delay).await?);
    println!("a cancelled token: {:?}", Task::delay_with(MINUTE, source.token()).status());
    println!("of none: {:?}", Task::delay_with(Duration::ZERO, source.token()).status());
    // Cancelled when it has ended: nothing.
    let after = CancellationTokenSource::new();
    let ended = Task::delay_with(ms(1), after.token());
    (&ended).await?;
    after.cancel()?;
    println!("cancelled late: {:?}", ended.status());

    // A yield is never complete, and goes to the end of the line.
    println!("yield: {}", b(Task::yield_now().get_awaiter().is_completed()));
    Pump::new().run(async {
        let log = Arc::new(Log::new());
        Task::when_all(["a", "b", "c"].map(|name| async_method(turns(log.clone(), name)))).await?;
        println!("in turn: {}", log.take().concat());
        Ok(())
    })?;

    // A race between an operation and a limit, by hand.
    let never = TaskCompletionSource::new();
    let limit = Task::delay_with(ms(10), stop.token());
    println!("the limit wins: {}", b(first(&never.task(), &limit).await? == limit));
    let quick = Task::completed_task();
    let limit = Task::delay_with(MINUTE, stop.token());
    println!("the operation wins: {}", b(first(&quick, &limit).await? == quick));
    stop.cancel()
}

pub(crate) fn run() {
    csharp::run(program()).expect("it handles what it raises");
}
