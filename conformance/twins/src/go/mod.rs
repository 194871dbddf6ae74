//! Twins of `conformance/go/*.go`: a file for each, under the name of its original, with
//! `pub(crate) fn run()`, and a line in [`TWINS`].
//!
//! A twin may end the process, as its original does: then its code and the first line of its
//! standard error are compared too.

mod go_02_channels;
mod go_03_nil_channel;
mod go_04_closed;
mod go_04_unrecovered;
mod go_06_select;
mod go_09_goexit;
mod go_10_unrecovered;
mod go_11_deadlock;
mod go_12_sync;
mod go_13_context;
mod go_15_timers;
mod go_16_net;

use std::panic::{AssertUnwindSafe, catch_unwind};

use fourfold::go::Value;

use crate::{Difference, Twin};

/// Each program's twin.
pub(crate) const TWINS: &[Twin] = &[
    Twin { name: "go_02_channels", run: go_02_channels::run, differs: &[] },
    Twin { name: "go_03_nil_channel", run: go_03_nil_channel::run, differs: &[] },
    Twin { name: "go_04_closed", run: go_04_closed::run, differs: &[] },
    Twin { name: "go_04_unrecovered", run: go_04_unrecovered::run, differs: &[] },
    Twin { name: "go_06_select", run: go_06_select::run, differs: &[] },
    Twin { name: "go_09_goexit", run: go_09_goexit::run, differs: &[] },
    Twin { name: "go_10_unrecovered", run: go_10_unrecovered::run, differs: &[] },
    Twin { name: "go_11_deadlock", run: go_11_deadlock::run, differs: &[] },
    Twin { name: "go_12_sync", run: go_12_sync::run, differs: &[] },
    Twin { name: "go_13_context", run: go_13_context::run, differs: CONTEXT },
    Twin { name: "go_15_timers", run: go_15_timers::run, differs: &[] },
    Twin { name: "go_16_net", run: go_16_net::run, differs: &[] },
];

const CONTEXT: &[Difference] = &[Difference {
    original: "context deadline exceeded context deadline exceeded context deadline exceeded",
    twin: "context deadline exceeded context deadline exceeded timed out: context deadline exceeded",
    reason: "a cause is the error that crosses all dialects, and that says its kind first",
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
