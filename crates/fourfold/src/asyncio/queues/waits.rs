//! Waiting at a queue: for an item, and for room.

use crate::asyncio::cell::WaitReason;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::super::waiters::{Wait, Waited};
use super::{OrderedQueue, QueueOrder, QueueShutDown};
use crate::Result;

/// The future [`OrderedQueue::get`] returns.
#[must_use = "an item is taken when this is awaited"]
pub struct Get<'a, O: QueueOrder> {
    queue: &'a OrderedQueue<O>,
    wait: Wait,
}

impl<'a, O: QueueOrder> Get<'a, O> {
    pub(super) fn new(queue: &'a OrderedQueue<O>) -> Get<'a, O> {
        Get { queue, wait: Wait::default() }
    }

    /// Woken in vain: the next getter may take what is there.
    fn pass_on(&self, woken: bool) {
        if woken && !self.queue.empty() {
            self.queue.0.getters.wake_next();
        }
    }
}

impl<O: QueueOrder> Future for Get<'_, O> {
    type Output = Result<O::Item>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<O::Item>> {
        let this = &mut *self;
        let inner = &*this.queue.0;
        loop {
            if !this.wait.has_begun() {
                if let Some(item) = this.queue.take() {
                    return Poll::Ready(Ok(item));
                }
                if inner.shut_down.get() {
                    return Poll::Ready(Err(QueueShutDown.into()));
                }
            }
            match this.wait.poll(&inner.getters, context, &WaitReason("queue get")) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Waited::Woken) => {}
                Poll::Ready(Waited::Cancelled { error, woken }) => {
                    this.pass_on(woken);
                    return Poll::Ready(Err(error));
                }
            }
        }
    }
}

impl<O: QueueOrder> Drop for Get<'_, O> {
    #[inline]
    fn drop(&mut self) {
        if let Some(woken) = self.wait.leave(&self.queue.0.getters) {
            self.pass_on(woken);
        }
    }
}

impl<O: QueueOrder> fmt::Debug for Get<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Get").field("queue", self.queue).finish()
    }
}

/// The future [`OrderedQueue::put`] returns.
#[must_use = "an item is added when this is awaited"]
pub struct Put<'a, O: QueueOrder> {
    queue: &'a OrderedQueue<O>,
    wait: Wait,
    item: Option<O::Item>,
}

impl<'a, O: QueueOrder> Put<'a, O> {
    pub(super) fn new(queue: &'a OrderedQueue<O>, item: O::Item) -> Put<'a, O> {
        Put { queue, wait: Wait::default(), item: Some(item) }
    }

    /// Woken in vain: the next putter may have the room that is there.
    fn pass_on(&self, woken: bool) {
        if woken && !self.queue.full() {
            self.queue.0.putters.wake_next();
        }
    }
}

// The item is moved, never pinned.
impl<O: QueueOrder> Unpin for Put<'_, O> {}

impl<O: QueueOrder> Future for Put<'_, O> {
    type Output = Result<()>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let this = &mut *self;
        let inner = &*this.queue.0;
        loop {
            if !this.wait.has_begun() {
                if inner.shut_down.get() {
                    return Poll::Ready(Err(QueueShutDown.into()));
                }
                if !this.queue.full() {
                    let item = this.item.take().expect("a put is not polled after it was ready");
                    this.queue.add(item);
                    return Poll::Ready(Ok(()));
                }
            }
            match this.wait.poll(&inner.putters, context, &WaitReason("queue put")) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Waited::Woken) => {}
                Poll::Ready(Waited::Cancelled { error, woken }) => {
                    this.pass_on(woken);
                    return Poll::Ready(Err(error));
                }
            }
        }
    }
}

impl<O: QueueOrder> Drop for Put<'_, O> {
    #[inline]
    fn drop(&mut self) {
        if let Some(woken) = self.wait.leave(&self.queue.0.putters) {
            self.pass_on(woken);
        }
    }
}

impl<O: QueueOrder> fmt::Debug for Put<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Put").field("queue", self.queue).finish()
    }
}
