//! State machines by hand, builders, and awaiters of one's own.

use std::fmt::Display;
use std::sync::{Arc, Mutex};

use fourfold::csharp::{
    self, Action, AsyncLocal, AsyncStateMachine, AsyncTaskMethodBuilder,
    AsyncValueTaskMethodBuilder, AsyncVoidMethodBuilder, Awaiter, AwaiterFuture,
    CriticalNotifyCompletion, InvalidOperationException, NotifyCompletion,
    OperationCanceledException, Pump, SendOrPostCallback, SynchronizationContext, Task,
    TaskAwaiter, TaskCompletionSource, TaskStatus, ValueTask, async_method,
    set_synchronization_context,
};
use fourfold::{Error, Result};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn note(&self, text: impl Display) {
        self.0.lock().unwrap().push(text.to_string());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Start, await, Working, await, Done.
struct DoWork {
    state: i32,
    builder: AsyncTaskMethodBuilder<&'static str>,
    tasks: [Task; 2],
    awaiter: Option<TaskAwaiter>,
    log: Log,
}

fn do_work(first: Task, second: Task, log: &Log) -> Task<&'static str> {
    let builder = AsyncTaskMethodBuilder::create();
    builder.start(DoWork {
        state: -1,
        builder: builder.clone(),
        tasks: [first, second],
        awaiter: None,
        log: log.clone(),
    });
    builder.task()
}

impl DoWork {
    /// The awaiter of the task that is awaited in `state`; `None`: the machine will be moved on.
    fn begin_await(&mut self, state: i32) -> Option<TaskAwaiter> {
        let mut awaiter = self.tasks[state as usize].get_awaiter();
        if awaiter.is_completed() {
            return Some(awaiter);
        }
        self.state = state;
        self.awaiter = Some(awaiter.clone());
        self.builder.await_unsafe_on_completed(&mut awaiter);
        None
    }

    fn run(&mut self) -> Result<bool> {
        self.log.note(format_args!("move next in state {}", self.state));
        let state = std::mem::replace(&mut self.state, -1);
        let mut resumed = self.awaiter.take();
        if state == -1 {
            self.log.note("Start");
            resumed = self.begin_await(0);
            if resumed.is_none() {
                return Ok(false);
            }
        }
        let mut awaiter = resumed.expect("there in every state but the first");
        if state < 1 {
            awaiter.get_result()?;
            self.log.note("Working...");
            match self.begin_await(1) {
                Some(next) => awaiter = next,
                None => return Ok(false),
            }
        }
        awaiter.get_result()?;
        self.log.note("Done!");
        Ok(true)
    }
}

impl AsyncStateMachine for DoWork {
    fn move_next(&mut self) {
        let ended = match self.run() {
            Ok(false) => return,
            Ok(true) => self.builder.set_result("result"),
            Err(error) => self.builder.set_exception(error),
        };
        self.state = -2;
        ended.unwrap();
    }
}

#[test]
fn cs_21_a_machine_whose_awaiters_are_complete_runs_through() {
    let log = Log::default();
    let task = do_work(Task::completed_task(), Task::completed_task(), &log);
    assert_eq!(task.status(), TaskStatus::RanToCompletion);
    assert_eq!(task.result().unwrap(), "result");
    assert_eq!(log.take(), ["move next in state -1", "Start", "Working...", "Done!"]);
}

#[test]
fn cs_21_a_pending_awaiter_moves_the_machine_on() {
    let log = Log::default();
    let (a, b) = (TaskCompletionSource::new(), TaskCompletionSource::new());
    let task = do_work(a.task(), b.task(), &log);
    assert_eq!(log.take(), ["move next in state -1", "Start"]);
    a.set_result(()).unwrap();
    assert_eq!(log.take(), ["move next in state 0", "Working..."]);
    assert_eq!(task.status(), TaskStatus::WaitingForActivation);
    b.set_result(()).unwrap();
    assert_eq!(log.take(), ["move next in state 1", "Done!"]);
    assert_eq!(task.result().unwrap(), "result");

    let (a, b) = (TaskCompletionSource::new(), TaskCompletionSource::new());
    let task = do_work(a.task(), b.task(), &log);
    b.set_result(()).unwrap();
    a.set_result(()).unwrap();
    assert!(task.is_completed());
    let expected =
        ["move next in state -1", "Start", "move next in state 0", "Working...", "Done!"];
    assert_eq!(log.take(), expected);
}

#[test]
fn cs_21_what_an_await_fails_with_ends_the_machine() {
    let log = Log::default();
    let failed = Task::from_exception(Error::msg("a"));
    let task = do_work(failed, Task::completed_task(), &log);
    assert_eq!(task.exception().unwrap().inner_exceptions()[0].to_string(), "a");
    let (a, b) = (TaskCompletionSource::new(), TaskCompletionSource::new());
    let task = do_work(a.task(), Task::completed_task(), &log);
    a.set_exception(Error::msg("b")).unwrap();
    assert_eq!(task.exception().unwrap().inner_exceptions()[0].to_string(), "b");
    let task = do_work(Task::completed_task(), b.task(), &log);
    b.set_canceled().unwrap();
    assert_eq!(task.status(), TaskStatus::Canceled);
}

#[test]
fn cs_21_a_machine_goes_on_in_its_context() {
    let log = Log::default();
    let pump = Pump::new();
    let a = TaskCompletionSource::new();
    set_synchronization_context(Some(pump.context()));
    let task = do_work(a.task(), Task::completed_task(), &log);
    set_synchronization_context(None);
    a.set_result(()).unwrap();
    assert!(!task.is_completed(), "it is not the context's turn");
    assert_eq!(pump.run(async move { task.await }).unwrap(), "result");
}

#[test]
fn cs_21_values_flow_with_a_machine_and_do_not_leak() {
    static NAME: AsyncLocal<&str> = AsyncLocal::new();
    struct Machine(AsyncTaskMethodBuilder, Option<TaskAwaiter>, Log);
    impl AsyncStateMachine for Machine {
        fn move_next(&mut self) {
            match self.1.take() {
                Some(mut awaiter) => {
                    self.2.note(NAME.value().unwrap_or("nothing"));
                    NAME.set_value("of the machine");
                    self.0.await_on_completed(&mut awaiter);
                }
                None => {
                    self.2.note(NAME.value().unwrap_or("nothing"));
                    self.0.set_result(()).unwrap();
                }
            }
        }
    }
    let (source, log) = (TaskCompletionSource::new(), Log::default());
    NAME.set_value("of the caller");
    let builder = AsyncTaskMethodBuilder::create();
    builder.start(Machine(builder.clone(), Some(source.task().get_awaiter()), log.clone()));
    assert_eq!(NAME.value(), Some("of the caller"));
    NAME.set_value("later");
    source.set_result(()).unwrap();
    assert!(builder.task().is_completed());
    assert_eq!(log.take(), ["of the caller", "of the machine"]);
    assert_eq!(NAME.value(), Some("later"));
}

#[test]
fn cs_21_a_panic_in_a_machine_is_a_failure() {
    struct Panics;
    impl AsyncStateMachine for Panics {
        fn move_next(&mut self) {
            panic!("no way");
        }
    }
    let builder = AsyncTaskMethodBuilder::<()>::create();
    builder.start(Panics);
    assert!(builder.task().exception().unwrap().inner_exceptions()[0].is_panic());
}

#[test]
fn cs_21_a_builder_makes_its_task_and_sets_it_once() {
    let builder = AsyncTaskMethodBuilder::create();
    let task = builder.task();
    assert_eq!(task.status(), TaskStatus::WaitingForActivation);
    assert!(task == builder.task());
    builder.set_result(5).unwrap();
    assert_eq!(task.result().unwrap(), 5);
    let invalid = |error: Error| InvalidOperationException::of(&error).is_some();
    assert!(invalid(builder.set_result(6).unwrap_err()));
    assert!(invalid(builder.set_exception(Error::msg("a")).unwrap_err()));

    let builder = AsyncTaskMethodBuilder::<u32>::create();
    builder.set_exception(Error::msg("a")).unwrap();
    assert!(builder.task().exception().is_some());
    let builder = AsyncTaskMethodBuilder::<u32>::create();
    builder.set_exception(OperationCanceledException::new()).unwrap();
    assert!(builder.task().is_canceled());
}

#[test]
fn cs_21_a_builder_of_value_tasks_needs_no_task_for_what_has_ended() {
    let builder = AsyncValueTaskMethodBuilder::create();
    builder.set_result(8).unwrap();
    assert!(builder.task() == ValueTask::from_result(8));
    assert!(builder.set_result(9).is_err());
    let builder = AsyncValueTaskMethodBuilder::create();
    let task = builder.task();
    assert!(!task.is_completed());
    builder.set_result(8).unwrap();
    assert_eq!(task.result().unwrap(), 8);
    let builder = AsyncValueTaskMethodBuilder::<u32>::create();
    builder.set_exception(OperationCanceledException::new()).unwrap();
    assert!(builder.task().is_canceled());
}

#[test]
fn cs_21_a_builder_of_nothing_tells_its_context() {
    struct Counts(Log, Arc<dyn SynchronizationContext>);
    impl SynchronizationContext for Counts {
        fn post(&self, callback: SendOrPostCallback) {
            self.0.note("posted");
            self.1.post(callback);
        }
        fn operation_started(&self) {
            self.0.note("started");
        }
        fn operation_completed(&self) {
            self.0.note("completed");
        }
    }
    let (log, pump) = (Log::default(), Pump::new());
    set_synchronization_context(Some(Arc::new(Counts(log.clone(), pump.context()))));
    AsyncVoidMethodBuilder::create().set_result().unwrap();
    let failing = AsyncVoidMethodBuilder::create();
    failing.set_exception(Error::msg("of a void one")).unwrap();
    assert!(failing.set_result().is_err());
    set_synchronization_context(None);
    assert_eq!(log.take(), ["started", "completed", "started", "posted", "completed"]);
}

#[test]
fn cs_21_an_awaiter_by_hand() {
    let (source, log) = (TaskCompletionSource::new(), Log::default());
    let mut awaiter = source.task().get_awaiter();
    assert!(!awaiter.is_completed());
    let first = log.clone();
    awaiter.on_completed(Box::new(move || first.note("first")));
    source.set_result(9).unwrap();
    assert!(awaiter.is_completed());
    assert_eq!(log.take(), ["first"]);
    assert_eq!((awaiter.get_result().unwrap(), awaiter.get_result().unwrap()), (9, 9));
    let mut failed = Task::<u32>::from_exception(Error::msg("a")).get_awaiter();
    assert_eq!(failed.get_result().unwrap_err().to_string(), "a");
    let mut configured = Task::from_result(3).configure_await(false).get_awaiter();
    assert!(configured.is_completed());
    assert_eq!(configured.get_result().unwrap(), 3);
    let mut value = ValueTask::from_result(4).get_awaiter();
    assert!(value.is_completed());
    assert_eq!(value.get_result().unwrap(), 4);
    assert!(!Task::yield_now().get_awaiter().is_completed());

    // Asked too early it blocks.
    let late = TaskCompletionSource::new();
    let mut awaiter = late.task().get_awaiter();
    std::thread::scope(|scope| {
        scope.spawn(|| late.set_result(10).unwrap());
        assert_eq!(awaiter.get_result().unwrap(), 10);
    });
}

#[test]
fn cs_21_a_callback_after_the_end_is_queued() {
    let pump = Pump::new();
    pump.run(async {
        let log = Log::default();
        let (task, value, yields) = (log.clone(), log.clone(), log.clone());
        Task::completed_task().get_awaiter().on_completed(Box::new(move || task.note("task")));
        ValueTask::completed_task()
            .get_awaiter()
            .unsafe_on_completed(Box::new(move || value.note("value")));
        Task::yield_now().get_awaiter().on_completed(Box::new(move || yields.note("yield")));
        assert!(log.take().is_empty());
        Task::yield_now().await;
        assert_eq!(log.take(), ["task", "value", "yield"]);
        Ok(())
    })
    .unwrap();
}

/// An awaitable that says what it is asked.
#[derive(Clone)]
struct Simple {
    completed: bool,
    within: bool,
    continuation: Arc<Mutex<Option<Action>>>,
    log: Log,
}

impl Simple {
    fn new(completed: bool, log: &Log) -> Simple {
        Simple { completed, within: false, continuation: Arc::default(), log: log.clone() }
    }

    fn call(&self) {
        let continuation = self.continuation.lock().unwrap().take().unwrap();
        continuation();
    }
}

impl NotifyCompletion for Simple {
    fn on_completed(&mut self, continuation: Action) {
        self.log.note("on completed");
        if self.within {
            return continuation();
        }
        *self.continuation.lock().unwrap() = Some(continuation);
    }
}

impl CriticalNotifyCompletion for Simple {
    fn unsafe_on_completed(&mut self, continuation: Action) {
        self.log.note("unsafe on completed");
        *self.continuation.lock().unwrap() = Some(continuation);
    }
}

impl Awaiter for Simple {
    type Output = &'static str;

    fn is_completed(&self) -> bool {
        self.log.note(format_args!("is completed {}", self.completed));
        self.completed
    }

    fn get_result(&mut self) -> &'static str {
        self.log.note("get result");
        "the result"
    }
}

impl IntoFuture for Simple {
    type Output = &'static str;
    type IntoFuture = AwaiterFuture<Simple>;

    fn into_future(self) -> AwaiterFuture<Simple> {
        Awaiter::into_future(self)
    }
}

#[test]
fn cs_21_anything_with_an_awaiter_can_be_awaited() {
    let log = Log::default();
    let complete = Simple::new(true, &log);
    assert_eq!(async_method(async { Ok(complete.await) }).result().unwrap(), "the result");
    assert_eq!(log.take(), ["is completed true", "get result"]);

    let pending = Simple::new(false, &log);
    let awaited = pending.clone();
    let task = async_method(async { Ok(awaited.await) });
    assert_eq!(log.take(), ["is completed false", "on completed"]);
    pending.call();
    assert_eq!(task.status(), TaskStatus::RanToCompletion, "it went on inside of the call");
    assert_eq!(log.take(), ["get result"]);

    let critical = Simple::new(false, &log);
    let awaited = critical.clone();
    let task = async_method(async { Ok(awaited.into_critical_future().await) });
    critical.call();
    assert!(task.is_completed());
    assert_eq!(log.take(), ["is completed false", "unsafe on completed", "get result"]);

    let within = Simple { within: true, ..Simple::new(false, &log) };
    let task = async_method(async {
        within.clone().await;
        Ok(within.await)
    });
    assert_eq!(task.status(), TaskStatus::RanToCompletion);
}

#[test]
fn cs_21_an_awaiter_chooses_where_the_method_goes_on() {
    let pump = Pump::new();
    pump.run(async {
        let log = Log::default();
        let elsewhere = Simple::new(false, &log);
        let awaited = elsewhere.clone();
        let task = async_method(async {
            awaited.await;
            Ok(csharp::current_synchronization_context().is_some())
        });
        std::thread::scope(|scope| scope.spawn(|| elsewhere.call()).join().unwrap());
        assert!(task.is_completed(), "it went on in the call, on another thread");
        assert!(!task.await?);
        Ok(())
    })
    .unwrap();
}

#[test]
fn cs_21_a_machine_may_be_moved_on_from_within() {
    struct Loops(AsyncTaskMethodBuilder<u32>, Simple, u32);
    impl AsyncStateMachine for Loops {
        fn move_next(&mut self) {
            if self.2 == 10_000 {
                return self.0.set_result(self.2).unwrap();
            }
            self.2 += 1;
            self.0.await_on_completed(&mut self.1);
        }
    }
    let simple = Simple { within: true, ..Simple::new(false, &Log::default()) };
    let builder = AsyncTaskMethodBuilder::create();
    builder.start(Loops(builder.clone(), simple, 0));
    assert_eq!(builder.task().result().unwrap(), 10_000);
}
