//! The probe program in the C# dialect.
//!
//! In C# it would be, with an HTTP client that notes its phases:
//!
//! ```csharp
//! async Task Lane(int lane, CancellationToken token)
//! {
//!     for (int round = 0; round < plan.Count; round++)
//!     {
//!         if (round > 0) await Task.Delay(plan.Interval, token);
//!         foreach (var (site, target) in plan.Lanes[lane].Index())
//!         {
//!             await permits.WaitAsync(token);
//!             try { await Probe(new(lane, site, round), target, token); }
//!             finally { permits.Release(); }
//!         }
//!     }
//! }
//!
//! using var stop = new CancellationTokenSource();
//! Console.CancelKeyPress += (_, e) => { e.Cancel = true; stop.Cancel(); };
//! await Task.WhenAll(plan.Lanes.Select((_, lane) => Lane(lane, stop.Token)));
//! ```
//!
//! Each lane is a task that begins at once, on the thread that makes it, and goes on on the pool. The
//! token is all that Ctrl-C cancels; every wait of a lane is given it.

use std::sync::Arc;
use std::thread;

use fourfold::Result;
use fourfold::csharp::{
    self, CancellationToken, CancellationTokenSource, SemaphoreSlim, Task, async_method,
};
use fourfold::http::{ExchangeOptions, PhasesSoFar, exchange_noting};
use signal_hook::consts::SIGINT;
use signal_hook::iterator::Signals;

use crate::dialect::{ProbeId, Recorder};
use crate::outcome::Ending;
use crate::plan::{Plan, Target};

/// Runs the plan; `true` if Ctrl-C ended it.
pub(super) fn run(plan: Arc<Plan>, recorder: Arc<Recorder>) -> Result<bool> {
    let mut signals = Signals::new([SIGINT])?;
    let closing = signals.handle();
    let program = Arc::new(Program {
        permits: SemaphoreSlim::new(plan.concurrency)?,
        options: plan.exchange.options(),
        plan,
        recorder,
    });
    let stop = CancellationTokenSource::new();
    let token = stop.token();
    let watcher = thread::spawn(move || match signals.forever().next() {
        Some(_) => stop.cancel(),
        None => Ok(()),
    });
    let ended = csharp::run(program.main(token.clone()));
    closing.close();
    // It ends with the signals it waited for; a panic in it would have been printed.
    let canceled = watcher.join().unwrap_or(Ok(()));
    match ended {
        Err(error) if error.is_cancelled() && token.is_cancellation_requested() => {
            canceled.map(|()| true)
        }
        ended => ended.and(canceled).map(|()| token.is_cancellation_requested()),
    }
}

/// What the tasks of a run share.
struct Program {
    plan: Arc<Plan>,
    recorder: Arc<Recorder>,
    permits: SemaphoreSlim,
    options: ExchangeOptions,
}

impl Program {
    async fn main(self: Arc<Self>, token: CancellationToken) -> Result<()> {
        let lanes = 0..self.plan.lanes.len();
        let lanes = lanes.map(|lane| async_method(Arc::clone(&self).lane(lane, token.clone())));
        Task::when_all(lanes).await.map(drop)
    }

    async fn lane(self: Arc<Self>, lane: usize, token: CancellationToken) -> Result<()> {
        for round in 0..self.plan.count {
            if round > 0 {
                Task::delay_with(self.plan.interval, token.clone()).await?;
            }
            for (site, target) in self.plan.lanes[lane].iter().enumerate() {
                self.permits.wait_async_with(None, token.clone()).await?;
                let _finally = Release(&self.permits);
                // On the heap, and only now: a lane that waits is small.
                Box::pin(self.probe(ProbeId { lane, site, round }, target, &token)).await?;
            }
        }
        Ok(())
    }

    async fn probe(&self, id: ProbeId, target: &Target, token: &CancellationToken) -> Result<()> {
        self.recorder.started(id);
        let limit = CancellationTokenSource::create_linked_token_source([token.clone()]);
        limit.cancel_after(self.plan.timeout)?;
        let mut phases = PhasesSoFar::default();
        let exchange = exchange_noting(&target.url, &self.options, &mut phases);
        let outcome = limit.token().run(exchange).await;
        let (ending, end) = match outcome {
            Ok(exchange) => (Ending::from(exchange), Ok(())),
            Err(error) if token.is_cancellation_requested() => (Ending::Cancelled, Err(error)),
            Err(_) => (Ending::timed_out(self.plan.timeout), Ok(())),
        };
        self.recorder.finished(id, phases.into(), ending);
        end
    }
}

/// Gives a permit back, be it by a panic: what a `finally` is for.
struct Release<'a>(&'a SemaphoreSlim);

impl Drop for Release<'_> {
    fn drop(&mut self) {
        // It was taken, so there is room for it.
        let _ = self.0.release();
    }
}
