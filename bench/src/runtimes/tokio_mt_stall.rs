//! tokio on two workers, one of which is held.

use crate::measure::Measured;
use crate::stall::{Beats, Hold, Holder, Record, TICKS, WAITERS, Waiters};
use crate::workload::Job;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// Runs one of the `stall_` workloads; on a worker.
pub(super) async fn run(waiters: Waiters, hold: Hold, job: Job) -> io::Result<Measured> {
    let holder = Holder::new(hold);
    let mut record = Record::start()?;
    for held in Record::phases(job) {
        phase(&mut record, waiters, held.then_some(holder)).await?;
    }
    record.finish()
}

async fn phase(record: &mut Record, waiters: Waiters, holder: Option<Holder>) -> io::Result<()> {
    let (beats, over) = (Beats::new(), Arc::new(AtomicBool::new(false)));
    let mut tasks = Vec::new();
    for waiter in 0..WAITERS {
        let beats = beats.clone();
        match waiters {
            Waiters::New => tasks.push(tokio::spawn(starting(beats, waiter))),
            Waiters::Channel => tasks.extend(at_channel(beats, waiter)),
            _ => tasks.push(tokio::spawn(async move {
                for tick in 0..TICKS {
                    due(&beats, waiter, tick).await;
                    beats.answer(waiter, tick);
                }
            })),
        }
    }
    let held = holder.map(|holder| {
        let (beats, over) = (beats.clone(), over.clone());
        tokio::spawn(async move {
            sleep(beats.until_begin()).await;
            while !over.load(Ordering::Relaxed) {
                holder.hold();
                sleep(beats.pause()).await;
            }
        })
    });
    for task in tasks {
        task.await.map_err(io::Error::other)?;
    }
    over.store(true, Ordering::Relaxed);
    if let Some(held) = held {
        held.await.map_err(io::Error::other)?;
    }
    record.add(&beats, holder.is_some());
    Ok(())
}

async fn due(beats: &Beats, waiter: u64, tick: u64) {
    if let Some(nap) = beats.until(waiter, tick) {
        sleep(nap).await;
    }
}

async fn starting(beats: Arc<Beats>, waiter: u64) {
    let mut tasks = Vec::with_capacity(TICKS as usize);
    for tick in 0..TICKS {
        due(&beats, waiter, tick).await;
        let beats = beats.clone();
        tasks.push(tokio::spawn(async move { beats.answer(waiter, tick) }));
    }
    for task in tasks {
        _ = task.await;
    }
}

fn at_channel(beats: Arc<Beats>, waiter: u64) -> [JoinHandle<()>; 2] {
    let (to, mut ticks) = mpsc::channel(64);
    let clock = beats.clone();
    [
        tokio::spawn(async move {
            while let Some(tick) = ticks.recv().await {
                beats.answer(waiter, tick);
            }
        }),
        tokio::spawn(async move {
            for tick in 0..TICKS {
                due(&clock, waiter, tick).await;
                _ = to.send(tick).await;
            }
        }),
    ]
}
