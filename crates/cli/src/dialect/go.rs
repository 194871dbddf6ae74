//! The probe program in the Go dialect.
//!
//! In Go it would be, with an HTTP client that notes its phases:
//!
//! ```go
//! ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
//! defer stop()
//! var lanes sync.WaitGroup
//! for number, targets := range plan.lanes {
//!     lanes.Go(func() {
//!         for round := range plan.count {
//!             if round > 0 && !sleep(ctx, plan.interval) {
//!                 return
//!             }
//!             for site, target := range targets {
//!                 if permits.Acquire(ctx, 1) != nil {
//!                     return
//!                 }
//!                 probe(ctx, Probe{number, site, round}, target)
//!                 permits.Release(1)
//!             }
//!         }
//!     })
//! }
//! lanes.Wait()
//! ```
//!
//! Each lane is a goroutine: a plain function whose waits look like any other call.

use std::sync::Arc;
use std::thread;

use fourfold::Result;
use fourfold::go::context::{self, Context};
use fourfold::go::semaphore::Weighted;
use fourfold::go::sync::WaitGroup;
use fourfold::go::{self, Spawn, select, time};
use fourfold::http::{ExchangeOptions, PhasesSoFar, exchange_noting};
use signal_hook::consts::SIGINT;
use signal_hook::iterator::Signals;

use crate::dialect::{ProbeId, Recorder};
use crate::outcome::Ending;
use crate::plan::{Plan, Target};

/// Address space for the stack of a lane: a TLS handshake goes deep, and pages that are not touched
/// cost nothing.
const STACK: usize = 1 << 20;

/// Runs the plan; `true` if Ctrl-C ended it.
pub(super) fn run(plan: Arc<Plan>, recorder: Arc<Recorder>) -> Result<bool> {
    let mut signals = Signals::new([SIGINT])?;
    let closing = signals.handle();
    let program = Arc::new(Program {
        permits: Weighted::new(plan.concurrency as u64),
        options: plan.exchange.options(),
        plan,
        recorder,
    });
    let (ctx, cancel) = context::with_cancel(&context::background());
    let watcher = thread::spawn(move || {
        if signals.forever().next().is_some() {
            cancel.call();
        }
    });
    let interrupted = go::run(move || {
        program.main(&ctx);
        ctx.is_done()
    });
    closing.close();
    // It ends with the signals it waited for; a panic in it would have been printed.
    let _ = watcher.join();
    Ok(interrupted)
}

/// What the goroutines of a run share.
struct Program {
    plan: Arc<Plan>,
    recorder: Arc<Recorder>,
    permits: Weighted,
    options: ExchangeOptions,
}

impl Program {
    fn main(self: &Arc<Self>, ctx: &Context) {
        let lanes = WaitGroup::new();
        for lane in 0..self.plan.lanes.len() {
            let (program, ctx, lanes) = (Arc::clone(self), ctx.clone(), lanes.clone());
            lanes.add(1);
            let named = Spawn::new().name(self.plan.lane_name(lane)).stack_size(STACK);
            drop(named.go(move || {
                program.lane(&ctx, lane);
                lanes.done();
            }));
        }
        lanes.wait();
    }

    fn lane(&self, ctx: &Context, lane: usize) {
        for round in 0..self.plan.count {
            if round > 0 {
                select! {
                    recv(time::after(self.plan.interval)) => {}
                    recv(ctx.done()) => return,
                }
            }
            for (site, target) in self.plan.lanes[lane].iter().enumerate() {
                if self.permits.acquire(ctx, 1).is_err() {
                    return;
                }
                let go_on = self.probe(ctx, ProbeId { lane, site, round }, target);
                self.permits.release(1);
                if !go_on {
                    return;
                }
            }
        }
    }

    /// False if the run was cancelled meanwhile.
    fn probe(&self, ctx: &Context, id: ProbeId, target: &Target) -> bool {
        self.recorder.started(id);
        let (deadline, cancel) = context::with_timeout(ctx, self.plan.timeout);
        let mut phases = PhasesSoFar::default();
        let exchange = exchange_noting(&target.url, &self.options, &mut phases);
        let outcome = go::wait(deadline.run(exchange));
        cancel.call();
        let ending = match outcome {
            Ok(exchange) => Ending::from(exchange),
            Err(error) if error.is_timed_out() => Ending::timed_out(self.plan.timeout),
            Err(_) => Ending::Cancelled,
        };
        let cancelled = ending == Ending::Cancelled;
        self.recorder.finished(id, phases.into(), ending);
        !cancelled
    }
}
