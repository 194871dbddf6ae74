//! tokio on two workers: its slot for the task woken last.

use crate::lifo::{BEFORE, QUIET, Switches, Waits};
use crate::measure::Measured;
use crate::stall::{Hold, Holder};
use crate::workload::Job;
use std::io;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// One task wakes another and then computes; how long the other waits.
pub(super) async fn stranded(job: Job) -> io::Result<Measured> {
    let (before, holder) = (Holder::lasting(Hold::Loop, BEFORE), Holder::new(Hold::Loop));
    let (there, mut from) = mpsc::channel::<Instant>(1);
    let (to, mut back) = mpsc::channel::<Duration>(1);
    tokio::spawn(async move {
        while let Some(ready) = from.recv().await {
            _ = to.send(ready.elapsed()).await;
        }
    });
    let mut waits = Waits::start()?;
    for _ in 0..job.operations {
        tokio::time::sleep(QUIET).await;
        before.hold();
        _ = there.send(Instant::now()).await;
        holder.hold();
        if let Some(wait) = back.recv().await {
            waits.add(wait);
        }
    }
    waits.finish()
}

/// Two tasks that wake one another in turn; how often a thread goes to sleep meanwhile.
pub(super) async fn wakes(job: Job) -> io::Result<Measured> {
    let (there, mut from) = mpsc::channel::<u64>(1);
    let (to, mut back) = mpsc::channel::<u64>(1);
    tokio::spawn(async move {
        while let Some(value) = from.recv().await {
            _ = to.send(value + 1).await;
        }
    });
    let switches = Switches::start()?;
    let mut done = 0;
    for value in 0..job.operations {
        _ = there.send(value).await;
        done += u64::from(back.recv().await == Some(value + 1));
    }
    switches.finish(done)
}
