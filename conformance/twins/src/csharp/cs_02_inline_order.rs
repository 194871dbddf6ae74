use fourfold::Result;
use fourfold::csharp::{
    CancellationToken, NotifyCompletion, Task, TaskCompletionSource, TaskContinuationOptions,
    async_method,
};

use super::pool;
use super::show::Log;

// For each mix of continuations of one task: what runs inside of set_result, and what the pool runs
// afterwards, each in its order. The thread of the pool is held, so nothing else can mix in.

static LOG: Log = Log::new();

fn awaits<T: Clone + Send + Sync + 'static>(task: &Task<T>, name: String) {
    let task = task.clone();
    async_method(async move {
        task.await?;
        LOG.add(name);
        Ok(())
    });
}

fn awaits_uncaptured(task: &Task, name: String) {
    let task = task.clone();
    async_method(async move {
        task.configure_await(false).await?;
        LOG.add(name);
        Ok(())
    });
}

fn synchronously<R: Send + Sync + 'static>(
    task: &Task,
    function: impl FnOnce(Task) -> Result<R> + Send + 'static,
) -> Task<R> {
    task.continue_with_options(
        function,
        TaskContinuationOptions::EXECUTE_SYNCHRONOUSLY,
        CancellationToken::none(),
        None,
    )
}

fn attach(task: &Task, kind: char, number: usize) -> Result<()> {
    let name = format!("{kind}{number}");
    match kind {
        'a' => awaits(task, name),
        'o' => task.get_awaiter().on_completed(Box::new(move || LOG.add(name))),
        'u' => awaits_uncaptured(task, name),
        'q' => drop(task.continue_with(move |_| {
            LOG.add(name);
            Ok(())
        })),
        's' => drop(synchronously(task, move |_| {
            LOG.add(name);
            Ok(())
        })),
        'w' => awaits(&Task::when_all([task.clone(), Task::completed_task()]), name),
        'n' => awaits(&Task::when_any([task.clone(), TaskCompletionSource::new().task()])?, name),
        'x' => awaits(&synchronously(task, |_| Ok(())), name),
        _ => unreachable!("no such kind"),
    }
    Ok(())
}

fn mix(kinds: &str) -> Result<()> {
    let source = TaskCompletionSource::new();
    for (i, kind) in kinds.chars().enumerate() {
        attach(&source.task(), kind, i + 1)?;
    }
    source.set_result(())?;
    let inline = LOG.take().join(" ");
    pool::run_queued();
    println!("{kinds}: inline [{inline}] queued [{}]", LOG.take().join(" "));
    Ok(())
}

pub(crate) fn run() {
    pool::run(|| {
        pool::hold();
        // a: await; u: await configure_await(false); o: on_completed; q: continue_with; s: continue_with
        // with EXECUTE_SYNCHRONOUSLY; w: await when_all; n: await when_any; x: await a synchronous
        // continue_with.
        let mixes = "a u o q s w n x aa aaa aaaa uu uau oo oao qq ss sss ww nn xx aq qa as sa qs sq aw \
                     wa an na wn nw ao oa aas asa saa aaq aqa qaa qqa sqs qsq saqsaq wawa anwq oaqs \
                     qwsa xaxa aqqaq";
        for kinds in mixes.split_whitespace() {
            mix(kinds).expect("nothing fails here");
        }
    });
}
