//! One source's readiness and who waits for it.
//!
//! # Invariants
//!
//! 1. Readiness is added, and the generation changed, only with the lock held; readiness is taken
//!    back without it. So whoever holds the lock and sees "not ready" may leave a waker and knows
//!    that the next event finds it.
//! 2. No waker runs, and none is dropped, while the lock is held: both may call back into here.
//! 3. A free slot holds no waker.
//! 4. A future is in the list only if its direction was not ready when it came, and the event that
//!    makes it ready takes all of the list. So a future that finds it ready has nothing to remove,
//!    and needs no lock to know that.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::ready::{Direction, Ready, ReadyEvent, Word};

// Two cache lines, as processors fetch them: neighbours polled by different threads do not meet.
#[repr(align(128))]
pub(super) struct Slot {
    word: AtomicU64,
    waiting: Mutex<[Waiting; 2]>,
}

/// Who waits for one direction.
#[derive(Default)]
struct Waiting {
    /// The last poll of `poll_read_ready` or `poll_write_ready`.
    poller: Option<Waker>,
    /// Woken at each event and kept.
    listener: Option<Waker>,
    /// The first of the futures, apart so that the usual single one costs no allocation.
    first: Option<Waiter>,
    /// The others, oldest first.
    more: Vec<Waiter>,
    next_key: u64,
}

struct Waiter {
    key: u64,
    waker: Waker,
}

impl Waiting {
    fn find(&mut self, key: u64) -> Option<&mut Waiter> {
        self.first.iter_mut().chain(&mut self.more).find(|waiter| waiter.key == key)
    }

    fn take(&mut self, key: u64) -> Option<Waiter> {
        if self.first.as_ref().is_some_and(|waiter| waiter.key == key) {
            return self.first.take();
        }
        let at = self.more.iter().position(|waiter| waiter.key == key)?;
        Some(self.more.remove(at))
    }

    fn add(&mut self, waker: Waker) -> u64 {
        let key = self.next_key;
        self.next_key += 1;
        let waiter = Waiter { key, waker };
        // Behind the others if there are any, or the order of waiting would be lost.
        if self.first.is_none() && self.more.is_empty() {
            self.first = Some(waiter);
        } else {
            self.more.push(waiter);
        }
        key
    }

    fn drain_into(&mut self, wakes: &mut VecDeque<Waker>) {
        wakes.extend(self.poller.take());
        wakes.extend(self.first.take().map(|waiter| waiter.waker));
        wakes.extend(self.more.drain(..).map(|waiter| waiter.waker));
    }
}

impl Slot {
    pub(super) fn new() -> Slot {
        Slot { word: AtomicU64::new(Word::new(0).0), waiting: Mutex::default() }
    }

    // A panic cannot leave the lists half changed: nothing in here panics but an allocation.
    fn lock(&self) -> MutexGuard<'_, [Waiting; 2]> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn generation(&self) -> u32 {
        Word(self.word.load(Ordering::Relaxed)).generation()
    }

    /// What of `direction` is ready; with [`Ready::LOOP_CLOSED`] if the reactor is gone.
    #[inline]
    pub(super) fn ready(&self, direction: Direction) -> Option<ReadyEvent> {
        // Acquire: who sees the readiness sees what the reactor's thread did before.
        let word = Word(self.word.load(Ordering::Acquire));
        let ready = word.ready();
        let closed = ready.and(Ready::LOOP_CLOSED);
        let ready = if closed.is_empty() { ready.and(direction.bits()) } else { closed };
        (!ready.is_empty()).then(|| ReadyEvent { tick: word.tick(), ready })
    }

    /// Leaves the waker of a `poll_*_ready`, unless it is ready after all.
    pub(super) fn ready_or_poller(
        &self,
        direction: Direction,
        waker: &Waker,
    ) -> Option<ReadyEvent> {
        let replaced;
        {
            let mut waiting = self.lock();
            if let Some(event) = self.ready(direction) {
                return Some(event);
            }
            let poller = &mut waiting[direction as usize].poller;
            if poller.as_ref().is_some_and(|poller| poller.will_wake(waker)) {
                return None;
            }
            replaced = poller.replace(waker.clone());
        }
        drop(replaced);
        None
    }

    /// Leaves the waker of a future, unless it is ready after all; `key` names it thereafter.
    pub(super) fn ready_or_wait(
        &self,
        direction: Direction,
        key: &mut Option<u64>,
        waker: &Waker,
    ) -> Option<ReadyEvent> {
        let (event, replaced);
        {
            let mut waiting = self.lock();
            let waiting = &mut waiting[direction as usize];
            event = self.ready(direction);
            replaced = if event.is_some() {
                *key = None;
                None
            } else {
                match key.and_then(|key| waiting.find(key)) {
                    Some(waiter) if waiter.waker.will_wake(waker) => None,
                    Some(waiter) => Some(std::mem::replace(&mut waiter.waker, waker.clone())),
                    None => {
                        *key = Some(waiting.add(waker.clone()));
                        None
                    }
                }
            };
        }
        drop(replaced);
        event
    }

    pub(super) fn forget_waiter(&self, direction: Direction, key: u64) {
        let waiter = self.lock()[direction as usize].take(key);
        drop(waiter);
    }

    /// Whether `wants` is true of any waker left here. It is called under the lock.
    pub(super) fn any_waker(&self, wants: &dyn Fn(&Waker) -> bool) -> bool {
        let waiting = self.lock();
        waiting.iter().any(|waiting| {
            let futures = waiting.first.iter().chain(&waiting.more).map(|waiter| &waiter.waker);
            waiting.poller.iter().chain(&waiting.listener).chain(futures).any(wants)
        })
    }

    /// Sets the listener. Where it is ready already the new one is handed back to be woken, since
    /// the event it would have heard of is past.
    pub(super) fn set_listener(
        &self,
        direction: Direction,
        listener: Option<Waker>,
    ) -> Option<Waker> {
        let replaced;
        let due;
        {
            let mut waiting = self.lock();
            due = listener.clone().filter(|_| self.ready(direction).is_some());
            replaced = std::mem::replace(&mut waiting[direction as usize].listener, listener);
        }
        drop(replaced);
        due
    }

    /// Takes back what `event` saw, unless another event arrived since.
    pub(super) fn clear(&self, event: ReadyEvent) {
        let seen = event.ready.and(Ready::CLEARABLE);
        if seen.is_empty() {
            return;
        }
        let clear = |word: u64| {
            let word = Word(word);
            (word.tick() == event.tick).then(|| word.without(seen).0)
        };
        // A refused update is the purpose: there is a newer readiness.
        let _ = self.word.fetch_update(Ordering::AcqRel, Ordering::Acquire, clear);
    }

    /// An event of the registration whose generation `belongs`. `false`: that one is gone.
    pub(super) fn add(
        &self,
        belongs: impl Fn(u32) -> bool,
        ready: Ready,
        wakes: &mut VecDeque<Waker>,
    ) -> bool {
        let mut waiting = self.lock();
        if !belongs(self.generation()) {
            return false;
        }
        let add = |word: u64| Some(Word(word).with(ready).next_tick().0);
        let _ = self.word.fetch_update(Ordering::AcqRel, Ordering::Acquire, add);
        for direction in [Direction::Read, Direction::Write] {
            if !ready.and(direction.bits()).is_empty() {
                let waiting = &mut waiting[direction as usize];
                wakes.extend(waiting.listener.clone());
                waiting.drain_into(wakes);
            }
        }
        true
    }

    /// The reactor is gone: all wake, and find [`Ready::LOOP_CLOSED`].
    pub(super) fn close(&self, wakes: &mut VecDeque<Waker>) {
        let mut waiting = self.lock();
        self.word.fetch_or(Word(0).with(Ready::LOOP_CLOSED).0, Ordering::AcqRel);
        for waiting in &mut *waiting {
            wakes.extend(waiting.listener.take());
            waiting.drain_into(wakes);
        }
    }

    /// Ends the registration: its events are stale from here on.
    pub(super) fn release(&self) {
        let former;
        {
            let mut waiting = self.lock();
            let next = self.generation().wrapping_add(1);
            self.word.store(Word::new(next).0, Ordering::Release);
            former = std::mem::take(&mut *waiting);
        }
        drop(former);
    }
}
