//! Who takes part in each workload, and how much there is to do.

use super::Workload;
use crate::names::RuntimeName::{
    self, Cpython, CpythonThreads, CpythonUvloop, Crossbeam, Dotnet, Epoll, Flume, Fourfold,
    FourfoldFuture, FourfoldGo, FourfoldGo1, Go, Go1, May, Node, Smol, Threads, Tokio, TokioMt,
};
use crate::stall::{TICKS, WAITERS};

/// How much a worker has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    /// Operations in all; the worker reports how many it did and the driver compares.
    pub(crate) operations: u64,
    /// Operations in one batch; where there is a client, the number of connections.
    pub(crate) batch: u64,
    /// Where the server listens, in a workload that [asks](Workload::asks) one.
    pub(crate) server: Option<u16>,
}

impl Workload {
    /// Who takes part, in the order of the runs.
    pub(crate) fn runtimes(self) -> &'static [RuntimeName] {
        match self {
            Self::Spawn | Self::Yield | Self::Timers | Self::Parked => {
                &[Fourfold, Tokio, Smol, Cpython]
            }
            Self::Echo => &[Fourfold, Epoll, Tokio, Smol, Cpython],
            Self::CallSoon => &[Fourfold, Cpython],
            Self::Queue | Self::Gather => &[Fourfold, Tokio, Cpython],
            Self::GoGosched | Self::GoUnbuffered1 | Self::GoSpawn1 => &[Fourfold, Go, May],
            Self::GoBuffered1 | Self::GoSelect | Self::GoSleepers | Self::GoParked => {
                &[Fourfold, Go]
            }
            Self::GoUnbuffered2 => &[Fourfold, Go, TokioMt, May, Crossbeam, Flume],
            Self::GoBuffered2 => &[Fourfold, Go, TokioMt, Crossbeam, Flume],
            Self::GoSpawn2 => &[Fourfold, Go, TokioMt, May],
            Self::GoSleepersFuture
            | Self::GoParkedFuture
            | Self::GoEcho
            | Self::HttpHello
            | Self::LifoStranded
            | Self::LifoWakes => &[Fourfold, Go, TokioMt],
            Self::StallFuture
            | Self::StallFutureBlock
            | Self::StallNew
            | Self::StallNewBlock
            | Self::StallChannel
            | Self::StallChannelBlock => &[Fourfold, Go, TokioMt],
            Self::CsRun
            | Self::CsValueTask
            | Self::CsTcs
            | Self::CsWhenAll
            | Self::CsChannelBounded
            | Self::CsChannelUnbounded
            | Self::CsForEach => &[Fourfold, Dotnet, TokioMt],
            Self::JsAwaitNull
            | Self::JsAsyncFn
            | Self::JsThen
            | Self::JsAll
            | Self::JsImmediate
            | Self::JsTimers
            | Self::JsPending
            | Self::JsParked
            | Self::JsHttpHello
            | Self::JsFetch => &[Fourfold, Node, Tokio],
            Self::ClaimEcho10 | Self::ClaimEcho100 | Self::ClaimEcho1000 => {
                &[Fourfold, FourfoldGo1, FourfoldGo, Cpython, CpythonThreads, Threads, Go1, Go]
            }
            Self::ClaimParked => {
                &[Fourfold, FourfoldFuture, FourfoldGo, Cpython, CpythonThreads, Threads, Go]
            }
            Self::ClaimHttp => &[FourfoldGo, Cpython, CpythonUvloop, Go],
            Self::ClaimAllocTask | Self::ClaimAllocValueTask => &[Fourfold, Dotnet],
            // tokio has no stackful tasks.
            Self::StallAll | Self::StallAllBlock | Self::StallStarted | Self::StallStartedBlock => {
                &[Fourfold, Go]
            }
        }
    }

    /// The amount of work.
    pub(crate) fn job(self, runtime: RuntimeName, quick: bool) -> Job {
        let (full, short) = match (self, runtime) {
            // CPython takes microseconds for what others do in nanoseconds: what one costs is seen soon,
            // and leaves time for more rounds. Nor does it keep up with a timer each microsecond.
            (Self::Spawn | Self::Yield, Cpython) => (200_000, 20_000),
            (Self::Timers, Cpython) => (50_000, 20_000),
            (Self::Echo, Cpython) => (40_000, 20_000),
            (Self::Gather, Cpython) => (100_000, 100_000),
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
            // A hand-over between threads is a switch of the system's: some microseconds.
            (Self::GoUnbuffered2, Crossbeam | Flume) => (100_000, 10_000),
            (Self::GoUnbuffered1 | Self::GoUnbuffered2 | Self::GoSelect, _) => (1_000_000, 100_000),
            (Self::GoBuffered1 | Self::GoBuffered2, _) => (8_000_000, 800_000),
            (Self::GoSpawn1 | Self::GoSpawn2, _) => (1_000_000, 100_000),
            (Self::GoSleepers | Self::GoSleepersFuture, _) => (1_000_000, 100_000),
            (Self::GoParked | Self::GoParkedFuture, _) => (500_000, 100_000),
            (Self::GoEcho | Self::HttpHello, _) => (200_000, 20_000),
            (Self::CsRun | Self::CsTcs | Self::CsWhenAll, _) => (1_000_000, 100_000),
            (Self::CsValueTask, _) => (40_000_000, 4_000_000),
            (Self::CsChannelBounded | Self::CsChannelUnbounded, _) => (8_000_000, 800_000),
            (Self::CsForEach, _) => (4_000_000, 400_000),
            (
                Self::JsAwaitNull
                | Self::JsAsyncFn
                | Self::JsThen
                | Self::JsAll
                | Self::JsImmediate,
                _,
            ) => (1_000_000, 100_000),
            (Self::JsTimers, _) => (1_000_000, 50_000),
            (Self::JsPending | Self::JsParked, _) => (1_000_000, 100_000),
            (Self::JsHttpHello, _) => (200_000, 20_000),
            (Self::JsFetch, _) => (40_000, 4_000),
            (Self::ClaimEcho10 | Self::ClaimEcho100 | Self::ClaimEcho1000, _) => (60_000, 6_000),
            (Self::ClaimParked, Threads | CpythonThreads) => (4_000, 1_000),
            (Self::ClaimParked, Cpython) => (100_000, 20_000),
            (Self::ClaimParked, _) => (1_000_000, 100_000),
            (Self::ClaimHttp, _) => (100_000, 10_000),
            (Self::ClaimAllocTask | Self::ClaimAllocValueTask, _) => (1_000_000, 100_000),
            (Self::LifoStranded, _) => (40, 10),
            (Self::LifoWakes, _) => (1_000_000, 100_000),
            (
                Self::StallFuture
                | Self::StallFutureBlock
                | Self::StallNew
                | Self::StallNewBlock
                | Self::StallAll
                | Self::StallAllBlock
                | Self::StallStarted
                | Self::StallStartedBlock
                | Self::StallChannel
                | Self::StallChannelBlock,
                _,
            ) => (120_000, 40_000),
        };
        let batch = match (self, runtime) {
            // Threads come in smaller numbers.
            (Self::ClaimParked, Threads | CpythonThreads) => 500,
            _ => self.batch(),
        };
        Job { operations: if quick { short } else { full }, batch, server: None }
    }

    /// The size of a batch; for `echo` and its like, the number of connections.
    pub(crate) fn batch(self) -> u64 {
        match self {
            Self::Echo
            | Self::GoEcho
            | Self::HttpHello
            | Self::JsHttpHello
            | Self::ClaimEcho100
            | Self::ClaimHttp => 100,
            Self::ClaimEcho10 => 10,
            Self::ClaimEcho1000 => 1000,
            // How many at a time.
            Self::JsFetch => 100,
            // The answers of all waiters in one phase without a stall and one with.
            Self::StallFuture
            | Self::StallFutureBlock
            | Self::StallNew
            | Self::StallNewBlock
            | Self::StallAll
            | Self::StallAllBlock
            | Self::StallStarted
            | Self::StallStartedBlock
            | Self::StallChannel
            | Self::StallChannelBlock => WAITERS * TICKS * 2,
            Self::Gather | Self::CsWhenAll | Self::JsAll => 100_000,
            // How many at a time.
            Self::CsForEach => 8,
            Self::Yield | Self::Queue => 1,
            Self::GoGosched => 2,
            Self::GoSelect => 4,
            Self::GoUnbuffered1
            | Self::GoUnbuffered2
            | Self::GoBuffered1
            | Self::GoBuffered2
            | Self::GoSleepers
            | Self::GoSleepersFuture
            | Self::LifoStranded
            | Self::LifoWakes
            | Self::CsRun
            | Self::CsValueTask
            | Self::CsTcs
            | Self::CsChannelBounded
            | Self::CsChannelUnbounded
            | Self::JsAwaitNull
            | Self::JsAsyncFn
            | Self::JsThen
            | Self::JsImmediate
            | Self::JsTimers
            | Self::ClaimAllocTask
            | Self::ClaimAllocValueTask => 1,
            Self::GoSpawn1 | Self::GoSpawn2 | Self::GoParked | Self::GoParkedFuture => 10_000,
            Self::Spawn | Self::Timers | Self::Parked | Self::CallSoon => 10_000,
            Self::JsPending | Self::JsParked | Self::ClaimParked => 10_000,
        }
    }
}
