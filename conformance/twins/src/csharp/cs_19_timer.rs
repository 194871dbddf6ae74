use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{
    self, CancellationToken, CancellationTokenSource, SemaphoreSlim, Task, Timer,
};

use super::show::{b, end, thrown};
use super::threading::Event;

const fn ms(milliseconds: u64) -> Option<Duration> {
    Some(Duration::from_millis(milliseconds))
}

fn never() {
    println!("never");
}

// Timer, and a loop of ticks made of it: what PeriodicTimer does in later versions, and here.

struct Ticks {
    tick: Arc<SemaphoreSlim>,
    _timer: Timer,
}

impl Ticks {
    fn new(milliseconds: u64) -> Result<Ticks> {
        let tick = Arc::new(SemaphoreSlim::with_max(0, 1)?);
        let ticks = tick.clone();
        let callback = move || Ticks::tick(&ticks);
        let timer = Timer::new(callback, ms(milliseconds), ms(milliseconds))?;
        Ok(Ticks { tick, _timer: timer })
    }

    /// Ticks that nobody waited for count as one.
    fn tick(tick: &SemaphoreSlim) {
        // One that is full says so, and that is all.
        let _ = tick.release();
    }

    fn wait_for_next_tick(&self, token: CancellationToken) -> Task<bool> {
        self.tick.wait_async_with(None, token)
    }
}

async fn fire() -> Result<()> {
    // Once, again and again, changed, stopped.
    let fired = Arc::new(SemaphoreSlim::new(0)?);
    let (fires, state) = (fired.clone(), "a state");
    let callback = move || {
        println!("once, given {state}");
        fires.release().expect("it has no maximum");
    };
    let once = Timer::new(callback, ms(1), None)?;
    fired.wait_async().await?;
    once.change(ms(1), None)?;
    fired.wait_async().await?;
    drop(once);
    let (fires, count) = (fired.clone(), AtomicUsize::new(0));
    let callback = move || {
        if count.fetch_add(1, Ordering::Relaxed) < 3 {
            fires.release().expect("it has no maximum");
        }
    };
    let repeated = Timer::new(callback, ms(1), ms(1))?;
    for _ in 0..3 {
        fired.wait_async().await?;
    }
    drop(repeated);
    println!("three times");
    let idle = Timer::new(never, None, ms(1))?;
    println!("changed: {}", b(idle.change(ms(60_000), ms(60_000))?));
    drop(idle);
    let gone = Timer::new(never, ms(60_000), ms(1))?;
    gone.dispose();
    gone.dispose();
    println!("disposed: {}", thrown(|| gone.change(ms(1), ms(1))));
    println!("made badly: does not compile");
    Ok(())
}

async fn dispose() -> Result<()> {
    // Disposal that waits for a callback that runs.
    let (begun, go_on) = (Arc::new(Event::new()), Arc::new(Event::new()));
    let ended = Arc::new(AtomicBool::new(false));
    let (begins, waits, ends) = (begun.clone(), go_on.clone(), ended.clone());
    let callback = move || {
        begins.set();
        waits.wait();
        ends.store(true, Ordering::SeqCst);
    };
    let running = Timer::new(callback, ms(0), None)?;
    begun.wait();
    let disposal = running.dispose_async();
    println!("while it runs: {}", b(disposal.is_completed()));
    go_on.set();
    disposal.await?;
    println!("after it: {}", b(ended.load(Ordering::SeqCst)));
    Ok(())
}

async fn program() -> Result<()> {
    fire().await?;
    dispose().await?;

    // A loop of ticks.
    let none = CancellationToken::none;
    let ticks = Ticks::new(2)?;
    for i in 1..=3 {
        ticks.wait_for_next_tick(none()).await?;
        println!("tick {i}");
    }
    drop(ticks);
    let slow = Ticks::new(60_000)?;
    for _ in 0..3 {
        Ticks::tick(&slow.tick);
    }
    slow.wait_for_next_tick(none()).await?;
    let next = slow.wait_for_next_tick(none());
    println!("three missed count as one: {}", b(!next.is_completed()));
    let source = CancellationTokenSource::new();
    let cancelled = slow.wait_for_next_tick(source.token());
    source.cancel()?;
    println!("cancelled: {}", end(&cancelled).await?);
    Ok(())
}

pub(crate) fn run() {
    csharp::run(program()).expect("it handles what it raises");
}
