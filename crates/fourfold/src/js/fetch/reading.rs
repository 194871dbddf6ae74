//! A body as it comes.
//!
//! ```text
//!   Source ──one piece at a time──► the queue of each ReadableStream ──► its readers
//! ```
//!
//! A piece is read by an async function of its own, whose promise all who wait for it await. When it has
//! ended, nothing of it waits at the socket: a connection that is kept for the next request, or a body
//! that nobody reads on, does not keep the loop alive.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::mem;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;

use super::super::errors::TypeError;
use super::super::{
    AbortListener, AbortSignal, AsyncIterator, Await, IteratorResult, Promise, State, async_fn,
};

use crate::{Error, Result};

/// Where the pieces come from.
pub(super) struct Source {
    state: RefCell<Coming>,
    /// The read that is under way.
    pulling: RefCell<Option<Promise<()>>>,
    queues: RefCell<Vec<Weak<Queue>>>,
    signal: Option<AbortSignal>,
    /// Closes the connection where nobody reads at the moment.
    listener: OnceCell<AbortListener>,
}

enum Coming {
    More(Box<crate::http::Response>),
    /// Lent to the read that is under way.
    Pulling,
    Over(Option<Error>),
}

/// Pieces that came and were not taken.
type Queue = RefCell<VecDeque<Bytes>>;

impl Source {
    pub(super) fn new(response: crate::http::Response, signal: Option<AbortSignal>) -> Rc<Source> {
        let source = Rc::new(Source {
            state: RefCell::new(Coming::More(Box::new(response))),
            pulling: RefCell::default(),
            queues: RefCell::default(),
            signal,
            listener: OnceCell::new(),
        });
        if let Some(signal) = &source.signal {
            let aborted = Rc::downgrade(&source);
            let listener = signal.add_event_listener(move |reason| {
                if let Some(source) = aborted.upgrade() {
                    source.abort(reason);
                }
            });
            // It is new, so there is none.
            let _ = source.listener.set(listener);
        }
        source
    }

    fn abort(&self, reason: &Error) {
        let mut state = self.state.borrow_mut();
        if matches!(*state, Coming::More(_)) {
            let left = mem::replace(&mut *state, Coming::Over(Some(reason.clone())));
            drop(state);
            drop(left);
        }
    }

    /// A promise that the next piece is in the queues, or that there is none.
    #[track_caller]
    fn pull(self: &Rc<Self>) -> Promise<()> {
        if let Some(pulling) = &*self.pulling.borrow() {
            return pulling.clone();
        }
        let source = Rc::clone(self);
        let pulling: Promise<()> = async_fn(async move {
            source.read_piece().await;
            source.pulling.take();
            Ok(())
        });
        // It may be over before it returns.
        if pulling.state() == State::Pending {
            self.pulling.replace(Some(pulling.clone()));
        }
        pulling
    }

    /// A stream reads no more; where it was the last one, nobody does.
    fn leave(&self, left: &Rc<Queue>) {
        let mut queues = self.queues.borrow_mut();
        queues.retain(|queue| queue.upgrade().is_some_and(|queue| !Rc::ptr_eq(&queue, left)));
        let mut state = self.state.borrow_mut();
        if queues.is_empty() && matches!(*state, Coming::More(_)) {
            let left = mem::replace(&mut *state, Coming::Over(None));
            drop(state);
            drop(left);
        }
    }

    async fn read_piece(&self) {
        let Coming::More(mut response) = self.state.replace(Coming::Pulling) else {
            unreachable!("one read at a time, and none behind the end");
        };
        let reading = async { response.chunk().await.map_err(terminated) };
        let piece = match &self.signal {
            Some(signal) => signal.run(reading).await,
            None => reading.await,
        };
        let state = match piece {
            Ok(Some(piece)) => {
                let queues = self.queues.borrow();
                for queue in queues.iter().filter_map(Weak::upgrade) {
                    queue.borrow_mut().push_back(piece.clone());
                }
                match queues.is_empty() {
                    true => Coming::Over(None),
                    false => Coming::More(response),
                }
            }
            Ok(None) => Coming::Over(None),
            Err(error) => Coming::Over(Some(error)),
        };
        self.state.replace(state);
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        if let Some(listener) = self.listener.get() {
            listener.remove();
        }
    }
}

/// The body of a response ended before its end.
fn terminated(cause: Error) -> Error {
    Error::from(TypeError::new("terminated")).caused_by(cause)
}

/// The body of a response, piece by piece.
///
/// It is an [`AsyncIterator`] and a [`Stream`], and has [`read`](ReadableStream::read) as a reader has. A
/// clone is the same stream.
/// Once it has been read from, the response's [`body_used`](super::Response::body_used) is true.
///
/// The original is [`ReadableStream`](https://developer.mozilla.org/docs/Web/API/ReadableStream).
pub struct ReadableStream {
    branch: Rc<Branch>,
    /// What the stream waits for.
    awaiting: Option<Await<()>>,
    /// It has told how it ended.
    told: bool,
}

struct Branch {
    source: Rc<Source>,
    queue: Rc<Queue>,
    disturbed: Cell<bool>,
    cancelled: Cell<bool>,
}

/// What can be said at once of the next piece.
enum Next {
    Piece(Bytes),
    End(Option<Error>),
    Later,
}

impl ReadableStream {
    pub(super) fn new(source: Rc<Source>) -> ReadableStream {
        ReadableStream::of(source, VecDeque::new())
    }

    fn of(source: Rc<Source>, queue: VecDeque<Bytes>) -> ReadableStream {
        let queue = Rc::new(RefCell::new(queue));
        let mut queues = source.queues.borrow_mut();
        queues.retain(|queue| queue.strong_count() > 0);
        queues.push(Rc::downgrade(&queue));
        drop(queues);
        let [disturbed, cancelled] = [Cell::new(false), Cell::new(false)];
        let branch = Branch { source, queue, disturbed, cancelled };
        ReadableStream { branch: Rc::new(branch), awaiting: None, told: false }
    }

    /// Another stream of the same, from where this one is.
    pub(super) fn tee(&self) -> ReadableStream {
        let waiting = self.branch.queue.borrow().clone();
        ReadableStream::of(Rc::clone(&self.branch.source), waiting)
    }

    pub(super) fn is_disturbed(&self) -> bool {
        self.branch.disturbed.get()
    }

    /// Notes that it is read from; whether it was before.
    pub(super) fn disturb(&self) -> bool {
        self.branch.disturbed.replace(true)
    }

    fn next(&self) -> Next {
        if self.branch.cancelled.get() {
            return Next::End(None);
        }
        if let Some(piece) = self.branch.queue.borrow_mut().pop_front() {
            return Next::Piece(piece);
        }
        match &*self.branch.source.state.borrow() {
            Coming::Over(end) => Next::End(end.clone()),
            _ => Next::Later,
        }
    }

    async fn next_piece(&self) -> Result<Option<Bytes>> {
        loop {
            match self.next() {
                Next::Piece(piece) => return Ok(Some(piece)),
                Next::End(None) => return Ok(None),
                Next::End(Some(error)) => return Err(error),
                Next::Later => self.branch.source.pull().await?,
            }
        }
    }

    /// A promise of the next piece, or of `None` at the end.
    ///
    /// It is rejected with a [`TypeError`] where the peer ends within the body, and with the signal's
    /// reason where that is aborted.
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    ///
    /// The original is
    /// [`reader.read()`](https://developer.mozilla.org/docs/Web/API/ReadableStreamDefaultReader/read).
    #[track_caller]
    pub fn read(&self) -> Promise<Option<Bytes>> {
        self.disturb();
        let stream = self.clone();
        async_fn(async move { stream.next_piece().await })
    }

    /// Reads no more of it, and lets go of what has come. The connection is closed, unless somebody else
    /// reads the same body.
    ///
    /// The original is
    /// [`stream.cancel()`](https://developer.mozilla.org/docs/Web/API/ReadableStream/cancel).
    pub fn cancel(&self) {
        self.disturb();
        self.branch.cancelled.set(true);
        let left = self.branch.queue.take();
        drop(left);
        self.branch.source.leave(&self.branch.queue);
    }

    /// All that is left.
    pub(super) async fn read_to_end(&self) -> Result<Bytes> {
        let Some(first) = self.next_piece().await? else { return Ok(Bytes::new()) };
        let Some(second) = self.next_piece().await? else { return Ok(first) };
        let mut all = BytesMut::from(first);
        all.extend_from_slice(&second);
        while let Some(piece) = self.next_piece().await? {
            all.extend_from_slice(&piece);
        }
        Ok(all.freeze())
    }
}

/// As `for await` takes it: a loop that is left early cancels the stream.
impl AsyncIterator for ReadableStream {
    type Value = Bytes;
    type Return = ();

    #[track_caller]
    fn next_result(&self) -> Promise<IteratorResult<Bytes>> {
        self.disturb();
        let stream = self.clone();
        async_fn(async move {
            Ok(match stream.next_piece().await? {
                Some(piece) => IteratorResult::Value(piece),
                None => IteratorResult::Done(None),
            })
        })
    }

    #[track_caller]
    fn close_early(&self) -> Promise<IteratorResult<Bytes>> {
        self.cancel();
        Promise::resolve(IteratorResult::Done(None))
    }
}

impl Stream for ReadableStream {
    type Item = Result<Bytes>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes>>> {
        let this = &mut *self;
        this.disturb();
        loop {
            if let Some(awaiting) = &mut this.awaiting {
                let pulled = ready!(Pin::new(awaiting).poll(context));
                this.awaiting = None;
                if let Err(error) = pulled {
                    return Poll::Ready(Some(Err(error)));
                }
            }
            match this.next() {
                Next::Piece(piece) => return Poll::Ready(Some(Ok(piece))),
                Next::End(end) => {
                    let told = mem::replace(&mut this.told, true);
                    return Poll::Ready(end.filter(|_| !told).map(Err));
                }
                Next::Later => this.awaiting = Some(this.branch.source.pull().into_future()),
            }
        }
    }
}

impl Clone for ReadableStream {
    fn clone(&self) -> Self {
        ReadableStream { branch: Rc::clone(&self.branch), awaiting: None, told: false }
    }
}

impl fmt::Debug for ReadableStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadableStream")
            .field("disturbed", &self.is_disturbed())
            .finish_non_exhaustive()
    }
}
