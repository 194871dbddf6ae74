//! The tree of contexts that can be cancelled.
//!
//! # Invariants
//!
//! 1. A context is cancelled once; its error and reason are set before its channel is closed.
//! 2. A parent knows its children weakly: a context that nobody has any more is gone, and is taken
//!    out of the list when the list is next looked through.
//! 3. No lock is held while children are cancelled or functions called.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use super::ContextError;
use crate::Error;
use crate::go::chan::{self, Chan, Receiver};
use crate::go::time::alarm::Alarm;
use crate::go::time::{self, Time};

pub(super) type Callback = Box<dyn FnOnce() + Send>;

pub(super) struct Node {
    done: OnceLock<Chan<()>>,
    state: Mutex<State>,
    /// Keeps the parents alive, which cancel this one.
    _parent: Option<Arc<Node>>,
}

struct State {
    ended: Option<(ContextError, Error)>,
    children: Vec<Weak<Node>>,
    /// So many children make it look for those that are gone.
    sweep_at: usize,
    callbacks: Vec<(u64, Callback)>,
    next_callback: u64,
    deadline: Option<Time>,
    alarm: Option<Arc<Alarm>>,
}

impl Node {
    pub(super) fn under(parent: Option<&Arc<Node>>) -> Arc<Node> {
        let node = Arc::new(Node {
            done: OnceLock::new(),
            state: Mutex::new(State {
                ended: None,
                children: Vec::new(),
                sweep_at: 16,
                callbacks: Vec::new(),
                next_callback: 0,
                deadline: parent.and_then(|parent| parent.deadline()),
                alarm: None,
            }),
            _parent: parent.cloned(),
        });
        if let Some(parent) = parent {
            let ended = {
                let mut state = parent.lock();
                if state.ended.is_none() {
                    if state.children.len() >= state.sweep_at {
                        state.children.retain(|child| child.strong_count() > 0);
                        state.sweep_at = (2 * state.children.len()).max(16);
                    }
                    state.children.push(Arc::downgrade(&node));
                }
                state.ended.clone()
            };
            if let Some((error, reason)) = ended {
                node.cancel(error, Some(reason));
            }
        }
        node
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn err(&self) -> Option<ContextError> {
        self.lock().ended.as_ref().map(|(error, _)| *error)
    }

    pub(super) fn cause(&self) -> Option<Error> {
        self.lock().ended.as_ref().map(|(_, reason)| reason.clone())
    }

    pub(super) fn deadline(&self) -> Option<Time> {
        self.lock().deadline
    }

    pub(super) fn inherit_deadline(&self, deadline: Option<Time>) {
        self.lock().deadline = deadline;
    }

    pub(super) fn done(&self) -> Receiver<()> {
        let chan = self.done.get_or_init(|| chan::make(0));
        // It may have been cancelled before anybody asked for the channel.
        if self.err().is_some() {
            chan.try_close();
        }
        chan.receiver()
    }

    pub(super) fn set_deadline(self: &Arc<Self>, deadline: Time, reason: Option<Error>) {
        let left = time::nanoseconds(deadline.sub(time::now()));
        if left == 0 {
            self.lock().deadline = Some(deadline);
            return self.cancel(ContextError::DeadlineExceeded, reason);
        }
        let node = Arc::downgrade(self);
        let mut reason = Some(reason);
        let expire = move |_| {
            if let Some(node) = node.upgrade() {
                node.cancel(ContextError::DeadlineExceeded, reason.take().flatten());
            }
            None
        };
        let alarm = Alarm::new(time::driver(), Box::new(expire));
        alarm.set(left, || ());
        let mut state = self.lock();
        state.deadline = Some(deadline);
        state.alarm = Some(alarm);
    }

    /// Calls `callback` when it is cancelled; at once, by its return, if it is.
    pub(super) fn on_cancel(&self, callback: Callback) -> Result<u64, Callback> {
        let mut state = self.lock();
        if state.ended.is_some() {
            return Err(callback);
        }
        let key = state.next_callback;
        state.next_callback += 1;
        state.callbacks.push((key, callback));
        Ok(key)
    }

    /// Takes a callback back; false if it was called.
    pub(super) fn forget(&self, key: u64) -> bool {
        let forgotten = {
            let mut state = self.lock();
            let at = state.callbacks.iter().position(|(known, _)| *known == key);
            at.map(|at| state.callbacks.remove(at))
        };
        forgotten.is_some()
    }

    pub(super) fn cancel(&self, error: ContextError, reason: Option<Error>) {
        let (children, callbacks, reason) = {
            let mut state = self.lock();
            if state.ended.is_some() {
                return;
            }
            let reason = reason.unwrap_or_else(|| error.into_error());
            state.ended = Some((error, reason.clone()));
            // The alarm itself may be what is calling; it is dropped with the node.
            (std::mem::take(&mut state.children), std::mem::take(&mut state.callbacks), reason)
        };
        if let Some(chan) = self.done.get() {
            chan.try_close();
        }
        for child in children.iter().filter_map(Weak::upgrade) {
            child.cancel(error, Some(reason.clone()));
        }
        callbacks.into_iter().for_each(|(_, callback)| callback());
    }
}
