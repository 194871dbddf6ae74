//! Async streams.

use std::fmt::Display;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use fourfold::csharp::{
    self, AsyncEnumerable, AsyncEnumerator, AsyncIteratorDisposed, CancellationToken,
    CancellationTokenSource, InvalidOperationException, OperationCanceledException, Pump, Task,
    TaskCompletionSource, async_iterator, async_iterator_with, async_method, await_foreach,
    current_synchronization_context, from_stream,
};
use fourfold::{Error, Result};
use futures_util::{StreamExt, stream};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn note(&self, text: impl Display) {
        self.0.lock().unwrap().push(text.to_string());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn numbers(log: &Log, count: u32) -> impl AsyncEnumerable<Item = u32, Enumerator: Send> + use<> {
    let log = log.clone();
    async_iterator(move |yielder, _| async move {
        log.note("begins");
        let yields = async {
            for i in 1..=count {
                Task::yield_now().await;
                log.note(format_args!("yields {i}"));
                yielder.yield_return(i).await?;
                log.note(format_args!("goes on after {i}"));
            }
            Ok::<_, Error>(())
        };
        let result = yields.await;
        Task::yield_now().await;
        log.note("finally");
        result?;
        log.note("ends");
        Ok(())
    })
}

fn fails(log: &Log) -> impl AsyncEnumerable<Item = u32, Enumerator: Send> + use<> {
    let log = log.clone();
    async_iterator(move |yielder, _| async move {
        yielder.yield_return(1).await?;
        Task::yield_now().await;
        log.note("finally");
        Err(Error::msg("of the stream"))
    })
}

fn run<T>(main: impl Future<Output = Result<T>> + Send + 'static) -> T
where
    T: Clone + Send + Sync + 'static,
{
    csharp::run(main).unwrap()
}

const NONE: CancellationToken = CancellationToken::none();

#[test]
fn cs_17_nothing_runs_before_the_first_step() {
    let log = Log::default();
    let seen = log.clone();
    run(async move {
        let stream = numbers(&log, 1);
        log.note("made");
        await_foreach!(number in stream => { log.note(format_args!("got {number}")) })
    });
    let expected = ["made", "begins", "yields 1", "got 1", "goes on after 1", "finally", "ends"];
    assert_eq!(seen.take(), expected);
}

#[test]
fn cs_17_a_loop_that_is_left_runs_the_finally_part() {
    let log = Log::default();
    let seen = log.clone();
    run(async move {
        await_foreach!(number in numbers(&log, 3) => {
            log.note(format_args!("got {number}"));
            if number == 2 {
                break;
            }
        })?;
        log.note("after the loop");
        let fails = || Err(Error::msg("in the loop"));
        let thrown = await_foreach!(_ in numbers(&log, 3) => {
            Task::yield_now().await;
            fails()?
        });
        log.note(thrown.unwrap_err());
        Ok(())
    });
    let left = [
        "begins",
        "yields 1",
        "got 1",
        "goes on after 1",
        "yields 2",
        "got 2",
        "finally",
        "after the loop",
    ];
    let thrown = ["begins", "yields 1", "finally", "in the loop"];
    assert_eq!(seen.take(), [&left[..], &thrown[..]].concat());
}

#[test]
fn cs_17_what_the_stream_fails_with_is_what_the_loop_fails_with() {
    let log = Log::default();
    let seen = log.clone();
    run(async move {
        let mut count = 0;
        let error = await_foreach!(_ in fails(&log) => { count += 1 }).unwrap_err();
        assert_eq!((count, error.to_string()), (1, "of the stream".to_owned()));
        // After it the walk has ended.
        let mut walk = fails(&log).get_async_enumerator(NONE);
        assert!(walk.move_next_async().await?);
        assert!(walk.move_next_async().await.is_err());
        assert!(!walk.move_next_async().await?);
        Ok(())
    });
    assert_eq!(seen.take(), ["finally", "finally"]);
}

#[test]
fn cs_17_nested_streams_are_disposed_from_the_inside_out() {
    let log = Log::default();
    let seen = log.clone();
    run(async move {
        let inner = numbers(&log, 3);
        let note = log.clone();
        let doubles = async_iterator(|yielder, _| async move {
            let result = await_foreach!(number in inner => {
                yielder.yield_return(number * 2).await?
            });
            note.note("doubles finally");
            result
        });
        await_foreach!(number in doubles => {
            log.note(format_args!("got {number}"));
            if number == 4 {
                break;
            }
        })
    });
    let expected = [
        "begins",
        "yields 1",
        "got 2",
        "goes on after 1",
        "yields 2",
        "got 4",
        "finally",
        "doubles finally",
    ];
    assert_eq!(seen.take(), expected);
}

#[test]
fn cs_17_steps_by_hand() {
    let log = Log::default();
    let seen = log.clone();
    run(async move {
        let mut walk = numbers(&log, 2).get_async_enumerator(NONE);
        assert!(walk.move_next_async().await?);
        assert_eq!((*walk.current(), *walk.current()), (1, 1));
        assert_eq!(walk.next_async().await?, Some(2));
        assert!(!walk.move_next_async().await?);
        assert!(!walk.move_next_async().await?, "at the end it stays");
        walk.dispose_async().await?;
        log.take();

        let mut unbegun = numbers(&log, 2).get_async_enumerator(NONE);
        unbegun.dispose_async().await?;
        unbegun.dispose_async().await?;
        assert!(!unbegun.move_next_async().await?);
        assert!(log.take().is_empty());

        let mut middle = numbers(&log, 2).get_async_enumerator(NONE);
        assert_eq!(middle.next_async().await?, Some(1));
        middle.dispose_async().await?;
        assert!(!middle.move_next_async().await?);
        Ok(())
    });
    assert_eq!(seen.take(), ["begins", "yields 1", "finally"]);
}

#[test]
fn cs_17_a_stream_that_can_be_cloned_is_walked_twice() {
    run(async {
        let stream = async_iterator(|yielder, _| async move { yielder.yield_return(1).await });
        for stream in [stream.clone(), stream] {
            let mut walk = stream.get_async_enumerator(NONE);
            assert_eq!(walk.next_async().await?, Some(1));
            assert_eq!(walk.next_async().await?, None);
        }
        Ok(())
    });
}

#[test]
fn cs_17_a_step_that_is_dropped_is_gone_on_with() {
    let gate = TaskCompletionSource::new();
    let waits = gate.task();
    let stream = async_iterator(|yielder, _| async move {
        let value: u32 = waits.await?;
        yielder.yield_return(value).await?;
        yielder.yield_return(value + 1).await
    });
    let mut walk = stream.get_async_enumerator(NONE);
    let mut context = Context::from_waker(Waker::noop());
    assert!(pin!(walk.move_next_async()).poll(&mut context).is_pending());
    gate.set_result(3).unwrap();
    run(async move {
        assert_eq!(walk.next_async().await?, Some(3));
        assert_eq!(walk.next_async().await?, Some(4));
        assert_eq!(walk.next_async().await?, None);
        Ok(())
    });
}

#[test]
fn cs_17_a_walk_may_be_ended_in_the_middle_of_a_step() {
    let gate = TaskCompletionSource::new();
    let waits = gate.task();
    let seen = Arc::new(Mutex::new(None));
    let error = seen.clone();
    let stream = async_iterator(|yielder, _| async move {
        waits.await?;
        let yielded = yielder.yield_return(1).await;
        *error.lock().unwrap() = yielded.clone().err();
        yielded
    });
    let mut walk = stream.get_async_enumerator(NONE);
    let mut context = Context::from_waker(Waker::noop());
    assert!(pin!(walk.move_next_async()).poll(&mut context).is_pending());
    assert!(pin!(walk.dispose_async()).poll(&mut context).is_pending());
    gate.set_result(()).unwrap();
    run(async move { walk.dispose_async().await });
    let error = seen.lock().unwrap().take().unwrap();
    assert!(error.is::<AsyncIteratorDisposed>() && error.is_cancelled());
}

#[test]
fn cs_17_yielding_while_being_disposed_is_an_error() {
    run(async {
        let stream = async_iterator(|yielder, _| async move {
            loop {
                let _ = yielder.yield_return(1).await;
            }
        });
        let mut walk = stream.get_async_enumerator(NONE);
        assert_eq!(walk.next_async().await?, Some(1));
        let error = walk.dispose_async().await.unwrap_err();
        assert!(InvalidOperationException::of(&error).is_some());
        assert_eq!(walk.next_async().await?, None);

        let stream = async_iterator(|yielder, _| async move {
            let _ = yielder.yield_return(1).await;
            Err(Error::msg("of the finally part"))
        });
        let mut walk = stream.get_async_enumerator(NONE);
        assert_eq!(walk.next_async().await?, Some(1));
        let error = walk.dispose_async().await.unwrap_err();
        assert_eq!(error.to_string(), "of the finally part");
        Ok(())
    });
}

#[test]
fn cs_17_two_yields_at_once_have_a_step_each() {
    run(async {
        let stream = async_iterator(|yielder, _| async move {
            let both = futures_util::future::join(yielder.yield_return(1), yielder.yield_return(2));
            let (one, two) = both.await;
            one.and(two)?;
            yielder.yield_return(3).await
        });
        let mut walk = stream.get_async_enumerator(NONE);
        for expected in [Some(1), Some(2), Some(3), None] {
            assert_eq!(walk.next_async().await?, expected);
        }
        Ok(())
    });
}

/// How many numbers came, and how the loop was left.
async fn walk(
    own: CancellationToken,
    token: CancellationToken,
    cancels: Option<CancellationTokenSource>,
) -> String {
    let stream = async_iterator_with(own, |yielder, token: CancellationToken| async move {
        for i in 1.. {
            Task::yield_now().await;
            token.throw_if_cancellation_requested()?;
            yielder.yield_return(i).await?;
        }
        Ok(())
    });
    let mut count = 0;
    let walked = await_foreach!(number in stream.with_cancellation(token) => {
        count += 1;
        if number == 2 && let Some(source) = &cancels {
            source.cancel()?;
        }
        if number == 4 {
            break;
        }
    });
    match walked {
        Ok(()) => format!("{count} and left"),
        Err(error) if OperationCanceledException::of(&error).is_some() => {
            format!("{count} and canceled")
        }
        Err(error) => format!("{count} and {error}"),
    }
}

#[test]
fn cs_17_the_token_of_the_walk_reaches_who_yields() {
    run(async {
        let (other, canceled) = (CancellationTokenSource::new(), CancellationToken::new(true));
        assert_eq!(walk(NONE, NONE, None).await, "4 and left");
        let source = CancellationTokenSource::new();
        assert_eq!(walk(NONE, source.token(), Some(source)).await, "2 and canceled");
        assert_eq!(walk(NONE, canceled.clone(), None).await, "0 and canceled");
        assert_eq!(walk(canceled.clone(), NONE, None).await, "0 and canceled");
        assert_eq!(walk(canceled.clone(), other.token(), None).await, "0 and canceled");
        assert_eq!(walk(other.token(), canceled, None).await, "0 and canceled");
        let source = CancellationTokenSource::new();
        assert_eq!(walk(source.token(), other.token(), Some(source)).await, "2 and canceled");
        Ok(())
    });
}

#[test]
fn cs_17_a_loop_goes_on_in_its_context_unless_it_does_not_mind() {
    let pump = Pump::new();
    pump.run(async {
        let stream = || {
            async_iterator(|yielder, _| async move {
                Task::run(|| Ok(())).await?;
                yielder.yield_return(()).await
            })
        };
        let inside = || current_synchronization_context().is_some();
        await_foreach!(() in stream() => { assert!(inside()) })?;
        let gate = TaskCompletionSource::new();
        let waits = gate.task();
        let gated = async_iterator(|yielder, _| async move {
            waits.await?;
            yielder.yield_return(()).await
        });
        let apart = async_method(async move {
            await_foreach!(() in gated.configure_await(false) => { assert!(!inside()) })
        });
        let set = Task::run(move || gate.set_result(()));
        set.await?;
        apart.await
    })
    .unwrap();
}

#[test]
fn cs_17_streams_of_the_ecosystem_go_both_ways() {
    run(async {
        let mut walk = from_stream(stream::iter([1, 2])).get_async_enumerator(NONE);
        for expected in [Some(1), Some(2), None] {
            assert_eq!(walk.next_async().await?, expected);
        }
        let log = Log::default();
        let items: Vec<_> = numbers(&log, 2).into_stream(NONE).collect().await;
        assert_eq!(items.into_iter().collect::<Result<Vec<_>>>()?, [1, 2]);
        let items: Vec<_> = fails(&log).into_stream(NONE).collect().await;
        assert_eq!(items.len(), 2);
        assert!(items[0].is_ok() && items[1].is_err());
        Ok(())
    });
}

#[test]
fn cs_17_a_stream_of_the_ecosystem_is_cancelled_by_the_token() {
    let source = CancellationTokenSource::new();
    let token = source.token();
    let task = async_method(async move {
        let stream = from_stream(stream::pending::<u32>()).with_cancellation(token);
        await_foreach!(_ in stream => {})
    });
    assert!(!task.is_completed());
    source.cancel().unwrap();
    let error = task.wait().unwrap_err();
    assert!(OperationCanceledException::of(&error.errors()[0]).is_some());
}
