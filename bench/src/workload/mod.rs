//! The workloads: how many operations, in what shape, which figure is compared, and the targets.
//!
//! `README.md` gives the same definitions in prose; the two are changed together.
//!
//! | file | holds |
//! |:--|:--|
//! | `mod.rs` | the names |
//! | `summary.rs` | the definition of each in one line |
//! | `job.rs` | who takes part, and how much there is to do |
//! | `figure.rs` | what is compared |
//! | `target.rs` | what Fourfold has set itself |

mod figure;
mod job;
mod summary;
mod target;

use crate::stall::{Hold, Waiters};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

pub(crate) use figure::Figure;
pub(crate) use job::Job;
pub(crate) use target::Measure;

/// Bytes in one message of `echo`.
pub(crate) const MESSAGE_BYTES: usize = 1024;

/// The body of an answer over HTTP.
pub(crate) const HELLO: &str = "Hello, world!";

/// What a client says to a workload that serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    /// Bytes that come back.
    Echo,
    /// HTTP/1.1.
    Http,
}

impl Protocol {
    /// The name on the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Http => "http",
        }
    }
}

/// Where a workload is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Section {
    /// The asyncio dialect.
    Asyncio,
    /// The Go dialect.
    Go,
    /// The C# dialect.
    Csharp,
    /// The JavaScript dialect.
    Js,
    /// The page of claims.
    Claims,
}

impl Section {
    /// The name of the dialect.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Asyncio => "asyncio",
            Self::Go => "Go",
            Self::Csharp => "C#",
            Self::Js => "JavaScript",
            Self::Claims => "Claims",
        }
    }
}

/// Something every runtime that takes part does the same number of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[value(rename_all = "snake_case")]
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
    /// HTTP/1.1 on 100 connections that are kept, two workers.
    HttpHello,
    /// How long a task waits that was made ready right before a long poll, two workers.
    LifoStranded,
    /// How often a worker goes to sleep while two tasks wake one another, two workers.
    LifoWakes,
    /// Waiters that are futures, beside a worker held by a loop.
    StallFuture,
    /// The same beside a worker held by a call that blocks.
    StallFutureBlock,
    /// Each tick is answered by a goroutine started for it, beside a loop.
    StallNew,
    /// The same beside a call that blocks.
    StallNewBlock,
    /// Stackful waiters that may all change their worker, beside a loop.
    StallAll,
    /// The same beside a call that blocks.
    StallAllBlock,
    /// Stackful waiters that keep their worker, beside a loop.
    StallStarted,
    /// The same beside a call that blocks.
    StallStartedBlock,
    /// Waiters at channels, futures and stackful ones of the other worker, beside a loop.
    StallChannel,
    /// The same beside a call that blocks.
    StallChannelBlock,
    /// Start a task on the pool and await it, again and again.
    CsRun,
    /// Await a value task that is complete.
    CsValueTask,
    /// Round trips between two async methods over completion sources.
    CsTcs,
    /// Start 100 000 tasks and await all of them at once.
    CsWhenAll,
    /// One task to another through a channel of 1 024.
    CsChannelBounded,
    /// One task to another through a channel without a bound.
    CsChannelUnbounded,
    /// For each number an async body, eight at a time.
    CsForEach,
    /// Awaits of `null` in one async function.
    JsAwaitNull,
    /// Calls of an async function that awaits once, one after the other.
    JsAsyncFn,
    /// A chain of `then`, all links made before the first runs.
    JsThen,
    /// `Promise.all` over 100 000 async functions that each await once.
    JsAll,
    /// Immediates, each of which sets the next.
    JsImmediate,
    /// Timers with a callback, spread over a second.
    JsTimers,
    /// Memory of a promise that is pending, and of what settles it.
    JsPending,
    /// Memory of an async function that waits for a promise of its own.
    JsParked,
    /// HTTP/1.1 on 100 connections that are kept, one thread.
    JsHttpHello,
    /// A client that fetches from a server in another process, 100 at a time.
    JsFetch,
    /// TCP echo on 10 connections, by everything that a claim names.
    #[value(name = "claim_echo_10")]
    #[serde(rename = "claim_echo_10")]
    ClaimEcho10,
    /// The same on 100.
    #[value(name = "claim_echo_100")]
    #[serde(rename = "claim_echo_100")]
    ClaimEcho100,
    /// The same on 1 000.
    #[value(name = "claim_echo_1000")]
    #[serde(rename = "claim_echo_1000")]
    ClaimEcho1000,
    /// Memory of tasks, goroutines and threads that wait for ever.
    ClaimParked,
    /// HTTP/1.1 by processes of CPython, by Go, by Fourfold.
    ClaimHttp,
    /// What awaiting a task that is complete allocates.
    ClaimAllocTask,
    /// What awaiting a value task that is complete allocates.
    ClaimAllocValueTask,
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
            Self::HttpHello => "http_hello",
            Self::LifoStranded => "lifo_stranded",
            Self::LifoWakes => "lifo_wakes",
            Self::StallFuture => "stall_future",
            Self::StallFutureBlock => "stall_future_block",
            Self::StallNew => "stall_new",
            Self::StallNewBlock => "stall_new_block",
            Self::StallAll => "stall_all",
            Self::StallAllBlock => "stall_all_block",
            Self::StallStarted => "stall_started",
            Self::StallStartedBlock => "stall_started_block",
            Self::StallChannel => "stall_channel",
            Self::StallChannelBlock => "stall_channel_block",
            Self::CsRun => "cs_run",
            Self::CsValueTask => "cs_value_task",
            Self::CsTcs => "cs_tcs",
            Self::CsWhenAll => "cs_when_all",
            Self::CsChannelBounded => "cs_channel_bounded",
            Self::CsChannelUnbounded => "cs_channel_unbounded",
            Self::CsForEach => "cs_for_each",
            Self::JsAwaitNull => "js_await_null",
            Self::JsAsyncFn => "js_async_fn",
            Self::JsThen => "js_then",
            Self::JsAll => "js_all",
            Self::JsImmediate => "js_immediate",
            Self::JsTimers => "js_timers",
            Self::JsPending => "js_pending",
            Self::JsParked => "js_parked",
            Self::JsHttpHello => "js_http_hello",
            Self::JsFetch => "js_fetch",
            Self::ClaimEcho10 => "claim_echo_10",
            Self::ClaimEcho100 => "claim_echo_100",
            Self::ClaimEcho1000 => "claim_echo_1000",
            Self::ClaimParked => "claim_parked",
            Self::ClaimHttp => "claim_http",
            Self::ClaimAllocTask => "claim_alloc_task",
            Self::ClaimAllocValueTask => "claim_alloc_value_task",
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

    /// The section of the page that it stands in.
    pub(crate) fn section(self) -> Section {
        let (begin, _) = self.as_str().split_once('_').unwrap_or_default();
        match begin {
            "go" | "stall" | "lifo" | "http" => Section::Go,
            "cs" => Section::Csharp,
            "js" => Section::Js,
            "claim" => Section::Claims,
            _ => Section::Asyncio,
        }
    }

    /// Whether it is one of the C# dialect's.
    pub(crate) fn of_csharp(self) -> bool {
        self.as_str().starts_with("cs_")
    }

    /// Whether it is one of the JavaScript dialect's.
    pub(crate) fn of_js(self) -> bool {
        self.as_str().starts_with("js_")
    }

    /// Who waits beside the worker that is held, and what holds it, where that is measured.
    pub(crate) fn stall(self) -> Option<(Waiters, Hold)> {
        Some(match self {
            Self::StallFuture => (Waiters::Future, Hold::Loop),
            Self::StallFutureBlock => (Waiters::Future, Hold::Block),
            Self::StallNew => (Waiters::New, Hold::Loop),
            Self::StallNewBlock => (Waiters::New, Hold::Block),
            Self::StallAll => (Waiters::All, Hold::Loop),
            Self::StallAllBlock => (Waiters::All, Hold::Block),
            Self::StallStarted => (Waiters::Started, Hold::Loop),
            Self::StallStartedBlock => (Waiters::Started, Hold::Block),
            Self::StallChannel => (Waiters::Channel, Hold::Loop),
            Self::StallChannelBlock => (Waiters::Channel, Hold::Block),
            _ => return None,
        })
    }

    /// What the client says, where one on connections of its own gives the work.
    pub(crate) fn client(self) -> Option<Protocol> {
        match self {
            Self::Echo
            | Self::GoEcho
            | Self::ClaimEcho10
            | Self::ClaimEcho100
            | Self::ClaimEcho1000 => Some(Protocol::Echo),
            Self::HttpHello | Self::JsHttpHello | Self::ClaimHttp => Some(Protocol::Http),
            _ => None,
        }
    }

    /// Whether what is allocated is counted, by a program of its own.
    pub(crate) fn counts_allocations(self) -> bool {
        matches!(self, Self::ClaimAllocTask | Self::ClaimAllocValueTask)
    }

    /// Whether a server in a process of its own answers.
    pub(crate) fn asks(self) -> bool {
        self == Self::JsFetch
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

    #[test]
    fn the_command_line_and_the_reports_use_one_name() {
        for workload in Workload::value_variants() {
            let value = workload.to_possible_value().expect("none is skipped");
            assert_eq!(value.get_name(), workload.as_str());
            let json = serde_json::to_string(workload).expect("a name is written");
            assert_eq!(json, format!("\"{}\"", workload.as_str()));
        }
    }
}
