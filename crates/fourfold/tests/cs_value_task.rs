//! Value tasks, and the sources behind them.

use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use fourfold::csharp::{
    AsyncLocal, AwaitState, CancellationToken, InvalidOperationException,
    ManualResetValueTaskSourceCore, OperationCanceledException, Pump, Task, TaskCompletionSource,
    TaskStatus, ValueTask, ValueTaskSource, ValueTaskSourceOnCompletedFlags, ValueTaskSourceStatus,
    async_method, set_synchronization_context,
};
use fourfold::{Error, Result};

type Flags = ValueTaskSourceOnCompletedFlags;
type Core = ManualResetValueTaskSourceCore<u32>;

/// Notes which flags it is asked with. Awaits go through what the trait does by itself.
#[derive(Default)]
struct Plain {
    core: Core,
    asked: Mutex<Vec<Flags>>,
    abandoned: Mutex<Vec<u64>>,
}

/// Passes polls on to its core.
#[derive(Default)]
struct Direct {
    core: Core,
}

impl ValueTaskSource<u32> for Plain {
    fn get_status(&self, token: u64) -> Result<ValueTaskSourceStatus> {
        self.core.get_status(token)
    }

    fn get_result(&self, token: u64) -> Result<u32> {
        self.core.get_result(token)
    }

    fn on_completed(
        &self,
        continuation: Box<dyn FnOnce() + Send>,
        token: u64,
        flags: Flags,
    ) -> Result<()> {
        self.asked.lock().unwrap().push(flags);
        self.core.on_completed(continuation, token, flags)
    }

    fn abandoned(&self, token: u64) {
        self.abandoned.lock().unwrap().push(token);
    }
}

impl ValueTaskSource<u32> for Direct {
    fn get_status(&self, token: u64) -> Result<ValueTaskSourceStatus> {
        self.core.get_status(token)
    }

    fn get_result(&self, token: u64) -> Result<u32> {
        self.core.get_result(token)
    }

    fn on_completed(
        &self,
        continuation: Box<dyn FnOnce() + Send>,
        token: u64,
        flags: Flags,
    ) -> Result<()> {
        self.core.on_completed(continuation, token, flags)
    }

    fn poll_completed(
        &self,
        token: u64,
        state: &mut AwaitState,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        self.core.poll_completed(token, state, context)
    }
}

/// Both ways to be awaited.
trait Source: ValueTaskSource<u32> + Default {
    fn core(&self) -> &Core;
}

impl Source for Plain {
    fn core(&self) -> &Core {
        &self.core
    }
}

impl Source for Direct {
    fn core(&self) -> &Core {
        &self.core
    }
}

fn of<S: Source>(source: &Arc<S>) -> ValueTask<u32> {
    ValueTask::from_source(source.clone(), source.core().version())
}

fn awaits(task: ValueTask<u32>) -> Task<u32> {
    async_method(async move { task.await })
}

fn is_invalid(error: &Error) -> bool {
    InvalidOperationException::of(error).is_some()
}

fn state<T: Send>(task: &ValueTask<T>) -> [bool; 4] {
    [task.is_completed(), task.is_completed_successfully(), task.is_faulted(), task.is_canceled()]
}

#[test]
fn cs_15_a_value_task_tells_how_it_stands() {
    let gate = TaskCompletionSource::<u32>::new();
    let canceled = CancellationToken::new(true);
    assert_eq!(state(&ValueTask::from_result(5)), [true, true, false, false]);
    assert_eq!(state(&ValueTask::completed_task()), [true, true, false, false]);
    assert_eq!(state(&ValueTask::from(gate.task())), [false; 4]);
    assert_eq!(state(&ValueTask::from(Task::from_result(1))), [true, true, false, false]);
    let failed: ValueTask<u32> = ValueTask::from_exception(Error::msg("a"));
    assert_eq!(state(&failed), [true, false, true, false]);
    let failed: ValueTask<u32> = Task::from_exception(Error::msg("a")).into();
    assert_eq!(state(&failed), [true, false, true, false]);
    assert_eq!(
        state(&ValueTask::<u32>::from_canceled(canceled.clone())),
        [true, false, false, true]
    );
    assert_eq!(
        state(&ValueTask::from(Task::<u32>::from_canceled(canceled))),
        [true, false, false, true]
    );
}

#[test]
fn cs_15_its_result_is_that_of_what_it_holds() {
    assert_eq!(ValueTask::from_result(7).result().unwrap(), 7);
    let failed = ValueTask::from(Task::<u32>::from_exception(Error::msg("a")));
    assert_eq!(failed.result().unwrap_err().to_string(), "a");
    let canceled = ValueTask::<u32>::from_canceled(CancellationToken::new(true));
    let error = awaits(canceled).wait().unwrap_err();
    assert!(OperationCanceledException::of(&error.errors()[0]).is_some());

    let gate = TaskCompletionSource::new();
    let waits = awaits(gate.task().into());
    assert!(!waits.is_completed());
    gate.set_result(42).unwrap();
    assert!(waits.is_completed(), "it goes on inside of the set");
    assert_eq!(waits.result().unwrap(), 42);
}

#[test]
fn cs_15_as_task_is_the_task_it_holds_or_one_that_is_done() {
    let task = Task::from_result(3);
    assert!(ValueTask::from(task.clone()).as_task() == task);
    assert!(ValueTask::from_result(4).as_task().is_completed_successfully());
    let canceled = OperationCanceledException::new();
    let failed = ValueTask::<u32>::from_exception(canceled).as_task();
    assert_eq!(failed.status(), TaskStatus::Faulted);
    let canceled = ValueTask::<u32>::from_canceled(CancellationToken::new(true)).as_task();
    assert_eq!(canceled.status(), TaskStatus::Canceled);
    assert!(failed.exception().is_some());

    let source = Arc::new(Plain::default());
    let task = of(&source).as_task();
    assert!(!task.is_completed());
    source.core.set_result(7).unwrap();
    assert_eq!(task.result().unwrap(), 7);
    assert_eq!(*source.asked.lock().unwrap(), [Flags::NONE]);
}

#[test]
fn cs_15_equal_are_those_that_hold_the_same() {
    let task = Task::from_result(1);
    assert!(ValueTask::from_result(1) == ValueTask::from_result(1));
    assert!(ValueTask::from_result(1) != ValueTask::from_result(2));
    assert!(ValueTask::from(task.clone()) == ValueTask::from(task.clone()));
    assert!(ValueTask::from(task) != ValueTask::from_result(1));
}

#[test]
fn cs_15_a_preserved_one_is_used_twice() {
    let source = Arc::new(Plain::default());
    let mut first = of(&source);
    let second = first.preserve();
    source.core.set_result(8).unwrap();
    assert_eq!(first.result().unwrap(), 8);
    assert_eq!(second.result().unwrap(), 8);
}

fn one_use_after_another<S: Source>() {
    let source = Arc::new(S::default());
    let core = source.core();
    let waits = awaits(of(&source));
    assert_eq!(core.get_status(core.version()).unwrap(), ValueTaskSourceStatus::Pending);
    core.set_result(1).unwrap();
    assert!(waits.is_completed(), "it goes on inside of the set");
    assert_eq!(waits.result().unwrap(), 1);

    let (old, stale) = (core.version(), of(&source));
    core.reset();
    assert_ne!(core.version(), old);
    assert!(is_invalid(&core.get_result(old).unwrap_err()));
    assert_eq!(state(&stale), [true, false, true, false]);
    let stale = awaits(stale);
    assert_eq!(stale.status(), TaskStatus::Faulted);
    assert!(is_invalid(&stale.exception().unwrap().inner_exceptions()[0]));
    assert!(is_invalid(&core.get_result(core.version()).unwrap_err()), "too early");

    core.set_result(2).unwrap();
    assert_eq!(awaits(of(&source)).result().unwrap(), 2);
    assert!(is_invalid(&core.set_result(3).unwrap_err()));
    assert!(is_invalid(&of(&source).result().unwrap_err()), "the result was taken");

    core.reset();
    core.set_exception(Error::msg("a")).unwrap();
    assert_eq!(core.get_status(core.version()).unwrap(), ValueTaskSourceStatus::Faulted);
    let failed = awaits(of(&source));
    assert_eq!(failed.exception().unwrap().inner_exceptions()[0].to_string(), "a");
    core.reset();
    core.set_exception(OperationCanceledException::new()).unwrap();
    assert_eq!(core.get_status(core.version()).unwrap(), ValueTaskSourceStatus::Canceled);
    assert!(awaits(of(&source)).is_canceled());
}

#[test]
fn cs_15_a_source_is_used_again_and_again() {
    one_use_after_another::<Plain>();
    one_use_after_another::<Direct>();
}

fn one_waits<S: Source>() {
    let source = Arc::new(S::default());
    let first = awaits(of(&source));
    let version = source.core().version();
    let second = source.on_completed(Box::new(|| unreachable!()), version, Flags::NONE);
    assert!(is_invalid(&second.unwrap_err()));
    let second = awaits(of(&source));
    assert!(is_invalid(&second.exception().unwrap().inner_exceptions()[0]));
    source.core().set_result(4).unwrap();
    assert_eq!(first.result().unwrap(), 4);
}

#[test]
fn cs_15_there_is_room_for_one_that_waits() {
    one_waits::<Plain>();
    one_waits::<Direct>();
}

fn one_goes_on_in_its_place<S: Source>() {
    let source = Arc::new(S::default());
    let pump = Pump::new();
    set_synchronization_context(Some(pump.context()));
    let captured = awaits(of(&source));
    set_synchronization_context(None);
    source.core().set_result(6).unwrap();
    assert!(!captured.is_completed(), "it goes on in its context, whose turn it is not");
    assert_eq!(pump.run(async move { captured.await }).unwrap(), 6);

    source.core().reset();
    set_synchronization_context(Some(pump.context()));
    let task = of(&source);
    let anywhere = async_method(async move { task.configure_await(false).await });
    set_synchronization_context(None);
    source.core().set_result(5).unwrap();
    assert_eq!(anywhere.result().unwrap(), 5);
}

#[test]
fn cs_15_an_await_goes_on_where_it_began() {
    one_goes_on_in_its_place::<Plain>();
    one_goes_on_in_its_place::<Direct>();
}

#[test]
fn cs_15_what_an_await_asks_its_source_for() {
    let source = Arc::new(Plain::default());
    drop(awaits(of(&source)));
    source.core.set_result(1).unwrap();
    source.core.reset();
    let task = of(&source);
    drop(async_method(async move { task.configure_await(false).await }));
    source.core.set_result(2).unwrap();
    assert_eq!(*source.asked.lock().unwrap(), [Flags::USE_SCHEDULING_CONTEXT, Flags::NONE]);
    assert_eq!(format!("{:?}", Flags::USE_SCHEDULING_CONTEXT), "UseSchedulingContext");
}

#[test]
fn cs_15_values_flow_with_a_continuation_that_asks_for_it() {
    static NAME: AsyncLocal<u32> = AsyncLocal::new();
    for (flags, seen) in [(Flags::FLOW_EXECUTION_CONTEXT, Some(1)), (Flags::NONE, Some(2))] {
        let core = Core::new();
        let told = Arc::new(Mutex::new(None));
        let tell = told.clone();
        NAME.set_value(1);
        let note = move || *tell.lock().unwrap() = NAME.value();
        core.on_completed(Box::new(note), core.version(), flags).unwrap();
        NAME.set_value(2);
        core.set_result(0).unwrap();
        assert_eq!(*told.lock().unwrap(), seen, "{flags:?}");
    }
}

#[test]
fn cs_15_continuations_are_queued_if_they_are_to_be() {
    fourfold::csharp::Builder::new()
        .workers(1)
        .run(async {
            // The one worker runs this, so what is queued runs after it.
            Task::run(|| {
                let source = Arc::new(Direct::default());
                source.core.set_run_continuations_asynchronously(true);
                let queued = awaits(of(&source));
                source.core.set_result(9)?;
                assert!(!queued.is_completed());
                Ok(queued)
            })
            .unwrap()
            .await
            .map(|value| assert_eq!(value, 9))
        })
        .unwrap();
}

fn polled_by_two<S: Source>() {
    struct Count(Mutex<u32>);
    impl std::task::Wake for Count {
        fn wake(self: Arc<Self>) {
            *self.0.lock().unwrap() += 1;
        }
    }
    let count = || Arc::new(Count(Mutex::new(0)));
    let source = Arc::new(S::default());
    let (first, second) = (count(), count());
    let mut future = pin!(of(&source).into_future());
    for waker in [&first, &second, &second] {
        let waker = Waker::from(waker.clone());
        assert!(future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    source.core().set_result(3).unwrap();
    assert_eq!((*first.0.lock().unwrap(), *second.0.lock().unwrap()), (0, 1));
    let ready = future.poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(ready, Poll::Ready(Ok(3))));
}

#[test]
fn cs_15_whoever_polled_last_is_woken() {
    polled_by_two::<Plain>();
    polled_by_two::<Direct>();
}

#[test]
fn cs_15_a_source_learns_that_nobody_waits_any_more() {
    let source = Arc::new(Plain::default());
    drop(of(&source));
    let mut future = of(&source).into_future();
    let polled = std::pin::Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    drop(future);
    let version = source.core.version();
    assert_eq!(*source.abandoned.lock().unwrap(), [version, version]);
    // What is set now is nobody's.
    assert!(source.core.abandon(version).is_none());
    assert!(source.core.set_result(1).is_err());
    source.core.reset();
    source.core.set_result(2).unwrap();
    assert!(matches!(source.core.abandon(source.core.version()), Some(Ok(2))));
}
