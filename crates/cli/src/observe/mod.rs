//! What the four dialects do differently, observed and not told.
//!
//! The rows are those of an old table that compares Python, C# and JavaScript. Two are read off the
//! trace of the pings themselves; for the others each dialect runs a few small programs, the same in
//! all four but for the words of its language, and what happened in them is kept as values.
//!
//! ```text
//!   Watch ──the pings──► Watched ──traced──► threading, scheduling
//!   asyncio │ csharp │ js │ go ──probe──► Probed: the call, blocking, races, futures, cancellation
//! ```
//!
//! What is read out of these values, in words, is the report's: `report/observed.rs`.

mod asyncio;
mod csharp;
mod go;
mod instruments;
mod js;
mod traced;

use std::time::Duration;

use serde::Serialize;

use crate::args::DialectName;

pub(crate) use traced::{Watch, Watched};

/// Everything that was observed of a dialect.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Observed {
    /// Of the pings: who ran them.
    pub(crate) threading: Threading,
    /// A call that blocks its thread, with others beside it.
    pub(crate) blocking: Blocking,
    /// Two tasks that read, dally and write.
    pub(crate) races: Races,
    /// Of the pings: how they were scheduled.
    pub(crate) scheduling: Scheduling,
    /// Several that wait for one result.
    pub(crate) futures: Sharing,
    /// What ran first when a function was called.
    pub(crate) call: Call,
    /// How a cancellation arrived.
    pub(crate) cancellation: Cancellation,
}

/// On how many threads so many tasks ran their steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Threading {
    pub(crate) threads: usize,
    pub(crate) tasks: usize,
}

/// How tasks came to run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Scheduling {
    /// How many turns a loop made; none where there is no loop.
    pub(crate) turns: usize,
    /// The phases of a turn that occurred, in order.
    pub(crate) phases: Vec<&'static str>,
    /// How many times a task went on after a wait.
    pub(crate) resumed: usize,
    /// How many of those times on another thread than before.
    pub(crate) elsewhere: usize,
}

/// A call blocked its thread; how many of the others had no turn meanwhile?
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Blocking {
    #[serde(rename = "blocked_s", serialize_with = "seconds")]
    pub(crate) blocked: Duration,
    pub(crate) neighbours: usize,
    pub(crate) held_up: usize,
    /// And where the call was handed over to a thread.
    pub(crate) held_up_handed_over: usize,
}

/// Two tasks each took a number, waited for the other without an await, and wrote it back plus one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Races {
    /// How many were in the middle of it at the same moment, at most.
    pub(crate) at_once: usize,
    pub(crate) updates: usize,
    pub(crate) lost: usize,
}

/// Several waited for one result.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Sharing {
    /// What they waited for.
    pub(crate) of: &'static str,
    pub(crate) waiters: usize,
    pub(crate) reached: usize,
}

/// What happened around a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Moment {
    /// The caller calls.
    Call,
    /// The body's first line, before any await of its own.
    FirstLine,
    /// The caller has what the call returned.
    Return,
    /// Some time later the caller waits for it.
    Await,
}

/// The order in which a call and the body of what it called ran.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Call {
    pub(crate) order: Vec<Moment>,
    /// Whether the body's first line ran on the caller's thread.
    pub(crate) same_thread: bool,
}

/// As what a cancellation came to who waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Arrival {
    /// The wait failed.
    Error,
    /// A channel beside the wait was closed.
    ClosedChannel,
    /// Not at all.
    Nothing,
}

/// Two calls that waited were cancelled: one was passed what its dialect passes along for that, the
/// other was not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Cancellation {
    pub(crate) arrival: Arrival,
    /// What it called itself.
    pub(crate) name: Option<String>,
    /// Whether who got it could wait while it cleaned up.
    pub(crate) cleanup_awaited: bool,
    /// Whether it reached the call that was passed nothing.
    pub(crate) reached_unpassed: bool,
    /// From the request to the arrival.
    #[serde(rename = "took_s", serialize_with = "optional_seconds")]
    pub(crate) took: Option<Duration>,
}

/// What the small programs of a dialect tell.
#[derive(Clone)]
struct Probed {
    blocking: Blocking,
    races: Races,
    futures: Sharing,
    call: Call,
    cancellation: Cancellation,
}

/// Runs the small programs in `dialect` and puts what they tell beside what was watched of the pings.
///
/// # Errors
///
/// If the dialect cannot run at all.
pub(crate) fn observe(dialect: DialectName, watched: &Watched) -> fourfold::Result<Observed> {
    let probed = match dialect {
        DialectName::Asyncio => asyncio::probe()?,
        DialectName::Csharp => csharp::probe()?,
        DialectName::Js => js::probe()?,
        DialectName::Go => go::probe()?,
    };
    let Probed { blocking, races, futures, call, cancellation } = probed;
    let (threading, scheduling) = (watched.threading(), watched.scheduling());
    Ok(Observed { threading, blocking, races, scheduling, futures, call, cancellation })
}

/// Whole microseconds, as in the whole report.
fn seconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(crate::report::seconds(*time))
}

fn optional_seconds<S: serde::Serializer>(
    time: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    time.map(crate::report::seconds).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [DialectName; 4] =
        [DialectName::Asyncio, DialectName::Csharp, DialectName::Js, DialectName::Go];

    fn observed(dialect: DialectName) -> Observed {
        observe(dialect, &Watch::start().finish()).unwrap()
    }

    // Only what a language promises; how threads of a pool meet is up to the machine.

    #[test]
    fn a_coroutine_runs_when_awaited_and_a_hot_function_before_the_call_returns() {
        use Moment::{Await, Call, FirstLine, Return};
        let order = |dialect| observed(dialect).call.order;
        assert_eq!(order(DialectName::Asyncio), [Call, Return, Await, FirstLine]);
        for hot in [DialectName::Csharp, DialectName::Js] {
            assert_eq!(order(hot), [Call, FirstLine, Return, Await]);
        }
        let goroutine = observed(DialectName::Go).call;
        assert_eq!(goroutine.order.last(), Some(&Await), "it runs by itself");
    }

    #[test]
    fn one_thread_has_no_races_and_is_held_up_as_a_whole() {
        for dialect in [DialectName::Asyncio, DialectName::Js] {
            let Observed { races, blocking, .. } = observed(dialect);
            assert_eq!(races, Races { at_once: 1, updates: 2, lost: 0 });
            assert_eq!(blocking.held_up, blocking.neighbours);
        }
    }

    #[test]
    fn a_result_is_for_all_and_a_value_of_a_channel_for_one() {
        for dialect in ALL {
            let futures = observed(dialect).futures;
            let expected = if dialect == DialectName::Go { 1 } else { 3 };
            assert_eq!((futures.waiters, futures.reached), (3, expected), "{dialect:?}");
        }
    }

    #[test]
    fn a_cancellation_arrives_as_the_language_has_it() {
        for (dialect, arrival, name, unpassed) in [
            (DialectName::Asyncio, Arrival::Error, "Cancelled", true),
            (DialectName::Csharp, Arrival::Error, "TaskCanceledException", false),
            (DialectName::Js, Arrival::Error, "AbortError", false),
            (DialectName::Go, Arrival::ClosedChannel, "context canceled", false),
        ] {
            let found = observed(dialect).cancellation;
            assert_eq!(found.arrival, arrival, "{dialect:?}");
            assert_eq!(found.name.as_deref(), Some(name));
            assert_eq!(found.reached_unpassed, unpassed, "{dialect:?}");
            assert!(found.cleanup_awaited && found.took.is_some(), "{dialect:?}");
        }
    }
}
