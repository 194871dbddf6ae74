//! Listeners, signals that follow others, and who keeps whom alive.
//!
//! A signal follows others by being in their lists, weakly, and knows them weakly itself: a short-lived
//! follower leaves nothing behind at a long-lived signal. But one that somebody listens to must not go
//! while it can still be aborted, though nobody has a handle of it. So it is kept, while there are
//! listeners, by those who can abort it: by the signals it follows, or by its timer, which is the loop's.
//! A controller holds its signal anyway. The loop drops its timers in its end, so there is no cycle that
//! outlives it.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::{Rc, Weak};
use std::task::Waker;

use super::super::microtasks::next_tick;
use super::super::timers::Timeout;
use crate::{Error, Result};

/// What all handles of a signal share.
#[derive(Default)]
pub(super) struct Inner {
    reason: OnceCell<Error>,
    numbers: Cell<u64>,
    listeners: RefCell<BTreeMap<u64, Listener>>,
    /// Listeners are being called.
    dispatching: Cell<bool>,
    followers: RefCell<BTreeMap<u64, Follower>>,
    /// Whom it follows, and its number there.
    sources: RefCell<Vec<(Weak<Inner>, u64)>>,
    timer: OnceCell<Timeout>,
    keep: RefCell<Weak<Keep>>,
}

pub(super) enum Listener {
    Call(Call),
    Wake(Waker),
}

type Call = Box<dyn FnOnce(&Error) -> Result<()>>;

struct Follower {
    signal: Weak<Inner>,
    kept: Option<Rc<Inner>>,
}

/// A timer's hold on its signal.
pub(super) struct Keep {
    signal: Weak<Inner>,
    kept: RefCell<Option<Rc<Inner>>>,
}

impl Keep {
    pub(super) fn of(signal: &Rc<Inner>) -> Keep {
        Keep { signal: Rc::downgrade(signal), kept: RefCell::new(None) }
    }

    pub(super) fn signal(&self) -> Option<Rc<Inner>> {
        self.signal.upgrade()
    }
}

impl Inner {
    pub(super) fn reason(&self) -> Option<&Error> {
        self.reason.get()
    }

    pub(super) fn is_kept_by(&self, keep: &Rc<Keep>) {
        self.keep.replace(Rc::downgrade(keep));
    }

    pub(super) fn has_timer(&self, timer: Timeout) {
        // It is new, so there is none.
        let _ = self.timer.set(timer);
    }

    fn number(&self) -> u64 {
        let number = self.numbers.get();
        self.numbers.set(number + 1);
        number
    }

    /// The number of the listener. Where it is aborted already, nobody is listening under it, unless
    /// others are still to be called: then, as in Node, it comes after them.
    pub(super) fn listen(self: &Rc<Inner>, listener: Listener) -> u64 {
        let number = self.number();
        if self.reason().is_none() {
            self.listeners.borrow_mut().insert(number, listener);
            self.keep();
        } else if self.dispatching.get() && !self.listeners.borrow().is_empty() {
            self.listeners.borrow_mut().insert(number, listener);
        }
        number
    }

    pub(super) fn unlisten(self: &Rc<Inner>, number: u64) {
        let gone = self.listeners.borrow_mut().remove(&number);
        if gone.is_some() {
            self.keep();
        }
    }

    /// Has another waker woken.
    pub(super) fn set_waker(&self, number: u64, waker: &Waker) {
        if let Some(Listener::Wake(known)) = self.listeners.borrow_mut().get_mut(&number) {
            known.clone_from(waker);
        }
    }

    /// Follows `source`, or those that it follows.
    pub(super) fn follow(self: &Rc<Inner>, source: &Rc<Inner>) {
        let sources = source.sources.borrow();
        if sources.is_empty() {
            return self.follow_one(source);
        }
        for (source, _) in sources.iter() {
            if let Some(source) = source.upgrade() {
                self.follow_one(&source);
            }
        }
    }

    fn follow_one(self: &Rc<Inner>, source: &Rc<Inner>) {
        let mut sources = self.sources.borrow_mut();
        if sources.iter().any(|(known, _)| known.as_ptr() == Rc::as_ptr(source)) {
            return;
        }
        let number = source.number();
        let follower = Follower { signal: Rc::downgrade(self), kept: None };
        source.followers.borrow_mut().insert(number, follower);
        sources.push((Rc::downgrade(source), number));
        drop(sources);
        source.keep();
    }

    /// Has those who can abort it keep it, if anybody is there to hear of it.
    fn keep(self: &Rc<Inner>) {
        let heard = !self.listeners.borrow().is_empty() || !self.followers.borrow().is_empty();
        let kept = heard.then(|| self.clone());
        for (source, number) in self.sources.borrow().iter() {
            let Some(source) = source.upgrade() else { continue };
            let mut followers = source.followers.borrow_mut();
            let former = followers
                .get_mut(number)
                .and_then(|follower| std::mem::replace(&mut follower.kept, kept.clone()));
            drop(followers);
            drop(former);
        }
        let keep = self.keep.borrow().upgrade();
        if let Some(keep) = keep {
            let former = keep.kept.replace(kept);
            drop(former);
        }
    }

    /// Aborts it and those that follow, and only then tells anybody.
    pub(super) fn abort(self: &Rc<Inner>, reason: &Error) {
        if self.reason.set(reason.clone()).is_err() {
            return;
        }
        let followers = self.followers.take();
        let mut aborted = Vec::with_capacity(followers.len());
        for follower in followers.values() {
            if let Some(signal) = follower.signal.upgrade()
                && signal.reason.set(reason.clone()).is_ok()
            {
                aborted.push(signal);
            }
        }
        drop(followers);
        self.dispatch(reason);
        for signal in aborted {
            signal.dispatch(reason);
        }
    }

    /// Calls those who listen. Each is taken out first: one may remove another that is still to come.
    fn dispatch(self: &Rc<Inner>, reason: &Error) {
        self.dispatching.set(true);
        loop {
            let next = self.listeners.borrow_mut().pop_first();
            match next {
                None => break,
                Some((_, Listener::Wake(waker))) => waker.wake(),
                Some((_, Listener::Call(call))) => {
                    let returned = catch_unwind(AssertUnwindSafe(|| call(reason)));
                    let returned = returned.unwrap_or_else(|panic| Err(Error::from_panic(panic)));
                    if let Err(error) = returned {
                        next_tick(move || Err::<(), _>(error));
                    }
                }
            }
        }
        self.dispatching.set(false);
        // Nothing else will abort it.
        self.leave_sources();
        self.keep();
    }

    fn leave_sources(&self) {
        for (source, number) in self.sources.take() {
            if let Some(source) = source.upgrade() {
                let gone = source.followers.borrow_mut().remove(&number);
                drop(gone);
                source.keep();
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.leave_sources();
        if let Some(timer) = self.timer.get() {
            timer.close();
        }
    }
}
