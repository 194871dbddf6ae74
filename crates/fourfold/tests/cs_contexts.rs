//! Where an await goes on.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use fourfold::Error;
use fourfold::csharp::{
    self, CancellationToken, LimitedConcurrencyLevelTaskScheduler, Pump, ScheduledTask,
    SendOrPostCallback, SynchronizationContext, Task, TaskCompletionSource,
    TaskContinuationOptions, TaskCreationOptions, TaskFactory, TaskScheduler, ThreadPool,
    async_method, async_void, current_synchronization_context, current_task_scheduler,
    from_current_synchronization_context,
};

#[test]
fn cs_03_an_await_goes_on_on_the_context_it_captured() {
    let here = thread::current().id();
    let pump = Pump::new();
    let context = pump.context();
    pump.run(async move {
        Task::run(|| Ok(())).await?;
        assert_eq!(thread::current().id(), here);
        assert!(current_synchronization_context().is_some());
        // Called when this method waits, since it has the pump's thread until then.
        let gate = TaskCompletionSource::new();
        let opens = gate.clone();
        context.post(SendOrPostCallback::new(move || opens.set_result(()).unwrap()));
        gate.task().configure_await(false).await?;
        assert_ne!(thread::current().id(), here);
        assert!(current_synchronization_context().is_none());
        Ok(())
    })
    .unwrap();
    assert!(current_synchronization_context().is_none());
}

#[test]
fn cs_03_a_method_that_ends_elsewhere_brings_its_caller_back() {
    let here = thread::current().id();
    async fn elsewhere() -> fourfold::Result<()> {
        Task::run(|| Ok(())).configure_await(false).await
    }
    Pump::new()
        .run(async move {
            async_method(elsewhere()).await?;
            assert_eq!(thread::current().id(), here);
            Ok(())
        })
        .unwrap();
}

#[test]
fn cs_03_without_a_context_it_goes_on_on_the_pool() {
    csharp::run(async {
        assert!(!ThreadPool::is_thread_pool_thread());
        Task::run(|| Ok(())).await?;
        Task::yield_now().await;
        assert!(ThreadPool::is_thread_pool_thread());
        Ok(())
    })
    .unwrap();
}

/// Keeps what is posted until it is asked to call it.
#[derive(Default)]
struct Manual(Mutex<VecDeque<SendOrPostCallback>>);

impl SynchronizationContext for Manual {
    fn post(&self, callback: SendOrPostCallback) {
        self.0.lock().unwrap().push_back(callback);
    }
}

impl Manual {
    fn call_all(&self) -> usize {
        let mut called = 0;
        while let Some(callback) = { self.0.lock().unwrap().pop_front() } {
            callback.call();
            called += 1;
        }
        called
    }
}

#[test]
fn cs_22_a_context_of_ones_own_gets_what_is_to_go_on() {
    let manual = Arc::new(Manual::default());
    let source = TaskCompletionSource::new();
    csharp::set_synchronization_context(Some(manual.clone()));
    let awaited = source.task();
    let task = async_method(async move { Ok(1 + awaited.await?) });
    csharp::set_synchronization_context(None);
    source.set_result(1).unwrap();
    assert!(!task.is_completed(), "it is posted, since the context is not current any more");
    assert_eq!(manual.call_all(), 1);
    assert_eq!(task.result().unwrap(), 2);
}

#[test]
fn cs_22_a_step_that_a_context_drops_cancels_its_method() {
    let manual = Arc::new(Manual::default());
    let source = TaskCompletionSource::new();
    csharp::set_synchronization_context(Some(manual.clone()));
    let awaited = source.task();
    let task: Task<u32> = async_method(async move { awaited.await });
    csharp::set_synchronization_context(None);
    source.set_result(1).unwrap();
    manual.0.lock().unwrap().clear();
    assert!(task.is_canceled());
}

#[test]
fn cs_22_a_pump_runs_what_is_posted_in_order_until_all_operations_have_ended() {
    let pump = Pump::new();
    let context = pump.context();
    let log = Arc::new(Mutex::new(Vec::new()));
    let seen = log.clone();
    pump.run(async move {
        for number in 0..3 {
            let seen = seen.clone();
            context.post(SendOrPostCallback::new(move || seen.lock().unwrap().push(number)));
        }
        // Opened by another thread, once all these were called and this method has ended.
        let (tell, told) = std::sync::mpsc::channel();
        context.post(SendOrPostCallback::new(move || tell.send(()).unwrap()));
        let gate = TaskCompletionSource::new();
        let opens = gate.clone();
        thread::spawn(move || {
            told.recv().unwrap();
            opens.set_result(()).unwrap();
        });
        async_void(async move {
            gate.task().await?;
            seen.lock().unwrap().push(9);
            Ok(())
        });
        Ok(())
    })
    .unwrap();
    assert_eq!(*log.lock().unwrap(), [0, 1, 2, 9]);
}

#[test]
fn cs_22_send_waits_for_the_pumps_thread() {
    let pump = Pump::new();
    let context = pump.context();
    let here = thread::current().id();
    pump.run(async move {
        let sent = Task::run(move || {
            let on = Arc::new(Mutex::new(None));
            let slot = on.clone();
            context.send(SendOrPostCallback::new(move || {
                *slot.lock().unwrap() = Some(thread::current().id());
            }));
            let on = on.lock().unwrap().take();
            Ok(on)
        });
        assert_eq!(sent.await?, Some(here));
        Ok(())
    })
    .unwrap();
}

/// Keeps tasks until it is asked to run them.
#[derive(Default)]
struct Later(Mutex<VecDeque<ScheduledTask>>);

impl TaskScheduler for Later {
    fn queue_task(&self, task: ScheduledTask) {
        self.0.lock().unwrap().push_back(task);
    }

    fn maximum_concurrency_level(&self) -> usize {
        1
    }
}

impl Later {
    fn run_all(&self) -> usize {
        let mut ran = 0;
        while let Some(task) = { self.0.lock().unwrap().pop_front() } {
            task.execute();
            ran += 1;
        }
        ran
    }
}

fn here() -> &'static str {
    if current_task_scheduler().is_some() { "own" } else { "pool" }
}

#[test]
fn cs_22_a_scheduler_of_ones_own_runs_its_tasks_and_what_they_start() {
    let later = Arc::new(Later::default());
    let log = Arc::new(Mutex::new(Vec::new()));
    let seen = log.clone();
    let factory = TaskFactory::new().scheduler(later.clone());
    let task = factory.start_new(move || {
        let note = move |what: &'static str| {
            let seen = seen.clone();
            move || {
                seen.lock().unwrap().push(format!("{what} {}", here()));
                Ok(())
            }
        };
        Task::run(note("run")).wait()?;
        TaskFactory::new().start_new(note("start_new"));
        let hidden = TaskFactory::new().options(TaskCreationOptions::HIDE_SCHEDULER);
        hidden.start_new(note("hidden"));
        let inner = note("continue_with");
        Task::completed_task().continue_with(move |_| inner());
        Ok(())
    });
    assert_eq!(later.run_all(), 4);
    task.wait().unwrap();
    let log = log.lock().unwrap().join(", ");
    assert_eq!(log, "run pool, start_new own, hidden pool, continue_with own");
}

#[test]
fn cs_03_an_await_captures_the_scheduler_where_there_is_no_context() {
    let later = Arc::new(Later::default());
    let source = TaskCompletionSource::new();
    let (one, other) = (source.task(), source.task());
    let factory = TaskFactory::new().scheduler(later.clone());
    let started = factory.start_new(move || {
        let captured = async_method(async move {
            one.await?;
            Ok(here())
        });
        let not_captured = async_method(async move {
            other.configure_await(false).await?;
            Ok(here())
        });
        Ok([captured, not_captured])
    });
    later.run_all();
    let [captured, not_captured] = started.result().unwrap();
    source.set_result(()).unwrap();
    assert_eq!(not_captured.result().unwrap(), "pool");
    assert!(!captured.is_completed());
    assert_eq!(later.run_all(), 1);
    assert_eq!(captured.result().unwrap(), "own");
}

/// Lets its tasks run wherever they may, and keeps the others.
#[derive(Default)]
struct Willing(Later);

impl TaskScheduler for Willing {
    fn queue_task(&self, task: ScheduledTask) {
        self.0.queue_task(task);
    }

    fn may_inline(&self) -> bool {
        true
    }
}

#[test]
fn cs_22_what_runs_inline_has_its_own_scheduler() {
    let willing = Arc::new(Willing::default());
    let source = TaskCompletionSource::new();
    let none = CancellationToken::none();
    let follow = |scheduler| {
        let synchronous = TaskContinuationOptions::EXECUTE_SYNCHRONOUSLY;
        source.task().continue_with_options(|_| Ok(here()), synchronous, none.clone(), scheduler)
    };
    let (own, pools) = (follow(Some(willing.clone() as Arc<dyn TaskScheduler>)), follow(None));
    let sets = Task::new(move || source.set_result(()));
    sets.run_synchronously().unwrap();
    assert_eq!(own.result().unwrap(), "own");
    assert_eq!(pools.result().unwrap(), "pool");

    let own = Task::new(|| Ok(here()));
    own.run_synchronously_on(willing.clone()).unwrap();
    assert_eq!(own.result().unwrap(), "own");

    // The same where the scheduler runs what ends the task before.
    let source = TaskCompletionSource::new();
    let pools = source.task().continue_with_options(
        |_| Ok(here()),
        TaskContinuationOptions::EXECUTE_SYNCHRONOUSLY,
        none.clone(),
        None,
    );
    let sets = Task::new(move || source.set_result(()).map(|()| here()));
    sets.run_synchronously_on(willing.clone()).unwrap();
    assert_eq!(sets.result().unwrap(), "own");
    assert_eq!(pools.result().unwrap(), "pool");
    assert_eq!(willing.0.run_all(), 0);
}

#[test]
fn cs_22_a_thread_of_the_pool_may_go_on_for_a_willing_scheduler() {
    let willing = Arc::new(Willing::default());
    let source = Arc::new(TaskCompletionSource::new());
    let awaits = |source: &TaskCompletionSource| {
        let task = source.task();
        let factory = TaskFactory::new().scheduler(willing.clone());
        let started = factory.start_new(move || {
            Ok(async_method(async move {
                task.await?;
                Ok(here())
            }))
        });
        willing.0.run_all();
        started.result().unwrap()
    };
    let method = awaits(&source);
    let (sets, looks) = (source.clone(), method.clone());
    let inside = Task::run(move || sets.set_result(()).map(|()| looks.is_completed()));
    assert!(inside.result().unwrap());
    assert_eq!(method.result().unwrap(), "own");

    // Another thread does not ask.
    let source = TaskCompletionSource::new();
    let method = awaits(&source);
    source.set_result(()).unwrap();
    assert!(!method.is_completed());
    assert_eq!(willing.0.run_all(), 1);
    assert_eq!(method.result().unwrap(), "own");
}

#[test]
fn cs_22_a_scheduler_can_post_to_a_context() {
    let here = thread::current().id();
    Pump::new()
        .run(async move {
            let scheduler = from_current_synchronization_context()?;
            let factory = TaskFactory::new().scheduler(scheduler);
            let on =
                Task::run(
                    async move { factory.start_new(move || Ok(thread::current().id())).await },
                );
            assert_eq!(on.await?, here);
            Ok(())
        })
        .unwrap();
    assert!(from_current_synchronization_context().is_err());
}

#[test]
fn cs_22_a_limited_scheduler_runs_so_many_at_a_time() {
    let scheduler = LimitedConcurrencyLevelTaskScheduler::new(1).unwrap();
    let factory = TaskFactory::new().scheduler(scheduler);
    let running = Arc::new(AtomicUsize::new(0));
    let order = Arc::new(Mutex::new(Vec::new()));
    let tasks = (0..50).map(|number| {
        let (running, order) = (running.clone(), order.clone());
        factory.start_new(move || {
            assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
            order.lock().unwrap().push(number);
            thread::yield_now();
            running.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        })
    });
    Task::when_all(tasks.collect::<Vec<_>>()).wait().unwrap();
    assert_eq!(*order.lock().unwrap(), (0..50).collect::<Vec<_>>());
    assert!(LimitedConcurrencyLevelTaskScheduler::new(0).is_err());
}

#[test]
fn cs_14_the_failure_of_an_async_void_method_goes_to_its_context() {
    let failed = thread::spawn(|| {
        Pump::new().run(async {
            async_void(async {
                Task::yield_now().await;
                Err(Error::msg("nobody waits for this"))
            });
            Ok(())
        })
    });
    let payload = failed.join().unwrap_err();
    let text = payload.downcast_ref::<String>().unwrap();
    assert!(text.contains("nobody waits for this"), "{text}");
}
