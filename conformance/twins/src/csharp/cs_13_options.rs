use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use fourfold::Result;
use fourfold::csharp::{
    CancellationToken, CancellationTokenSource, Task, TaskCompletionSource, TaskContinuationOptions,
};

use super::show::{b, ended, exception, of_some};

type Options = TaskContinuationOptions;

const KINDS: [&str; 3] = ["completed", "faulted", "canceled"];

fn antecedent(kind: &str) -> Result<Task> {
    let source = TaskCompletionSource::new();
    match kind {
        "completed" => source.set_result(())?,
        "faulted" => source.set_exception(exception("a"))?,
        _ => source.set_canceled()?,
    }
    Ok(source.task())
}

fn follow(
    task: &Task,
    options: Options,
    function: impl FnOnce(Task) -> Result<()> + Send + 'static,
) -> Task {
    let options = options | Options::EXECUTE_SYNCHRONOUSLY;
    task.continue_with_options(function, options, CancellationToken::none(), None)
}

fn never(_: Task) -> Result<()> {
    println!("never");
    Ok(())
}

fn program() -> Result<()> {
    // Which continuation runs after which end, and what becomes of one that does not.
    let options = [
        ("None", Options::NONE),
        ("NotOnRanToCompletion", Options::NOT_ON_RAN_TO_COMPLETION),
        ("NotOnFaulted", Options::NOT_ON_FAULTED),
        ("NotOnCanceled", Options::NOT_ON_CANCELED),
        ("OnlyOnRanToCompletion", Options::ONLY_ON_RAN_TO_COMPLETION),
        ("OnlyOnFaulted", Options::ONLY_ON_FAULTED),
        ("OnlyOnCanceled", Options::ONLY_ON_CANCELED),
    ];
    for (name, option) in options {
        for kind in KINDS {
            let ran = Arc::new(AtomicBool::new(false));
            let runs = ran.clone();
            let continuation = follow(&antecedent(kind)?, option, move |_| {
                runs.store(true, Ordering::Relaxed);
                Ok(())
            });
            let ran = ran.load(Ordering::Relaxed);
            println!("{name}, {kind}: ran {}, {}", b(ran), ended(&continuation));
        }
    }
    // All three at once can never run.
    let none_left =
        Options::NOT_ON_RAN_TO_COMPLETION | Options::NOT_ON_FAULTED | Options::NOT_ON_CANCELED;
    println!("none left: {:?}", follow(&Task::completed_task(), none_left, never).status());
    // LONG_RUNNING would have a thread of its own, if that counted.
    let here = thread::current().id();
    let both = Task::completed_task().continue_with_options(
        |_| Ok(thread::current().id()),
        Options::EXECUTE_SYNCHRONOUSLY | Options::LONG_RUNNING,
        CancellationToken::none(),
        None,
    );
    println!("what excludes another: it runs here {}", b(both.result()? == here));

    // What is skipped is cancelled, and so is what waits for it to succeed.
    let skipped = follow(&antecedent("completed")?, Options::ONLY_ON_FAULTED, never);
    let next = follow(&skipped, Options::ONLY_ON_RAN_TO_COMPLETION, never);
    let last = follow(&next, Options::NONE, |task| {
        println!("last, after {:?}", task.status());
        Ok(())
    });
    println!("a chain: {:?} {:?} {:?}", skipped.status(), next.status(), last.status());

    // The usual pair.
    for kind in KINDS {
        let antecedent = antecedent(kind)?;
        let good = follow(&antecedent, Options::ONLY_ON_RAN_TO_COMPLETION, move |_| {
            println!("{kind}: good");
            Ok(())
        });
        let bad = follow(&antecedent, Options::ONLY_ON_FAULTED, move |task| {
            println!("{kind}: bad {}", of_some(task.exception()));
            Ok(())
        });
        let off = follow(&antecedent, Options::ONLY_ON_CANCELED, move |_| {
            println!("{kind}: off");
            Ok(())
        });
        println!("{:?} {:?} {:?}", good.status(), bad.status(), off.status());
    }

    // A token of the continuation's own, and LAZY_CANCELLATION: not cancelled before its antecedent ends.
    for (name, option) in
        [("None", Options::NONE), ("LazyCancellation", Options::LAZY_CANCELLATION)]
    {
        let source = CancellationTokenSource::new();
        let gate = TaskCompletionSource::new();
        let continuation = gate.task().continue_with_options(
            never,
            option | Options::EXECUTE_SYNCHRONOUSLY,
            source.token(),
            None,
        );
        source.cancel()?;
        let before = continuation.status();
        gate.set_result(())?;
        println!("{name}: {before:?}, then {:?}", continuation.status());
    }
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
