//! Fourfold: the slot for the task woken last, as futures of the Go dialect meet it.

use crate::lifo::{BEFORE, QUIET, Switches, Waits};
use crate::measure::Measured;
use crate::stall::{Hold, Holder};
use crate::workload::Job;
use fourfold::go::{self, chan, time};
use std::io;
use std::time::{Duration, Instant};

/// One future wakes another and then computes; how long the other waits.
pub(super) async fn stranded(job: Job) -> io::Result<Measured> {
    let (before, holder) = (Holder::lasting(Hold::Loop, BEFORE), Holder::new(Hold::Loop));
    let (there, back) = (chan::make::<Instant>(0), chan::make::<Duration>(1));
    let (from, to) = (there.clone(), back.clone());
    go::go(async move {
        while let Some(ready) = from.recv_async().await {
            to.send_async(ready.elapsed()).await;
        }
    });
    let mut waits = Waits::start()?;
    for _ in 0..job.operations {
        time::sleep_async(QUIET).await;
        before.hold();
        // The receiver waits, so it is made ready here, and this does not wait.
        there.send_async(Instant::now()).await;
        holder.hold();
        if let Some(wait) = back.recv_async().await {
            waits.add(wait);
        }
    }
    waits.finish()
}

/// Two futures that wake one another in turn; how often a thread goes to sleep meanwhile.
pub(super) async fn wakes(job: Job) -> io::Result<Measured> {
    let (there, back) = (chan::make::<u64>(0), chan::make::<u64>(0));
    let (from, to) = (there.clone(), back.clone());
    go::go(async move {
        while let Some(value) = from.recv_async().await {
            to.send_async(value + 1).await;
        }
    });
    let switches = Switches::start()?;
    let mut done = 0;
    for value in 0..job.operations {
        there.send_async(value).await;
        done += u64::from(back.recv_async().await == Some(value + 1));
    }
    switches.finish(done)
}
