//! Two small schedulers for the tests of `task`: one whose cells stay on a thread, one whose
//! cells threads share. Both queue what is scheduled and count what happens.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::any::Any;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use fourfold_kernel::task::{Body, Erased, Exit, Orphan, Runnable, Schedule, Shared};
use fourfold_kernel::thread::{Token, token};

/// Who waits: a waker, or something to call.
pub enum Listener {
    Wake(Waker),
    Call(Box<dyn FnOnce() + Send + Sync>),
}

impl From<Waker> for Listener {
    fn from(waker: Waker) -> Listener {
        Listener::Wake(waker)
    }
}

pub fn call(f: impl FnOnce() + Send + Sync + 'static) -> Listener {
    Listener::Call(Box::new(f))
}

/// What is queued, and what was counted.
pub struct Queue<S: Schedule> {
    owner: Token,
    ready: Mutex<VecDeque<Runnable<S>>>,
    orphans: Mutex<Vec<Orphan<S>>>,
    pub schedules: AtomicUsize,
    pub finishes: AtomicUsize,
    pub frees: AtomicUsize,
    pub panic_when_finished: AtomicUsize,
}

impl<S: Schedule> Queue<S> {
    fn new() -> Queue<S> {
        Queue {
            owner: token(),
            ready: Mutex::default(),
            orphans: Mutex::default(),
            schedules: AtomicUsize::new(0),
            finishes: AtomicUsize::new(0),
            frees: AtomicUsize::new(0),
            panic_when_finished: AtomicUsize::new(0),
        }
    }

    pub fn push(&self, runnable: Runnable<S>) {
        self.ready.lock().unwrap().push_back(runnable);
    }

    pub fn pop(&self) -> Option<Runnable<S>> {
        self.ready.lock().unwrap().pop_front()
    }

    /// How many runnables wait.
    pub fn waiting(&self) -> usize {
        self.ready.lock().unwrap().len()
    }

    /// Runs until nothing is left, and frees what other threads gave up. Tells how many ran.
    pub fn run(&self) -> usize {
        assert!(S::SHARED || token() == self.owner);
        let mut ran = 0;
        while let Some(runnable) = self.pop() {
            // SAFETY: the thread that made the cells, or any if they are shared.
            unsafe { runnable.run() };
            ran += 1;
        }
        let orphans = std::mem::take(&mut *self.orphans.lock().unwrap());
        for orphan in orphans {
            self.frees.fetch_add(1, SeqCst);
            // SAFETY: likewise.
            unsafe { orphan.free() };
        }
        ran
    }

    pub fn schedules(&self) -> usize {
        self.schedules.load(SeqCst)
    }

    pub fn frees(&self) -> usize {
        self.frees.load(SeqCst)
    }
}

macro_rules! scheduler {
    ($name:ident, $shared:literal) => {
        #[derive(Clone)]
        pub struct $name(pub Arc<Queue<$name>>);

        impl $name {
            pub fn new() -> $name {
                $name(Arc::new(Queue::new()))
            }
        }

        // SAFETY: runnables are run by `Queue::run`, orphans freed by it or at once, on the
        // owner's thread unless shared; the data is not used after the hand-over, since the
        // queue is cloned first.
        unsafe impl Schedule for $name {
            const SHARED: bool = $shared;
            type Listener = Listener;

            unsafe fn schedule(data: *const Self, runnable: Runnable<Self>) {
                // SAFETY: valid until the runnable is handed on.
                let queue = unsafe { (*data).0.clone() };
                queue.schedules.fetch_add(1, SeqCst);
                queue.push(runnable);
            }

            fn finished(&self) {
                self.0.finishes.fetch_add(1, SeqCst);
                if self.0.panic_when_finished.load(SeqCst) != 0 {
                    panic!("finished");
                }
            }

            fn notify(_: &Erased<Self>, listener: Listener) {
                match listener {
                    Listener::Wake(waker) => waker.wake(),
                    Listener::Call(call) => call(),
                }
            }

            fn waker(listener: &Listener) -> Option<&Waker> {
                match listener {
                    Listener::Wake(waker) => Some(waker),
                    Listener::Call(_) => None,
                }
            }

            unsafe fn release(data: *const Self, orphan: Orphan<Self>) {
                // SAFETY: valid until the orphan is handed on.
                let queue = unsafe { (*data).0.clone() };
                if Self::SHARED || token() == queue.owner {
                    queue.frees.fetch_add(1, SeqCst);
                    // SAFETY: the right thread.
                    unsafe { orphan.free() };
                } else {
                    queue.orphans.lock().unwrap().push(orphan);
                }
            }
        }
    };
}

scheduler!(Local, false);
scheduler!(Pool, true);

// SAFETY: `SHARED` is true; the queue is behind locks and listeners are `Send` and `Sync`.
unsafe impl Shared for Pool {}

/// How a body ended.
pub type Outcome<T> = Result<T, End>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    Aborted,
    Panicked(String),
}

/// A future as a body.
pub struct Step<F>(pub F);

impl<F: Future + 'static, S> Body<S> for Step<F>
where
    F::Output: 'static,
{
    type Output = Outcome<F::Output>;

    fn poll(self: Pin<&mut Self>, _data: &S, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: the field is pinned with the whole.
        unsafe { self.map_unchecked_mut(|step| &mut step.0) }.poll(context).map(Ok)
    }

    fn exit(_data: &S, exit: Exit) -> Self::Output {
        Err(match exit {
            Exit::Aborted => End::Aborted,
            Exit::Panicked(payload) => End::Panicked(text(&*payload)),
        })
    }
}

/// What a panic said.
pub fn text(payload: &(dyn Any + Send)) -> String {
    payload.downcast_ref::<&str>().map_or_else(|| "?".into(), ToString::to_string)
}

/// Counts its drops.
pub struct Dropped(pub Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// A counter and what counts its drops.
pub fn dropped() -> (Arc<AtomicUsize>, Dropped) {
    let count = Arc::new(AtomicUsize::new(0));
    (count.clone(), Dropped(count))
}

/// A waker that counts.
#[derive(Default)]
pub struct Wakes(pub AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

pub fn wakes() -> (Arc<Wakes>, Waker) {
    let wakes = Arc::new(Wakes::default());
    (wakes.clone(), wakes.into())
}

/// Pending for ever; counts its polls and leaves its waker behind.
pub struct Forever {
    pub polls: Arc<AtomicUsize>,
    pub waker: Arc<Mutex<Option<Waker>>>,
    pub guard: Dropped,
}

/// What the test sees of a [`Forever`].
pub struct Seen {
    pub polls: Arc<AtomicUsize>,
    pub waker: Arc<Mutex<Option<Waker>>>,
    pub drops: Arc<AtomicUsize>,
}

impl Seen {
    pub fn polls(&self) -> usize {
        self.polls.load(SeqCst)
    }
    pub fn drops(&self) -> usize {
        self.drops.load(SeqCst)
    }
    pub fn take_waker(&self) -> Waker {
        self.waker.lock().unwrap().take().expect("it was polled")
    }
}

pub fn forever() -> (Seen, Forever) {
    let (drops, guard) = dropped();
    let polls = Arc::new(AtomicUsize::new(0));
    let waker = Arc::new(Mutex::new(None));
    (Seen { polls: polls.clone(), waker: waker.clone(), drops }, Forever { polls, waker, guard })
}

impl Future for Forever {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.polls.fetch_add(1, SeqCst);
        let old = self.waker.lock().unwrap().replace(context.waker().clone());
        drop(old);
        Poll::Pending
    }
}
