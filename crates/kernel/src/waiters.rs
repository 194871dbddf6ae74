//! State under a lock, and who waits for it to change: what mutexes, semaphores and wait groups are
//! made of.
//!
//! ```text
//!   Queue ── lock ──► state S │ waiters: node ◄──► node ◄──► node     in the frames of the waiting
//!                                  │ grant_first   → outcome GRANTED, woken: it has what it wanted
//!                                  └ retry_first   → outcome RETRY, woken: it tries once more
//! ```
//!
//! # Invariants
//!
//! 1. Nodes are linked, unlinked and completed under the lock; the outcome is stored last, and from
//!    then on the node is its owner's again, who needs no lock to look at it.
//! 2. No waker is woken or dropped under the lock.
//! 3. A wait that is dropped leaves nothing behind: it unlinks its node, and what it was granted and
//!    did not look at is given up by [`Acquire::abandon`].

use std::cell::UnsafeCell;
use std::future::Future;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::ptr;
use std::task::{Context, Poll, Waker};

use crate::lock::Lock;
use crate::pool::{Reason, waiting};
use crate::sync::{AtomicUsize, Ordering};

const WAITING: usize = 0;
const GRANTED: usize = 1;
const RETRY: usize = 2;

/// A state and those who wait for it, under one lock.
pub struct Queue<S> {
    inner: Lock<Inner<S>>,
}

struct Inner<S> {
    state: S,
    waiters: Waiters,
}

// SAFETY: the nodes behind the pointers are touched under the lock and stay where they are while
// they are linked; all else is the state.
unsafe impl<S: Send> Send for Queue<S> {}
// SAFETY: as above.
unsafe impl<S: Send> Sync for Queue<S> {}

impl<S> Queue<S> {
    /// Nobody waits.
    #[cfg(not(loom))]
    pub const fn new(state: S) -> Queue<S> {
        Queue { inner: Lock::new(Inner { state, waiters: Waiters::new() }) }
    }

    /// Nobody waits.
    #[cfg(loom)]
    pub fn new(state: S) -> Queue<S> {
        Queue { inner: Lock::new(Inner { state, waiters: Waiters::new() }) }
    }

    /// Runs `f` under the lock, and wakes whom it granted something afterwards. `f` must be short
    /// and call nothing that is not known.
    #[inline]
    pub fn with<R>(&self, f: impl FnOnce(&mut S, &mut Waiters) -> R) -> R {
        let mut inner = self.inner.lock();
        let Inner { state, waiters } = &mut *inner;
        let result = f(state, waiters);
        let woken = waiters.woken.take();
        drop(inner);
        if let Some(woken) = woken {
            woken.wake();
        }
        result
    }

    /// Waits until `acquire` succeeds or is granted. `reason` is what a dump says meanwhile.
    #[inline]
    pub fn wait<A: Acquire<State = S>>(&self, acquire: A, reason: &'static Reason) -> Wait<'_, A> {
        Wait { queue: self, acquire, reason, phase: Phase::New, node: Node::new() }
    }

    /// The state, of which nobody else has a reference.
    pub fn get_mut(&mut self) -> &mut S {
        // SAFETY: borrowed exclusively.
        unsafe { &mut (*self.inner.value()).state }
    }
}

impl<S> std::fmt::Debug for Queue<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let len = self.with(|_, waiters| waiters.len());
        f.debug_struct("Queue").field("waiting", &len).finish_non_exhaustive()
    }
}

/// What a wait is for.
pub trait Acquire {
    /// Of the queue.
    type State;
    /// What it gets.
    type Output;

    /// Tries under the lock; `None`: it has to wait. `again` if it waited before and was told to
    /// retry; then it is put first, else last.
    fn try_now(
        &mut self,
        state: &mut Self::State,
        waiters: &mut Waiters,
        again: bool,
    ) -> Option<Self::Output>;

    /// It was granted by [`Waiters::grant_first`] and its kin.
    fn granted(&mut self) -> Self::Output;

    /// It was granted something, or told to retry, and goes away instead.
    fn abandon(&mut self, state: &mut Self::State, waiters: &mut Waiters, granted: bool);

    /// As [`abandon`](Acquire::abandon), and after it, without the lock.
    fn abandoned(&mut self) {}

    /// It waited and goes away; it is out of the list already.
    fn left(&mut self, _state: &mut Self::State, _waiters: &mut Waiters) {}

    /// A number that [`Waiters::first`] shows.
    fn tag(&self) -> u64 {
        0
    }
}

struct Node {
    links: UnsafeCell<Links>,
    outcome: AtomicUsize,
    _pinned: PhantomPinned,
}

struct Links {
    previous: *const Node,
    next: *const Node,
    linked: bool,
    tag: u64,
    waker: Option<Waker>,
}

impl Node {
    fn new() -> Node {
        Node {
            links: UnsafeCell::new(Links {
                previous: ptr::null(),
                next: ptr::null(),
                linked: false,
                tag: 0,
                waker: None,
            }),
            outcome: AtomicUsize::new(WAITING),
            _pinned: PhantomPinned,
        }
    }
}

/// Those who wait, in their order. Used under the queue's lock.
pub struct Waiters {
    first: *const Node,
    last: *const Node,
    len: usize,
    woken: Option<Woken>,
}

enum Woken {
    One(Waker),
    Many(Vec<Waker>),
}

impl Woken {
    fn wake(self) {
        match self {
            Woken::One(waker) => waker.wake(),
            Woken::Many(wakers) => wakers.into_iter().for_each(Waker::wake),
        }
    }
}

impl Waiters {
    const fn new() -> Waiters {
        Waiters { first: ptr::null(), last: ptr::null(), len: 0, woken: None }
    }

    /// How many wait.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nobody waits.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The tag of the first.
    pub fn first(&self) -> Option<u64> {
        // SAFETY: what is linked is alive; under the lock.
        unsafe { self.first.as_ref().map(|node| (*node.links.get()).tag) }
    }

    /// The first has what it waits for.
    pub fn grant_first(&mut self) -> bool {
        self.complete_first(GRANTED)
    }

    /// The first is to try once more.
    pub fn retry_first(&mut self) -> bool {
        self.complete_first(RETRY)
    }

    /// All have what they wait for.
    pub fn grant_all(&mut self) -> usize {
        let mut granted = 0;
        while self.grant_first() {
            granted += 1;
        }
        granted
    }

    fn complete_first(&mut self, outcome: usize) -> bool {
        if self.first.is_null() {
            return false;
        }
        let node = self.first;
        // SAFETY: it is linked here, so alive until the outcome is stored; under the lock.
        let waker = unsafe {
            self.remove(node);
            let waker = (*(*node).links.get()).waker.take();
            (*node).outcome.store(outcome, Ordering::Release);
            waker
        };
        let waker = waker.expect("who waits has left a waker");
        self.woken = Some(match self.woken.take() {
            None => Woken::One(waker),
            Some(Woken::One(first)) => Woken::Many(vec![first, waker]),
            Some(Woken::Many(mut wakers)) => {
                wakers.push(waker);
                Woken::Many(wakers)
            }
        });
        true
    }

    /// # Safety
    ///
    /// The node is in no list, and stays where it is until it is in none again.
    unsafe fn link(&mut self, node: *const Node, tag: u64, waker: Waker, in_front: bool) {
        // SAFETY: the caller's promise; what is linked is alive.
        unsafe {
            (*node).outcome.store(WAITING, Ordering::Relaxed);
            let links = (*node).links.get();
            (*links).linked = true;
            (*links).tag = tag;
            (*links).waker = Some(waker);
            let (previous, next) =
                if in_front { (ptr::null(), self.first) } else { (self.last, ptr::null()) };
            (*links).previous = previous;
            (*links).next = next;
            match previous.as_ref() {
                Some(previous) => (*previous.links.get()).next = node,
                None => self.first = node,
            }
            match next.as_ref() {
                Some(next) => (*next.links.get()).previous = node,
                None => self.last = node,
            }
        }
        self.len += 1;
    }

    /// # Safety
    ///
    /// The node is in this list.
    unsafe fn remove(&mut self, node: *const Node) {
        // SAFETY: the caller's promise; neighbours are linked and so alive.
        unsafe {
            let links = (*node).links.get();
            match (*links).previous.as_ref() {
                Some(previous) => (*previous.links.get()).next = (*links).next,
                None => self.first = (*links).next,
            }
            match (*links).next.as_ref() {
                Some(next) => (*next.links.get()).previous = (*links).previous,
                None => self.last = (*links).previous,
            }
            (*links).linked = false;
        }
        self.len -= 1;
    }
}

impl std::fmt::Debug for Waiters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiters").field("len", &self.len).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    New,
    Linked,
    Over,
}

/// A future that waits in a queue; from [`Queue::wait`].
#[must_use = "a future does nothing unless it is awaited"]
pub struct Wait<'a, A: Acquire> {
    queue: &'a Queue<A::State>,
    acquire: A,
    reason: &'static Reason,
    phase: Phase,
    node: Node,
}

// SAFETY: other threads touch the node under the queue's lock only; the future goes to another
// thread between polls, pinned where it is.
unsafe impl<A: Acquire + Send> Send for Wait<'_, A> where A::State: Send {}
// SAFETY: nothing can be done with a reference to it.
unsafe impl<A: Acquire + Send> Sync for Wait<'_, A> where A::State: Send {}

impl<A: Acquire> Wait<'_, A> {
    /// Tries, and links the node if it has to wait.
    fn attempt(&mut self, context: &Context<'_>, again: bool) -> Poll<A::Output> {
        let Wait { queue, acquire, node, .. } = self;
        let waker = context.waker().clone();
        let acquired = queue.with(|state, waiters| match acquire.try_now(state, waiters, again) {
            Some(output) => Ok((output, waker)),
            None => {
                // SAFETY: not linked; pinned, and unlinked by `drop`.
                unsafe { waiters.link(&raw const *node, acquire.tag(), waker, again) };
                Err(())
            }
        });
        match acquired {
            Ok((output, _)) => {
                self.phase = Phase::Over;
                Poll::Ready(output)
            }
            Err(()) => {
                self.phase = Phase::Linked;
                waiting(self.reason);
                Poll::Pending
            }
        }
    }

    /// Polled again without an outcome: perhaps by another task.
    #[cold]
    fn wait_on(&mut self, context: &Context<'_>) {
        let fresh = context.waker().clone();
        let former = self.queue.with(|_, _| {
            // SAFETY: the lock is held.
            let links = unsafe { &mut *self.node.links.get() };
            if links.linked { links.waker.replace(fresh) } else { Some(fresh) }
        });
        drop(former);
        waiting(self.reason);
    }
}

impl<A: Acquire> Future for Wait<'_, A> {
    type Output = A::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<A::Output> {
        // SAFETY: the node is not moved.
        let this = unsafe { self.get_unchecked_mut() };
        match this.phase {
            Phase::New => return this.attempt(context, false),
            Phase::Over => panic!("a wait is polled until it is ready"),
            Phase::Linked => {}
        }
        loop {
            match this.node.outcome.load(Ordering::Acquire) {
                GRANTED => {
                    this.phase = Phase::Over;
                    return Poll::Ready(this.acquire.granted());
                }
                RETRY => {
                    this.phase = Phase::New;
                    return this.attempt(context, true);
                }
                _ => this.wait_on(context),
            }
            if this.node.outcome.load(Ordering::Acquire) == WAITING {
                return Poll::Pending;
            }
        }
    }
}

impl<A: Acquire> Drop for Wait<'_, A> {
    #[inline]
    fn drop(&mut self) {
        if self.phase == Phase::Linked {
            let Wait { queue, acquire, node, .. } = self;
            let (waker, was_linked) = queue.with(|state, waiters| {
                // SAFETY: the lock is held; a linked node is in this list.
                unsafe {
                    let linked = (*node.links.get()).linked;
                    if linked {
                        waiters.remove(&raw const *node);
                        acquire.left(state, waiters);
                    } else {
                        let granted = node.outcome.load(Ordering::Relaxed) == GRANTED;
                        acquire.abandon(state, waiters, granted);
                    }
                    ((*node.links.get()).waker.take(), linked)
                }
            });
            drop(waker);
            if !was_linked {
                acquire.abandoned();
            }
        }
    }
}

impl<A: Acquire> std::fmt::Debug for Wait<'_, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wait").field("phase", &self.phase).finish_non_exhaustive()
    }
}
