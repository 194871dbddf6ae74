//! The probe program in the asyncio dialect.
//!
//! In Python it would be, with an HTTP client that notes its phases:
//!
//! ```python
//! async def lane(number, targets):
//!     for round in range(plan.count):
//!         if round > 0:
//!             await asyncio.sleep(plan.interval)
//!         for site, target in enumerate(targets):
//!             async with semaphore:
//!                 await probe(Probe(number, site, round), target)
//!
//! async def main():
//!     async with asyncio.TaskGroup() as group:
//!         for number, targets in enumerate(plan.lanes):
//!             group.create_task(lane(number, targets), name=f"lane {number + 1}: …")
//!
//! with asyncio.Runner() as runner:
//!     runner.run(main())
//! ```
//!
//! A lane that waits for its permit is a task and a waiter, a few hundred bytes; what an exchange
//! needs is allocated when the permit is there. So the memory of a run grows with the probes in
//! flight, not with the lanes.

use std::rc::Rc;
use std::sync::Arc;

use fourfold::Result;
use fourfold::asyncio::{
    Cancellable, KeyboardInterrupt, Runner, Semaphore, Task, TaskGroup, sleep, timeout,
};
use fourfold::http::{ExchangeOptions, PhasesSoFar, exchange_noting};

use crate::dialect::{ProbeId, Recorder};
use crate::outcome::Ending;
use crate::plan::{Plan, Target};

/// Runs the plan; `true` if Ctrl-C ended it.
pub(super) fn run(plan: Arc<Plan>, recorder: Arc<Recorder>) -> Result<bool> {
    let semaphore = Semaphore::new(plan.concurrency);
    let options = plan.exchange.options();
    let program = Rc::new(Program { plan, recorder, semaphore, options });
    // A runner leaves SIGINT alone where the process has a handler for it already, unless it is
    // told otherwise; this process has one, which ends it at the second Ctrl-C.
    match Runner::new().handle_sigint(true).run(program.main()) {
        Ok(()) => Ok(false),
        Err(error) if error.is::<KeyboardInterrupt>() => Ok(true),
        Err(error) => Err(error),
    }
}

/// What the tasks of a run share.
struct Program {
    plan: Arc<Plan>,
    recorder: Arc<Recorder>,
    semaphore: Semaphore,
    options: ExchangeOptions,
}

impl Program {
    async fn main(self: Rc<Self>) -> Result<()> {
        TaskGroup::run(async |group| {
            for lane in 0..self.plan.lanes.len() {
                let named = Task::builder().name(self.plan.lane_name(lane));
                group.spawn(named, self.clone().lane(lane))?;
            }
            Ok(())
        })
        .await
    }

    async fn lane(self: Rc<Self>, lane: usize) -> Result<()> {
        for round in 0..self.plan.count {
            if round > 0 {
                sleep(self.plan.interval).await?;
            }
            for (site, target) in self.plan.lanes[lane].iter().enumerate() {
                let _permit = self.semaphore.acquire().await?;
                // On the heap, and only now: a lane that waits is small.
                Box::pin(self.probe(ProbeId { lane, site, round }, target)).await?;
            }
        }
        Ok(())
    }

    async fn probe(&self, id: ProbeId, target: &Target) -> Result<()> {
        self.recorder.started(id);
        let mut phases = PhasesSoFar::default();
        let exchange = exchange_noting(&target.url, &self.options, &mut phases).cancellable();
        let outcome = timeout(self.plan.timeout, exchange).await;
        let (ending, end) = match outcome {
            Ok(exchange) => (Ending::from(exchange), Ok(())),
            Err(error) if error.is_timed_out() => (Ending::timed_out(self.plan.timeout), Ok(())),
            Err(error) => (Ending::Cancelled, Err(error)),
        };
        self.recorder.finished(id, phases.into(), ending);
        end
    }
}
