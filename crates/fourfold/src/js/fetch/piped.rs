//! A body that is made on the loop, piece by piece, and sent by a connection.
//!
//! The stream belongs to the loop's thread, while what a connection sends may be polled on any; so an
//! async function reads the stream, and one piece at a time is handed over.

use std::error::Error as StdError;
use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use hyper::body::{Body, Frame};

use super::body::Pieces;
use crate::{Error, Result};

#[derive(Default)]
struct State {
    /// The piece that is to be sent.
    piece: Option<Bytes>,
    ended: bool,
    failure: Option<Error>,
    /// Nobody sends any more.
    closed: bool,
    sender: Option<Waker>,
    maker: Option<Waker>,
}

/// The side that makes the pieces.
#[derive(Clone)]
pub(super) struct Pipe(Arc<Mutex<State>>);

/// The side that sends them.
pub(super) struct Piped(Arc<Mutex<State>>);

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    // Nothing panics between two changes that belong together.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Piped {
    pub(super) fn new() -> (Pipe, Piped) {
        let state = Arc::<Mutex<State>>::default();
        (Pipe(state.clone()), Piped(state))
    }
}

impl Pipe {
    /// What the stream failed with.
    pub(super) fn take_failure(&self) -> Option<Error> {
        lock(&self.0).failure.take()
    }

    /// Ready once there is room for a piece; `false` where nobody sends any more.
    fn poll_room(&self, context: &mut Context<'_>) -> Poll<bool> {
        let mut state = lock(&self.0);
        if state.closed || state.piece.is_none() {
            return Poll::Ready(!state.closed);
        }
        state.maker = Some(context.waker().clone());
        Poll::Pending
    }

    /// The next piece; `None` at the end, and as soon as nobody sends any more.
    fn poll_next(
        &self,
        pieces: &mut Pieces,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes>>> {
        {
            let mut state = lock(&self.0);
            if state.closed {
                return Poll::Ready(None);
            }
            state.maker = Some(context.waker().clone());
        }
        pieces.as_mut().poll_next(context)
    }

    fn hand_over(&self, next: Option<Result<Bytes>>) {
        let sender = {
            let mut state = lock(&self.0);
            match next {
                Some(Ok(piece)) => state.piece = Some(piece),
                Some(Err(error)) => state.failure = Some(error),
                None => state.ended = true,
            }
            state.sender.take()
        };
        if let Some(sender) = sender {
            sender.wake();
        }
    }
}

/// Reads the stream to its end, or until nobody sends any more.
pub(super) async fn pump(mut pieces: Pieces, pipe: Pipe) -> Result<()> {
    while poll_fn(|context| pipe.poll_room(context)).await {
        let next = poll_fn(|context| pipe.poll_next(&mut pieces, context)).await;
        let more = matches!(next, Some(Ok(_)));
        pipe.hand_over(next);
        if !more {
            break;
        }
    }
    Ok(())
}

impl Body for Piped {
    type Data = Bytes;
    type Error = Box<dyn StdError + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let (piece, maker) = {
            let mut state = lock(&self.0);
            if let Some(error) = &state.failure {
                return Poll::Ready(Some(Err(error.clone().into_std())));
            }
            let Some(piece) = state.piece.take() else {
                if state.ended {
                    return Poll::Ready(None);
                }
                state.sender = Some(context.waker().clone());
                return Poll::Pending;
            };
            (piece, state.maker.take())
        };
        if let Some(maker) = maker {
            maker.wake();
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}

impl Drop for Piped {
    fn drop(&mut self) {
        let left = {
            let mut state = lock(&self.0);
            state.closed = true;
            (state.maker.take(), state.sender.take(), mem::take(&mut state.piece))
        };
        if let Some(maker) = left.0 {
            maker.wake();
        }
    }
}
