//! Blocking on a task.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use fourfold::csharp::{
    self, AggregateException, Builder, CancellationToken, CancellationTokenSource,
    OperationCanceledException, Pump, SyncOverAsyncException, Task, TaskCompletionSource,
    TaskFactory, TaskStatus, async_method,
};
use fourfold::{Error, Result};

fn failed(texts: &[&str]) -> Task<u32> {
    let source = TaskCompletionSource::new();
    source.set_exceptions(texts.iter().map(|text| Error::msg(*text)).collect()).unwrap();
    source.task()
}

#[test]
fn cs_04_wait_raises_all_and_await_the_first() {
    let error = failed(&["a", "b"]).wait().unwrap_err();
    let error = AggregateException::of(&error).unwrap();
    assert_eq!(error.to_string(), "One or more errors occurred. (a) (b)");
    assert_eq!(failed(&["a", "b"]).result().unwrap_err().errors().len(), 2);
    let awaited = csharp::run(async { failed(&["a", "b"]).await }).unwrap_err();
    assert_eq!(awaited.to_string(), "a");
}

#[test]
fn cs_04_a_cancelled_task_is_an_aggregate_to_wait_and_a_cancellation_to_await() {
    let canceled: Task<u32> = Task::from_canceled(CancellationToken::new(true));
    let error = canceled.wait().unwrap_err();
    let inner = &AggregateException::of(&error).unwrap().inner_exceptions()[0];
    assert!(OperationCanceledException::of(inner).unwrap().is_task_canceled());
    assert!(canceled.exception().is_none());
    let awaited = csharp::run(async move { canceled.await }).unwrap_err();
    assert_eq!(awaited.to_string(), "A task was canceled.");
}

#[test]
fn cs_04_aggregates_flatten_and_are_handled() {
    let inner = AggregateException::new(vec![Error::msg("b"), Error::msg("c")]);
    let outer = AggregateException::new(vec![Error::msg("a"), inner.into()]);
    let texts = |error: &AggregateException| {
        error.inner_exceptions().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(texts(&outer.flatten()), ["a", "b", "c"]);
    let rest = outer.flatten().handle(|error| error.to_string() != "b").unwrap_err();
    assert_eq!(texts(AggregateException::of(&rest).unwrap()), ["b"]);
    assert!(outer.handle(|_| true).is_ok());
}

#[test]
fn cs_04_a_queued_function_is_run_by_who_waits_for_it() {
    // One thread, which waits for what it has queued itself: nobody else could run it.
    let same = Builder::new().virtual_time().run(async {
        Task::run(|| {
            let here = thread::current().id();
            let mut same = Vec::new();
            let task = Task::run(move || Ok(thread::current().id() == here));
            same.push(task.result()?);
            let cold = Task::new(move || Ok(thread::current().id() == here));
            cold.start()?;
            same.push(cold.result()?);
            let three = (0..3).map(|_| Task::run(move || Ok(thread::current().id() == here)));
            let three: Vec<_> = three.collect();
            Task::wait_all(three.clone())?;
            for task in three {
                same.push(task.result()?);
            }
            Ok(same)
        })
        .await
    });
    assert_eq!(same.unwrap(), [true; 5]);
}

#[test]
fn cs_04_a_wait_with_a_limit_does_not_run_it() {
    Builder::new()
        .virtual_time()
        .run(async {
            Task::run(|| {
                let task = Task::run(|| Ok(()));
                assert!(!task.wait_for(Duration::ZERO)?);
                assert_eq!(task.status(), TaskStatus::WaitingToRun);
                Ok(())
            })
            .await
        })
        .unwrap();
}

#[test]
fn cs_04_a_wait_ends_with_its_limit_or_its_token() {
    let open = TaskCompletionSource::<u32>::new();
    assert!(!open.task().wait_for(Duration::from_millis(1)).unwrap());
    let source = CancellationTokenSource::new();
    let (task, token) = (open.task(), source.token());
    let (tell, told) = channel();
    let waits = thread::spawn(move || {
        tell.send(()).unwrap();
        task.wait_with(None, &token)
    });
    told.recv().unwrap();
    source.cancel().unwrap();
    let error = waits.join().unwrap().unwrap_err();
    assert!(OperationCanceledException::of(&error).is_some(), "{error}");
    assert!(!open.task().is_completed());
    // A task that is done is done, whatever the token says.
    assert!(Task::completed_task().wait_with(None, &source.token()).unwrap());
}

#[test]
fn cs_04_several_are_waited_for() {
    let canceled: Task<u32> = Task::from_canceled(CancellationToken::new(true));
    let all = [failed(&["a", "b"]), Task::from_result(1), canceled, failed(&["c"])];
    let error = Task::wait_all(all.clone()).unwrap_err();
    let texts: Vec<_> = error.errors().iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["a", "b", "A task was canceled.", "c"]);
    let open = TaskCompletionSource::<u32>::new();
    assert_eq!(Task::wait_any([open.task(), all[1].clone()]).unwrap(), 1);
}

#[test]
fn cs_20_who_blocks_holds_one_thread_and_there_are_more() {
    // Each waits for the next: a pool of one thread needs as many as there are.
    fn nest(depth: u32) -> Result<u32> {
        if depth == 0 {
            return Ok(0);
        }
        // A fair one is not run inline by who waits for it.
        let fair = TaskFactory::new().options(csharp::TaskCreationOptions::PREFER_FAIRNESS);
        Ok(1 + fair.start_new(move || nest(depth - 1)).result()?)
    }
    let depth = Builder::new().workers(1).run(async { Task::run(|| nest(12)).await });
    assert_eq!(depth.unwrap(), 12);
}

#[test]
fn cs_20_a_thread_takes_what_it_queued_last_first_and_others_what_was_queued_first() {
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = order.clone();
    Builder::new()
        .virtual_time()
        .run(async move {
            Task::run(async move {
                let note = |number: u32| {
                    let seen = seen.clone();
                    move || {
                        seen.lock().unwrap().push(number);
                        Ok(())
                    }
                };
                let local: Vec<_> = (1..=3).map(|number| Task::run(note(number))).collect();
                let fair = TaskFactory::new().options(csharp::TaskCreationOptions::PREFER_FAIRNESS);
                let shared: Vec<_> = (4..=6).map(|number| fair.start_new(note(number))).collect();
                Task::when_all(local.into_iter().chain(shared)).await
            })
            .await
        })
        .unwrap();
    assert_eq!(*order.lock().unwrap(), [3, 2, 1, 4, 5, 6]);
}

async fn goes_on_on_the_context(gate: Task<u32>) -> Result<u32> {
    gate.await
}

#[test]
fn cs_04_blocking_the_thread_a_task_must_go_on_on_is_told_with_both_places() {
    // Posted while the thread blocks.
    Pump::new()
        .run(async {
            let source = Arc::new(TaskCompletionSource::new());
            let task = async_method(goes_on_on_the_context(source.task()));
            let setter = source.clone();
            drop(Task::run(move || setter.set_result(1)));
            let error = task.wait().unwrap_err();
            let told = SyncOverAsyncException::of(&error).unwrap();
            assert!(told.waited_at().file().ends_with("cs_waiting.rs"));
            assert!(told.method_at().line() < told.waited_at().line());
            assert!(error.to_string().contains("cs_waiting.rs"), "{error}");
            // Awaited it is no problem.
            assert_eq!(task.await?, 1);
            Ok(())
        })
        .unwrap();
}

#[test]
fn cs_04_it_is_told_as_well_where_the_step_was_posted_before_and_deep_below() {
    Pump::new()
        .run(async {
            let inner = async_method(async {
                Task::yield_now().await; // posted, and not yet called
                Ok(5)
            });
            let middle = inner.clone();
            let outer = async_method(async move { Ok(1 + middle.configure_await(false).await?) });
            let all = Task::when_all([outer]);
            let error = all.wait().unwrap_err();
            assert!(SyncOverAsyncException::of(&error).is_some(), "{error}");
            assert_eq!(all.await?, [6]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn cs_04_blocking_on_what_does_not_need_the_thread_is_no_deadlock() {
    Pump::new()
        .run(async {
            let task = async_method(async {
                Task::run(|| Ok(())).configure_await(false).await?;
                Ok(3)
            });
            assert_eq!(task.result()?, 3);
            Ok(())
        })
        .unwrap();
}
