//! What Fourfold has set itself in each workload.

use super::Workload;
use crate::names::RuntimeName::{self, Cpython, Dotnet, Epoll, Go, Node, Smol, Tokio, TokioMt};
use crate::stall::Waiters;
use serde::Serialize;

/// What is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Measure {
    /// The figure divided by the peer's.
    Ratio,
    /// The figure less the peer's, which is a floor without any work of its own.
    Excess,
    /// The figure itself.
    Own,
}

/// What Fourfold has set itself against one peer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Target {
    /// The peer.
    pub(crate) peer: RuntimeName,
    /// What is bounded.
    pub(crate) measure: Measure,
    /// The bound: an upper one where less is better, a lower one where more is.
    pub(crate) bound: f64,
}

impl Workload {
    /// What Fourfold has set itself.
    pub(crate) fn targets(self) -> &'static [Target] {
        const fn to(peer: RuntimeName, bound: f64) -> Target {
            Target { peer, measure: Measure::Ratio, bound }
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
            Self::HttpHello => const { &[to(Go, 1.7), to(TokioMt, 1.0)] },
            Self::LifoStranded
            | Self::LifoWakes
            | Self::StallFuture
            | Self::StallFutureBlock
            | Self::StallNew
            | Self::StallNewBlock
            | Self::StallAll
            | Self::StallAllBlock
            | Self::StallStarted
            | Self::StallStartedBlock
            | Self::StallChannel
            | Self::StallChannelBlock
            | Self::CsChannelUnbounded
            | Self::CsForEach
            | Self::JsAsyncFn
            | Self::JsFetch
            | Self::ClaimEcho10
            | Self::ClaimEcho100
            | Self::ClaimEcho1000
            | Self::ClaimParked
            | Self::ClaimHttp
            | Self::ClaimAllocTask
            | Self::ClaimAllocValueTask => &[],
            // tokio's side is a plain call.
            Self::CsValueTask => {
                const { &[Target { peer: TokioMt, measure: Measure::Excess, bound: 3.0 }] }
            }
            Self::CsRun | Self::CsTcs | Self::CsChannelBounded => const { &[to(Dotnet, 0.5)] },
            Self::JsAwaitNull | Self::JsAll => const { &[to(Node, 0.5)] },
            Self::JsThen => const { &[to(Node, 0.6)] },
            Self::JsImmediate => const { &[to(Node, 0.2)] },
            Self::JsTimers => const { &[to(Node, 0.35)] },
            Self::JsPending | Self::JsParked => const { &[to(Node, 0.4)] },
            Self::JsHttpHello => const { &[to(Node, 1.7)] },
            Self::CsWhenAll => const { &[to(Dotnet, 0.5), to(TokioMt, 0.7)] },
        }
    }

    /// The target against `peer`, where there is one.
    pub(crate) fn target(self, peer: RuntimeName) -> Option<Target> {
        self.targets().iter().copied().find(|target| target.peer == peer)
    }

    /// A bound on Fourfold's own figure, where there is one.
    pub(crate) fn limit(self) -> Option<f64> {
        match (self, self.stall()) {
            // A quarter of the poll, in nanoseconds.
            (Self::LifoStranded, _) => Some(12.5e6),
            // Of 1 000 round trips: next to none, where a runtime that wakes needs two for each.
            (Self::LifoWakes, _) => Some(1.0),
            // What a pinned stack behind a stuck neighbour costs is published, not promised.
            (_, None | Some((Waiters::Started, _))) => None,
            (_, Some(_)) => Some(2.0),
        }
    }
}
