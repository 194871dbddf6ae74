//! How a server ends: those who serve a connection are told, and the last one to leave is awaited.
//! All of it on one thread.

use std::cell::RefCell;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

#[derive(Default)]
struct State {
    closing: bool,
    /// One place for each connection that is open; the waker of its last poll.
    open: Vec<Option<Waker>>,
    vacant: Vec<usize>,
    count: usize,
    last: Option<Waker>,
}

/// The server's side. Dropping it is closing, too.
#[derive(Default)]
pub(super) struct Closing(Rc<RefCell<State>>);

impl Closing {
    /// A place for one connection.
    pub(super) fn enter(&self) -> Inside {
        let mut state = self.0.borrow_mut();
        let place = state.vacant.pop().unwrap_or_else(|| {
            state.open.push(None);
            state.open.len() - 1
        });
        state.count += 1;
        Inside { state: Rc::clone(&self.0), place }
    }

    /// Tells all connections, also those that enter later.
    pub(super) fn close(&self) {
        let wakers: Vec<Waker> = {
            let mut state = self.0.borrow_mut();
            state.closing = true;
            state.open.iter_mut().filter_map(Option::take).collect()
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Ready once no connection is left.
    pub(super) fn poll_empty(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.borrow_mut();
        if state.count == 0 {
            return Poll::Ready(());
        }
        state.last = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.close();
    }
}

/// A connection's side. Dropping it is leaving.
pub(super) struct Inside {
    state: Rc<RefCell<State>>,
    place: usize,
}

impl Inside {
    /// Ready once the server is closing.
    pub(super) fn poll_closing(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.state.borrow_mut();
        if state.closing {
            return Poll::Ready(());
        }
        state.open[self.place] = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let (own, last) = {
            let mut state = self.state.borrow_mut();
            state.count -= 1;
            let own = state.open[self.place].take();
            state.vacant.push(self.place);
            (own, if state.count == 0 { state.last.take() } else { None })
        };
        drop(own);
        if let Some(last) = last {
            last.wake();
        }
    }
}
