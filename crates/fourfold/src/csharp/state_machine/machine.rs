//! Where a machine lies, and how it is moved on.
//!
//! The builder only refers to the machine, which holds the builder; the callback that will move it on
//! owns it. So a callback that is dropped ends the method without a result.
//!
//! # Invariants
//!
//! 1. One thread at a time is inside of `move_next`. A callback on that same thread, from within, makes
//!    it run once more; one on another thread waits, for a machine that left a callback is about to return.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::thread::{self, ThreadId};

use super::super::ambient;
use super::super::execution_context::Flow;
use super::{Action, AsyncStateMachine};
use crate::Error;

/// Something that a callback moves on.
trait Moves: Send + Sync {
    fn move_next(&self);
}

struct Boxed<M, F> {
    machine: Mutex<M>,
    /// Which thread is inside.
    inside: Mutex<Option<ThreadId>>,
    /// It was moved on from within.
    again: AtomicBool,
    /// What a panic does.
    fail: F,
}

impl<M: AsyncStateMachine, F: Fn(Error) + Send + Sync> Moves for Boxed<M, F> {
    fn move_next(&self) {
        let this = thread::current().id();
        let inside = || self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        if *inside() == Some(this) {
            return self.again.store(true, Ordering::Relaxed);
        }
        let mut machine = self.machine.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            *inside() = Some(this);
            let moved = catch_unwind(AssertUnwindSafe(|| machine.move_next()));
            *inside() = None;
            if let Err(payload) = moved {
                (self.fail)(Error::from_panic(payload));
            }
            if !self.again.swap(false, Ordering::Relaxed) {
                return;
            }
        }
    }
}

/// The builder's reference to its machine.
#[derive(Default)]
pub(super) struct Slot(OnceLock<Weak<dyn Moves>>);

impl Slot {
    /// Gives the machine its place and runs it up to its first await that is not done.
    pub(super) fn start(
        &self,
        machine: impl AsyncStateMachine,
        fail: impl Fn(Error) + Send + Sync + 'static,
    ) {
        let machine: Arc<dyn Moves> = Arc::new(Boxed {
            machine: Mutex::new(machine),
            inside: Mutex::new(None),
            again: AtomicBool::new(false),
            fail,
        });
        assert!(self.0.set(Arc::downgrade(&machine)).is_ok(), "a builder starts one machine");
        // What the method changes for itself is not the caller's.
        let _flow = Flow::keep();
        let context = ambient::context();
        machine.move_next();
        ambient::replace_context(context);
    }

    /// A callback that moves the machine on, with the values that are current here.
    pub(super) fn continuation(&self) -> Action {
        let machine = self.0.get().and_then(Weak::upgrade);
        let machine = machine.expect("an await follows the start of its machine");
        let flow = Flow::capture();
        Box::new(move || {
            let _flow = flow.enter();
            machine.move_next();
        })
    }
}
