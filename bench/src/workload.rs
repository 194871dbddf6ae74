//! The workloads: how many operations, in what shape, which figure is compared, and the targets.
//!
//! `README.md` gives the same definitions in prose; the two are changed together.

use crate::measure::Sample;
use crate::names::RuntimeName::{self, Cpython, Epoll, Fourfold, Go, Smol, Tokio, TokioMt};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// Bytes in one message of `echo`.
pub(crate) const MESSAGE_BYTES: usize = 1024;

/// Something every runtime that takes part does the same number of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Workload {
    /// Spawn no-op tasks in batches, join every handle.
    Spawn,
    /// Two tasks on one thread that yield to one another.
    Yield,
    /// Tasks that each sleep until a random deadline.
    Timers,
    /// Memory of a task that waits for ever.
    Parked,
    /// TCP echo of 1 KiB messages on 100 connections.
    Echo,
    /// Plain callbacks queued on the loop.
    #[value(name = "call_soon")]
    CallSoon,
    /// Round trips between two tasks through two bounded queues.
    Queue,
    /// Many tasks gathered at once.
    Gather,
    /// Two goroutines that yield to one another, one worker.
    #[value(name = "go_gosched")]
    #[serde(rename = "go_gosched")]
    GoGosched,
    /// Round trips over two unbuffered channels, one worker.
    #[value(name = "go_unbuffered_1")]
    #[serde(rename = "go_unbuffered_1")]
    GoUnbuffered1,
    /// The same on two workers.
    #[value(name = "go_unbuffered_2")]
    #[serde(rename = "go_unbuffered_2")]
    GoUnbuffered2,
    /// One goroutine to another through a buffer of 1 024, one worker.
    #[value(name = "go_buffered_1")]
    #[serde(rename = "go_buffered_1")]
    GoBuffered1,
    /// The same on two workers.
    #[value(name = "go_buffered_2")]
    #[serde(rename = "go_buffered_2")]
    GoBuffered2,
    /// A select over four unbuffered channels, one worker.
    #[value(name = "go_select")]
    #[serde(rename = "go_select")]
    GoSelect,
    /// Start and end stackful goroutines in batches, one worker.
    #[value(name = "go_spawn_1")]
    #[serde(rename = "go_spawn_1")]
    GoSpawn1,
    /// The same on two workers.
    #[value(name = "go_spawn_2")]
    #[serde(rename = "go_spawn_2")]
    GoSpawn2,
    /// A million goroutines that are futures, each of which sleeps once.
    #[value(name = "go_sleepers_future")]
    #[serde(rename = "go_sleepers_future")]
    GoSleepersFuture,
    /// A million stackful goroutines on warm stacks, each of which sleeps once.
    #[value(name = "go_sleepers")]
    #[serde(rename = "go_sleepers")]
    GoSleepers,
    /// Memory of a stackful goroutine that waits for ever.
    #[value(name = "go_parked")]
    #[serde(rename = "go_parked")]
    GoParked,
    /// Memory of a goroutine that is a future and waits for ever.
    #[value(name = "go_parked_future")]
    #[serde(rename = "go_parked_future")]
    GoParkedFuture,
    /// TCP echo of 1 KiB messages on 100 connections, a goroutine for each, two workers.
    #[value(name = "go_echo")]
    #[serde(rename = "go_echo")]
    GoEcho,
}

/// How much a worker has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    /// Operations in all; the worker reports how many it did and the driver compares.
    pub(crate) operations: u64,
    /// Operations in one batch; for `echo`, the number of connections.
    pub(crate) batch: u64,
}

/// The figure that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Figure {
    /// Wall nanoseconds for each operation; less is better.
    WallNanosPerOperation,
    /// CPU nanoseconds, user and system, for each operation; less is better.
    CpuNanosPerOperation,
    /// Growth of the resident set for each operation; less is better.
    BytesPerOperation,
    /// Operations each second of wall time; more is better.
    OperationsPerSecond,
}

impl Figure {
    /// This figure of one run.
    pub(crate) fn of(self, sample: &Sample) -> f64 {
        let operations = sample.operations as f64;
        match self {
            Self::WallNanosPerOperation => sample.wall_ns as f64 / operations,
            Self::CpuNanosPerOperation => sample.cpu_seconds * 1e9 / operations,
            Self::BytesPerOperation => sample.grown_bytes as f64 / operations,
            Self::OperationsPerSecond => operations * 1e9 / sample.wall_ns as f64,
        }
    }

    /// The unit, for tables.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::WallNanosPerOperation => "ns",
            Self::CpuNanosPerOperation => "CPU ns",
            Self::BytesPerOperation => "bytes",
            Self::OperationsPerSecond => "/s",
        }
    }

    /// Whether a larger figure is the better one.
    pub(crate) fn more_is_better(self) -> bool {
        self == Self::OperationsPerSecond
    }
}

/// What Fourfold has set itself against one peer: a bound on its figure divided by the peer's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Target {
    /// The peer.
    pub(crate) peer: RuntimeName,
    /// The bound: an upper one where less is better, a lower one where more is.
    pub(crate) bound: f64,
}

impl Workload {
    /// The name on the command line and in every report.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Spawn => "spawn",
            Self::Yield => "yield",
            Self::Timers => "timers",
            Self::Parked => "parked",
            Self::Echo => "echo",
            Self::CallSoon => "call_soon",
            Self::Queue => "queue",
            Self::Gather => "gather",
            Self::GoGosched => "go_gosched",
            Self::GoUnbuffered1 => "go_unbuffered_1",
            Self::GoUnbuffered2 => "go_unbuffered_2",
            Self::GoBuffered1 => "go_buffered_1",
            Self::GoBuffered2 => "go_buffered_2",
            Self::GoSelect => "go_select",
            Self::GoSpawn1 => "go_spawn_1",
            Self::GoSpawn2 => "go_spawn_2",
            Self::GoSleepersFuture => "go_sleepers_future",
            Self::GoSleepers => "go_sleepers",
            Self::GoParked => "go_parked",
            Self::GoParkedFuture => "go_parked_future",
            Self::GoEcho => "go_echo",
        }
    }

    /// The definition in one line.
    pub(crate) fn summary(self) -> &'static str {
        match self {
            Self::Spawn => "spawn and join no-op tasks, in batches of 10 000; wall time per task",
            Self::Yield => "two tasks on one thread yield in turn; wall time per yield",
            Self::Timers => "tasks sleep until random deadlines, one per µs; CPU time per timer",
            Self::Parked => "tasks wait on one event for ever; resident bytes per task",
            Self::Echo => "1 KiB messages on 100 connections, closed loop; requests per second",
            Self::CallSoon => "callbacks queued in batches of 10 000; callbacks per second",
            Self::Queue => "round trips between two tasks, two queues of one; trips per second",
            Self::Gather => "gather 100 000 no-op tasks at once; tasks per second",
            Self::GoGosched => "two goroutines on one worker yield in turn; wall time per yield",
            Self::GoUnbuffered1 => {
                "round trips over two unbuffered channels, one worker; wall time per trip"
            }
            Self::GoUnbuffered2 => {
                "round trips over two unbuffered channels, two workers; wall time per trip"
            }
            Self::GoBuffered1 => {
                "one to one through a buffer of 1 024, one worker; wall time per message"
            }
            Self::GoBuffered2 => {
                "one to one through a buffer of 1 024, two workers; wall time per message"
            }
            Self::GoSelect => {
                "a select over 4 unbuffered channels with a sender each, one worker; wall time per select"
            }
            Self::GoSpawn1 => {
                "start and end stackful goroutines, batches of 10 000, one worker; wall time each"
            }
            Self::GoSpawn2 => {
                "start and end stackful goroutines, batches of 10 000, two workers; wall time each"
            }
            Self::GoSleepersFuture => {
                "a million future-goroutines sleep up to 100 ms, second wave; wall time each"
            }
            Self::GoSleepers => {
                "a million stackful goroutines sleep up to 100 ms, second wave; wall time each"
            }
            Self::GoParked => {
                "stackful goroutines wait on one channel for ever; resident bytes each"
            }
            Self::GoParkedFuture => {
                "future-goroutines wait on one channel for ever; resident bytes each"
            }
            Self::GoEcho => {
                "1 KiB messages on 100 connections, a goroutine for each, two workers; requests per second"
            }
        }
    }

    /// Who takes part, in the order of the runs.
    pub(crate) fn runtimes(self) -> &'static [RuntimeName] {
        match self {
            Self::Spawn | Self::Yield | Self::Timers | Self::Parked => {
                &[Fourfold, Tokio, Smol, Cpython]
            }
            Self::Echo => &[Fourfold, Epoll, Tokio, Smol, Cpython],
            Self::CallSoon => &[Fourfold, Cpython],
            Self::Queue | Self::Gather => &[Fourfold, Tokio, Cpython],
            Self::GoGosched | Self::GoUnbuffered1 | Self::GoBuffered1 | Self::GoSelect => {
                &[Fourfold, Go]
            }
            Self::GoSpawn1 | Self::GoSleepers | Self::GoParked => &[Fourfold, Go],
            Self::GoUnbuffered2
            | Self::GoBuffered2
            | Self::GoSpawn2
            | Self::GoSleepersFuture
            | Self::GoParkedFuture
            | Self::GoEcho => &[Fourfold, Go, TokioMt],
        }
    }

    /// The amount of work.
    pub(crate) fn job(self, runtime: RuntimeName, quick: bool) -> Job {
        let (full, short) = match (self, runtime) {
            (Self::Spawn, _) => (1_000_000, 100_000),
            (Self::Timers, _) => (1_000_000, 50_000),
            (Self::Yield, _) => (2_000_000, 200_000),
            // A parked task of CPython takes about a kilobyte or two: a million would fill a
            // small machine. The figure is per task, so the counts may differ.
            (Self::Parked, Cpython) => (100_000, 20_000),
            (Self::Parked, _) => (1_000_000, 100_000),
            (Self::Echo, _) => (200_000, 20_000),
            (Self::CallSoon, _) => (1_000_000, 200_000),
            (Self::Queue, _) => (200_000, 40_000),
            (Self::Gather, _) => (1_000_000, 100_000),
            (Self::GoGosched, _) => (4_000_000, 400_000),
            (Self::GoUnbuffered1 | Self::GoUnbuffered2 | Self::GoSelect, _) => (1_000_000, 100_000),
            (Self::GoBuffered1 | Self::GoBuffered2, _) => (8_000_000, 800_000),
            (Self::GoSpawn1 | Self::GoSpawn2, _) => (1_000_000, 100_000),
            (Self::GoSleepers | Self::GoSleepersFuture, _) => (1_000_000, 100_000),
            (Self::GoParked | Self::GoParkedFuture, _) => (500_000, 100_000),
            (Self::GoEcho, _) => (200_000, 20_000),
        };
        Job { operations: if quick { short } else { full }, batch: self.batch() }
    }

    /// The size of a batch; for `echo`, the number of connections.
    pub(crate) fn batch(self) -> u64 {
        match self {
            Self::Echo | Self::GoEcho => 100,
            Self::Gather => 100_000,
            Self::Yield | Self::Queue => 1,
            Self::GoGosched => 2,
            Self::GoSelect => 4,
            Self::GoUnbuffered1
            | Self::GoUnbuffered2
            | Self::GoBuffered1
            | Self::GoBuffered2
            | Self::GoSleepers
            | Self::GoSleepersFuture => 1,
            Self::GoSpawn1 | Self::GoSpawn2 | Self::GoParked | Self::GoParkedFuture => 10_000,
            Self::Spawn | Self::Timers | Self::Parked | Self::CallSoon => 10_000,
        }
    }

    /// The figure that is compared.
    pub(crate) fn figure(self) -> Figure {
        match self {
            Self::Spawn | Self::Yield => Figure::WallNanosPerOperation,
            Self::Timers => Figure::CpuNanosPerOperation,
            Self::GoGosched
            | Self::GoUnbuffered1
            | Self::GoUnbuffered2
            | Self::GoBuffered1
            | Self::GoBuffered2
            | Self::GoSelect
            | Self::GoSpawn1
            | Self::GoSpawn2
            | Self::GoSleepers
            | Self::GoSleepersFuture => Figure::WallNanosPerOperation,
            Self::Parked | Self::GoParked | Self::GoParkedFuture => Figure::BytesPerOperation,
            Self::GoEcho | Self::Echo | Self::CallSoon | Self::Queue | Self::Gather => {
                Figure::OperationsPerSecond
            }
        }
    }

    /// What Fourfold has set itself.
    pub(crate) fn targets(self) -> &'static [Target] {
        const fn to(peer: RuntimeName, bound: f64) -> Target {
            Target { peer, bound }
        }
        match self {
            Self::Spawn => const { &[to(Tokio, 0.35), to(Smol, 0.9)] },
            Self::Yield => const { &[to(Tokio, 0.7)] },
            Self::Timers => const { &[to(Tokio, 0.6)] },
            Self::Parked => const { &[to(Tokio, 0.6)] },
            Self::Echo => const { &[to(Epoll, 0.97), to(Tokio, 0.98)] },
            Self::CallSoon | Self::Queue | Self::Gather => const { &[to(Cpython, 50.0)] },
            Self::GoGosched | Self::GoUnbuffered1 | Self::GoSpawn1 => const { &[to(Go, 0.35)] },
            Self::GoUnbuffered2 | Self::GoBuffered1 | Self::GoBuffered2 | Self::GoSleepers => {
                const { &[to(Go, 0.6)] }
            }
            Self::GoSelect => const { &[to(Go, 0.4)] },
            Self::GoSpawn2 => const { &[to(Go, 0.7)] },
            Self::GoSleepersFuture => const { &[to(Go, 0.3)] },
            Self::GoParked => const { &[to(Go, 1.7)] },
            Self::GoParkedFuture => const { &[to(Go, 0.15)] },
            Self::GoEcho => const { &[to(Go, 1.35), to(TokioMt, 0.93)] },
        }
    }

    /// Whether one worker does all of it.
    pub(crate) fn on_one_worker(self) -> bool {
        matches!(
            self,
            Self::GoGosched
                | Self::GoUnbuffered1
                | Self::GoBuffered1
                | Self::GoSelect
                | Self::GoSpawn1
        )
    }

    /// Whether a client on connections of its own gives the work.
    pub(crate) fn has_client(self) -> bool {
        matches!(self, Self::Echo | Self::GoEcho)
    }

    /// The target against `peer`, where there is one.
    pub(crate) fn target(self, peer: RuntimeName) -> Option<Target> {
        self.targets().iter().copied().find(|target| target.peer == peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_batch_divides_its_count() {
        for workload in Workload::value_variants() {
            for &runtime in workload.runtimes() {
                for quick in [false, true] {
                    let job = workload.job(runtime, quick);
                    assert_eq!(job.operations % job.batch, 0, "{workload:?} {runtime} {quick}");
                }
            }
        }
    }

    #[test]
    fn every_target_names_a_peer_that_takes_part() {
        for workload in Workload::value_variants() {
            for target in workload.targets() {
                assert!(workload.runtimes().contains(&target.peer), "{workload:?}");
            }
        }
    }
}
