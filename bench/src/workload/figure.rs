//! The figure of each workload that is compared.

use super::Workload;
use crate::measure::{Sample, Tails};
use serde::Serialize;

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
    /// Bytes allocated for each operation; less is better.
    AllocatedPerOperation,
    /// Operations each second of wall time; more is better.
    OperationsPerSecond,
    /// Times that a thread of the process went to sleep, for 1 000 operations; less is better.
    SleepsPerThousand,
    /// The 99th percentile of the lateness while a worker is held, divided by that of the same run
    /// while none is; less is better.
    TailRatio,
}

impl Figure {
    /// This figure of one run.
    pub(crate) fn of(self, sample: &Sample) -> f64 {
        let operations = sample.operations as f64;
        match self {
            Self::WallNanosPerOperation => sample.wall_ns as f64 / operations,
            Self::CpuNanosPerOperation => sample.cpu_seconds * 1e9 / operations,
            Self::BytesPerOperation => sample.grown_bytes as f64 / operations,
            Self::AllocatedPerOperation => {
                sample.allocated.map_or(f64::NAN, |allocated| allocated.bytes as f64 / operations)
            }
            Self::OperationsPerSecond => operations * 1e9 / sample.wall_ns as f64,
            Self::SleepsPerThousand => {
                sample.switches.map_or(f64::NAN, |switches| switches as f64 * 1e3 / operations)
            }
            Self::TailRatio => sample.tails.map_or(f64::NAN, Tails::ratio),
        }
    }

    /// The unit, for tables.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::WallNanosPerOperation => "ns",
            Self::CpuNanosPerOperation => "CPU ns",
            Self::BytesPerOperation | Self::AllocatedPerOperation => "bytes",
            Self::OperationsPerSecond => "/s",
            Self::SleepsPerThousand => "sleeps",
            Self::TailRatio => "p99 ÷ p99",
        }
    }

    /// Whether a larger figure is the better one.
    pub(crate) fn more_is_better(self) -> bool {
        self == Self::OperationsPerSecond
    }
}

impl Workload {
    /// The figure that is compared.
    pub(crate) fn figure(self) -> Figure {
        match self {
            Self::Spawn | Self::Yield => Figure::WallNanosPerOperation,
            Self::Timers | Self::JsTimers => Figure::CpuNanosPerOperation,
            Self::GoGosched
            | Self::GoUnbuffered1
            | Self::GoUnbuffered2
            | Self::GoBuffered1
            | Self::GoBuffered2
            | Self::GoSelect
            | Self::GoSpawn1
            | Self::GoSpawn2
            | Self::GoSleepers
            | Self::GoSleepersFuture
            | Self::LifoStranded
            | Self::CsRun
            | Self::CsValueTask
            | Self::CsTcs
            | Self::CsWhenAll
            | Self::CsChannelBounded
            | Self::CsChannelUnbounded
            | Self::CsForEach
            | Self::JsAwaitNull
            | Self::JsAsyncFn
            | Self::JsThen
            | Self::JsAll
            | Self::JsImmediate => Figure::WallNanosPerOperation,
            Self::Parked
            | Self::GoParked
            | Self::GoParkedFuture
            | Self::JsPending
            | Self::JsParked
            | Self::ClaimParked => Figure::BytesPerOperation,
            Self::Echo
            | Self::CallSoon
            | Self::Queue
            | Self::Gather
            | Self::GoEcho
            | Self::HttpHello
            | Self::JsHttpHello
            | Self::JsFetch
            | Self::ClaimEcho10
            | Self::ClaimEcho100
            | Self::ClaimEcho1000
            | Self::ClaimHttp => Figure::OperationsPerSecond,
            Self::ClaimAllocTask | Self::ClaimAllocValueTask => Figure::AllocatedPerOperation,
            Self::LifoWakes => Figure::SleepsPerThousand,
            Self::StallFuture
            | Self::StallFutureBlock
            | Self::StallNew
            | Self::StallNewBlock
            | Self::StallAll
            | Self::StallAllBlock
            | Self::StallStarted
            | Self::StallStartedBlock
            | Self::StallChannel
            | Self::StallChannelBlock => Figure::TailRatio,
        }
    }
}
