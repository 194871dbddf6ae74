//! A select whose cases are made at run time.

use std::fmt;

use fourfold_kernel::channel::{self, Case, RecvCase, SendCase};
use fourfold_kernel::fiber;

use super::{SELECT, Sink, Source};

/// A select over channels of one type of value, with as many cases as one likes: Go's
/// [`reflect.Select`](https://pkg.go.dev/reflect#Select).
///
/// ```
/// use fourfold::go::chan;
/// use fourfold::go::select::{Select, Selected};
///
/// let chans: Vec<_> = (0..20).map(|_| chan::make::<usize>(1)).collect();
/// chans[7].send(70);
/// let mut select = Select::new();
/// for chan in &chans {
///     select.recv(chan);
/// }
/// assert_eq!(select.wait(), (7, Selected::Received(Some(70))));
/// ```
pub struct Select<'a, T> {
    cases: Vec<Dynamic<'a, T>>,
}

enum Dynamic<'a, T> {
    Recv(Box<RecvCase<'a, T>>),
    Send(Box<SendCase<'a, T>>),
}

/// What the chosen case did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selected<T> {
    /// It received; `None` if the channel is closed and empty.
    Received(Option<T>),
    /// It sent.
    Sent,
}

impl<'a, T> Select<'a, T> {
    /// Without a case.
    pub fn new() -> Select<'a, T> {
        Select { cases: Vec::new() }
    }

    /// Adds a receive and tells its index.
    pub fn recv<S: Source<Item = T>>(&mut self, from: &'a S) -> usize {
        self.cases.push(Dynamic::Recv(Box::new(RecvCase::new(from.source()))));
        self.cases.len() - 1
    }

    /// Adds a send and tells its index.
    pub fn send<S: Sink<Item = T>>(&mut self, to: &'a S, value: T) -> usize {
        self.cases.push(Dynamic::Send(Box::new(SendCase::new(to.sink(), value))));
        self.cases.len() - 1
    }

    /// Waits until one can be done, does it, and tells which and what came of it.
    ///
    /// # Panics
    ///
    /// With "send on closed channel" if such a send is chosen. In a future.
    pub fn wait(mut self) -> (usize, Selected<T>) {
        if self.cases.is_empty() {
            super::__for_ever();
        }
        let mut all = All(&mut self.cases);
        let chosen = channel::select(&mut all, &SELECT);
        (chosen, self.outcome(chosen))
    }

    /// Does one of those that can be done at once; `None` if none can.
    ///
    /// # Panics
    ///
    /// As [`wait`](Select::wait).
    pub fn try_now(mut self) -> Option<(usize, Selected<T>)> {
        fiber::checkpoint();
        let chosen = channel::try_select(&mut All(&mut self.cases))?;
        Some((chosen, self.outcome(chosen)))
    }

    fn outcome(mut self, chosen: usize) -> Selected<T> {
        match self.cases.swap_remove(chosen) {
            Dynamic::Recv(mut case) => Selected::Received(case.take()),
            Dynamic::Send(case) => {
                super::__sent(&case);
                Selected::Sent
            }
        }
    }
}

impl<T> Default for Select<'_, T> {
    fn default() -> Self {
        Select::new()
    }
}

impl<T> fmt::Debug for Select<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Select").field("cases", &self.cases.len()).finish()
    }
}

struct All<'s, 'a, T>(&'s mut Vec<Dynamic<'a, T>>);

// SAFETY: the boxes keep the cases where they are, and the vector is borrowed.
unsafe impl<T> channel::Cases for All<'_, '_, T> {
    fn collect<'s>(&'s mut self, into: &mut channel::Collected<'s>) {
        for case in self.0.iter_mut() {
            let case: &mut dyn Case = match case {
                Dynamic::Recv(case) => &mut **case,
                Dynamic::Send(case) => &mut **case,
            };
            into.push(case);
        }
    }
}
