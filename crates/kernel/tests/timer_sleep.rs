//! `Sleep` over a driver that is a wheel, a virtual clock and nothing else.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use fourfold_kernel::driver::{self, Driver, LocalBoxFuture};
use fourfold_kernel::reactor;
use fourfold_kernel::timer::{Clock, Key, Sleep, Wheel, sleep, sleep_until};

struct TimersOnly {
    clock: Clock,
    wheel: Mutex<Wheel<Waker>>,
}

impl TimersOnly {
    fn at(now: u64) -> Arc<Self> {
        let clock = Clock::virtual_at_zero();
        clock.advance_to(now);
        Arc::new(TimersOnly { clock, wheel: Mutex::new(Wheel::new()) })
    }

    fn pending(&self) -> usize {
        self.wheel.lock().unwrap().len()
    }

    fn next_deadline(&self) -> Option<u64> {
        self.wheel.lock().unwrap().next_deadline()
    }

    fn advance_to(&self, now: u64) {
        self.clock.advance_to(now);
        loop {
            let due = self.wheel.lock().unwrap().pop_due(now);
            let Some((_, waker)) = due else { break };
            waker.wake();
        }
    }
}

impl Driver for TimersOnly {
    fn reactor(&self) -> &reactor::Handle {
        unreachable!("a sleep asks for no readiness")
    }

    fn now(&self) -> u64 {
        self.clock.now()
    }

    fn timer_insert(&self, deadline: u64, waker: Waker) -> Key {
        self.wheel.lock().unwrap().insert(deadline, waker)
    }

    fn timer_cancel(&self, key: Key) {
        self.wheel.lock().unwrap().cancel(key);
    }

    fn spawn_local(&self, _: LocalBoxFuture) {
        unreachable!("a sleep starts no task")
    }
}

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wakes {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn poll(sleep: &mut Sleep, wakes: &Arc<Wakes>) -> Poll<()> {
    let waker = Waker::from(wakes.clone());
    pin!(sleep).poll(&mut Context::from_waker(&waker))
}

#[test]
fn a_sleep_wakes_once_at_its_time_and_not_before() {
    let driver = TimersOnly::at(1_000);
    let _entered = driver::enter(driver.clone());
    let wakes = Arc::<Wakes>::default();
    let mut sleep = sleep(Duration::from_nanos(500));
    assert_eq!(poll(&mut sleep, &wakes), Poll::Pending);
    driver.advance_to(1_499);
    assert_eq!((wakes.count(), poll(&mut sleep, &wakes)), (0, Poll::Pending));
    driver.advance_to(1_500);
    assert_eq!((wakes.count(), poll(&mut sleep, &wakes)), (1, Poll::Ready(())));
    assert_eq!(poll(&mut sleep, &wakes), Poll::Ready(()));
    assert_eq!(driver.pending(), 0);
}

#[test]
fn the_duration_counts_from_the_first_poll() {
    let driver = TimersOnly::at(0);
    let _entered = driver::enter(driver.clone());
    let mut sleep = sleep(Duration::from_nanos(500));
    driver.advance_to(2_000);
    assert_eq!(poll(&mut sleep, &Arc::default()), Poll::Pending);
    assert_eq!(driver.next_deadline(), Some(2_500));
}

#[test]
fn a_time_already_reached_is_ready_at_once_and_leaves_no_timer() {
    let driver = TimersOnly::at(1_000);
    let _entered = driver::enter(driver.clone());
    for mut over in [sleep(Duration::ZERO), sleep_until(1_000), sleep_until(0)] {
        assert_eq!(poll(&mut over, &Arc::default()), Poll::Ready(()));
    }
    assert_eq!(driver.pending(), 0);
}

#[test]
fn a_dropped_sleep_takes_its_timer_along() {
    let driver = TimersOnly::at(0);
    let _entered = driver::enter(driver.clone());
    let mut sleep = sleep(Duration::from_secs(1));
    assert_eq!(poll(&mut sleep, &Arc::default()), Poll::Pending);
    assert_eq!(driver.pending(), 1);
    drop(sleep);
    assert_eq!(driver.pending(), 0);
}

#[test]
fn only_the_waker_of_the_last_poll_is_woken() {
    let driver = TimersOnly::at(0);
    let _entered = driver::enter(driver.clone());
    let (former, latter) = (Arc::<Wakes>::default(), Arc::<Wakes>::default());
    let mut sleep = sleep(Duration::from_nanos(10));
    assert_eq!(poll(&mut sleep, &former), Poll::Pending);
    assert_eq!(poll(&mut sleep, &latter), Poll::Pending);
    assert_eq!(driver.pending(), 1);
    driver.advance_to(10);
    assert_eq!((former.count(), latter.count()), (0, 1));
}

#[test]
fn a_sleep_that_moves_to_another_driver_waits_there_for_the_rest() {
    let (former, latter) = (TimersOnly::at(0), TimersOnly::at(7_000));
    let mut sleep = sleep(Duration::from_nanos(100));
    {
        let _entered = driver::enter(former.clone());
        assert_eq!(poll(&mut sleep, &Arc::default()), Poll::Pending);
    }
    former.clock.advance_to(40);
    let _entered = driver::enter(latter.clone());
    assert_eq!(poll(&mut sleep, &Arc::default()), Poll::Pending);
    assert_eq!(former.pending(), 0);
    assert_eq!(latter.next_deadline(), Some(7_060));
}

#[test]
fn an_absolute_sleep_keeps_its_number_under_another_driver() {
    let (former, latter) = (TimersOnly::at(0), TimersOnly::at(50));
    let mut sleep = sleep_until(100);
    {
        let _entered = driver::enter(former.clone());
        assert_eq!(poll(&mut sleep, &Arc::default()), Poll::Pending);
    }
    let _entered = driver::enter(latter.clone());
    assert_eq!(poll(&mut sleep, &Arc::default()), Poll::Pending);
    assert_eq!((former.pending(), latter.next_deadline()), (0, Some(100)));
}

#[test]
fn a_sleep_may_be_dropped_on_another_thread() {
    let driver = TimersOnly::at(0);
    let mut sleep = sleep(Duration::from_secs(1));
    {
        let _entered = driver::enter(driver.clone());
        assert_eq!(poll(&mut sleep, &Arc::default()), Poll::Pending);
    }
    std::thread::spawn(move || drop(sleep)).join().unwrap();
    assert_eq!(driver.pending(), 0);
}

#[test]
fn a_sleep_too_long_to_count_waits_for_the_end_of_time() {
    let driver = TimersOnly::at(1_000);
    let _entered = driver::enter(driver.clone());
    let mut sleep = sleep(Duration::MAX);
    assert_eq!(poll(&mut sleep, &Arc::default()), Poll::Pending);
    assert_eq!(driver.next_deadline(), Some(u64::MAX));
}

#[test]
#[should_panic(expected = "await it in a task of a loop")]
fn polled_without_a_loop_it_says_what_to_do() {
    let _ = poll(&mut sleep(Duration::from_secs(1)), &Arc::default());
}

const _: () = {
    const fn shared_by_threads<T: Send + Sync>() {}
    shared_by_threads::<Sleep>();
};
