//! What crosses from one dialect to another beside what every pair has in common.

use std::future::pending;
use std::sync::mpsc;
use std::time::Duration;

use fourfold::asyncio::{self, Loop, create_task, current_task, run_coroutine_threadsafe, sleep};
use fourfold::csharp::{
    self, CancellationToken, CancellationTokenSource, OperationCanceledException, Task,
};
use fourfold::go::{self, context, go};
use fourfold::interop::{Cancels, Target, link};
use fourfold::js::{self, AbortController, AbortSignal, DomException, async_fn};
use fourfold::{Error, Result};

const TURN: Duration = Duration::ZERO;
const LONG: Duration = Duration::from_secs(3600);

#[test]
fn x_01_a_loop_of_promises_goes_on_for_a_task_of_another_dialect() {
    let (let_it_end, may_end) = mpsc::channel();
    let sum = js::run(async move {
        let csharp = Task::run(move || {
            may_end.recv().unwrap();
            Ok(1)
        });
        // A callback, after which nothing but the await is left.
        js::set_immediate(move || let_it_end.send(()).unwrap());
        let goroutine = go(|| 2);
        Ok(csharp.await? + goroutine.await?)
    });
    assert_eq!(sum.unwrap(), 3);
}

#[test]
fn x_01_a_loop_of_promises_ends_where_only_its_own_promises_are_awaited() {
    // No other thread can settle it, so Node's code 13 it is.
    let never = js::run(async { js::Promise::<()>::with_resolvers().0.await });
    assert_eq!(never.unwrap_err().downcast_ref::<js::Exit>().unwrap().code(), 13);
    let never =
        js::run(async { Err::<(), _>(AbortController::new().signal().until_aborted().await) });
    assert_eq!(never.unwrap_err().downcast_ref::<js::Exit>().unwrap().code(), 13);
}

#[test]
fn x_01_a_task_that_runs_already_is_seen_from_another_thread() {
    let seen = asyncio::run(async {
        let task = create_task(async {
            sleep(Duration::from_millis(1)).await?;
            Ok("asyncio".to_owned())
        });
        let remote = task.remote();
        let other = go(move || go::wait(remote));
        Ok([task.await?, other.await??])
    });
    assert_eq!(seen.unwrap(), ["asyncio", "asyncio"]);

    let seen = js::run(async {
        let remote = js::set_timeout_promise_with(1, "js").remote();
        Task::run(remote).await
    });
    assert_eq!(seen.unwrap(), "js");
}

#[test]
fn x_01_the_future_of_a_coroutine_from_a_thread_can_be_awaited_anywhere() {
    let event_loop = Loop::new().unwrap();
    let remote = event_loop.remote();
    let (one, two) = (remote.clone(), remote.clone());
    let goroutine = go(move || {
        let future = run_coroutine_threadsafe(|| async { Ok(1) }, &one)?;
        go::wait(future.into_future())
    });
    let task = Task::run(async move { run_coroutine_threadsafe(|| async { Ok(2) }, &two)?.await });
    let sum = event_loop.run_until_complete(async move { Ok(goroutine.await?? + task.await?) });
    assert_eq!(sum.unwrap(), 3);
}

#[test]
fn x_01_a_remote_task_is_cancelled_where_its_loop_ends_first() {
    let remote = js::run(async {
        let promise = js::Promise::<u8>::with_resolvers().0;
        let remote = promise.remote();
        // The loop ends: nothing is left but a promise.
        Ok(std::rc::Rc::new(std::cell::Cell::new(Some(remote))))
    });
    let remote = remote.unwrap().take().unwrap();
    assert!(go::wait(remote).unwrap_err().is_cancelled());

    let event_loop = Loop::new().unwrap();
    let task = event_loop.remote().create_task(|| async { sleep(LONG).await }).unwrap();
    event_loop.run_until_complete(sleep(TURN)).unwrap();
    event_loop.close().unwrap();
    drop(event_loop);
    assert!(go::wait(task).unwrap_err().is_cancelled());
}

#[test]
fn x_01_nothing_is_started_on_a_loop_that_has_ended() {
    let remote = js::run(async { Ok(Loop::new()?.remote()) }).unwrap();
    assert!(remote.create_task(|| async { Ok(()) }).is_err());
}

#[test]
fn x_02_a_task_asked_to_stop_before_it_began_never_enters_its_body() {
    let event_loop = Loop::new().unwrap();
    let body = || async { unreachable!("it was cancelled before") };
    let task = event_loop.remote().create_task::<(), _>(body).unwrap();
    task.cancel();
    let goroutine = go(move || go::wait(task));
    let ended = event_loop.run_until_complete(async move { goroutine.await? });
    assert!(ended.unwrap_err().is_cancelled());
}

#[test]
fn x_02_an_asyncio_task_that_awaits_a_handle_bare_is_cancelled_at_once() {
    let (ctx, cancel) = context::with_cancel(&context::background());
    asyncio::run(async move {
        let waits = go(move || ctx.done().recv());
        let task = create_task(async move {
            waits.await?;
            Ok(())
        });
        sleep(TURN).await?;
        task.cancel_with("enough");
        assert_eq!(task.await.unwrap_err().message(), Some("enough"));

        let never = csharp::TaskCompletionSource::<()>::new();
        let task = create_task({
            let task = never.task();
            async move { task.await }
        });
        sleep(TURN).await?;
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        Ok(())
    })
    .unwrap();
    cancel.call();
}

#[test]
fn x_02_a_task_may_refuse_and_then_its_value_counts() {
    asyncio::run(async {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let goroutine = go(move || {
            ctx.done().recv();
            "no"
        });
        let task = create_task(async move { goroutine.cancels(cancel).await });
        sleep(TURN).await?;
        assert!(task.cancel());
        assert_eq!(task.clone().await?, "no");
        assert!(!task.cancelled());
        Ok(())
    })
    .unwrap();
}

#[test]
fn x_02_a_timeout_asks_what_it_waits_for_to_stop() {
    asyncio::run(async {
        let (ctx, cancel) = context::with_cancel_cause(&context::background());
        let seen = ctx.clone();
        let goroutine = go(move || {
            ctx.done().recv();
            Err::<(), _>(context::cause(&ctx).unwrap())
        });
        let limit = Some(Duration::from_millis(1));
        let waiting = async move { goroutine.cancels(cancel).await? };
        assert!(asyncio::timeout(limit, waiting).await.unwrap_err().is_timed_out());
        assert!(context::cause(&seen).unwrap().is_cancelled());
        Ok(())
    })
    .unwrap();
}

#[test]
fn x_02_a_token_a_context_and_a_signal_cancel_an_asyncio_task() {
    fn cancelled_by(tie: impl FnOnce(asyncio::Canceller) + 'static) -> Error {
        let ended = asyncio::run(async move {
            tie(current_task().unwrap().canceller());
            sleep(LONG).await
        });
        ended.unwrap_err()
    }

    let error = cancelled_by(|task| {
        let source = CancellationTokenSource::new();
        let linked = link(&source.token(), task);
        source.cancel().unwrap();
        drop(linked);
    });
    assert!(error.is_cancelled(), "{error:?}");

    let error = cancelled_by(|task| {
        let (ctx, cancel) = context::with_cancel_cause(&context::background());
        let linked = link(&ctx, task);
        cancel.call(Some(Error::msg("out of paper")));
        drop(linked);
    });
    assert!(error.is_cancelled(), "{error:?}");
    assert_eq!(error.message(), Some("out of paper"));

    let error = cancelled_by(|task| drop(link(&AbortSignal::abort(), task)));
    assert!(error.is_cancelled(), "{error:?}");
    assert_eq!(error.message(), Some("This operation was aborted"));
}

#[test]
fn x_02_a_link_that_was_dropped_asks_nobody() {
    #[derive(Clone)]
    struct Nobody;
    impl Target for Nobody {
        fn request_cancel(&self, _: &Error) {
            panic!("nobody was to be asked");
        }
    }
    let source = CancellationTokenSource::new();
    drop(link(&source.token(), Nobody));
    source.cancel().unwrap();
    let (ctx, cancel) = context::with_cancel(&context::background());
    drop(link(&ctx, Nobody));
    cancel.call();
    let controller = AbortController::new();
    drop(link(&controller.signal(), Nobody));
    controller.abort();
    // What is never cancelled asks nobody either.
    drop(link(&CancellationToken::none(), Nobody));
    drop(link(&context::background(), Nobody));
}

#[test]
fn x_02_a_token_aborts_a_signal_and_a_signal_cancels_a_token() {
    js::run(async {
        let source = CancellationTokenSource::new();
        let controller = AbortController::new();
        let linked = link(&source.token(), controller.remote());
        let stopped = controller.signal();
        let waiting = async_fn(async move { stopped.run(pending::<Result<()>>()).await });
        let cancelling = Task::run(move || source.cancel());
        let error = waiting.await.unwrap_err();
        cancelling.await?;
        assert!(
            OperationCanceledException::of(&error).is_some(),
            "the reason is the token's: {error:?}"
        );
        drop(linked);

        let source = CancellationTokenSource::new();
        let token = source.token();
        let controller = AbortController::new();
        let linked = link(&controller.signal(), source);
        controller.abort();
        assert!(token.is_cancellation_requested());
        drop(linked);
        Ok(())
    })
    .unwrap();
}

#[test]
fn x_03_what_one_dialect_throws_is_matched_in_another() {
    // JavaScript's DOMException in an asyncio task.
    let aborted = asyncio::run(async { AbortSignal::abort().throw_if_aborted() }).unwrap_err();
    assert_eq!(aborted.downcast_ref::<DomException>().unwrap().name(), "AbortError");

    // asyncio's InvalidStateError in a C# task.
    let error = csharp::run(async {
        Task::run(|| {
            let future = asyncio::ConcurrentFuture::new();
            future.set_result(1)?;
            future.set_result(2)
        })
        .await
    });
    assert!(error.unwrap_err().is::<asyncio::InvalidState>());

    // C#'s OperationCanceledException in a promise, where it is a cancellation.
    let error = js::run(async {
        let source = CancellationTokenSource::new();
        source.cancel()?;
        Task::delay_with(LONG, source.token()).await
    });
    let error = error.unwrap_err();
    assert!(error.is_cancelled() && OperationCanceledException::of(&error).is_some(), "{error:?}");

    // A context's deadline in a goroutine is a timeout in an asyncio task.
    let error = asyncio::run(async {
        go(|| {
            let limit = Duration::from_millis(1);
            let (ctx, _cancel) = context::with_timeout(&context::background(), limit);
            go::wait(ctx.run(pending::<()>()))
        })
        .await?
    });
    assert!(error.unwrap_err().is_timed_out());
}
