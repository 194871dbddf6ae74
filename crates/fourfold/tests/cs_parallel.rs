//! Loops whose turns run at once: how many, which failures are told, and what ends them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use fourfold::csharp::{
    self, AggregateException, ArgumentOutOfRangeException, Builder, CancellationToken,
    CancellationTokenSource, ConcurrentExclusiveSchedulerPair, OperationCanceledException,
    Parallel, ParallelOptions, Pump, SemaphoreSlim, Task, TaskCompletionSource, TaskStatus,
    ThreadPool, current_task_scheduler,
};
use fourfold::{Error, Result};

fn degree(degree: i32) -> ParallelOptions {
    ParallelOptions::new().max_degree_of_parallelism(degree).unwrap()
}

/// How many are at it, and how many were at most.
#[derive(Default)]
struct AtOnce(AtomicUsize, AtomicUsize);

impl AtOnce {
    fn begin(&self) {
        self.1.fetch_max(self.0.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
    }

    fn end(&self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }

    fn most(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }
}

#[test]
fn cs_19_all_are_done_and_no_more_than_the_degree_at_once() {
    let (at_once, sum) = (Arc::new(AtOnce::default()), Arc::new(AtomicI64::new(0)));
    let (counts, total) = (at_once.clone(), sum.clone());
    let task = Parallel::for_each_async(1..=100, degree(3), move |value, _| {
        let (counts, total) = (counts.clone(), total.clone());
        async move {
            counts.begin();
            Task::yield_now().await;
            total.fetch_add(value, Ordering::SeqCst);
            counts.end();
            Ok(())
        }
    });
    task.wait().unwrap();
    assert_eq!(sum.load(Ordering::SeqCst), 5050);
    assert!((1..=3).contains(&at_once.most()));
}

#[test]
fn cs_19_as_many_as_the_degree_do_run_at_once() {
    // Three meet, on one thread.
    Builder::new()
        .virtual_time()
        .run(async {
            let (met, come) = (Arc::new(SemaphoreSlim::new(0)?), Arc::new(AtomicUsize::new(0)));
            Parallel::for_async(0, 3, degree(3), move |_, _| {
                let (met, come) = (met.clone(), come.clone());
                async move {
                    if come.fetch_add(1, Ordering::SeqCst) == 2 {
                        met.release_many(3)?;
                    }
                    met.wait_async().await
                }
            })
            .await
        })
        .unwrap();
}

#[test]
fn cs_19_one_at_a_time_is_in_order() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let noted = order.clone();
    let task = Parallel::for_async(0, 5, degree(1), move |value, _| {
        let noted = noted.clone();
        async move {
            Task::yield_now().await;
            noted.lock().unwrap().push(value);
            Ok(())
        }
    });
    task.wait().unwrap();
    assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
}

#[test]
fn cs_19_a_failure_tells_the_others_and_no_more_are_begun() {
    let (begun, told) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (count, tell) = (begun.clone(), told.clone());
    let task = Parallel::for_async(0, 100, degree(2), move |value, token: CancellationToken| {
        let (count, tell) = (count.clone(), tell.clone());
        async move {
            count.fetch_add(1, Ordering::SeqCst);
            if value > 0 {
                return Err(Error::msg(format!("of {value}")));
            }
            let gate = Arc::new(TaskCompletionSource::new());
            let open = gate.clone();
            let registration = token.register(move || open.set_result(()));
            gate.task().await?;
            drop(registration);
            tell.store(true, Ordering::SeqCst);
            Ok(())
        }
    });
    let error = task.wait().unwrap_err();
    assert_eq!(task.status(), TaskStatus::Faulted);
    let texts: Vec<_> = error.errors().iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["of 1"]);
    assert_eq!((begun.load(Ordering::SeqCst), told.load(Ordering::SeqCst)), (2, true));
}

#[test]
fn cs_19_all_failures_of_a_loop_are_told_panics_among_them() {
    let (met, come) = (Arc::new(SemaphoreSlim::new(0).unwrap()), Arc::new(AtomicUsize::new(0)));
    let task = Parallel::for_async(0, 3, degree(3), move |value, _| {
        let (met, come) = (met.clone(), come.clone());
        async move {
            if come.fetch_add(1, Ordering::SeqCst) == 2 {
                met.release_many(3)?;
            }
            met.wait_async().await?;
            if value == 1 {
                panic!("it of {value}");
            }
            Err(Error::msg(format!("of {value}")))
        }
    });
    let error = task.wait().unwrap_err();
    let mut texts: Vec<_> = error.errors().iter().map(ToString::to_string).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["of 0", "of 2", "panicked: it of 1"]);
}

#[test]
fn cs_19_a_token_cancels_the_loop() {
    let source = Arc::new(CancellationTokenSource::new());
    let (count, counted) = (Arc::new(AtomicUsize::new(0)), source.clone());
    let turns = count.clone();
    let options = degree(1).cancellation_token(source.token());
    let task = Parallel::for_async(0, 1000, options.clone(), move |_, _| {
        let (turns, source) = (turns.clone(), counted.clone());
        async move {
            if turns.fetch_add(1, Ordering::SeqCst) == 4 {
                source.cancel()?;
            }
            Task::yield_now().await;
            Ok(())
        }
    });
    let error = task.wait().unwrap_err();
    assert_eq!((task.status(), count.load(Ordering::SeqCst)), (TaskStatus::Canceled, 5));
    let exception = OperationCanceledException::of(&error.errors()[0]).unwrap();
    assert_eq!(*exception.cancellation_token(), source.token());
    let before = Parallel::for_async(0, 1, options, |_, _| async { panic!("never") });
    assert!(before.is_canceled());
}

#[test]
fn cs_19_a_loop_over_nothing_or_over_a_source_that_fails() {
    let none = Parallel::for_each_async([0; 0], degree(4), |_, _| async { panic!("never") });
    none.wait().unwrap();
    let source = (0..).map(|value| if value == 3 { panic!("no more") } else { value });
    let failed = Parallel::for_each_async(source, degree(1), |_, _| async { Ok(()) });
    assert!(failed.wait().unwrap_err().errors()[0].is_panic());
}

#[test]
fn cs_19_asynchronous_turns_run_on_the_pool_or_on_the_scheduler() {
    let on_pool = Pump::new()
        .run(async {
            let off = Arc::new(AtomicUsize::new(0));
            let counted = off.clone();
            let pool = ParallelOptions::new();
            Parallel::for_async(0, 4, pool, move |_, _| {
                let counted = counted.clone();
                async move {
                    Task::yield_now().await;
                    let there = usize::from(ThreadPool::is_thread_pool_thread());
                    counted.fetch_add(there, Ordering::SeqCst);
                    Ok(())
                }
            })
            .await?;
            Ok(off.load(Ordering::SeqCst))
        })
        .unwrap();
    assert_eq!(on_pool, 4);

    let pair = ConcurrentExclusiveSchedulerPair::new();
    let at_once = Arc::new(AtOnce::default());
    let counts = at_once.clone();
    let exclusive = degree(4).task_scheduler(pair.exclusive_scheduler());
    let task = Parallel::for_async(0, 20, exclusive, move |_, _| {
        let counts = counts.clone();
        async move {
            assert!(current_task_scheduler().is_some());
            counts.begin();
            thread::yield_now();
            counts.end();
            Task::yield_now().await;
            assert!(current_task_scheduler().is_some(), "also behind an await");
            Ok(())
        }
    });
    task.wait().unwrap();
    assert_eq!(at_once.most(), 1);
}

#[test]
fn cs_19_a_degree_of_zero() {
    for degree in [0, -2] {
        let error = ParallelOptions::new().max_degree_of_parallelism(degree).unwrap_err();
        assert!(ArgumentOutOfRangeException::of(&error).is_some());
    }
    assert!(ParallelOptions::new().max_degree_of_parallelism(-1).is_ok());
}

#[test]
fn cs_19_blocking_loops_borrow_and_do_all() {
    let numbers: Vec<i64> = (0..10_000).collect();
    let sum = AtomicI64::new(0);
    let add = |number: i64| -> Result<()> {
        sum.fetch_add(number, Ordering::Relaxed);
        Ok(())
    };
    Parallel::for_each(&numbers, &ParallelOptions::new(), |number| add(*number)).unwrap();
    assert_eq!(sum.swap(0, Ordering::Relaxed), 49_995_000);
    Parallel::for_(-10, 10_000, &ParallelOptions::new(), add).unwrap();
    assert_eq!(sum.swap(0, Ordering::Relaxed), 49_995_000 - 55);
    Parallel::for_(5, 5, &ParallelOptions::new(), add).unwrap();
    Parallel::for_(5, 1, &ParallelOptions::new(), add).unwrap();
    assert_eq!(sum.into_inner(), 0);
}

#[test]
fn cs_19_blocking_loops_use_other_threads() {
    Builder::new()
        .workers(2)
        .run(async {
            let both = Barrier::new(2);
            Parallel::for_each([0, 1], &ParallelOptions::new(), |_| {
                both.wait();
                Ok(())
            })
        })
        .unwrap();
}

#[test]
fn cs_19_failures_of_blocking_loops_are_aggregated() {
    let one = degree(1);
    let begun = AtomicUsize::new(0);
    let error = Parallel::for_(0, 100, &one, |number| {
        begun.fetch_add(1, Ordering::SeqCst);
        if number == 2 { Err(Error::msg("of two")) } else { Ok(()) }
    })
    .unwrap_err();
    let exception = AggregateException::of(&error).unwrap();
    assert_eq!(exception.inner_exceptions().len(), 1);
    assert_eq!(begun.into_inner(), 3, "no more are begun");

    let error = Parallel::for_each([1], &one, |_| panic!("of one")).unwrap_err();
    assert!(error.errors()[0].is_panic());

    let done = AtomicUsize::new(0);
    let work = |fails: bool| {
        let done = &done;
        move || {
            done.fetch_add(1, Ordering::SeqCst);
            if fails { Err(Error::msg("it")) } else { Ok(()) }
        }
    };
    let error = Parallel::invoke([true, false, true].map(work), &one).unwrap_err();
    assert_eq!(error.errors().len(), 2);
    assert_eq!(done.into_inner(), 3, "all are called");
}

#[test]
fn cs_19_a_token_ends_a_blocking_loop() {
    let source = CancellationTokenSource::new();
    let options = degree(1).cancellation_token(source.token());
    let turns = AtomicUsize::new(0);
    let turn = |_| {
        if turns.fetch_add(1, Ordering::SeqCst) == 4 { source.cancel() } else { Ok(()) }
    };
    let error = Parallel::for_(0, 1000, &options, turn).unwrap_err();
    let exception = OperationCanceledException::of(&error).unwrap();
    assert_eq!(*exception.cancellation_token(), source.token());
    assert_eq!(turns.load(Ordering::SeqCst), 5);
    assert!(Parallel::for_(0, 1000, &options, turn).unwrap_err().is_cancelled());
    assert_eq!(turns.into_inner(), 5);
}

#[test]
fn cs_19_a_blocking_loop_on_a_scheduler() {
    let pair = ConcurrentExclusiveSchedulerPair::new();
    let options = ParallelOptions::new().task_scheduler(pair.exclusive_scheduler());
    let (at_once, turns) = (AtOnce::default(), AtomicUsize::new(0));
    Parallel::for_each(0..50, &options, |_| {
        at_once.begin();
        assert!(current_task_scheduler().is_some());
        turns.fetch_add(1, Ordering::SeqCst);
        at_once.end();
        Ok(())
    })
    .unwrap();
    assert_eq!((at_once.most(), turns.into_inner()), (1, 50));

    pair.complete();
    let refused =
        catch_unwind(AssertUnwindSafe(|| Parallel::for_each(0..50, &options, |_| Ok(()))));
    assert!(!matches!(refused, Ok(Ok(()))), "nothing was done, and nobody says so");
}

#[test]
fn cs_19_helpers_that_come_late_find_the_loop_closed() {
    // The pool's only thread runs all turns; its helper begins when the loop is long over.
    csharp::Builder::new()
        .workers(1)
        .run(async {
            Task::yield_now().await;
            for _ in 0..100 {
                let turns = AtomicUsize::new(0);
                Parallel::for_each(0..4, &degree(8), |_| {
                    turns.fetch_add(1, Ordering::SeqCst);
                    Ok(())
                })?;
                assert_eq!(turns.into_inner(), 4);
            }
            Task::yield_now().await;
            Ok(())
        })
        .unwrap();
}
