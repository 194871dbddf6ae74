//! The smallest loop a socket can live on: one reactor, one wheel, tasks polled in turn.
#![allow(dead_code, reason = "each test uses its part")]

use std::cell::RefCell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use fourfold_kernel::driver::{self, Driver, LocalBoxFuture};
use fourfold_kernel::reactor::{Handle, Reactor};
use fourfold_kernel::timer::{Clock, Key, Wheel};

/// With nothing told for so long, a virtual clock goes on; a real one means that a test hangs.
const QUIET: Duration = Duration::from_millis(20);
const HANGS: Duration = Duration::from_secs(20);

struct TestDriver {
    reactor: Handle,
    clock: Clock,
    wheel: Mutex<Wheel<Waker>>,
}

thread_local!(static SPAWNED: RefCell<Vec<LocalBoxFuture>> = const { RefCell::new(Vec::new()) });

impl Driver for TestDriver {
    fn reactor(&self) -> &Handle {
        &self.reactor
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

    fn spawn_local(&self, future: LocalBoxFuture) {
        SPAWNED.with_borrow_mut(|spawned| spawned.push(future));
    }
}

struct Flag {
    woken: AtomicBool,
    reactor: Handle,
}

impl Flag {
    fn set(reactor: &Handle) -> Arc<Flag> {
        Arc::new(Flag { woken: AtomicBool::new(true), reactor: reactor.clone() })
    }

    fn take(&self) -> bool {
        self.woken.swap(false, Ordering::SeqCst)
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        if !self.woken.swap(true, Ordering::SeqCst) {
            self.reactor.wake().unwrap();
        }
    }
}

/// Runs `future`, and what it spawns, on a loop of its own with real time.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    run(future, Clock::real())
}

/// As [`block_on`], in virtual time: where nothing else happens the next timer is due.
pub(crate) fn block_on_virtual<F: Future>(future: F) -> F::Output {
    run(future, Clock::virtual_at_zero())
}

fn run<F: Future>(future: F, clock: Clock) -> F::Output {
    let mut reactor = Reactor::new().unwrap();
    let handle = reactor.handle();
    let driver = Arc::new(TestDriver {
        reactor: handle.clone(),
        clock: clock.clone(),
        wheel: Mutex::new(Wheel::new()),
    });
    let _entered = driver::enter(driver.clone());
    let mut future = pin!(future);
    let main = Flag::set(&handle);
    let mut tasks: Vec<(LocalBoxFuture, Arc<Flag>)> = Vec::new();
    loop {
        if main.take()
            && let Poll::Ready(done) =
                future.as_mut().poll(&mut Context::from_waker(&main.clone().into()))
        {
            return done;
        }
        for spawned in SPAWNED.with_borrow_mut(std::mem::take) {
            tasks.push((spawned, Flag::set(&handle)));
        }
        tasks.retain_mut(|(task, flag)| {
            !flag.take()
                || task.as_mut().poll(&mut Context::from_waker(&flag.clone().into())).is_pending()
        });
        let runnable = |flag: &Arc<Flag>| flag.woken.load(Ordering::SeqCst);
        let busy = runnable(&main) || tasks.iter().any(|(_, flag)| runnable(flag));
        let next = driver.wheel.lock().unwrap().next_deadline();
        let timeout = match next {
            _ if busy => Duration::ZERO,
            Some(_) if clock.is_virtual() => QUIET,
            Some(deadline) => Duration::from_nanos(deadline.saturating_sub(clock.now())),
            None => HANGS,
        };
        let asleep = Instant::now();
        let told = reactor.poll(Some(timeout.min(HANGS))).unwrap();
        let woken = runnable(&main) || tasks.iter().any(|(_, flag)| runnable(flag));
        // A wake from before may have ended the poll early, with nothing to show for it.
        let quiet = told == 0 && !woken && asleep.elapsed() >= timeout;
        assert!(!quiet || next.is_some(), "nothing happened for {HANGS:?}");
        if let Some(deadline) = next
            && clock.is_virtual()
            && quiet
        {
            clock.advance_to(deadline);
        }
        loop {
            let due = driver.wheel.lock().unwrap().pop_due(clock.now());
            let Some((_, waker)) = due else { break };
            waker.wake();
        }
    }
}

/// Starts a task on the loop of this thread.
pub(crate) fn spawn(future: impl Future<Output = ()> + 'static) {
    driver::current().expect("in block_on").spawn_local(Box::pin(future));
}

/// Runs both, in turns.
pub(crate) async fn join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut of_a, mut of_b) = (None, None);
    std::future::poll_fn(move |context| {
        step(a.as_mut(), &mut of_a, context);
        step(b.as_mut(), &mut of_b, context);
        match (of_a.take(), of_b.take()) {
            (Some(a), Some(b)) => Poll::Ready((a, b)),
            (a, b) => {
                (of_a, of_b) = (a, b);
                Poll::Pending
            }
        }
    })
    .await
}

fn step<F: Future>(future: Pin<&mut F>, output: &mut Option<F::Output>, cx: &mut Context<'_>) {
    if output.is_none()
        && let Poll::Ready(done) = future.poll(cx)
    {
        *output = Some(done);
    }
}

/// Polls once, with a waker that does nothing.
pub(crate) fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
