//! Tasks inside of tasks.

use std::sync::mpsc::channel;

use fourfold::csharp::{
    CancellationTokenSource, Task, TaskCompletionSource, TaskContinuationOptions,
    TaskCreationOptions, TaskFactory, TaskStatus, async_method,
};
use fourfold::{Error, Result};

fn child<T: Send + Sync + 'static>(body: impl FnOnce() -> Result<T> + Send + 'static) -> Task<T> {
    TaskFactory::new().options(TaskCreationOptions::ATTACHED_TO_PARENT).start_new(body)
}

fn failing(text: &'static str) -> impl FnOnce() -> Result<()> + Send {
    move || Err(Error::msg(text))
}

/// How a parent with this body ends: its exception's text, or its status.
fn end(body: impl FnOnce() -> Result<()> + Send + 'static) -> String {
    let parent = TaskFactory::new().start_new(body);
    let _ = parent.wait();
    parent.exception().map_or_else(|| format!("{:?}", parent.status()), |error| error.to_string())
}

#[test]
fn cs_12_run_unwraps_and_start_new_nests() {
    async fn five() -> Result<u32> {
        Task::yield_now().await;
        Ok(5)
    }
    assert_eq!(Task::run(five()).result().unwrap(), 5);
    let nested = TaskFactory::new().start_new(|| Ok(async_method(five())));
    assert_eq!(nested.unwrap().result().unwrap(), 5);
    let deep = TaskFactory::new()
        .start_new(|| Ok(TaskFactory::new().start_new(|| Ok(async_method(five())))));
    assert_eq!(deep.unwrap().unwrap().result().unwrap(), 5);
}

#[test]
fn cs_12_unwrapping_takes_the_failure_of_either() {
    let outer = TaskCompletionSource::<Task<u32>>::new();
    let inner = TaskCompletionSource::new();
    let one = outer.task().unwrap();
    outer.set_result(inner.task()).unwrap();
    assert_eq!(one.status(), TaskStatus::WaitingForActivation);
    inner.set_exceptions(vec![Error::msg("a"), Error::msg("b")]).unwrap();
    assert_eq!(one.exception().unwrap().inner_exceptions().len(), 2);

    let outer = TaskCompletionSource::<Task<u32>>::new();
    let one = outer.task().unwrap();
    outer.set_exception(Error::msg("outer")).unwrap();
    assert_eq!(one.exception().unwrap().to_string(), "One or more errors occurred. (outer)");
    let outer = TaskCompletionSource::<Task<u32>>::new();
    let one = outer.task().unwrap();
    outer.set_canceled().unwrap();
    assert!(one.is_canceled());
}

#[test]
fn cs_12_a_parent_ends_after_its_attached_children() {
    let (go_on, gone_on) = channel::<()>();
    let (tell, told) = channel();
    let parent = TaskFactory::new().start_new(move || {
        let inner = child(move || {
            gone_on.recv().unwrap();
            Ok(())
        });
        tell.send(inner).unwrap();
        Ok(7)
    });
    let inner = told.recv().unwrap();
    while parent.status() != TaskStatus::WaitingForChildrenToComplete {
        std::thread::yield_now();
    }
    go_on.send(()).unwrap();
    assert_eq!(parent.result().unwrap(), 7);
    assert!(inner.is_completed());
}

#[test]
fn cs_12_failures_of_children_nest() {
    const ONE: &str = "One or more errors occurred.";
    assert_eq!(
        end(|| {
            child(failing("child"));
            Ok(())
        }),
        format!("{ONE} ({ONE} (child))")
    );
    assert_eq!(
        end(|| {
            child(failing("child"));
            Err(Error::msg("parent"))
        }),
        format!("{ONE} (parent) ({ONE} (child))")
    );
    assert_eq!(
        end(|| {
            child(|| {
                child(failing("grandchild"));
                Ok(())
            });
            Ok(())
        }),
        format!("{ONE} ({ONE} ({ONE} (grandchild)))")
    );
}

#[test]
fn cs_12_a_failure_that_the_parent_has_seen_is_not_told_again() {
    assert_eq!(
        end(|| {
            assert!(child(failing("child")).wait().is_err());
            Ok(())
        }),
        "RanToCompletion"
    );
    let raised = end(|| child(failing("child")).wait());
    assert_eq!(raised, "One or more errors occurred. (One or more errors occurred. (child))");
}

#[test]
fn cs_12_a_cancelled_child_does_not_fail_its_parent() {
    let ended = end(|| {
        let source = CancellationTokenSource::new();
        let token = source.token();
        let factory = TaskFactory::new()
            .options(TaskCreationOptions::ATTACHED_TO_PARENT)
            .cancellation_token(token.clone());
        factory.start_new(move || {
            source.cancel()?;
            token.throw_if_cancellation_requested()
        });
        Ok(())
    });
    assert_eq!(ended, "RanToCompletion");
}

#[test]
fn cs_12_continuations_and_promises_can_be_children() {
    let continued = end(|| {
        Task::completed_task().continue_with_options(
            |_| Err::<(), _>(Error::msg("continuation")),
            TaskContinuationOptions::ATTACHED_TO_PARENT,
            Default::default(),
            None,
        );
        Ok(())
    });
    assert!(continued.contains("(continuation)"), "{continued}");
    let (tell, told) = channel();
    let parent = TaskFactory::new().start_new(move || {
        let options = TaskCreationOptions::ATTACHED_TO_PARENT;
        tell.send(TaskCompletionSource::<u32>::with_options(options)).unwrap();
        Ok(())
    });
    let promise = told.recv().unwrap();
    assert!(!parent.wait_for(std::time::Duration::from_millis(1)).unwrap());
    promise.set_exception(Error::msg("promise")).unwrap();
    assert!(parent.wait().unwrap_err().to_string().contains("(promise)"));
}

#[test]
fn cs_12_a_parent_can_deny_its_children() {
    let (tell, told) = channel();
    let deny = TaskFactory::new().options(TaskCreationOptions::DENY_CHILD_ATTACH);
    let parent = deny.start_new(move || {
        tell.send(child(failing("child"))).unwrap();
        Ok(())
    });
    parent.wait().unwrap();
    assert!(told.recv().unwrap().wait().is_err());
    // So does `run`.
    let (tell, told) = channel();
    let body = move || {
        tell.send(child(failing("child"))).unwrap();
        Ok(())
    };
    Task::run(body).wait().unwrap();
    assert!(told.recv().unwrap().wait().is_err());
}

#[test]
fn cs_12_what_is_not_attached_is_no_child() {
    let open = TaskCompletionSource::<()>::new();
    let inside = open.task();
    let parent = TaskFactory::new().start_new(move || {
        TaskFactory::new().start_new(move || inside.wait());
        Ok(())
    });
    parent.wait().unwrap();
    open.set_result(()).unwrap();
}
