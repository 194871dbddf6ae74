//! Timers: when they call, what changes that, and how they end.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{
    ArgumentOutOfRangeException, AsyncLocal, Builder, CancellationTokenSource,
    InvalidOperationException, ObjectDisposedException, OperationCanceledException, PeriodicTimer,
    Task, TaskStatus, Timer, async_method,
};

const SECOND: Duration = Duration::from_secs(1);

/// Runs `main` on a pool of virtual time.
fn run<T, F>(main: F) -> T
where
    T: Clone + Send + Sync + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    Builder::new().virtual_time().run(main).unwrap()
}

/// A counter, and a function that counts.
fn counter() -> (Arc<AtomicUsize>, impl Fn() + Send + Sync + 'static) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let call = move || {
        counted.fetch_add(1, Ordering::SeqCst);
    };
    (count, call)
}

#[test]
fn cs_19_a_timer_calls_once_or_each_period() {
    run(async {
        let (once, call) = counter();
        let _once = Timer::new(call, Some(SECOND), None)?;
        let (zero, call) = counter();
        let _zero = Timer::new(call, Some(SECOND), Some(Duration::ZERO))?;
        let (each, call) = counter();
        let _each = Timer::new(call, Some(SECOND), Some(2 * SECOND))?;
        let (never, call) = counter();
        let _never = Timer::new(call, None, Some(SECOND))?;
        Task::delay(SECOND / 2).await?;
        assert_eq!(each.load(Ordering::SeqCst), 0);
        Task::delay(6 * SECOND).await?;
        let counts = [&once, &zero, &each, &never].map(|count| count.load(Ordering::SeqCst));
        assert_eq!(counts, [1, 1, 3, 0]);
        Ok(())
    });
}

#[test]
fn cs_19_a_change_begins_anew() {
    run(async {
        let (count, call) = counter();
        let timer = Timer::new(call, Some(10 * SECOND), Some(10 * SECOND))?;
        Task::delay(9 * SECOND).await?;
        assert!(timer.change(Some(5 * SECOND), None)?);
        Task::delay(4 * SECOND).await?;
        assert_eq!(count.load(Ordering::SeqCst), 0, "the former time has passed");
        Task::delay(60 * SECOND).await?;
        assert_eq!(count.load(Ordering::SeqCst), 1);
        timer.change(Some(Duration::ZERO), None)?;
        Task::delay(SECOND).await?;
        assert_eq!(count.load(Ordering::SeqCst), 2);
        Ok(())
    });
}

#[test]
fn cs_19_a_disposed_timer_calls_no_more() {
    run(async {
        let (count, call) = counter();
        let timer = Timer::new(call, Some(SECOND), Some(SECOND))?;
        timer.dispose();
        timer.dispose();
        let error = timer.change(Some(SECOND), None).unwrap_err();
        assert!(ObjectDisposedException::of(&error).is_some());
        let (dropped, call) = counter();
        drop(Timer::new(call, Some(SECOND), Some(SECOND))?);
        Task::delay(10 * SECOND).await?;
        assert_eq!((count.load(Ordering::SeqCst), dropped.load(Ordering::SeqCst)), (0, 0));
        assert!(timer.dispose_async().is_completed());
        Ok(())
    });
}

#[test]
fn cs_19_the_end_of_a_call_that_runs_can_be_awaited() {
    let (begun, has_begun) = channel();
    let (go_on, goes_on) = channel::<()>();
    let goes_on = Mutex::new(goes_on);
    let ended = Arc::new(AtomicBool::new(false));
    let end = ended.clone();
    let call = move || {
        begun.send(()).unwrap();
        goes_on.lock().unwrap().recv().unwrap();
        end.store(true, Ordering::SeqCst);
    };
    let timer = Timer::new(call, Some(Duration::ZERO), None).unwrap();
    has_begun.recv().unwrap();
    let over = timer.dispose_async();
    assert!(!over.is_completed());
    assert!(over == timer.dispose_async());
    go_on.send(()).unwrap();
    over.wait().unwrap();
    assert!(ended.load(Ordering::SeqCst));
}

#[test]
fn cs_19_impossible_times() {
    let long = Duration::from_millis(0xffff_ffff);
    let errors = [
        Timer::new(|| {}, Some(long), None).unwrap_err(),
        Timer::new(|| {}, None, Some(long)).unwrap_err(),
        PeriodicTimer::new(long).unwrap_err(),
        PeriodicTimer::new(Duration::ZERO).unwrap_err(),
    ];
    for error in errors {
        assert!(ArgumentOutOfRangeException::of(&error).is_some());
    }
}

#[test]
fn cs_19_a_timer_calls_with_the_values_of_its_maker() {
    let seen = run(async {
        let local = Arc::new(AsyncLocal::new());
        local.set_value(7);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noted = seen.clone();
        let read = local.clone();
        let call = move || noted.lock().unwrap().push(read.value());
        let timer = Timer::new(call, Some(SECOND), None)?;
        local.set_value(8);
        Task::delay(2 * SECOND).await?;
        drop(timer);
        let seen = seen.lock().unwrap().clone();
        Ok(seen)
    });
    assert_eq!(seen, [Some(7)]);
}

#[test]
fn cs_19_ticks_that_nobody_waited_for_count_as_one() {
    run(async {
        let timer = PeriodicTimer::new(10 * SECOND)?;
        assert_eq!(timer.period(), 10 * SECOND);
        Task::delay(35 * SECOND).await?;
        assert!(timer.wait_for_next_tick_async().is_completed(), "three have passed");
        let next = timer.wait_for_next_tick_async();
        assert!(!next.is_completed());
        assert!(next.await?);
        // The fourth came at 40: the beat is kept.
        let fifth = timer.wait_for_next_tick_async();
        Task::delay(9 * SECOND).await?;
        assert!(!fifth.is_completed());
        Task::delay(2 * SECOND).await?;
        assert!(fifth.is_completed());
        Ok(())
    });
}

#[test]
fn cs_19_one_waits_for_a_tick_at_a_time() {
    run(async {
        let timer = PeriodicTimer::new(SECOND)?;
        let first = timer.wait_for_next_tick_async();
        let second = timer.wait_for_next_tick_async().await.unwrap_err();
        assert!(InvalidOperationException::of(&second).is_some());
        assert!(first.await?, "the first is not disturbed");
        assert!(timer.wait_for_next_tick_async().await?);
        Ok(())
    });
}

#[test]
fn cs_19_a_token_ends_one_wait_for_a_tick() {
    run(async {
        let timer = PeriodicTimer::new(10 * SECOND)?;
        let source = CancellationTokenSource::with_delay(SECOND);
        let wait = timer.wait_for_next_tick_async_with(source.token());
        let error = wait.clone().await.unwrap_err();
        assert_eq!(wait.status(), TaskStatus::Canceled);
        let exception = OperationCanceledException::of(&error).unwrap();
        assert_eq!(*exception.cancellation_token(), source.token());
        assert!(timer.wait_for_next_tick_async_with(source.token()).is_canceled());
        // The timer goes on, and a token that was left behind disturbs nobody.
        let other = CancellationTokenSource::new();
        assert!(timer.wait_for_next_tick_async_with(other.token()).await?);
        let next = timer.wait_for_next_tick_async();
        other.cancel()?;
        assert!(next.await?);
        Ok(())
    });
}

#[test]
fn cs_19_a_disposed_periodic_timer_says_no() {
    run(async {
        let timer = Arc::new(PeriodicTimer::new(SECOND)?);
        let waiting = timer.clone();
        let ticks = async_method(async move {
            let mut ticks = 0;
            while waiting.wait_for_next_tick_async().await? {
                ticks += 1;
            }
            Ok(ticks)
        });
        Task::delay(SECOND * 7 / 2).await?;
        timer.dispose();
        assert_eq!(ticks.await?, 3);
        assert!(!timer.wait_for_next_tick_async().await?);
        assert!(ObjectDisposedException::of(&timer.set_period(SECOND).unwrap_err()).is_some());

        let dropped = PeriodicTimer::new(SECOND)?;
        let wait = dropped.wait_for_next_tick_async();
        drop(dropped);
        assert!(!wait.await?);
        Ok(())
    });
}

#[test]
fn cs_19_another_period() {
    run(async {
        let timer = PeriodicTimer::new(60 * SECOND)?;
        timer.set_period(SECOND)?;
        assert_eq!(timer.period(), SECOND);
        let wait = timer.wait_for_next_tick_async();
        Task::delay(SECOND * 3 / 2).await?;
        assert!(wait.is_completed());
        Ok(())
    });
}

#[test]
fn cs_09_time_limits_are_kept_on_the_pool_they_were_set_on() {
    let order = run(async {
        let order = Arc::new(Mutex::new(Vec::new()));
        let limits = [3, 1, 2].map(|seconds| {
            let source = CancellationTokenSource::with_delay(seconds * SECOND);
            let noted = order.clone();
            source.token().register(move || noted.lock().unwrap().push(seconds)).forget();
            source
        });
        // Two at one time, in the order they were set.
        let (again, noted) = (CancellationTokenSource::with_delay(2 * SECOND), order.clone());
        again.token().register(move || noted.lock().unwrap().push(22)).forget();
        Task::delay(2 * SECOND + Duration::from_nanos(1)).await?;
        assert!(!limits[0].is_cancellation_requested());
        assert!(limits[1].is_cancellation_requested() && again.is_cancellation_requested());
        limits[0].cancel_after(60 * SECOND)?;
        Task::delay(10 * SECOND).await?;
        let order = order.lock().unwrap().clone();
        Ok(order)
    });
    assert_eq!(order, [1, 2, 22]);
}

#[test]
fn cs_09_a_plain_future_is_dropped_when_the_token_is_cancelled() {
    struct Dropped(Arc<AtomicBool>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    run(async {
        let source = CancellationTokenSource::with_delay(SECOND);
        let token = source.token();
        assert_eq!(token.run(std::future::ready(1)).await?, 1);
        let dropped = Arc::new(AtomicBool::new(false));
        let held = Dropped(dropped.clone());
        let future = async move {
            let _held = held;
            std::future::pending::<()>().await
        };
        let error = token.run(future).await.unwrap_err();
        let exception = OperationCanceledException::of(&error).unwrap();
        assert_eq!(*exception.cancellation_token(), token);
        assert!(dropped.load(Ordering::SeqCst));
        assert!(token.run(std::future::ready(1)).await.is_err(), "it is not begun");
        Ok(())
    });
}
