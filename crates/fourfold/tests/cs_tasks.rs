//! How a task begins, and its states.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use fourfold::csharp::{
    self, Builder, InvalidOperationException, Task, TaskCompletionSource, TaskCreationOptions,
    TaskFactory, TaskStatus, async_method,
};
use fourfold::{Error, Result};

#[test]
fn cs_01_a_method_runs_on_its_callers_stack_up_to_its_first_await_that_is_not_done() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let gate = TaskCompletionSource::new();
    let (in_body, wait, caller) = (log.clone(), gate.task(), thread::current().id());
    let task = async_method(async move {
        assert_eq!(thread::current().id(), caller);
        in_body.lock().unwrap().push("begun");
        Task::completed_task().await?;
        in_body.lock().unwrap().push("a completed await goes on");
        let value: u32 = wait.await?;
        in_body.lock().unwrap().push("after the set");
        Ok(value)
    });
    log.lock().unwrap().push("the call returned");
    assert_eq!(task.status(), TaskStatus::WaitingForActivation);
    gate.set_result(7).unwrap();
    log.lock().unwrap().push("the set returned");
    assert_eq!(task.result().unwrap(), 7);
    assert_eq!(
        *log.lock().unwrap(),
        [
            "begun",
            "a completed await goes on",
            "the call returned",
            "after the set",
            "the set returned"
        ]
    );
}

#[test]
fn cs_01_a_method_without_a_pending_await_is_done_when_the_call_returns() {
    assert!(async_method(async { Ok(1) }).is_completed_successfully());
    let failed: Task<u32> = async_method(async { Err(Error::msg("at once")) });
    assert!(failed.is_faulted());
    assert_eq!(failed.exception().unwrap().inner_exceptions()[0].to_string(), "at once");
    let panicked: Task<u32> = async_method(async { panic!("at once") });
    assert!(panicked.exception().unwrap().inner_exceptions()[0].is_panic());
}

#[test]
fn cs_01_many_await_one_task_and_all_get_its_result() {
    let source = TaskCompletionSource::new();
    let awaits = |task: Task<String>| async_method(async move { task.await });
    let all = Task::when_all((0..5).map(|_| awaits(source.task())));
    source.set_result("shared".to_string()).unwrap();
    assert_eq!(all.result().unwrap(), ["shared"; 5]);
}

#[test]
fn cs_10_a_source_is_set_once() {
    let source = TaskCompletionSource::new();
    assert!(source.try_set_result(1));
    assert!(!source.try_set_result(2));
    assert!(!source.try_set_exception(Error::msg("late")));
    assert!(!source.try_set_canceled());
    for error in [
        source.set_result(3).unwrap_err(),
        source.set_canceled().unwrap_err(),
        source.set_exception(Error::msg("late")).unwrap_err(),
    ] {
        let error = InvalidOperationException::of(&error).unwrap().message().to_owned();
        assert!(error.contains("had already completed"), "{error}");
    }
    assert_eq!(source.task().result().unwrap(), 1);
}

#[test]
fn cs_10_of_threads_that_set_at_once_one_has_its_way() {
    for _ in 0..200 {
        let source = Arc::new(TaskCompletionSource::new());
        let set = |value: u32| {
            let source = source.clone();
            move || source.try_set_result(value)
        };
        let other = thread::spawn(set(1));
        let here = set(2)();
        assert!(here ^ other.join().unwrap());
        assert_eq!(source.task().result().unwrap(), if here { 2 } else { 1 });
    }
}

#[test]
fn cs_10_a_source_fails_or_cancels_its_task() {
    let source = TaskCompletionSource::<u32>::new();
    source.set_exceptions(vec![Error::msg("a"), Error::msg("b")]).unwrap();
    assert_eq!(source.task().exception().unwrap().inner_exceptions().len(), 2);
    let source = TaskCompletionSource::<u32>::new();
    source.set_canceled().unwrap();
    assert!(source.task().is_canceled());
    assert!(csharp::run(async move { source.task().await }).unwrap_err().is_cancelled());
}

#[test]
fn cs_11_a_cold_task_waits_for_its_start_and_starts_once() {
    let task = Task::new(|| Ok(42));
    assert_eq!(task.status(), TaskStatus::Created);
    task.start().unwrap();
    let again = task.start().unwrap_err();
    assert!(InvalidOperationException::of(&again).is_some(), "{again}");
    assert_eq!(task.result().unwrap(), 42);
    assert_eq!(task.status(), TaskStatus::RanToCompletion);
    assert!(task.start().is_err());
    assert!(async_method(async { Ok(()) }).start().is_err());
}

#[test]
fn cs_11_a_cold_task_that_is_never_started_is_dropped_with_its_function() {
    let kept = Arc::new(());
    let held = kept.clone();
    let task = Task::new(move || {
        drop(held);
        Ok(())
    });
    drop(task);
    assert_eq!(Arc::strong_count(&kept), 1);
}

#[test]
fn cs_11_run_synchronously_runs_here() {
    let here = thread::current().id();
    let task = Task::new(move || Ok(thread::current().id() == here));
    task.run_synchronously().unwrap();
    assert!(task.is_completed());
    assert!(task.result().unwrap());
    assert!(task.run_synchronously().is_err());
    let failing: Task<()> = Task::new(|| Err(Error::msg("inside")));
    failing.run_synchronously().unwrap();
    assert!(failing.exception().is_some());
}

#[test]
fn cs_11_statuses_are_those_of_the_original() {
    assert_eq!(TaskStatus::Created as u8, 0);
    assert_eq!(TaskStatus::Faulted as u8, 7);
    let source = TaskCompletionSource::<u32>::new();
    assert_eq!(source.task().status(), TaskStatus::WaitingForActivation);
    let (tell, told) = std::sync::mpsc::channel();
    let itself = Arc::new(Mutex::new(None::<Task>));
    let seen = itself.clone();
    let task = Task::new(move || {
        let status = seen.lock().unwrap().take().unwrap().status();
        tell.send(status).unwrap();
        Ok(())
    });
    *itself.lock().unwrap() = Some(task.clone());
    task.start().unwrap();
    assert_eq!(told.recv().unwrap(), TaskStatus::Running);
}

#[test]
fn cs_11_a_long_running_task_has_a_thread_of_its_own() {
    let factory = TaskFactory::new().options(TaskCreationOptions::LONG_RUNNING);
    let own = factory.start_new(|| Ok(csharp::ThreadPool::is_thread_pool_thread()));
    assert!(!own.result().unwrap());
    assert!(Task::run(|| Ok(csharp::ThreadPool::is_thread_pool_thread())).result().unwrap());
}

#[test]
fn cs_19_delays_end_in_the_order_of_their_times() {
    Builder::new()
        .virtual_time()
        .run(async {
            let late = Task::delay(Duration::from_secs(20));
            let early = Task::delay(Duration::from_secs(10));
            let first = Task::when_any([late.clone(), early.clone()])?.await?;
            assert!(first == early);
            late.await
        })
        .unwrap();
}

#[test]
fn cs_19_wait_async_gives_up_the_wait_and_not_the_task() {
    Builder::new()
        .virtual_time()
        .run(async {
            let source = TaskCompletionSource::new();
            let timed_out = source.task().wait_async(Duration::from_secs(1)).await.unwrap_err();
            assert!(timed_out.is_timed_out());
            assert!(!source.task().is_completed());
            let waits = source.task().wait_async(Duration::from_secs(1));
            source.set_result(5)?;
            assert_eq!(waits.await?, 5);
            Ok(())
        })
        .unwrap();
}

#[test]
fn cs_19_yield_lets_what_waits_go_first() {
    async fn steps(name: &'static str, log: Arc<Mutex<Vec<String>>>) -> Result<()> {
        for step in 0..2 {
            log.lock().unwrap().push(format!("{name}{step}"));
            Task::yield_now().await;
        }
        Ok(())
    }
    let log = Arc::new(Mutex::new(Vec::new()));
    let seen = log.clone();
    Builder::new()
        .workers(1)
        .run(async move {
            // Both begin on the pool's one thread, in one of its steps.
            Task::run(async move {
                let one = async_method(steps("a", seen.clone()));
                let other = async_method(steps("b", seen));
                one.await?;
                other.await
            })
            .await
        })
        .unwrap();
    assert_eq!(log.lock().unwrap().join(" "), "a0 b0 a1 b1");
}

#[test]
fn cs_19_a_yield_that_is_polled_elsewhere_wakes_the_method_it_belongs_to() {
    use std::future::{Future, poll_fn};
    use std::pin::pin;
    use std::task::{Context, Poll};
    let mut polled = false;
    let method = async_method(poll_fn(move |context| {
        if polled {
            return Poll::Ready(Ok(()));
        }
        polled = true;
        let waker = context.waker().clone();
        // Not the thread that runs the method, though the waker is the method's.
        let elsewhere = thread::spawn(move || {
            let mut giving_way = pin!(Task::yield_now());
            giving_way.as_mut().poll(&mut Context::from_waker(&waker)).is_pending()
        });
        assert!(elsewhere.join().unwrap());
        Poll::Pending
    }));
    method.wait().unwrap();
}
