//! Several tasks at once.

use std::sync::Arc;

use fourfold::Error;
use fourfold::csharp::{
    self, ArgumentException, CancellationToken, CancellationTokenSource,
    OperationCanceledException, Task, TaskCompletionSource, TaskStatus,
};

fn sources(count: usize) -> Vec<TaskCompletionSource<u32>> {
    (0..count).map(|_| TaskCompletionSource::new()).collect()
}

fn all(sources: &[TaskCompletionSource<u32>]) -> Task<Vec<u32>> {
    Task::when_all(sources.iter().map(TaskCompletionSource::task))
}

#[test]
fn cs_05_results_come_in_the_order_of_the_arguments() {
    let three = sources(3);
    let all = all(&three);
    three[2].set_result(2).unwrap();
    three[0].set_result(0).unwrap();
    assert_eq!(all.status(), TaskStatus::WaitingForActivation);
    three[1].set_result(1).unwrap();
    assert_eq!(all.result().unwrap(), [0, 1, 2]);
}

#[test]
fn cs_05_all_failures_are_kept_and_the_first_in_order_is_raised() {
    let three = sources(3);
    let all = all(&three);
    three[2].set_exception(Error::msg("third")).unwrap();
    assert!(!all.is_completed(), "it waits for the others");
    three[0].set_exceptions(vec![Error::msg("first a"), Error::msg("first b")]).unwrap();
    three[1].set_result(1).unwrap();
    let texts: Vec<_> =
        all.exception().unwrap().inner_exceptions().iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["first a", "first b", "third"]);
    assert_eq!(csharp::run(async move { all.await }).unwrap_err().to_string(), "first a");
}

#[test]
fn cs_05_a_failure_outweighs_a_cancellation_and_that_a_result() {
    let three = sources(3);
    let failed = all(&three);
    three[0].set_canceled().unwrap();
    three[1].set_exception(Error::msg("second")).unwrap();
    three[2].set_canceled().unwrap();
    assert_eq!(failed.status(), TaskStatus::Faulted);
    assert_eq!(failed.exception().unwrap().inner_exceptions().len(), 1);
    let canceled = |token: &CancellationTokenSource| {
        token.cancel().unwrap();
        Task::<u32>::from_canceled(token.token())
    };
    let (one, other) = (CancellationTokenSource::new(), CancellationTokenSource::new());
    let all = Task::when_all([Task::from_result(1), canceled(&one), canceled(&other)]);
    assert_eq!(all.status(), TaskStatus::Canceled);
    let error = csharp::run(async move { all.await }).unwrap_err();
    let token = OperationCanceledException::of(&error).unwrap().cancellation_token().clone();
    assert!(token == one.token());
}

#[test]
fn cs_05_none_at_all_are_done() {
    let none = Task::when_all(Vec::<Task<u32>>::new());
    assert!(none.is_completed_successfully());
    assert!(Task::when_all([Task::from_result(1)]).is_completed());
}

#[test]
fn cs_05_tasks_that_end_on_many_threads_are_counted_once_each() {
    const COUNT: u32 = if cfg!(miri) { 20 } else { 10_000 };
    let all = Task::when_all((0..COUNT).map(|number| Task::run(move || Ok(number))));
    assert_eq!(all.result().unwrap(), (0..COUNT).collect::<Vec<_>>());
}

#[test]
fn cs_06_the_first_that_ends_is_the_result_however_it_ends() {
    let two = sources(2);
    let any = Task::when_any(two.iter().map(TaskCompletionSource::task)).unwrap();
    assert!(!any.is_completed());
    two[1].set_exception(Error::msg("no")).unwrap();
    assert!(any.is_completed_successfully());
    let first = any.result().unwrap();
    assert!(first == two[1].task() && first.is_faulted());
    assert!(first.exception().is_some());
    two[0].set_result(1).unwrap();
    assert!(any.result().unwrap() == two[1].task(), "it stays");
}

#[test]
fn cs_06_of_those_that_are_done_it_is_the_first_in_order() {
    let open = TaskCompletionSource::<u32>::new();
    let canceled: Task<u32> = Task::from_canceled(CancellationToken::new(true));
    let any = Task::when_any([open.task(), canceled.clone(), Task::from_result(2)]).unwrap();
    assert!(any.result().unwrap() == canceled);
    let none = Task::when_any(Vec::<Task<u32>>::new()).unwrap_err();
    assert!(ArgumentException::of(&none).is_some());
}

#[test]
fn cs_06_losers_keep_nothing_of_a_race_that_is_over() {
    let long = TaskCompletionSource::<Arc<u32>>::new();
    let value = Arc::new(1);
    for _ in 0..10 {
        let short = TaskCompletionSource::new();
        let any = Task::when_any([long.task(), short.task()]).unwrap();
        short.set_result(value.clone()).unwrap();
        assert_eq!(*any.result().unwrap().result().unwrap(), 1);
    }
    assert_eq!(Arc::strong_count(&value), 1, "a race keeps its winner");
}

#[test]
fn cs_06_each_comes_in_the_order_in_which_they_end() {
    csharp::run(async {
        let three = sources(3);
        let mut each = Task::when_each(three.iter().map(TaskCompletionSource::task));
        let mut order = Vec::new();
        for next in [1, 2, 0] {
            three[next].set_result(next as u32)?;
            order.push(each.next().await.unwrap().await?);
        }
        assert!(each.next().await.is_none());
        assert_eq!(order, [1, 2, 0]);
        Ok(())
    })
    .unwrap();
}
