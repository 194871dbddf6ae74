use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{
    self, CancellationToken, CancellationTokenSource, OperationCanceledException, Task,
    async_method,
};

use super::show::{b, end, exception, type_name};

// Cancellation is an error at an await: a body cleans up with further awaits, gives way, or not. What
// stands in a finally part there follows here on what may fail, whose result is passed on after it.

async fn waits(token: &CancellationToken) -> Result<()> {
    Task::delay_with(Duration::MAX, token.clone()).await
}

async fn short() -> Result<()> {
    Task::delay(Duration::from_millis(1)).await
}

async fn cleans_up(token: CancellationToken) -> Result<()> {
    let waited = waits(&token).await;
    println!("cleans up");
    Task::yield_now().await;
    short().await?;
    println!("has cleaned up");
    waited
}

async fn swallows(token: CancellationToken) -> Result<String> {
    let Err(error) = waits(&token).await else { return Ok("never".into()) };
    let canceled = OperationCanceledException::of(&error).expect("it was cancelled");
    let its_token = *canceled.cancellation_token() == token;
    Ok(format!("swallowed {}, its token {}", type_name(&error), b(its_token)))
}

async fn replaces(token: CancellationToken) -> Result<()> {
    waits(&token).await.map_err(|error| exception("instead").caused_by(error))
}

async fn fails_in_cleanup(token: CancellationToken) -> Result<()> {
    let _ = waits(&token).await;
    Task::yield_now().await;
    Err(exception("in the cleanup"))
}

/// Tells its own limit from the caller's wish to stop.
async fn with_limit(token: CancellationToken, limit: CancellationToken) -> Result<&'static str> {
    let both = [token.clone(), limit];
    let linked = CancellationTokenSource::create_linked_token_source(both);
    match waits(&linked.token()).await {
        Ok(()) => Ok("never"),
        Err(error) if error.is_cancelled() && !token.is_cancellation_requested() => Ok("the limit"),
        Err(error) => Err(error),
    }
}

/// Goes on to look at the token between steps.
async fn counts(source: CancellationTokenSource) -> Result<u32> {
    let token = source.token();
    let mut steps = 0;
    while !token.is_cancellation_requested() {
        Task::yield_now().await;
        steps += 1;
        if steps == 3 {
            source.cancel()?;
        }
    }
    Ok(steps)
}

async fn nested(token: CancellationToken) -> Result<()> {
    let cleaned = cleans_up(token).await;
    println!("the outer one after it");
    cleaned
}

async fn shielded(token: CancellationToken) -> Result<&'static str> {
    if waits(&token).await.is_ok() {
        return Ok("never");
    }
    if Task::delay_with(Duration::from_millis(1), token).await.is_ok() {
        return Ok("never");
    }
    short().await?;
    Ok("with the token it is cancelled again, without it goes on")
}

/// Starts `body` and cancels it.
async fn cancelled<T, F>(body: impl FnOnce(CancellationToken) -> F) -> Result<(Task<T>, String)>
where
    T: Clone + Send + Sync + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let source = CancellationTokenSource::new();
    let task = async_method(body(source.token()));
    source.cancel()?;
    let end = end(&task).await?;
    Ok((task, end))
}

async fn program() -> Result<()> {
    println!("{}", cancelled(cleans_up).await?.1);
    println!("{}", cancelled(nested).await?.1);
    let (task, end_of_it) = cancelled(swallows).await?;
    println!("{end_of_it}: {}", task.await?);
    println!("{}", cancelled(replaces).await?.1);
    println!("{}", cancelled(fails_in_cleanup).await?.1);

    let (outer, limit) = (CancellationTokenSource::new(), CancellationTokenSource::new());
    let limited = async_method(with_limit(outer.token(), limit.token()));
    limit.cancel()?;
    println!("stopped by {}", limited.await?);
    let (wish, unused) = (CancellationTokenSource::new(), CancellationTokenSource::new());
    let limited = async_method(with_limit(wish.token(), unused.token()));
    wish.cancel()?;
    println!("stopped by the caller: {}", end(&limited).await?);

    println!("counted: {}", counts(CancellationTokenSource::new()).await?);

    // A clean-up that is given no token, or another one, is not disturbed by the first.
    println!("{}", cancelled(shielded).await?.0.await?);
    Ok(())
}

pub(crate) fn run() {
    csharp::run(program()).expect("it handles what it raises");
}
