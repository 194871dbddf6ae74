//! What both halves of a channel share.
//!
//! ```text
//!   write ──► somebody reads?  its operation gets the item
//!             room?            items ──► look: there is something
//!             full             wait in line with the item, or drop one
//!   read  ──► items?           the first; the first writer in line puts its item in, or look: there is room
//!             a writer waits?  its item (only in a rendezvous)
//!             none             wait in line
//! ```
//!
//! # Invariants
//!
//! 1. Who reads stands in line only while there is no item and no writer in line; who writes, only while the
//!    channel is full. Neither does after the completion.
//! 2. An operation is taken out of line under the lock, and ended by whoever did so, after it.
//! 3. An item that a reader got and did not look at comes back to the front, even if that makes one too many.
//! 4. Nothing foreign runs under the lock, but the `clone` of a peek.

use std::sync::Arc;

use fourfold_kernel::lock::{Guard, Lock};
use fourfold_kernel::trace;

use super::super::cancellation::CancellationToken;
use super::super::exceptions::{ChannelClosedException, OperationCanceledException};
use super::super::outcome::Outcome;
use super::super::task::Task;
use super::super::value_task::{Owner, ValueTask};
use super::line::Drained;
use super::operation::Operation;
use super::options::BoundedChannelFullMode;
use super::state::{Offered, Reader, Spares, State, Taken, Which, Writer, look};
use crate::{Error, Result};

pub(super) struct Shared<T: Send + 'static> {
    state: Lock<State<T>>,
    pub(super) capacity: usize,
    mode: BoundedChannelFullMode,
    asynchronously: bool,
    item_dropped: Option<ItemDropped<T>>,
    completion: Task,
}

pub(super) type ItemDropped<T> = Box<dyn Fn(T) + Send + Sync>;

impl<T: Send + 'static> Shared<T> {
    pub(super) fn new(
        capacity: usize,
        mode: BoundedChannelFullMode,
        asynchronously: bool,
        item_dropped: Option<ItemDropped<T>>,
        completion: Task,
    ) -> Shared<T> {
        let state = Lock::new(State::new());
        Shared { state, capacity, mode, asynchronously, item_dropped, completion }
    }

    pub(super) fn completion(&self) -> Task {
        self.completion.clone()
    }

    pub(super) fn len(&self) -> usize {
        self.state.lock().items.len()
    }

    // Writing

    /// False, and the item comes back, if it is full or closed.
    #[inline]
    pub(super) fn try_write(&self, item: T) -> std::result::Result<(), T> {
        let mut state = self.state.lock();
        if state.just_has_room(self.capacity) {
            trace::sent(|| state.place(0));
            state.items.push_back(item);
            return Ok(());
        }
        self.try_offer(state, item)
    }

    #[inline(never)]
    fn try_offer(&self, mut state: Guard<'_, State<T>>, item: T) -> std::result::Result<(), T> {
        let offered = state.offer(item, self.capacity, self.mode);
        drop(state);
        match offered {
            Offered::Full(item) | Offered::Closed(item) => Err(item),
            offered => {
                self.offered(offered);
                Ok(())
            }
        }
    }

    fn offered(&self, offered: Offered<T>) {
        match offered {
            Offered::Added(looks) => look(looks),
            Offered::Given(reader, item) => self.give(&reader, item),
            Offered::Dropped(item) => {
                if let Some(item_dropped) = &self.item_dropped {
                    item_dropped(item);
                }
            }
            Offered::Full(_) | Offered::Closed(_) => {}
        }
    }

    /// Gives an item to who was the first in line, or puts it back where that one is gone.
    fn give(&self, reader: &Reader<T>, item: T) {
        if let Err(Ok(item)) = reader.end(Ok(item)) {
            self.put_back(item);
        }
    }

    pub(super) fn put_back(&self, mut item: T) {
        loop {
            let mut state = self.state.lock();
            let Some(reader) = state.readers.pop_front() else {
                state.items.push_front(item);
                let looks = state.looks_to_read.drain();
                drop(state);
                return look(looks);
            };
            drop(state);
            match reader.end(Ok(item)) {
                Err(Ok(refused)) => item = refused,
                _ => return,
            }
        }
    }

    #[inline]
    pub(super) fn write(self: &Arc<Self>, item: T, token: &CancellationToken) -> ValueTask<()> {
        if token.is_cancellation_requested() {
            return ValueTask::from_canceled(token.clone());
        }
        let mut state = self.state.lock();
        if state.just_has_room(self.capacity) {
            trace::sent(|| state.place(0));
            state.items.push_back(item);
            return ValueTask::completed_task();
        }
        self.write_or_wait(state, item, token)
    }

    #[inline(never)]
    fn write_or_wait(
        self: &Arc<Self>,
        mut state: Guard<'_, State<T>>,
        item: T,
        token: &CancellationToken,
    ) -> ValueTask<()> {
        match state.offer(item, self.capacity, self.mode) {
            Offered::Full(item) => {
                let State { writers, spare, .. } = &mut *state;
                let operation =
                    self.operation(&mut spare.writers, Which::Writers, |_, ()| {}, token);
                trace::sent(|| operation.place());
                operation.stands(writers.push_back(Writer { operation: operation.clone(), item }));
                // In a rendezvous somebody who waits is something to read.
                let looks =
                    if self.capacity == 0 { state.looks_to_read.drain() } else { Drained::none() };
                drop(state);
                look(looks);
                operation.value_task(token)
            }
            Offered::Closed(item) => {
                let error = state.done.clone().flatten();
                drop(state);
                drop(item);
                closed(error)
            }
            offered => {
                drop(state);
                self.offered(offered);
                ValueTask::completed_task()
            }
        }
    }

    pub(super) fn look_to_write(self: &Arc<Self>, token: &CancellationToken) -> ValueTask<bool> {
        if token.is_cancellation_requested() {
            return ValueTask::from_canceled(token.clone());
        }
        let mut state = self.state.lock();
        if let Some(done) = &state.done {
            return ended(done.clone(), state);
        }
        let room = state.items.len() < self.capacity
            || self.mode != BoundedChannelFullMode::Wait
            || !state.readers.is_empty();
        if room {
            return ValueTask::from_result(true);
        }
        let State { looks_to_write, spare, .. } = &mut *state;
        let operation =
            self.operation(&mut spare.looks_to_write, Which::LooksToWrite, |_, _| {}, token);
        operation.stands(looks_to_write.push_back(operation.clone()));
        drop(state);
        operation.value_task(token)
    }

    /// Nothing is written from here on. False if that was so already.
    pub(super) fn complete(&self, error: Option<Error>) -> bool {
        let mut state = self.state.lock();
        if state.done.is_some() {
            return false;
        }
        state.done = Some(error.clone());
        let empty = state.items.is_empty();
        let (readers, writers) = (state.readers.drain(), state.writers.drain());
        let (looks, more) = (state.looks_to_read.drain(), state.looks_to_write.drain());
        drop(state);
        if empty {
            self.finish(error.clone());
        }
        for reader in readers {
            drop(reader.end(Err(closed_error(error.clone()))));
        }
        for writer in writers {
            drop(writer.operation.end(Err(closed_error(error.clone()))));
        }
        for operation in looks.into_iter().chain(more) {
            drop(operation.end(error.clone().map_or(Ok(false), Err)));
        }
        true
    }

    fn finish(&self, error: Option<Error>) {
        let outcome = match error {
            None => Outcome::value(()),
            Some(error) if error.is_cancelled() => Outcome::canceled(token_of(&error)),
            Some(error) => Outcome::faulted(error),
        };
        // Who reads learns of the failure, so nobody has to look at the task.
        outcome.observe();
        drop(self.completion.finish(outcome));
    }

    // Reading

    #[inline]
    pub(super) fn try_read(&self) -> Option<T> {
        let mut state = self.state.lock();
        if state.nobody_wants_room() {
            let item = state.items.pop_front()?;
            trace::received(|| state.place(1));
            return Some(item);
        }
        self.try_take(state)
    }

    #[inline(never)]
    fn try_take(&self, mut state: Guard<'_, State<T>>) -> Option<T> {
        let taken = state.take(self.capacity);
        drop(state);
        taken.map(|taken| self.taken(taken))
    }

    fn taken(&self, taken: Taken<T>) -> T {
        if let Some(operation) = taken.written {
            // One that is gone has written nevertheless.
            drop(operation.end(Ok(())));
        }
        look(taken.looks);
        if let Some(error) = taken.finished {
            self.finish(error);
        }
        taken.item
    }

    pub(super) fn peek(&self) -> Option<T>
    where
        T: Clone,
    {
        let state = self.state.lock();
        let first = || Some(&state.writers.first()?.item);
        state.items.front().or_else(first).cloned()
    }

    #[inline]
    pub(super) fn read(self: &Arc<Self>, token: &CancellationToken) -> ValueTask<T> {
        if token.is_cancellation_requested() {
            return ValueTask::from_canceled(token.clone());
        }
        let mut state = self.state.lock();
        if state.nobody_wants_room()
            && let Some(item) = state.items.pop_front()
        {
            trace::received(|| state.place(1));
            drop(state);
            return ValueTask::returnable(item, self.clone());
        }
        self.read_or_wait(state, token)
    }

    #[inline(never)]
    fn read_or_wait(
        self: &Arc<Self>,
        mut state: Guard<'_, State<T>>,
        token: &CancellationToken,
    ) -> ValueTask<T> {
        if let Some(taken) = state.take(self.capacity) {
            drop(state);
            return ValueTask::returnable(self.taken(taken), self.clone());
        }
        if let Some(done) = &state.done {
            let error = done.clone();
            drop(state);
            return closed(error);
        }
        let State { readers, spare, .. } = &mut *state;
        let give_back = |channel: &Arc<Shared<T>>, item| channel.put_back(item);
        let operation = self.operation(&mut spare.readers, Which::Readers, give_back, token);
        operation.stands(readers.push_back(operation.clone()));
        // In a rendezvous somebody who waits is room.
        let looks = if self.capacity == 0 { state.looks_to_write.drain() } else { Drained::none() };
        drop(state);
        look(looks);
        operation.value_task(token)
    }

    pub(super) fn look_to_read(self: &Arc<Self>, token: &CancellationToken) -> ValueTask<bool> {
        if token.is_cancellation_requested() {
            return ValueTask::from_canceled(token.clone());
        }
        let mut state = self.state.lock();
        if !state.items.is_empty() || !state.writers.is_empty() {
            return ValueTask::from_result(true);
        }
        if let Some(done) = &state.done {
            return ended(done.clone(), state);
        }
        let State { looks_to_read, spare, .. } = &mut *state;
        let operation =
            self.operation(&mut spare.looks_to_read, Which::LooksToRead, |_, _| {}, token);
        operation.stands(looks_to_read.push_back(operation.clone()));
        drop(state);
        operation.value_task(token)
    }

    // Waiting

    /// An operation for a wait: a spare one, if nobody has that any more.
    fn operation<R: Send + 'static>(
        self: &Arc<Self>,
        spares: &mut Spares<T, R>,
        which: Which,
        give_back: fn(&Arc<Shared<T>>, R),
        token: &CancellationToken,
    ) -> Arc<Operation<T, R>> {
        if token.can_be_canceled() {
            // Whoever cancels must not run what follows.
            return Arc::new(Operation::new(self, which, give_back, true));
        }
        let fresh = || Arc::new(Operation::new(self, which, give_back, self.asynchronously));
        for spare in spares {
            let spare = spare.get_or_insert_with(fresh);
            if let Some(operation) = Arc::get_mut(spare) {
                operation.reset();
                return spare.clone();
            }
        }
        fresh()
    }

    /// Takes one out of line. False if it does not stand there any more.
    pub(super) fn leave(&self, which: Which, key: u64) -> bool {
        let mut state = self.state.lock();
        // What is taken out is dropped after the lock is free.
        match which {
            Which::Readers => {
                let left = state.readers.remove(key);
                drop(state);
                left.is_some()
            }
            Which::Writers => {
                let left = state.writers.remove(key);
                drop(state);
                left.is_some()
            }
            Which::LooksToRead => {
                let left = state.looks_to_read.remove(key);
                drop(state);
                left.is_some()
            }
            Which::LooksToWrite => {
                let left = state.looks_to_write.remove(key);
                drop(state);
                left.is_some()
            }
        }
    }
}

impl<T: Send + 'static> Owner<T> for Shared<T> {
    fn take_back(&self, item: T) {
        self.put_back(item);
    }
}

/// What a look finds after the completion.
fn ended<T: Send + 'static>(error: Option<Error>, state: Guard<'_, State<T>>) -> ValueTask<bool> {
    drop(state);
    error.map_or_else(|| ValueTask::from_result(false), ValueTask::from_exception)
}

/// What an operation that waits at the completion fails with.
fn closed_error(error: Option<Error>) -> Error {
    let closed = || Error::from(ChannelClosedException::default());
    match error {
        None => closed(),
        Some(error) if error.is_cancelled() => error,
        Some(error) => closed().caused_by(error),
    }
}

/// What an operation that comes after the completion is.
fn closed<R: Send + 'static>(error: Option<Error>) -> ValueTask<R> {
    match error {
        Some(error) if error.is_cancelled() => {
            ValueTask::canceled(OperationCanceledException::of_task(token_of(&error)).into())
        }
        error => ValueTask::from_exception(closed_error(error)),
    }
}

fn token_of(error: &Error) -> CancellationToken {
    OperationCanceledException::of(error)
        .map_or_else(CancellationToken::none, |error| error.cancellation_token().clone())
}

/// As `Result<()>` for who completes twice.
pub(super) fn completed_twice() -> Result<()> {
    Err(ChannelClosedException::default().into())
}
