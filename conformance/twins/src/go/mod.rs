//! Twins of `conformance/go/*.go`: a file for each, under the name of its original, with
//! `pub(crate) fn run()`, and a line in [`TWINS`].
//!
//! A twin may end the process, as its original does: then its code and the first line of its
//! standard error are compared too.

mod go_01_start;
mod go_02_channels;
mod go_03_nil_channel;
mod go_04_closed;
mod go_04_unrecovered;
mod go_05_fifo;
mod go_06_select;
mod go_07_range;
mod go_08_memory;
mod go_09_goexit;
mod go_10_unrecovered;
mod go_11_deadlock;
mod go_12_rwmutex;
mod go_12_sync;
mod go_13_causes;
mod go_13_context;
mod go_14_errgroup;
mod go_14_semaphore;
mod go_14_singleflight;
mod go_15_resets;
mod go_15_timers;
mod go_16_datagrams;
mod go_16_net;
mod go_17_blocking;
mod go_17_exec;
mod go_18_runtime;
mod go_19_stack;
mod go_20_scope;
mod go_21_synctest;
mod go_22_workers;

use std::panic::{AssertUnwindSafe, catch_unwind};

use fourfold::go::Value;

use crate::{Difference, Twin};

/// Each program's twin.
pub(crate) const TWINS: &[Twin] = &[
    Twin { name: "go_01_start", run: go_01_start::run, differs: &[] },
    Twin { name: "go_02_channels", run: go_02_channels::run, differs: &[] },
    Twin { name: "go_03_nil_channel", run: go_03_nil_channel::run, differs: &[] },
    Twin { name: "go_04_closed", run: go_04_closed::run, differs: &[] },
    Twin { name: "go_04_unrecovered", run: go_04_unrecovered::run, differs: &[] },
    Twin { name: "go_05_fifo", run: go_05_fifo::run, differs: &[] },
    Twin { name: "go_06_select", run: go_06_select::run, differs: &[] },
    Twin { name: "go_07_range", run: go_07_range::run, differs: &[] },
    Twin { name: "go_08_memory", run: go_08_memory::run, differs: &[] },
    Twin { name: "go_09_goexit", run: go_09_goexit::run, differs: &[] },
    Twin { name: "go_10_unrecovered", run: go_10_unrecovered::run, differs: &[] },
    Twin { name: "go_11_deadlock", run: go_11_deadlock::run, differs: &[] },
    Twin { name: "go_12_rwmutex", run: go_12_rwmutex::run, differs: &[] },
    Twin { name: "go_12_sync", run: go_12_sync::run, differs: &[] },
    Twin { name: "go_13_causes", run: go_13_causes::run, differs: &[] },
    Twin { name: "go_13_context", run: go_13_context::run, differs: CONTEXT },
    Twin { name: "go_14_errgroup", run: go_14_errgroup::run, differs: &[] },
    Twin { name: "go_14_semaphore", run: go_14_semaphore::run, differs: SEMAPHORE },
    Twin { name: "go_14_singleflight", run: go_14_singleflight::run, differs: &[] },
    Twin { name: "go_15_resets", run: go_15_resets::run, differs: &[] },
    Twin { name: "go_15_timers", run: go_15_timers::run, differs: &[] },
    Twin { name: "go_16_datagrams", run: go_16_datagrams::run, differs: &[] },
    Twin { name: "go_16_net", run: go_16_net::run, differs: &[] },
    Twin { name: "go_17_blocking", run: go_17_blocking::run, differs: &[] },
    Twin { name: "go_17_exec", run: go_17_exec::run, differs: &[] },
    Twin { name: "go_18_runtime", run: go_18_runtime::run, differs: &[] },
    Twin { name: "go_19_stack", run: go_19_stack::run, differs: STACK },
    Twin { name: "go_20_scope", run: go_20_scope::run, differs: &[] },
    Twin { name: "go_21_synctest", run: go_21_synctest::run, differs: &[] },
    Twin { name: "go_22_workers", run: go_22_workers::run, differs: &[] },
];

const CONTEXT: &[Difference] = &[Difference {
    original: "context deadline exceeded context deadline exceeded context deadline exceeded",
    twin: "context deadline exceeded context deadline exceeded timed out: context deadline exceeded",
    reason: "a cause is the error that crosses all dialects, and that says its kind first",
}];

const SEMAPHORE: &[Difference] = &[
    Difference {
        original: "cancelled before context canceled true",
        twin: "cancelled before cancelled: context canceled true",
        reason: "the error that crosses all dialects says its kind first",
    },
    Difference {
        original: "gave up: context canceled so 1",
        twin: "gave up: cancelled: context canceled so 1",
        reason: "the error that crosses all dialects says its kind first",
    },
    Difference {
        original: "context canceled",
        twin: "cancelled: context canceled",
        reason: "the error that crosses all dialects says its kind first",
    },
];

const STACK: &[Difference] = &[Difference {
    original: "runtime: goroutine stack exceeds 1048576-byte limit",
    twin: "fatal error: stack overflow",
    reason: "a stack here does not grow to a limit but has one size, which the next line tells",
}];

/// As Go prints what `recover` returns.
fn recovered(value: Option<Value>) -> String {
    value.map_or_else(|| "<nil>".into(), |value| value.to_string())
}

/// Prints what `f` panics with.
fn attempt(what: &str, f: impl FnOnce()) {
    let panic = catch_unwind(AssertUnwindSafe(f)).err();
    let text = panic.map(|payload| match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => {
            payload.downcast::<&str>().map_or_else(|_| "?".into(), |text| (*text).into())
        }
    });
    println!("{what} - {}", text.unwrap_or_else(|| "<nil>".into()));
}
