//! Every dialect awaits every dialect: sixteen pairs, and for each a result, a failure, a panic and a
//! cancellation.

mod pairs;

use fourfold::{Kind, Result};
use pairs::awaited::{self, Refused};
use pairs::{End, awaiting};

/// A dialect in both of its parts.
struct Dialect {
    name: &'static str,
    /// Starts a task that is to be awaited.
    start: fn(End) -> awaited::Awaited,
    /// Awaits one, and cancels the await in its own way where the task waits to be cancelled.
    wait: fn(awaited::Awaited) -> Result<u32>,
}

const DIALECTS: [Dialect; 4] = [
    Dialect { name: "asyncio", start: awaited::asyncio, wait: awaiting::asyncio },
    Dialect { name: "csharp", start: awaited::csharp, wait: awaiting::csharp },
    Dialect { name: "js", start: awaited::js, wait: awaiting::js },
    Dialect { name: "go", start: awaited::go, wait: awaiting::go },
];

fn every_pair(end: End, check: impl Fn(Result<u32>, bool) -> Option<String>) {
    for awaits in &DIALECTS {
        for awaited in &DIALECTS {
            let task = (awaited.start)(end);
            let note = task.note();
            let outcome = (awaits.wait)(task);
            if let Some(wrong) = check(outcome, note.has_cleaned_up()) {
                panic!("{} awaits {}: {wrong}", awaits.name, awaited.name);
            }
        }
    }
}

#[test]
fn x_01_every_dialect_awaits_the_tasks_of_every_other() {
    every_pair(End::Value, |outcome, _| match outcome {
        Ok(42) => None,
        other => Some(format!("{other:?}")),
    });
}

#[test]
fn x_02_a_cancellation_crosses_every_pair_and_is_waited_for() {
    every_pair(End::Cancelled, |outcome, has_cleaned_up| match outcome {
        Err(error) if error.is_cancelled() && has_cleaned_up => None,
        Err(error) if error.is_cancelled() => Some("the clean-up was not waited for".into()),
        other => Some(format!("{other:?}")),
    });
}

#[test]
fn x_03_a_failure_crosses_every_pair_with_its_type_its_text_and_its_cause() {
    every_pair(End::Failure, |outcome, _| {
        let Err(error) = outcome else { return Some(format!("{outcome:?}")) };
        let same = error.downcast_ref::<Refused>() == Some(&Refused { port: 7 })
            && error.to_string() == "port 7 refused"
            && error.cause().is_some_and(|cause| cause.to_string() == "the plug is out")
            && error.kind() == Kind::Failed;
        (!same).then(|| format!("{error:?}"))
    });
}

#[test]
fn x_03_a_panic_crosses_every_pair_as_a_panic() {
    every_pair(End::Panic, |outcome, _| match outcome {
        Err(error) if error.is_panic() && error.to_string().contains("overboard") => None,
        other => Some(format!("{other:?}")),
    });
}
