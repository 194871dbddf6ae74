//! Why a task is parked.
//!
//! A future that is about to return pending says so with [`waiting`]; the task that is being polled
//! on this thread keeps it until its next poll. A dump reads it, and so does the question whether
//! anything can ever happen again: tasks that all wait for each other never will.

use std::fmt;

use super::worker;
use crate::trace::{self, TaskId};

/// What a wait is for, in words, and who can end it. Kept in statics.
///
/// ```
/// use fourfold_kernel::pool::Reason;
///
/// static RECEIVE: Reason = Reason::by_tasks("chan receive");
/// assert_eq!(RECEIVE.text(), "chan receive");
/// ```
pub struct Reason {
    text: &'static str,
    ended_by: EndedBy,
}

/// Who can end a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// Only another task of the same pool. A pool all of whose tasks wait so is deadlocked.
    Tasks,
    /// The pool's clock.
    Time,
    /// The system, a thread, or whoever is behind a future that said nothing.
    Outside,
}

impl Reason {
    /// A wait that only another task of the pool can end.
    pub const fn by_tasks(text: &'static str) -> Reason {
        Reason { text, ended_by: EndedBy::Tasks }
    }

    /// A wait that ends at some time of the pool's clock, if not before.
    pub const fn by_time(text: &'static str) -> Reason {
        Reason { text, ended_by: EndedBy::Time }
    }

    /// A wait for the system or for another thread.
    pub const fn from_outside(text: &'static str) -> Reason {
        Reason { text, ended_by: EndedBy::Outside }
    }

    /// The words.
    pub const fn text(&self) -> &'static str {
        self.text
    }

    /// Who can end it.
    pub const fn ended_by(&self) -> EndedBy {
        self.ended_by
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reason")
            .field("text", &self.text)
            .field("ended_by", &self.ended_by)
            .finish()
    }
}

/// The task that is being polled on this thread is about to wait for `reason`. To be called before
/// a poll returns pending; the next poll forgets it. Outside of a pool's tasks it only tells who traces.
///
/// Of several in one poll the last counts.
#[inline]
pub fn waiting(reason: &'static Reason) {
    worker::with_current_task(|task| task.set_reason(reason));
    trace::waiting_here(reason.text(), None);
}

/// As [`waiting`], for another task.
#[inline]
pub fn waiting_for(reason: &'static Reason, on: TaskId) {
    worker::with_current_task(|task| task.set_reason(reason));
    trace::waiting_here(reason.text(), Some(on));
}
