//! The state of a channel: its items, who waits, and what a write or a read does to them. Whatever follows from that,
//! such as ending somebody's wait, is left to who has let go of the lock.

use std::collections::VecDeque;
use std::sync::Arc;

use fourfold_kernel::trace::{self, Place};

use super::line::{Drained, Line};
use super::operation::Operation;
use super::options::BoundedChannelFullMode;
use crate::Error;

/// In which line.
#[derive(Clone, Copy)]
pub(super) enum Which {
    Readers,
    Writers,
    LooksToRead,
    LooksToWrite,
}

pub(super) type Reader<T> = Arc<Operation<T, T>>;
pub(super) type Look<T> = Arc<Operation<T, bool>>;

/// A writer in line, and what it is to write.
pub(super) struct Writer<T: Send + 'static> {
    pub(super) operation: Arc<Operation<T, ()>>,
    pub(super) item: T,
}

pub(super) struct State<T: Send + 'static> {
    pub(super) items: VecDeque<T>,
    pub(super) readers: Line<Reader<T>>,
    pub(super) writers: Line<Writer<T>>,
    pub(super) looks_to_read: Line<Look<T>>,
    pub(super) looks_to_write: Line<Look<T>>,
    /// Nothing is written any more, and why, if that is an error.
    pub(super) done: Option<Option<Error>>,
    /// Operations for the next wait, if nobody has them any more.
    pub(super) spare: Spare<T>,
}

pub(super) struct Spare<T: Send + 'static> {
    pub(super) readers: Spares<T, T>,
    pub(super) writers: Spares<T, ()>,
    pub(super) looks_to_read: Spares<T, bool>,
    pub(super) looks_to_write: Spares<T, bool>,
}

/// Two, since what waits again inside of the call that ends its wait finds the first one still in use.
pub(super) type Spares<T, R> = [Option<Arc<Operation<T, R>>>; 2];

/// What became of an item that was offered.
pub(super) enum Offered<T: Send + 'static> {
    Added(Drained<Look<T>>),
    Given(Reader<T>, T),
    Dropped(T),
    Full(T),
    Closed(T),
}

/// An item that was taken, and what follows from it.
pub(super) struct Taken<T: Send + 'static> {
    pub(super) item: T,
    pub(super) written: Option<Arc<Operation<T, ()>>>,
    pub(super) looks: Drained<Look<T>>,
    pub(super) finished: Option<Option<Error>>,
}

impl<T: Send + 'static> State<T> {
    pub(super) fn new() -> State<T> {
        let spare = Spare {
            readers: [None, None],
            writers: [None, None],
            looks_to_read: [None, None],
            looks_to_write: [None, None],
        };
        State {
            items: VecDeque::new(),
            readers: Line::default(),
            writers: Line::default(),
            looks_to_read: Line::default(),
            looks_to_write: Line::default(),
            done: None,
            spare,
        }
    }

    /// Whether an item is simply added, and nobody is to be told.
    #[inline]
    pub(super) fn just_has_room(&self, capacity: usize) -> bool {
        self.items.len() < capacity
            && self.readers.is_empty()
            && self.looks_to_read.is_empty()
            && self.done.is_none()
    }

    /// Whether an item is simply taken, if there is one.
    #[inline]
    pub(super) fn nobody_wants_room(&self) -> bool {
        self.writers.is_empty() && self.looks_to_write.is_empty() && self.done.is_none()
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// As a trace names it, with so many more items than it has now.
    pub(super) fn place(&self, more: usize) -> Place {
        Place::Queue { queue: self.address(), len: self.items.len() + more }
    }

    pub(super) fn offer(
        &mut self,
        item: T,
        capacity: usize,
        mode: BoundedChannelFullMode,
    ) -> Offered<T> {
        if self.done.is_some() {
            return Offered::Closed(item);
        }
        if let Some(reader) = self.readers.pop_front() {
            trace::sent(|| reader.place());
            return Offered::Given(reader, item);
        }
        if self.items.len() < capacity {
            trace::sent(|| self.place(0));
            self.items.push_back(item);
            return Offered::Added(self.looks_to_read.drain());
        }
        let dropped = match mode {
            BoundedChannelFullMode::Wait => return Offered::Full(item),
            BoundedChannelFullMode::DropWrite => return Offered::Dropped(item),
            BoundedChannelFullMode::DropNewest => self.items.pop_back(),
            BoundedChannelFullMode::DropOldest => self.items.pop_front(),
        };
        match dropped {
            Some(dropped) => {
                self.items.push_back(item);
                Offered::Dropped(dropped)
            }
            None => Offered::Dropped(item),
        }
    }

    pub(super) fn take(&mut self, capacity: usize) -> Option<Taken<T>> {
        let Some(item) = self.items.pop_front() else {
            let Writer { operation, item } = self.writers.pop_front()?;
            trace::received(|| operation.place());
            let written = Some(operation);
            return Some(Taken { item, written, looks: Drained::none(), finished: None });
        };
        trace::received(|| self.place(1));
        let mut taken = Taken { item, written: None, looks: Drained::none(), finished: None };
        if self.done.is_some() {
            if self.items.is_empty() {
                taken.finished = self.done.clone();
            }
        } else if self.items.len() < capacity {
            match self.writers.pop_front() {
                Some(Writer { operation, item }) => {
                    if let Place::Hand(from) = operation.place() {
                        trace::queued(from, self.address(), self.items.len());
                    }
                    self.items.push_back(item);
                    taken.written = Some(operation);
                }
                None => taken.looks = self.looks_to_write.drain(),
            }
        }
        Some(taken)
    }
}

pub(super) fn look<T: Send + 'static>(looks: Drained<Look<T>>) {
    for operation in looks {
        // Of one that is gone nothing is lost.
        drop(operation.end(Ok(true)));
    }
}
