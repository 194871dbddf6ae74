//! Cancelling: tokens, callbacks, and what counts as cancelled.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use fourfold::csharp::{
    self, AggregateException, AsyncLocal, Builder, CancellationToken, CancellationTokenSource,
    ObjectDisposedException, OperationCanceledException, Pump, Task, TaskStatus, async_method,
};
use fourfold::{Error, Result};

fn never() {
    panic!("not to be called");
}

fn panics() {
    panic!("in a callback");
}

fn canceled_by(token: &CancellationToken) -> Error {
    OperationCanceledException::with_token(token.clone()).into()
}

fn status(task: &Task<u32>) -> TaskStatus {
    let _ = task.wait();
    task.status()
}

#[test]
fn cs_07_a_function_is_cancelled_by_its_own_token_alone() {
    let run = |body: fn(&CancellationTokenSource) -> Error| {
        let source = Arc::new(CancellationTokenSource::new());
        let (token, inside) = (source.token(), source.clone());
        status(&Task::run_with(move || Err(body(&inside)), token))
    };
    let own = run(|source| {
        source.cancel().unwrap();
        canceled_by(&source.token())
    });
    assert_eq!(own, TaskStatus::Canceled);
    assert_eq!(run(|source| canceled_by(&source.token())), TaskStatus::Faulted, "not cancelled");
    let others = run(|source| {
        source.cancel().unwrap();
        canceled_by(&CancellationToken::new(true))
    });
    assert_eq!(others, TaskStatus::Faulted);
    let none = run(|source| {
        source.cancel().unwrap();
        OperationCanceledException::new().into()
    });
    assert_eq!(none, TaskStatus::Faulted);
    let without: Task<u32> = Task::run(|| Err(canceled_by(&CancellationToken::new(true))));
    assert_eq!(status(&without), TaskStatus::Faulted);
    let returned = {
        let source = Arc::new(CancellationTokenSource::new());
        let inside = source.clone();
        let body = move || inside.cancel().map(|()| 1);
        status(&Task::run_with(body, source.token()))
    };
    assert_eq!(returned, TaskStatus::RanToCompletion);
}

#[test]
fn cs_07_any_cancellation_cancels_a_method() {
    let of = |error: Error| status(&async_method(async move { Err(error) }));
    assert_eq!(of(OperationCanceledException::new().into()), TaskStatus::Canceled);
    assert_eq!(of(canceled_by(&CancellationTokenSource::new().token())), TaskStatus::Canceled);
    assert_eq!(of(Error::cancelled()), TaskStatus::Canceled, "that of another dialect");
    assert_eq!(of(Error::msg("no")), TaskStatus::Faulted);
    let error = csharp::run(async {
        let token = CancellationToken::new(true);
        let task: Task = async_method(async move { Err(canceled_by(&token)) });
        task.await
    });
    let error = error.unwrap_err();
    assert!(!OperationCanceledException::of(&error).unwrap().is_task_canceled());
}

#[test]
fn cs_07_what_has_not_begun_never_does() {
    let never = || -> Result<u32> { panic!("it must not run") };
    let canceled = CancellationToken::new(true);
    assert_eq!(Task::run_with(never, canceled.clone()).status(), TaskStatus::Canceled);
    let method = async { panic!("it must not run") };
    let method: Task<u32> = Task::run_with(method, canceled.clone());
    assert_eq!(method.status(), TaskStatus::Canceled);
    let cold = Task::new_with(never, canceled, csharp::TaskCreationOptions::NONE);
    assert_eq!(cold.status(), TaskStatus::Canceled);
    assert!(cold.start().is_err());

    let source = CancellationTokenSource::new();
    let cold = Task::new_with(never, source.token(), csharp::TaskCreationOptions::NONE);
    let follows = cold.continue_with(|task| Ok(task.status()));
    source.cancel().unwrap();
    assert_eq!(cold.status(), TaskStatus::Canceled);
    assert_eq!(follows.result().unwrap(), TaskStatus::Canceled);
}

#[test]
fn cs_07_what_waits_in_a_queue_ends_in_the_call_of_cancel() {
    Builder::new()
        .virtual_time()
        .run(async {
            Task::run(|| {
                // The pool's one thread runs this, so what is queued here cannot begin.
                let source = CancellationTokenSource::new();
                let never = || -> Result<u32> { panic!("it must not run") };
                let function = Task::run_with(never, source.token());
                let method = async { panic!("it must not run") };
                let method: Task<u32> = Task::run_with(method, source.token());
                assert_eq!(function.status(), TaskStatus::WaitingToRun);
                source.cancel()?;
                assert_eq!(function.status(), TaskStatus::Canceled);
                assert_eq!(method.status(), TaskStatus::Canceled);
                Ok(())
            })
            .await
        })
        .unwrap();
}

#[test]
fn cs_07_beginning_and_cancelling_at_once_has_one_winner() {
    for _ in 0..300 {
        let source = CancellationTokenSource::new();
        let ran = Arc::new(AtomicBool::new(false));
        let runs = ran.clone();
        let body = move || {
            runs.store(true, Ordering::SeqCst);
            Ok(1)
        };
        let task = Task::run_with(body, source.token());
        source.cancel().unwrap();
        let status = status(&task);
        let expected = if ran.load(Ordering::SeqCst) {
            TaskStatus::RanToCompletion
        } else {
            TaskStatus::Canceled
        };
        assert_eq!(status, expected);
    }
}

#[test]
fn cs_08_callbacks_run_in_the_call_the_last_registered_first_and_all_of_them() {
    let source = CancellationTokenSource::new();
    let order = Arc::new(Mutex::new(Vec::new()));
    let registrations: Vec<_> = (1..=4)
        .map(|number| {
            let (order, token) = (order.clone(), source.token());
            source.token().register(move || {
                assert!(token.is_cancellation_requested());
                order.lock().unwrap().push(number);
                if number % 2 == 0 { Err(Error::msg(number.to_string())) } else { Ok(()) }
            })
        })
        .collect();
    let error = source.cancel().unwrap_err();
    assert_eq!(*order.lock().unwrap(), [4, 3, 2, 1]);
    assert_eq!(error.to_string(), "One or more errors occurred. (4) (2)");
    assert!(source.cancel().is_ok(), "a second call does nothing");
    assert_eq!(order.lock().unwrap().len(), 4);
    drop(registrations);
}

#[test]
fn cs_08_the_first_failure_can_stop_the_others() {
    let source = CancellationTokenSource::new();
    source.token().register(never).forget();
    source.token().register(|| Err(Error::msg("first"))).forget();
    assert_eq!(source.cancel_with(true).unwrap_err().to_string(), "first");
    assert!(source.is_cancellation_requested());
}

#[test]
fn cs_08_a_panic_in_a_callback_is_a_failure() {
    let source = CancellationTokenSource::new();
    source.token().register(panics).forget();
    let error = source.cancel().unwrap_err();
    assert!(AggregateException::of(&error).unwrap().inner_exceptions()[0].is_panic());
}

#[test]
fn cs_08_on_a_cancelled_token_it_runs_at_once() {
    let source = CancellationTokenSource::new();
    source.cancel().unwrap();
    let ran = Arc::new(AtomicBool::new(false));
    let runs = ran.clone();
    source.token().register(move || runs.store(true, Ordering::SeqCst)).forget();
    assert!(ran.load(Ordering::SeqCst));
}

#[test]
fn cs_08_dropping_a_registration_takes_it_out() {
    let source = CancellationTokenSource::new();
    drop(source.token().register(never));
    let registration = source.token().register(never);
    assert!(registration.unregister());
    source.cancel().unwrap();
}

#[test]
fn cs_08_dropping_a_registration_waits_for_its_callback_on_another_thread() {
    let source = Arc::new(CancellationTokenSource::new());
    let (begun, begins) = channel();
    let (go_on, gone_on) = channel::<()>();
    let ended = Arc::new(AtomicBool::new(false));
    let ends = ended.clone();
    let registration = source.token().register(move || {
        begun.send(()).unwrap();
        gone_on.recv().unwrap();
        ends.store(true, Ordering::SeqCst);
    });
    let canceling = source.clone();
    let cancels = thread::spawn(move || canceling.cancel());
    begins.recv().unwrap();
    let seen = ended.clone();
    let drops = thread::spawn(move || {
        drop(registration);
        assert!(seen.load(Ordering::SeqCst), "the callback had not ended");
    });
    go_on.send(()).unwrap();
    drops.join().unwrap();
    cancels.join().unwrap().unwrap();
}

#[test]
fn cs_08_a_callback_may_take_itself_out() {
    let source = CancellationTokenSource::new();
    let own = Arc::new(Mutex::new(None));
    let inside = own.clone();
    let registration = source.token().register(move || drop(inside.lock().unwrap().take()));
    *own.lock().unwrap() = Some(registration);
    source.cancel().unwrap();
}

#[test]
fn cs_08_a_callback_gets_the_values_of_who_registered_it() {
    static NAME: AsyncLocal<u32> = AsyncLocal::new();
    let source = CancellationTokenSource::new();
    let seen = Arc::new(Mutex::new(Vec::new()));
    NAME.set_value(1);
    let (one, other) = (seen.clone(), seen.clone());
    source.token().register(move || one.lock().unwrap().push(NAME.value())).forget();
    source.token().unsafe_register(move || other.lock().unwrap().push(NAME.value())).forget();
    NAME.set_value(2);
    source.cancel().unwrap();
    assert_eq!(*seen.lock().unwrap(), [Some(2), Some(1)]);
}

#[test]
fn cs_08_a_callback_can_be_sent_to_the_context() {
    let here = thread::current().id();
    Pump::new()
        .run(async move {
            let source = Arc::new(CancellationTokenSource::new());
            let on = Arc::new(Mutex::new(None));
            let slot = on.clone();
            let registration = source.token().register_on_context(move || {
                *slot.lock().unwrap() = Some(thread::current().id());
            });
            Task::run(move || source.cancel()).await?;
            assert_eq!(*on.lock().unwrap(), Some(here));
            drop(registration);
            Ok(())
        })
        .unwrap();
}

#[test]
fn cs_09_a_linked_source_follows_all_its_tokens_and_not_the_other_way() {
    let (one, other) = (CancellationTokenSource::new(), CancellationTokenSource::new());
    let link = || CancellationTokenSource::create_linked_token_source([one.token(), other.token()]);
    let (linked, alone) = (link(), link());
    alone.cancel().unwrap();
    assert!(!one.is_cancellation_requested() && !linked.is_cancellation_requested());
    other.cancel().unwrap();
    assert!(linked.token().is_cancellation_requested());
    assert!(link().is_cancellation_requested(), "one is cancelled already");
}

#[test]
fn cs_09_a_failure_of_a_linked_callback_is_raised_where_the_token_is_cancelled() {
    let parent = CancellationTokenSource::new();
    let linked = CancellationTokenSource::create_linked_token_source([parent.token()]);
    linked.token().register(|| Err(Error::msg("linked"))).forget();
    let error = parent.cancel().unwrap_err();
    assert!(error.to_string().contains("(linked)"), "{error}");
}

#[test]
fn cs_09_a_source_cancels_itself_after_a_time() {
    Builder::new()
        .virtual_time()
        .run(async {
            let source = CancellationTokenSource::new();
            source.cancel_after(Duration::from_secs(100))?;
            source.cancel_after(Duration::from_secs(1))?;
            let error =
                Task::delay_with(Duration::from_secs(50), source.token()).await.unwrap_err();
            let canceled = OperationCanceledException::of(&error).unwrap();
            assert!(
                canceled.is_task_canceled() && *canceled.cancellation_token() == source.token()
            );
            assert!(CancellationTokenSource::with_delay(Duration::ZERO).token().can_be_canceled());
            Ok(())
        })
        .unwrap();
}

#[test]
fn cs_09_a_source_that_was_not_cancelled_can_be_used_again() {
    Builder::new()
        .virtual_time()
        .run(async {
            let source = CancellationTokenSource::with_delay(Duration::from_secs(1));
            source.token().register(never).forget();
            assert!(source.try_reset());
            Task::delay(Duration::from_secs(2)).await?;
            assert!(!source.is_cancellation_requested(), "the time limit is forgotten");
            source.cancel()?;
            assert!(!source.try_reset());
            Ok(())
        })
        .unwrap();
}

#[test]
fn cs_09_tokens_of_no_source() {
    assert!(!CancellationToken::none().can_be_canceled());
    assert!(CancellationToken::none().throw_if_cancellation_requested().is_ok());
    assert!(CancellationToken::none() == CancellationToken::new(false));
    assert!(CancellationToken::new(true).is_cancellation_requested());
    CancellationToken::none().register(never).forget();
}

#[test]
fn cs_09_a_thread_can_block_on_a_token() {
    let source = Arc::new(CancellationTokenSource::new());
    let handle = source.token().wait_handle();
    assert!(!handle.wait_one_for(Duration::from_millis(1)));
    let waits = thread::spawn(move || handle.wait_one());
    source.cancel().unwrap();
    waits.join().unwrap();
    assert!(source.token().wait_handle().wait_one_for(Duration::ZERO));
}

#[test]
fn cs_09_a_disposed_source_cancels_no_more() {
    let mut source = CancellationTokenSource::new();
    source.token().register(never).forget();
    source.dispose();
    let error = source.cancel().unwrap_err();
    assert!(ObjectDisposedException::of(&error).is_some());
    assert!(source.cancel_after(Duration::from_secs(1)).is_err());
    assert!(!source.token().is_cancellation_requested());
}

#[test]
fn cs_09_a_delay_that_is_cancelled_ends_in_the_call_of_cancel() {
    let source = CancellationTokenSource::new();
    let delay = Task::delay_with(Duration::from_secs(3600), source.token());
    source.cancel().unwrap();
    assert_eq!(delay.status(), TaskStatus::Canceled);
}

#[test]
fn cs_09_a_limit_of_no_time_is_over_from_the_start() {
    let source = CancellationTokenSource::with_delay(Duration::ZERO);
    assert!(source.is_cancellation_requested());
    let called = Arc::new(AtomicBool::new(false));
    let calls = called.clone();
    source.token().register(move || calls.store(true, Ordering::SeqCst)).forget();
    assert!(called.load(Ordering::SeqCst), "it was cancelled before it was registered with");
}
