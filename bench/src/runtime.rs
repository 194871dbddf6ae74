//! What a runtime has to be able to do to take part.

use crate::measure::{Measured, Stopwatch};
use crate::workload::{Job, Section, Workload};
use std::io::{self, Write};

/// One runtime: a method for each workload.
///
/// Each method starts its runtime, starts a [`Stopwatch`] within it, does `job`, and reports how
/// many operations it *counted*. Preparing data (deadlines, vectors of handles) comes before the
/// stopwatch.
pub(crate) trait Runtime {
    /// The version, for the report.
    fn version(&self) -> String;

    /// Spawns a batch of tasks that return 1, then joins all handles; again until done.
    fn spawn_join(&self, _job: Job) -> io::Result<Measured> {
        unsupported(Workload::Spawn)
    }

    /// Two tasks on the one thread, each yielding half of the operations.
    fn yields(&self, _job: Job) -> io::Result<Measured> {
        unsupported(Workload::Yield)
    }

    /// One task for each of [`delays`](crate::deadlines::delays), all spawned, then all joined.
    fn timers(&self, _job: Job) -> io::Result<Measured> {
        unsupported(Workload::Timers)
    }

    /// Detached tasks that wait on one shared event; spawned in batches so that a run queue for
    /// all of them does not count as memory of a parked task.
    fn parked(&self, _job: Job) -> io::Result<Measured> {
        unsupported(Workload::Parked)
    }

    /// Binds, [`announce`]s, accepts `job.batch` connections, echoes on each until its end.
    fn echo(&self, _job: Job) -> io::Result<Measured> {
        unsupported(Workload::Echo)
    }

    /// Queues a batch of callbacks that count, lets them run; again until done.
    fn call_soon(&self, _job: Job) -> io::Result<Measured> {
        unsupported(Workload::CallSoon)
    }

    /// Round trips between two tasks through two queues of capacity one.
    fn queue(&self, _job: Job) -> io::Result<Measured> {
        unsupported(Workload::Queue)
    }

    /// One of the workloads of the Go dialect, or of those about its workers.
    fn go(&self, workload: Workload, _job: Job) -> io::Result<Measured> {
        unsupported(workload)
    }

    /// One of the workloads of the C# dialect.
    fn csharp(&self, workload: Workload, _job: Job) -> io::Result<Measured> {
        unsupported(workload)
    }

    /// One of the workloads of the JavaScript dialect.
    fn js(&self, workload: Workload, _job: Job) -> io::Result<Measured> {
        unsupported(workload)
    }

    /// One of the workloads that measure a claim; where it is one from above on another number of
    /// connections, nothing has to be said.
    fn claim(&self, workload: Workload, job: Job) -> io::Result<Measured> {
        match workload {
            Workload::ClaimEcho10 | Workload::ClaimEcho100 | Workload::ClaimEcho1000 => {
                self.echo(job)
            }
            Workload::ClaimParked => self.parked(job),
            other => unsupported(other),
        }
    }

    /// Gathers a batch of tasks that return 1; again until done.
    fn gather(&self, _job: Job) -> io::Result<Measured> {
        unsupported(Workload::Gather)
    }
}

/// Runs `workload` on `runtime`.
pub(crate) fn run(runtime: &dyn Runtime, workload: Workload, job: Job) -> io::Result<Measured> {
    match workload {
        Workload::Spawn => runtime.spawn_join(job),
        Workload::Yield => runtime.yields(job),
        Workload::Timers => runtime.timers(job),
        Workload::Parked => runtime.parked(job),
        Workload::Echo => runtime.echo(job),
        Workload::CallSoon => runtime.call_soon(job),
        Workload::Queue => runtime.queue(job),
        Workload::Gather => runtime.gather(job),
        claim if claim.section() == Section::Claims => runtime.claim(claim, job),
        csharp if csharp.of_csharp() => runtime.csharp(csharp, job),
        js if js.of_js() => runtime.js(js, job),
        go => runtime.go(go, job),
    }
}

/// Tells the driver where the server listens, so that it starts the client; then starts the
/// stopwatch.
pub(crate) fn announce(port: u16) -> io::Result<Stopwatch> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{{\"listening\":{port}}}")?;
    stdout.flush()?;
    Stopwatch::start()
}

fn unsupported(workload: Workload) -> io::Result<Measured> {
    let text = format!("this runtime takes no part in {}", workload.as_str());
    Err(io::Error::new(io::ErrorKind::Unsupported, text))
}
