//! Failures that nobody looks at.

#[path = "support/child.rs"]
mod child;

use std::sync::{Arc, Mutex};

use child::{in_child, stderr};
use fourfold::Error;
use fourfold::csharp::{
    self, Task, TaskCompletionSource, async_method, async_void, on_unhandled_exception,
    on_unobserved_task_exception,
};

#[test]
fn cs_14_a_failure_is_told_when_its_task_is_dropped_unless_somebody_looked() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tells = told.clone();
    let _subscription = on_unobserved_task_exception(move |event| {
        assert!(!event.observed());
        event.set_observed();
        tells.lock().unwrap().push(event.exception().to_string());
    });
    let failed = || async_method::<(), _>(async { Err(Error::msg("unseen")) });
    let told = || std::mem::take(&mut *told.lock().unwrap());

    drop(failed());
    assert_eq!(told(), ["One or more errors occurred. (unseen)"]);
    // Each of these is a look.
    let _ = failed().wait();
    let _ = failed().exception();
    assert!(csharp::run(failed().into_future()).is_err());
    assert!(Task::when_all([failed()]).exception().is_some());
    assert_eq!(told(), Vec::<String>::new());
    // These are none.
    assert!(failed().is_faulted());
    assert!(failed().continue_with(|task| Ok(task.status())).result().is_ok());
    assert_eq!(told().len(), 2);
    // A cancellation is no failure, and what was refused was nobody's.
    let source = TaskCompletionSource::<()>::new();
    source.set_canceled().unwrap();
    assert!(!source.try_set_exception(Error::msg("late")));
    drop(source);
    assert_eq!(told(), Vec::<String>::new());
}

use std::future::IntoFuture;

#[test]
fn cs_14_an_async_void_failure_without_a_context_ends_the_process() {
    const NAME: &str = "cs_14_an_async_void_failure_without_a_context_ends_the_process";
    let Some(output) = in_child(NAME, || {
        async_void(async { Err(Error::msg("nobody waits for this")) });
        unreachable!("the process has ended");
    }) else {
        return;
    };
    assert!(!output.status.success());
    assert_eq!(output.status.code(), None, "it ends by a signal");
    let stderr = stderr(&output);
    assert!(stderr.contains("Unhandled exception. nobody waits for this"), "{stderr}");
}

#[test]
fn cs_14_a_handler_may_choose_another_end() {
    const NAME: &str = "cs_14_a_handler_may_choose_another_end";
    let Some(output) = in_child(NAME, || {
        on_unhandled_exception(|error| {
            assert_eq!(error.to_string(), "nobody waits for this");
            std::process::exit(3);
        });
        async_void(async { Err(Error::msg("nobody waits for this")) });
    }) else {
        return;
    };
    assert_eq!(output.status.code(), Some(3));
}
