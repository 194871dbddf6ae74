//! Values that flow with the work.

use std::sync::{Arc, Mutex};

use fourfold::csharp::{
    self, AsyncLocal, ExecutionContext, Task, TaskCompletionSource, ThreadPool, async_method,
};

static NAME: AsyncLocal<&str> = AsyncLocal::new();

#[test]
fn cs_16_a_task_gets_the_values_of_whoever_starts_it() {
    csharp::run(async {
        NAME.set_value("parent");
        let task = Task::run(|| Ok(NAME.value()));
        let method = Task::run(async { Ok(NAME.value()) });
        let cold = Task::new(|| Ok(NAME.value()));
        let follows = Task::completed_task().continue_with(|_| Ok(NAME.value()));
        NAME.set_value("changed");
        cold.start()?;
        for task in [task, method, cold, follows] {
            assert_eq!(task.await?, Some("parent"));
        }
        assert_eq!(NAME.value(), Some("changed"), "it came through the awaits");
        Ok(())
    })
    .unwrap();
}

#[test]
fn cs_16_what_a_callee_sets_does_not_leak_to_its_caller() {
    csharp::run(async {
        NAME.set_value("caller");
        let gate = TaskCompletionSource::<()>::new();
        let wait = gate.task();
        let callee = async_method(async move {
            assert_eq!(NAME.value(), Some("caller"));
            NAME.set_value("callee");
            wait.await?;
            assert_eq!(NAME.value(), Some("callee"));
            Ok(())
        });
        assert_eq!(NAME.value(), Some("caller"));
        NAME.set_value("caller again");
        gate.set_result(())?; // the callee goes on in here
        assert_eq!(NAME.value(), Some("caller again"));
        callee.await
    })
    .unwrap();
    assert_eq!(NAME.value(), None, "nor to the thread");
}

#[test]
fn cs_16_the_flow_can_be_suppressed() {
    csharp::run(async {
        NAME.set_value("here");
        let suppressed = ExecutionContext::suppress_flow()?;
        assert!(ExecutionContext::suppress_flow().is_err());
        assert!(ExecutionContext::capture().is_none());
        assert_eq!(NAME.value(), Some("here"), "here it stays");
        let task = Task::run(|| Ok(NAME.value()));
        suppressed.undo();
        assert!(!ExecutionContext::is_flow_suppressed());
        assert!(ExecutionContext::restore_flow().is_err());
        assert_eq!(task.await?, None);
        Ok(())
    })
    .unwrap();
}

#[test]
fn cs_16_a_captured_context_can_be_run_in_and_keeps_its_values() {
    NAME.set_value("captured");
    let context = ExecutionContext::capture().unwrap();
    NAME.set_value("now");
    let inside = context.run(|| {
        let seen = NAME.value();
        NAME.set_value("forgotten");
        seen
    });
    assert_eq!(inside, Some("captured"));
    assert_eq!(NAME.value(), Some("now"));
    assert_eq!(context.run(|| NAME.value()), Some("captured"));
}

#[test]
fn cs_16_work_of_the_pool_gets_the_values_too() {
    NAME.set_value("queued");
    let source = Arc::new(TaskCompletionSource::new());
    let tell = source.clone();
    ThreadPool::queue_user_work_item(move || assert!(tell.try_set_result(NAME.value())), false);
    assert_eq!(source.task().result().unwrap(), Some("queued"));
}

#[test]
fn cs_16_a_handler_is_told_of_changes() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let seen = log.clone();
    let watched = AsyncLocal::<u32>::with_handler(move |change| {
        seen.lock().unwrap().push((
            change.previous_value,
            change.current_value,
            change.thread_context_changed,
        ));
    });
    watched.set_value(1);
    let context = ExecutionContext::capture().unwrap();
    watched.set_value(2);
    context.run(|| ());
    assert_eq!(
        *log.lock().unwrap(),
        [
            (None, Some(1), false),
            (Some(1), Some(2), false),
            (Some(2), Some(1), true),
            (Some(1), Some(2), true)
        ]
    );
}
