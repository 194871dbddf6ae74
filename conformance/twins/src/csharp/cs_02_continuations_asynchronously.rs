use fourfold::Result;
use fourfold::csharp::{
    CancellationToken, NotifyCompletion, Task, TaskCompletionSource, TaskContinuationOptions,
    TaskCreationOptions, async_method,
};

use super::pool;
use super::show::{Log, exception};

// RUN_CONTINUATIONS_ASYNCHRONOUSLY: nothing runs inside of set_result, whatever the continuation asked
// for.

static LOG: Log = Log::new();

fn awaits<T: Clone + Send + Sync + 'static>(task: &Task<T>, name: String) {
    let task = task.clone();
    async_method(async move {
        task.await?;
        LOG.add(name);
        Ok(())
    });
}

fn report(what: &str, complete: impl FnOnce() -> Result<()>) -> Result<()> {
    LOG.take();
    complete()?;
    let inline = LOG.take().join(" ");
    pool::run_queued();
    println!("{what}: inline [{inline}] queued [{}]", LOG.take().join(" "));
    Ok(())
}

fn source(kinds: &str) -> TaskCompletionSource<()> {
    let source =
        TaskCompletionSource::with_options(TaskCreationOptions::RUN_CONTINUATIONS_ASYNCHRONOUSLY);
    let task = source.task();
    for (i, kind) in kinds.chars().enumerate() {
        let name = format!("{kind}{}", i + 1);
        match kind {
            'a' => awaits(&task, name),
            'o' => task.get_awaiter().on_completed(Box::new(move || LOG.add(name))),
            'w' => awaits(&Task::when_all([task.clone()]), name),
            'q' => drop(task.continue_with(move |_| {
                LOG.add(name);
                Ok(())
            })),
            's' => drop(task.continue_with_options(
                move |_| {
                    LOG.add(name);
                    Ok(())
                },
                TaskContinuationOptions::EXECUTE_SYNCHRONOUSLY,
                CancellationToken::none(),
                None,
            )),
            _ => unreachable!("no such kind"),
        }
    }
    source
}

fn program() -> Result<()> {
    pool::hold();
    for kinds in ["a", "s", "o", "w", "aaa", "aqsa", "sq", "qs", "wa", "osaq"] {
        let source = source(kinds);
        report(kinds, || source.set_result(()))?;
    }
    let failing = source("sa");
    report("sa, an exception", || failing.set_exception(exception("e")))?;
    let cancelled = source("sa");
    report("sa, cancelled", || cancelled.set_canceled())?;

    // A continuation can ask for it, too: then those of the continuation are queued.
    let plain = TaskCompletionSource::<()>::new();
    let middle = plain.task().continue_with_options(
        |_| {
            LOG.add("middle");
            Ok(())
        },
        TaskContinuationOptions::EXECUTE_SYNCHRONOUSLY
            | TaskContinuationOptions::RUN_CONTINUATIONS_ASYNCHRONOUSLY,
        CancellationToken::none(),
        None,
    );
    awaits(&middle, "after it".into());
    report("a continuation that asks", || plain.set_result(()))?;

    // So can a task with a body.
    let body = || {
        LOG.add("body");
        Ok(())
    };
    let task = Task::new_with(
        body,
        CancellationToken::none(),
        TaskCreationOptions::RUN_CONTINUATIONS_ASYNCHRONOUSLY,
    );
    awaits(&task, "after it".into());
    report("a task that asks", || task.run_synchronously())?;
    let usual = Task::new(body);
    awaits(&usual, "after it".into());
    report("a task that does not", || usual.run_synchronously())
}

pub(crate) fn run() {
    pool::run(|| program().expect("it handles what it raises"));
}
