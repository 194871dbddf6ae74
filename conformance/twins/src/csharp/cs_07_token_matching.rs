use std::sync::Arc;

use fourfold::csharp::{
    AggregateException, CancellationToken, CancellationTokenSource, OperationCanceledException,
    Task, TaskContinuationOptions, async_method,
};
use fourfold::{Error, Result};

use super::show::{b, ended, exception, thrown, type_name};

// Whether a task that ends by OperationCanceledException counts as cancelled.

type Source = Arc<CancellationTokenSource>;

fn foreign() -> CancellationToken {
    CancellationToken::new(true)
}

fn canceled() -> Error {
    OperationCanceledException::new().into()
}

fn canceled_by(token: CancellationToken) -> Error {
    OperationCanceledException::with_token(token).into()
}

/// What awaiting a task that was cancelled by this token raises.
fn task_canceled(token: CancellationToken) -> Error {
    Task::<()>::from_canceled(token).get_result().unwrap_err()
}

/// How the task ends that `start` makes with a source.
fn end_of(start: impl FnOnce(Source) -> Task) -> String {
    ended(&start(Arc::new(CancellationTokenSource::new())))
}

/// The same of a function with the token of that source.
fn delegate(body: impl FnOnce(&Source) -> Result<()> + Send + 'static) -> String {
    end_of(|source| {
        let token = source.token();
        Task::run_with(move || body(&source), token)
    })
}

/// The same where the function cancels its source, and then fails.
fn cancels_and(fails: impl FnOnce(&Source) -> Error + Send + 'static) -> String {
    delegate(move |source| {
        source.cancel()?;
        Err(fails(source))
    })
}

fn fails(error: Error) -> Task {
    async_method(async move {
        Task::yield_now().await;
        Err(error)
    })
}

fn fails_at_once(error: Error) -> Task {
    async_method(async move { Err(error) })
}

fn functions() {
    println!("a delegate");
    let run = |error: Error| ended(&Task::run(move || -> Result<()> { Err(error) }));
    println!("no token: {}", run(canceled()));
    println!("no token, one thrown: {}", run(canceled_by(foreign())));
    println!("its own, cancelled: {}", cancels_and(|s| canceled_by(s.token())));
    println!("its own, not cancelled: {}", delegate(|s| Err(canceled_by(s.token()))));
    println!("another's: {}", cancels_and(|_| canceled_by(foreign())));
    println!("none thrown: {}", cancels_and(|_| canceled()));
    let asks = delegate(|s| {
        s.cancel()?;
        s.token().throw_if_cancellation_requested()
    });
    println!("by ThrowIfCancellationRequested: {asks}");
    println!("TaskCanceledException: {}", cancels_and(|s| task_canceled(s.token())));
    println!("cancelled, but it returned: {}", delegate(|s| s.cancel()));
    println!("cancelled, but it threw: {}", cancels_and(|_| exception("a")));
    let aggregate = |error| AggregateException::new(vec![error]).into();
    println!("inside an aggregate: {}", cancels_and(move |s| aggregate(canceled_by(s.token()))));
    let linked = cancels_and(|s| {
        let linked = CancellationTokenSource::create_linked_token_source([s.token()]);
        canceled_by(linked.token())
    });
    println!("a linked token: {linked}");
    let awaits = delegate(|s| {
        s.cancel()?;
        Task::from_canceled(s.token()).get_result()
    });
    println!("a cancelled task awaited by it: {awaits}");
    let start_new = end_of(|s| {
        let factory = Task::factory().cancellation_token(s.token());
        factory.start_new(move || {
            s.cancel()?;
            Err(canceled_by(s.token()))
        })
    });
    println!("StartNew: {start_new}");
    let follows = end_of(|s| {
        let token = s.token();
        let body = move |_| {
            s.cancel()?;
            Err(canceled_by(s.token()))
        };
        let none = TaskContinuationOptions::NONE;
        Task::completed_task().continue_with_options(body, none, token, None)
    });
    println!("ContinueWith: {follows}");
    let follows: Task = Task::completed_task().continue_with(|_| Err(canceled_by(foreign())));
    println!("ContinueWith, no token: {}", ended(&follows));
}

fn methods() {
    println!("an async method");
    println!("no token: {}", ended(&fails(canceled())));
    println!("a token that is not cancelled: {}", end_of(|s| fails(canceled_by(s.token()))));
    println!("before any await: {}", ended(&fails_at_once(canceled())));
    println!("TaskCanceledException: {}", ended(&fails(task_canceled(foreign()))));
    println!("another exception: {}", ended(&fails(exception("a"))));
    let aggregate = AggregateException::new(vec![canceled()]);
    println!("inside an aggregate: {}", ended(&fails(aggregate.into())));
    let run = end_of(|s| Task::run_with(async { fails(canceled()).await }, s.token()));
    println!("Run of an async body: {run}");
    let start_new = end_of(|s| {
        let factory = Task::factory().cancellation_token(s.token());
        factory.start_new(|| Ok(fails(canceled()))).unwrap()
    });
    println!("StartNew of an async body, unwrapped: {start_new}");
    let at_once: Task = Task::run(async { Err(canceled()) });
    println!("Run whose delegate throws before it has a task: {}", ended(&at_once));
}

fn program() -> Result<()> {
    functions();
    methods();

    // What the exception tells.
    let source = CancellationTokenSource::new();
    source.cancel()?;
    let tells = |error: &Error| {
        let canceled = OperationCanceledException::of(error).expect("it is one");
        let its_token = *canceled.cancellation_token() == source.token();
        format!("{}, its token {}", type_name(error), b(its_token))
    };
    let cancelled = fails(canceled_by(source.token()));
    println!("{}", ended(&cancelled));
    println!("{}", tells(&cancelled.get_result().unwrap_err()));
    println!("{}", tells(&Task::<()>::from_canceled(source.token()).get_result().unwrap_err()));
    let not_cancelled = || Ok(Task::<()>::from_canceled(CancellationToken::none()));
    println!("a token that is not cancelled: {}", thrown(not_cancelled));
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
