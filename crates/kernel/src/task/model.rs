//! The protocol under the model checker: `RUSTFLAGS="--cfg loom" cargo test --release --lib`.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use loom::sync::{Arc, Mutex};
use loom::thread;

use super::state::{Pause, Start, State, Wake};
use super::{Body, Erased, Exit, Orphan, Runnable, Schedule, Shared, shared, shared_promise};

fn check(f: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(f);
}

/// A state, what wakers write before they wake, and a body that looks at it.
struct Written {
    state: State,
    written: AtomicUsize,
    body: UnsafeCell<usize>,
}

impl Written {
    /// With a reference of its runnable and one more.
    fn new() -> Written {
        Written {
            state: State::scheduled(2),
            written: AtomicUsize::new(0),
            body: UnsafeCell::new(0),
        }
    }

    /// What the runner does.
    fn poll(&self) {
        let seen = self.written.load(Relaxed);
        // loom refuses two at once: this is "never two runnables".
        // SAFETY: the runner is alone, which is what is checked.
        self.body.with_mut(|body| unsafe { *body = seen });
    }
}

/// A waker publishes a value and wakes; the poll that follows sees it, and only one runner is
/// ever inside.
#[test]
fn a_wake_is_never_lost_and_never_makes_two_runnables() {
    check(|| {
        // Each waker holds a reference, as does the first runnable.
        let cell = Arc::new(Written::new());
        cell.state.retain();
        fn run(cell: &Written) {
            loop {
                assert_eq!(cell.state.start(), Start::Poll);
                cell.poll();
                match cell.state.pause(false, false) {
                    Pause::Queue => {}
                    Pause::Idle => return,
                    other => panic!("{other:?}"),
                }
            }
        }
        let wakers: Vec<_> = (0..2)
            .map(|_| {
                let cell = cell.clone();
                thread::spawn(move || {
                    cell.written.fetch_add(1, Relaxed);
                    if cell.state.wake() == Wake::Queue {
                        run(&cell);
                    }
                })
            })
            .collect();
        run(&cell);
        for waker in wakers {
            waker.join().unwrap();
        }
        // SAFETY: the others are joined.
        assert_eq!(cell.body.with(|body| unsafe { *body }), 2);
    });
}

/// A run that passes its reference on to a waker, which wakes while it runs or after it: there is
/// one runnable, and no reference too many or too few.
#[test]
fn a_reference_that_was_passed_on_is_given_back_once() {
    check(|| {
        // One reference is the runnable's, the other outlives all runs.
        let state = Arc::new(State::scheduled(2));
        fn end(state: &State) {
            assert_eq!(state.start(), Start::Poll);
            state.finish();
            assert!(!state.release());
        }
        assert_eq!(state.start(), Start::Poll);
        let waking = thread::spawn({
            let state = state.clone();
            move || match state.wake_by_value() {
                Some(Wake::Queue) => end(&state),
                Some(Wake::Nothing) => unreachable!("told by None"),
                None => assert!(!state.release()),
            }
        });
        match state.pause(false, true) {
            Pause::Queue => end(&state),
            Pause::Idle => {}
            other => panic!("{other:?}"),
        }
        waking.join().unwrap();
        assert!(state.is_done() && state.is_only_reference());
    });
}

/// As above, and an abort comes between: the run goes on to its end with a reference of its own.
#[test]
fn an_abort_after_a_reference_was_passed_on_finds_one() {
    check(|| {
        let state = Arc::new(State::scheduled(2));
        fn end(state: &State) {
            state.finish();
            assert!(!state.release());
        }
        assert_eq!(state.start(), Start::Poll);
        // The waker lies in the body; whoever drops the body drops it.
        let aborting = thread::spawn({
            let state = state.clone();
            move || {
                if state.abort() == Wake::Queue {
                    assert_eq!(state.start(), Start::Abort);
                    assert!(!state.release());
                    end(&state);
                }
            }
        });
        match state.pause(false, true) {
            Pause::Idle => {}
            Pause::Abort => {
                assert!(!state.release());
                end(&state);
            }
            // Aborted and woken at once is aborted.
            other => panic!("{other:?}"),
        }
        aborting.join().unwrap();
        assert!(state.is_done() && state.is_only_reference());
    });
}

/// A body that stays running while it is queued: a wake meanwhile is not lost, makes no second runnable, and
/// an abort finds it.
#[test]
fn a_body_that_goes_on_sees_wakes_and_aborts() {
    check(|| {
        // The runnable's reference, and one that outlives all runs.
        let cell = Arc::new(Written::new());
        /// Runs until it is idle. Whether it was aborted.
        fn run(cell: &Written, goes_on: bool) -> bool {
            let mut start = if goes_on { cell.state.go_on() } else { cell.state.start() };
            loop {
                if start == Start::Abort {
                    return true;
                }
                assert_eq!(start, Start::Poll);
                cell.poll();
                match cell.state.pause(false, false) {
                    Pause::Queue => start = cell.state.start(),
                    Pause::Idle => return false,
                    Pause::Abort => return true,
                    Pause::Free => unreachable!("the test has a reference"),
                }
            }
        }
        let waking = thread::spawn({
            let cell = cell.clone();
            move || {
                cell.written.store(1, Relaxed);
                cell.state.wake() == Wake::Queue && run(&cell, false)
            }
        });
        // It yields: no exchange, and its runnable says that it goes on.
        assert_eq!(cell.state.start(), Start::Poll);
        let aborted = run(&cell, true);
        let other = waking.join().unwrap();
        assert!(!aborted && !other);
        // SAFETY: the other is joined.
        assert_eq!(cell.body.with(|body| unsafe { *body }), 1);
        assert!(cell.state.is_only_reference());

        // And an abort while it is queued so.
        let cell = Arc::new(State::scheduled(2));
        assert_eq!(cell.start(), Start::Poll);
        let aborting = thread::spawn({
            let cell = cell.clone();
            move || cell.abort()
        });
        let seen = cell.go_on();
        let paused = (seen == Start::Poll).then(|| cell.pause(false, false));
        match (aborting.join().unwrap(), paused) {
            (Wake::Nothing, None | Some(Pause::Abort)) => {}
            // It came after the run, and queues one of its own.
            (Wake::Queue, Some(Pause::Idle)) => assert_eq!(cell.start(), Start::Abort),
            other => panic!("{other:?}"),
        }
    });
}

/// A body that waits in a queue is dropped by whoever withdraws it or run by whoever takes it out, and
/// no reference is left over.
#[test]
fn a_queued_body_is_withdrawn_or_run_and_never_both() {
    check(|| {
        struct Shared {
            state: State,
            body: UnsafeCell<usize>,
        }
        // The runnable's reference and the withdrawer's.
        let cell = Arc::new(Shared { state: State::scheduled(2), body: UnsafeCell::new(0) });
        fn end(cell: &Shared) {
            // SAFETY: the runner is alone, which is what is checked.
            cell.body.with_mut(|body| unsafe { *body += 1 });
            cell.state.finish();
            assert!(!cell.state.release());
        }
        let running = thread::spawn({
            let cell = cell.clone();
            move || match cell.state.start() {
                Start::Poll => end(&cell),
                Start::Void => assert!(!cell.state.release()),
                Start::Abort => unreachable!("nobody aborts"),
            }
        });
        if cell.state.withdraw() {
            end(&cell);
        }
        running.join().unwrap();
        // SAFETY: the other is joined.
        assert_eq!(cell.body.with(|body| unsafe { *body }), 1);
        assert!(cell.state.is_done() && cell.state.is_only_reference());
    });
}

struct Queue {
    ready: Mutex<VecDeque<Runnable<Pool>>>,
    frees: AtomicUsize,
}

#[derive(Clone)]
struct Pool(Arc<Queue>);

impl Pool {
    fn new() -> Pool {
        Pool(Arc::new(Queue { ready: Mutex::new(VecDeque::new()), frees: AtomicUsize::new(0) }))
    }

    fn push(&self, runnable: Runnable<Pool>) {
        self.0.ready.lock().unwrap().push_back(runnable);
    }

    fn run(&self) {
        loop {
            let next = self.0.ready.lock().unwrap().pop_front();
            let Some(runnable) = next else { return };
            // SAFETY: shared.
            unsafe { runnable.run() }
        }
    }

    fn frees(&self) -> usize {
        self.0.frees.load(Relaxed)
    }
}

// SAFETY: shared, behind locks; the data is cloned before the hand-over.
unsafe impl Schedule for Pool {
    const SHARED: bool = true;
    type Listener = Waker;

    unsafe fn schedule(data: *const Self, runnable: Runnable<Self>) {
        // SAFETY: valid until the hand-over.
        let pool = unsafe { (*data).clone() };
        pool.push(runnable);
    }

    fn notify(_: &Erased<Self>, listener: Waker) {
        listener.wake();
    }

    fn waker(listener: &Waker) -> Option<&Waker> {
        Some(listener)
    }

    unsafe fn release(data: *const Self, orphan: Orphan<Self>) {
        // SAFETY: valid until the hand-over.
        let pool = unsafe { (*data).clone() };
        // SAFETY: shared.
        unsafe { orphan.free() };
        pool.0.frees.fetch_add(1, Relaxed);
    }
}

// SAFETY: as above.
unsafe impl Shared for Pool {}

/// Counts outside the model: only the total after the threads are joined is asked for.
struct Count(std::sync::atomic::AtomicUsize);

impl std::task::Wake for Count {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }
}

fn count() -> (std::sync::Arc<Count>, Waker) {
    let count = std::sync::Arc::new(Count(std::sync::atomic::AtomicUsize::new(0)));
    (count.clone(), count.into())
}

/// Whoever waits is either told, or finds the value; a wait that was forgotten may be either.
#[test]
fn an_outcome_is_seen_by_whoever_waits_for_it() {
    for forget in [false, true] {
        check(move || {
            let pool = Pool::new();
            let promise = shared_promise::<Box<u32>, _>(pool.clone());
            let finisher = promise.clone();
            let finisher = thread::spawn(move || {
                // SAFETY: made without a body.
                unsafe { finisher.finish(Box::new(7)) }.unwrap();
            });
            let (told, waker) = count();
            let mut slot = None;
            let polled = promise.poll_done(&mut Context::from_waker(&waker), &mut slot);
            if polled.is_ready() {
                assert_eq!(promise.get().map(|value| **value), Some(7));
            } else if forget {
                promise.forget(&mut slot);
            }
            finisher.join().unwrap();
            let told = told.0.load(std::sync::atomic::Ordering::SeqCst);
            assert!(if polled.is_ready() { told == 0 } else { forget || told == 1 });
            assert_eq!(promise.get().map(|value| **value), Some(7));
            drop(promise);
            assert_eq!(pool.frees(), 1);
        });
    }
}

/// Pending until it was polled twice.
struct Twice(usize);

impl<S> Body<S> for Twice {
    type Output = Option<usize>;

    fn poll(mut self: Pin<&mut Self>, _: &S, _: &mut Context<'_>) -> Poll<Self::Output> {
        self.0 += 1;
        if self.0 == 2 { Poll::Ready(Some(2)) } else { Poll::Pending }
    }

    fn exit(_: &S, _: Exit) -> Self::Output {
        None
    }
}

#[test]
fn an_abort_meets_a_run_and_the_body_ends_once() {
    check(|| {
        let pool = Pool::new();
        let (runnable, handle) = shared(Twice(0), pool.clone());
        pool.push(runnable);
        let aborter = thread::spawn({
            let (pool, handle) = (pool.clone(), handle.clone());
            move || {
                handle.abort();
                pool.run();
            }
        });
        pool.run();
        aborter.join().unwrap();
        pool.run();
        assert_eq!(handle.get(), Some(&None));
        drop(handle);
        assert_eq!(pool.frees(), 1);
    });
}

#[test]
fn the_last_reference_frees_once_wherever_it_is_dropped() {
    check(|| {
        let pool = Pool::new();
        let (runnable, handle) = shared(Twice(0), pool.clone());
        // SAFETY: the cell has a body.
        let waker = unsafe { handle.waker() };
        pool.push(runnable);
        let waking = thread::spawn({
            let pool = pool.clone();
            move || {
                waker.wake();
                pool.run();
            }
        });
        let dropping = thread::spawn(move || drop(handle));
        pool.run();
        waking.join().unwrap();
        dropping.join().unwrap();
        pool.run();
        assert_eq!(pool.frees(), 1);
    });
}
