//! The probe program in the JavaScript dialect.
//!
//! In JavaScript it would be, with an HTTP client that notes its phases:
//!
//! ```js
//! async function lane(lane, targets, signal) {
//!   for (let round = 0; round < plan.count; round++) {
//!     if (round > 0) await setTimeout(plan.interval, undefined, { signal });
//!     for (const [site, target] of targets.entries()) {
//!       await permits.acquire();
//!       try { await probe({ lane, site, round }, target, signal); }
//!       finally { permits.release(); }
//!     }
//!   }
//! }
//!
//! const controller = new AbortController();
//! process.on('SIGINT', () => controller.abort());
//! await Promise.all(plan.lanes.map((targets, number) => lane(number, targets, controller.signal)));
//! ```
//!
//! Each lane is an async function that runs at once to its first await; all of them share the one
//! thread. Ctrl-C aborts a signal that every wait of a lane is given, but the wait for a permit: whoever
//! stands there has begun nothing.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use fourfold::http::{ExchangeOptions, PhasesSoFar, exchange_noting};
use fourfold::js::{
    self, AbortController, AbortSignal, Inbox, Promise, Resolvers, TimerOptions, async_fn,
};
use fourfold::{Error, Result};
use signal_hook::consts::SIGINT;
use signal_hook::iterator::Signals;

use crate::dialect::{ProbeId, Recorder};
use crate::outcome::Ending;
use crate::plan::{Plan, Target};

/// Runs the plan; `true` if Ctrl-C ended it.
pub(super) fn run(plan: Arc<Plan>, recorder: Arc<Recorder>) -> Result<bool> {
    let mut signals = Signals::new([SIGINT])?;
    let closing = signals.handle();
    let controller = AbortController::new();
    let signal = controller.signal();
    let program = Rc::new(Program {
        permits: Permits::new(plan.concurrency),
        options: plan.exchange.options(),
        signal: signal.clone(),
        plan,
        recorder,
    });
    let ended = js::run(async move {
        let interrupts = Inbox::new(move |(), _: &Inbox<()>| controller.abort());
        // As a listener of Node's process, it does not keep the loop running.
        interrupts.unref();
        let interrupted = interrupts.sender();
        thread::spawn(move || {
            if signals.forever().next().is_some() {
                // A loop that has ended has nothing left to abort.
                let _ = interrupted.send(());
            }
        });
        program.main().await.map(drop)
    });
    closing.close();
    match ended {
        Err(error) if !(error.is_cancelled() && signal.aborted()) => Err(error),
        _ => Ok(signal.aborted()),
    }
}

/// What the async functions of a run share.
struct Program {
    plan: Arc<Plan>,
    recorder: Arc<Recorder>,
    permits: Permits,
    options: ExchangeOptions,
    signal: AbortSignal,
}

impl Program {
    fn main(self: Rc<Self>) -> Promise<Vec<()>> {
        let lanes = 0..self.plan.lanes.len();
        Promise::all(lanes.map(|lane| -> Promise<()> { async_fn(self.clone().lane(lane)) }))
    }

    async fn lane(self: Rc<Self>, lane: usize) -> Result<()> {
        for round in 0..self.plan.count {
            if round > 0 {
                let options = TimerOptions::new().signal(&self.signal);
                js::set_timeout_promise_with_options(self.plan.interval, (), options).await?;
            }
            for (site, target) in self.plan.lanes[lane].iter().enumerate() {
                self.permits.acquire().await?;
                let _finally = Release(&self.permits);
                // On the heap, and only now: a lane that waits is small.
                Box::pin(self.probe(ProbeId { lane, site, round }, target)).await?;
            }
        }
        Ok(())
    }

    async fn probe(&self, id: ProbeId, target: &Target) -> Result<()> {
        self.signal.throw_if_aborted()?;
        self.recorder.started(id);
        let timeout = AbortSignal::timeout(self.plan.timeout);
        let limit = AbortSignal::any([&self.signal, &timeout]);
        let mut phases = PhasesSoFar::default();
        let exchange = exchange_noting(&target.url, &self.options, &mut phases);
        let outcome = limit.run(async { Ok::<_, Error>(exchange.await) }).await;
        let (ending, end) = match outcome {
            Ok(exchange) => (Ending::from(exchange), Ok(())),
            Err(error) if self.signal.aborted() => (Ending::Cancelled, Err(error)),
            Err(_) => (Ending::timed_out(self.plan.timeout), Ok(())),
        };
        self.recorder.finished(id, phases.into(), ending);
        end
    }
}

/// How many probes may still begin, and those that wait for it, first come first.
struct Permits {
    free: Cell<usize>,
    waiting: RefCell<VecDeque<Resolvers<()>>>,
}

impl Permits {
    fn new(count: usize) -> Permits {
        Permits { free: Cell::new(count), waiting: RefCell::default() }
    }

    async fn acquire(&self) -> Result<()> {
        if let Some(left) = self.free.get().checked_sub(1) {
            self.free.set(left);
            return Ok(());
        }
        let (promise, resolvers) = Promise::with_resolvers();
        self.waiting.borrow_mut().push_back(resolvers);
        promise.await
    }

    fn release(&self) {
        let next = self.waiting.borrow_mut().pop_front();
        match next {
            Some(next) => next.resolve(()),
            None => self.free.set(self.free.get() + 1),
        }
    }
}

/// Gives a permit back, be it by a panic: what a `finally` is for.
struct Release<'a>(&'a Permits);

impl Drop for Release<'_> {
    fn drop(&mut self) {
        self.0.release();
    }
}
