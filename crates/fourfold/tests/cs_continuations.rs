//! What follows the end of a task: what runs inside of the call that ends it, and what is queued.

#[path = "support/held.rs"]
mod held;

use std::sync::Arc;

use fourfold::csharp::{
    CancellationToken, ScheduledTask, SendOrPostCallback, SynchronizationContext, Task,
    TaskCompletionSource, TaskContinuationOptions, TaskCreationOptions, TaskFactory, TaskScheduler,
    TaskStatus, async_method, set_synchronization_context,
};
use fourfold::{Error, Result};
use held::{Held, Log, with_held_pool};

fn attach(task: &Task<u32>, kind: char, name: String, log: &Log) {
    let log = log.clone();
    let options = match kind {
        's' => TaskContinuationOptions::EXECUTE_SYNCHRONOUSLY,
        _ => TaskContinuationOptions::NONE,
    };
    let task = task.clone();
    match kind {
        'a' => drop(async_method(async move {
            let _ = task.await;
            log.add(name);
            Ok(())
        })),
        'u' => drop(async_method(async move {
            let _ = task.configure_await(false).await;
            log.add(name);
            Ok(())
        })),
        'w' => drop(async_method(async move {
            let _ = Task::when_all([task]).await;
            log.add(name);
            Ok(())
        })),
        'q' | 's' => drop(task.continue_with_options(
            move |_| {
                log.add(name);
                Ok(())
            },
            options,
            CancellationToken::none(),
            None,
        )),
        other => unreachable!("{other}"),
    }
}

fn mix(held: &mut Held, kinds: &str, options: TaskCreationOptions) -> (String, String) {
    let log = Log::default();
    let source = TaskCompletionSource::with_options(options);
    for (index, kind) in kinds.chars().enumerate() {
        attach(&source.task(), kind, format!("{kind}{}", index + 1), &log);
    }
    source.set_result(1).unwrap();
    let inline = log.take();
    held.run_queued();
    (inline, log.take())
}

#[test]
fn cs_02_the_first_await_and_what_asks_for_it_run_inside_of_the_set() {
    // As the original prints for the same mixes.
    const MIXES: &[(&str, &str, &str)] = &[
        ("a", "a1", ""),
        ("u", "u1", ""),
        ("q", "", "q1"),
        ("s", "s1", ""),
        ("w", "w1", ""),
        ("aaaa", "a1", "a2 a3 a4"),
        ("uau", "u1", "a2 u3"),
        ("sss", "s1 s2 s3", ""),
        ("ww", "w1 w2", ""),
        ("qa", "a2", "q1"),
        ("asa", "a1 s2", "a3"),
        ("qaa", "a2", "q1 a3"),
        ("saqsaq", "s1 a2 s4", "q3 a5 q6"),
        ("wawa", "w1 a2 w3", "a4"),
        ("aqqaq", "a1", "q2 q3 a4 q5"),
    ];
    with_held_pool(|held| {
        for (kinds, inline, queued) in MIXES {
            let seen = mix(held, kinds, TaskCreationOptions::NONE);
            assert_eq!(seen, ((*inline).into(), (*queued).into()), "{kinds}");
        }
    });
}

#[test]
fn cs_02_a_source_can_ask_that_nothing_runs_inside_of_the_set() {
    with_held_pool(|held| {
        let options = TaskCreationOptions::RUN_CONTINUATIONS_ASYNCHRONOUSLY;
        for (kinds, queued) in [("a", "a1"), ("s", "s1"), ("wa", "w1 a2"), ("aqsa", "a1 q2 s3 a4")]
        {
            assert_eq!(mix(held, kinds, options), (String::new(), queued.into()), "{kinds}");
        }
    });
}

#[test]
fn cs_02_inlining_ends_where_the_stack_runs_short() {
    async fn above(below: Task<u32>) -> Result<u32> {
        Ok(1 + below.await?)
    }
    const LINKS: u32 = 100_000;
    with_held_pool(|held| {
        let bottom = TaskCompletionSource::new();
        let mut top = bottom.task();
        for _ in 0..LINKS {
            top = async_method(above(top));
        }
        bottom.set_result(0).unwrap();
        assert!(!top.is_completed(), "it is too deep for one stack");
        while !top.is_completed() {
            held.run_queued();
        }
        assert_eq!(top.result().unwrap(), LINKS);
    });
}

struct Other;

impl SynchronizationContext for Other {
    fn post(&self, _: SendOrPostCallback) {
        unreachable!("nothing captured it");
    }
}

#[test]
fn cs_02_what_captured_no_context_does_not_run_inside_of_one() {
    with_held_pool(|held| {
        let log = Log::default();
        let source = TaskCompletionSource::new();
        attach(&source.task(), 'a', "a".into(), &log);
        attach(&source.task(), 's', "s".into(), &log);
        set_synchronization_context(Some(Arc::new(Other)));
        source.set_result(1).unwrap();
        set_synchronization_context(None);
        assert_eq!(log.take(), "s");
        held.run_queued();
        assert_eq!(log.take(), "a");
    });
}

struct AtOnce;

impl TaskScheduler for AtOnce {
    fn queue_task(&self, task: ScheduledTask) {
        task.execute();
    }
}

#[test]
fn cs_02_nor_inside_of_a_task_of_another_scheduler() {
    with_held_pool(|held| {
        let log = Log::default();
        let source = Arc::new(TaskCompletionSource::new());
        attach(&source.task(), 'a', "a".into(), &log);
        let setter = source.clone();
        let set = TaskFactory::new().scheduler(Arc::new(AtOnce));
        set.start_new(move || setter.set_result(1)).wait().unwrap();
        assert_eq!(log.take(), "");
        held.run_queued();
        assert_eq!(log.take(), "a");
    });
}

#[test]
fn cs_13_options_say_for_which_ends_it_runs() {
    use TaskContinuationOptions as Options;
    with_held_pool(|_| {
        let ends = || -> [Task<u32>; 3] {
            [
                Task::from_result(1),
                Task::from_canceled(CancellationToken::new(true)),
                Task::from_exception(Error::msg("e")),
            ]
        };
        let runs = |options: Options| {
            ends().map(|end| {
                let options = options | Options::EXECUTE_SYNCHRONOUSLY;
                let token = CancellationToken::none();
                let next =
                    end.continue_with_options(|task| Ok(task.status()), options, token, None);
                let _ = end.exception();
                match next.status() {
                    TaskStatus::RanToCompletion => next.result().unwrap() == end.status(),
                    TaskStatus::Canceled => false,
                    other => panic!("{other:?}"),
                }
            })
        };
        assert_eq!(runs(Options::NONE), [true, true, true]);
        assert_eq!(runs(Options::NOT_ON_RAN_TO_COMPLETION), [false, true, true]);
        assert_eq!(runs(Options::NOT_ON_CANCELED), [true, false, true]);
        assert_eq!(runs(Options::NOT_ON_FAULTED), [true, true, false]);
        assert_eq!(runs(Options::ONLY_ON_RAN_TO_COMPLETION), [true, false, false]);
        assert_eq!(runs(Options::ONLY_ON_CANCELED), [false, true, false]);
        assert_eq!(runs(Options::ONLY_ON_FAULTED), [false, false, true]);
    });
}

#[test]
fn cs_13_a_token_cancels_it_before_its_time_unless_it_is_lazy() {
    use fourfold::csharp::CancellationTokenSource;
    with_held_pool(|held| {
        let first = TaskCompletionSource::<u32>::new();
        let cancel = CancellationTokenSource::new();
        let follow = |options| {
            first.task().continue_with_options(
                |_| -> Result<()> { panic!("it must not run") },
                options,
                cancel.token(),
                None,
            )
        };
        let eager = follow(TaskContinuationOptions::NONE);
        let lazy = follow(TaskContinuationOptions::LAZY_CANCELLATION);
        cancel.cancel().unwrap();
        assert_eq!(eager.status(), TaskStatus::Canceled);
        assert_eq!(lazy.status(), TaskStatus::WaitingForActivation);
        first.set_result(1).unwrap();
        held.run_queued();
        assert_eq!(lazy.status(), TaskStatus::Canceled);
    });
}

#[test]
fn cs_13_it_is_given_the_task_and_its_failure_is_its_own() {
    let failed: Task<u32> = Task::from_exception(Error::msg("first"));
    let next = failed.continue_with(|task| {
        assert_eq!(task.exception().unwrap().inner_exceptions().len(), 1);
        Err::<(), _>(Error::msg("second"))
    });
    assert_eq!(next.wait().unwrap_err().errors()[0].to_string(), "second");
}
