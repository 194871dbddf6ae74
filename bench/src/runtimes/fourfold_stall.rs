//! Fourfold: the Go dialect beside a worker that is held.

use crate::measure::Measured;
use crate::stall::{Beats, Hold, Holder, Record, TICKS, WAITERS, Waiters};
use crate::workload::Job;
use fourfold::go::{self, Goroutine, Spawn, chan, time};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::{self, ThreadId};

/// Runs one of the `stall_` workloads; called in a goroutine.
pub(super) fn run(waiters: Waiters, hold: Hold, job: Job) -> io::Result<Measured> {
    let holder = Holder::new(hold);
    let mut record = Record::start()?;
    for held in Record::phases(job) {
        let beats = Beats::new();
        match waiters {
            Waiters::Channel => at_channels(&beats, held.then_some(holder))?,
            _ => at_timers(&beats, waiters, held.then_some(holder))?,
        }
        record.add(&beats, held);
    }
    record.finish()
}

/// A goroutine that holds its worker again and again, from the first tick on.
fn hold(holder: Holder, beats: &Arc<Beats>, over: &Arc<AtomicBool>) {
    time::sleep(beats.until_begin());
    while !over.load(Ordering::Relaxed) {
        holder.hold();
        time::sleep(beats.pause());
    }
}

fn join<T: Send + 'static>(tasks: Vec<Goroutine<T>>) -> io::Result<()> {
    for task in tasks {
        task.join().map_err(|error| io::Error::other(error.to_string()))?;
    }
    Ok(())
}

fn at_timers(beats: &Arc<Beats>, waiters: Waiters, holder: Option<Holder>) -> io::Result<()> {
    let over = Arc::new(AtomicBool::new(false));
    let tasks = (0..WAITERS).map(|waiter| {
        let beats = beats.clone();
        match waiters {
            Waiters::New => go::go(starting(beats, waiter)),
            Waiters::All => movable().go(move || sleeping(&beats, waiter)),
            Waiters::Started => go::go(move || sleeping(&beats, waiter)),
            Waiters::Future | Waiters::Channel => go::go(async move {
                for tick in 0..TICKS {
                    if let Some(nap) = beats.until(waiter, tick) {
                        time::sleep_async(nap).await;
                    }
                    beats.answer(waiter, tick);
                }
            }),
        }
    });
    let tasks: Vec<_> = tasks.collect();
    let held = holder.map(|holder| {
        let (beats, over) = (beats.clone(), over.clone());
        go::go(move || hold(holder, &beats, &over))
    });
    join(tasks)?;
    over.store(true, Ordering::Relaxed);
    join(held.into_iter().collect())
}

fn sleeping(beats: &Beats, waiter: u64) {
    for tick in 0..TICKS {
        if let Some(nap) = beats.until(waiter, tick) {
            time::sleep(nap);
        }
        beats.answer(waiter, tick);
    }
}

#[allow(unsafe_code)]
fn movable() -> Spawn {
    // SAFETY: what these goroutines run is `sleeping`. While it waits in `time::sleep` its stack
    // holds a reference to `Beats`, which is `Sync`, and numbers; it uses no thread-local variable
    // before and after, and catches no panic.
    unsafe { Spawn::new().may_move() }
}

/// Starts a goroutine for each tick. This one is a future, so that it is not stuck itself.
async fn starting(beats: Arc<Beats>, waiter: u64) {
    let mut tasks = Vec::with_capacity(TICKS as usize);
    for tick in 0..TICKS {
        if let Some(nap) = beats.until(waiter, tick) {
            time::sleep_async(nap).await;
        }
        let beats = beats.clone();
        tasks.push(go::go(move || beats.answer(waiter, tick)));
    }
    for task in tasks {
        _ = task.await;
    }
}

fn at_channels(beats: &Arc<Beats>, holder: Option<Holder>) -> io::Result<()> {
    let over = Arc::new(AtomicBool::new(false));
    let held = on_another_worker({
        let (beats, over) = (beats.clone(), over.clone());
        move || {
            if let Some(holder) = holder {
                hold(holder, &beats, &over);
            }
        }
    })?;
    let here = thread::current().id();
    let stay = chan::make::<()>(0);
    let mut tasks = Vec::new();
    for waiter in 0..WAITERS {
        let ticks = chan::make::<u64>(64);
        let (to, clock) = (ticks.clone(), beats.clone());
        let beats = beats.clone();
        if waiter % 2 == 0 {
            tasks.push(go::go(async move {
                while let Some(tick) = ticks.recv_async().await {
                    beats.answer(waiter, tick);
                }
            }));
        } else {
            tasks.push(on_worker(here, &stay, move || {
                ticks.iter().for_each(|tick| beats.answer(waiter, tick));
            })?);
        }
        tasks.push(go::go(async move {
            for tick in 0..TICKS {
                if let Some(nap) = clock.until(waiter, tick) {
                    time::sleep_async(nap).await;
                }
                to.send_async(tick).await;
            }
            to.close();
        }));
    }
    join(tasks)?;
    stay.close();
    over.store(true, Ordering::Relaxed);
    join(vec![held])
}

/// Starts a goroutine on another worker than the one this is called on: this one blocks until
/// another has taken it.
fn on_another_worker(body: impl FnOnce() + Send + 'static) -> io::Result<Goroutine<()>> {
    let (tell, told) = mpsc::channel();
    let task = go::go(move || {
        _ = tell.send(thread::current().id());
        body();
    });
    match told.recv() {
        Ok(thread) if thread != thread::current().id() => Ok(task),
        _ => Err(io::Error::other("no other worker took a goroutine")),
    }
}

/// Starts a stackful goroutine on the worker of this thread, which is the caller's. If it begins on
/// another it waits there until `stay` is closed, so that the next is not sent there for balance.
fn on_worker(
    here: ThreadId,
    stay: &chan::Chan<()>,
    body: impl FnOnce() + Send + Clone + 'static,
) -> io::Result<Goroutine<()>> {
    for _ in 0..1000 {
        let (placed, body) = (chan::make::<bool>(1), body.clone());
        let (tell, stay) = (placed.clone(), stay.clone());
        let task = go::go(move || {
            let right = thread::current().id() == here;
            tell.send(right);
            if right {
                body();
            } else {
                stay.recv();
            }
        });
        if placed.recv() == Some(true) {
            return Ok(task);
        }
    }
    Err(io::Error::other("no goroutine stays on its worker"))
}
