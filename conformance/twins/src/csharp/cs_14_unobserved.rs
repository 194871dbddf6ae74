use fourfold::csharp::{
    CancellationToken, Task, TaskCompletionSource, TaskContinuationOptions, async_method,
    on_unobserved_task_exception,
};
use fourfold::{Error, Result};

use super::show::{Log, b, exception, of, thrown};

// What becomes of an exception that nobody has asked for when the task is gone. Here that is when its
// last handle is dropped, and not when a collector comes by.

static SEEN: Log = Log::new();

fn report<T>(what: &str, leak: impl FnOnce() -> T) {
    SEEN.take();
    drop(leak());
    println!("{what}: [{}]", SEEN.take().concat());
}

fn failed_with(errors: Vec<Error>) -> Task {
    let source = TaskCompletionSource::new();
    source.set_exceptions(errors).expect("it is not finished");
    source.task()
}

fn failed(text: &str) -> Task {
    failed_with(vec![exception(text)])
}

async fn fails(text: &str) -> Result<()> {
    Task::completed_task().await?;
    Err(exception(text))
}

fn awaits<T: Clone + Send + Sync + 'static>(task: Task<T>) -> Task {
    async_method(async move {
        let _ = task.await;
        Ok(())
    })
}

fn follow<R: Send + Sync + 'static>(
    task: Task,
    function: impl FnOnce(Task) -> Result<R> + Send + 'static,
) -> Task<R> {
    let options = TaskContinuationOptions::EXECUTE_SYNCHRONOUSLY;
    task.continue_with_options(function, options, CancellationToken::none(), None)
}

pub(crate) fn run() {
    let _subscription = on_unobserved_task_exception(|args| {
        let before = args.observed();
        args.set_observed();
        SEEN.add(format!(
            "{} observed {} then {}",
            of(&args.exception().clone().into()),
            b(before),
            b(args.observed())
        ));
    });
    report("a promise", || failed("a"));
    report("two exceptions", || failed_with(vec![exception("a"), exception("b")]));
    report("an async method", || async_method(fails("a")));
    report("a delegate", || {
        Task::new(|| -> Result<()> { Err(exception("a")) }).run_synchronously()
    });
    report("cancelled", || Task::<()>::from_canceled(CancellationToken::new(true)));

    // Whoever asks has observed it.
    report("Wait", || thrown(|| failed("a").wait()));
    report("GetResult", || thrown(|| failed("a").get_result()));
    report("await", || awaits(failed("a")));
    report("Exception", || failed("a").exception());
    report("Status only", || failed("a").is_faulted());
    report("awaited, and the awaiter's not", || async_method(async { failed("a").await }));
    report("ContinueWith that does not look", || follow(failed("a"), |_| Ok(())));
    report("ContinueWith that does", || follow(failed("a"), |task| Ok(task.exception().is_some())));
    report("WhenAll, which is dropped itself", || Task::when_all([failed("a"), failed("b")]));
    report("WhenAll, awaited", || awaits(Task::when_all([failed("a"), failed("b")])));
    report("WhenAny, awaited", || Task::when_any([failed("a")]).map(awaits));
    report("WaitAny", || Task::wait_any([failed("a")]));
    report("WaitAll", || thrown(|| Task::wait_all([failed("a")])));
    println!("the program goes on");
}
