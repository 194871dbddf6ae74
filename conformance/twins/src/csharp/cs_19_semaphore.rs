use std::sync::{Arc, Mutex};
use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{CancellationTokenSource, SemaphoreSlim, Task, async_method};

use super::pool;
use super::show::{b, thrown};

fn done(tasks: [&Task; 3]) -> String {
    tasks.map(|task| b(task.is_completed())).join(" ")
}

#[derive(Clone)]
struct Line {
    gate: Arc<SemaphoreSlim>,
    order: Arc<Mutex<Vec<String>>>,
}

impl Line {
    fn waits(&self, number: usize) -> Task {
        let Line { gate, order } = self.clone();
        async_method(async move {
            gate.wait_async().await?;
            order.lock().unwrap().push(number.to_string());
            Ok(())
        })
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.order.lock().unwrap())
    }
}

fn counts() -> Result<()> {
    let semaphore = SemaphoreSlim::with_max(2, 3)?;
    println!("free: {}", semaphore.current_count());
    let [one, two, three] = [(); 3].map(|()| semaphore.wait_async());
    println!("three want two: {}, free {}", done([&one, &two, &three]), semaphore.current_count());
    println!("released, there were {}", semaphore.release()?);
    let in_time = three.wait_for(Duration::from_secs(10))?;
    println!("the third: {}, free {}", b(in_time), semaphore.current_count());
    println!(
        "released two, there were {}, free {}",
        semaphore.release_many(2)?,
        semaphore.current_count()
    );
    semaphore.release()?;
    println!(
        "above the maximum: {}, free {}",
        thrown(|| semaphore.release()),
        semaphore.current_count()
    );
    println!("release none: {}", thrown(|| semaphore.release_many(0)));
    println!(
        "made badly: {}, does not compile, {}",
        thrown(|| SemaphoreSlim::with_max(4, 3)),
        thrown(|| SemaphoreSlim::with_max(0, 0))
    );
    Ok(())
}

fn program() -> Result<()> {
    counts()?;

    // Who waits is served in the order they came.
    let line = Line { gate: Arc::new(SemaphoreSlim::new(0)?), order: Arc::default() };
    let gate = line.gate.clone();
    let waits: Vec<_> = (0..5).map(|number| line.waits(number)).collect();
    for wait in waits {
        gate.release()?;
        wait.wait()?;
    }
    println!("in order: {}", line.take().join(","));

    // Those released at once go on from the pool, not within the release.
    pool::hold();
    for number in 0..3 {
        line.waits(number);
    }
    gate.release_many(3)?;
    println!("within the release: {}", line.take().len());
    pool::run_queued();
    println!("on the pool: {}", line.take().join(","));

    // With a limit, and with a token: who gives up leaves the line and takes no permit.
    let now = || -> Result<_> { gate.wait_async_for(Duration::ZERO).result() };
    println!("at once: {} {}", b(gate.wait_for(Duration::ZERO)?), b(now()?));
    gate.release()?;
    println!("at once, if there is one: {}, left {}", b(now()?), gate.current_count());
    let source = CancellationTokenSource::new();
    let cancelled = gate.wait_async_with(None, source.token());
    let behind = gate.wait_async();
    source.cancel()?;
    pool::run_queued();
    println!("cancelled: {:?}", cancelled.status());
    gate.release()?;
    pool::run_queued();
    println!("behind it: {:?}, left {}", behind.status(), gate.current_count());
    println!(
        "a permit and a cancelled token: {} {:?} left {}",
        gate.release()?,
        gate.wait_async_with(None, source.token()).status(),
        gate.current_count()
    );
    println!("blocking: {}", thrown(|| gate.wait_with(None, &source.token())));
    gate.wait()?;

    // The handle: set while there are permits; waiting for it takes none.
    let handle = gate.available_wait_handle()?;
    let set = || b(handle.wait_one_for(Duration::ZERO));
    println!("handle: {}", set());
    gate.release()?;
    println!("handle: {}, left {}", set(), gate.current_count());
    gate.dispose();
    println!(
        "disposed: {} {} {}",
        thrown(|| gate.wait()),
        thrown(|| gate.wait_async().get_result()),
        thrown(|| gate.release())
    );
    Ok(())
}

pub(crate) fn run() {
    pool::run(|| program().expect("it handles what it raises"));
}
