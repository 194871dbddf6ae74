//! Queues between tasks.
//!
//! One core, three orders. A getter is woken by an item but does not own it: who comes first
//! takes it, and a getter that finds nothing waits again, at the end. That is CPython's protocol,
//! and it is why a woken getter that is cancelled wakes the next one.

mod order;
mod waits;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

pub use order::{Fifo, Lifo, Priority, QueueOrder};
pub use waits::{Get, Put};

use fourfold_kernel::trace::{self, Place};

use super::locks::Event;
use super::waiters::Waiters;
use crate::{Error, Result};

/// A queue whose items leave in the order they came. See [`OrderedQueue`] for what it can do.
///
/// The original is
/// [`asyncio.Queue`](https://docs.python.org/3/library/asyncio-queue.html#asyncio.Queue).
///
/// ```
/// use fourfold::asyncio::{self, Queue};
///
/// asyncio::run(async {
///     let queue = Queue::new(1);
///     let feed = queue.clone();
///     asyncio::create_task(async move {
///         for item in 0..3 {
///             feed.put(item).await?; // waits where the queue is full
///         }
///         feed.shutdown(false);
///         Ok(())
///     });
///     let mut sum = 0;
///     while let Ok(item) = queue.get().await {
///         sum += item;
///     }
///     assert_eq!(sum, 3);
///     Ok(())
/// })
/// .unwrap();
/// ```
pub type Queue<T> = OrderedQueue<Fifo<T>>;

/// A queue whose latest item leaves first.
///
/// The original is
/// [`asyncio.LifoQueue`](https://docs.python.org/3/library/asyncio-queue.html#asyncio.LifoQueue).
pub type LifoQueue<T> = OrderedQueue<Lifo<T>>;

/// A queue whose smallest item leaves first.
///
/// The original is
/// [`asyncio.PriorityQueue`](https://docs.python.org/3/library/asyncio-queue.html#asyncio.PriorityQueue).
pub type PriorityQueue<T> = OrderedQueue<Priority<T>>;

macro_rules! queue_error {
    ($(#[$doc:meta])* $name:ident, $text:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name;

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($text)
            }
        }

        impl std::error::Error for $name {}
    };
}

queue_error! {
    /// [`get_nowait`](OrderedQueue::get_nowait) found nothing.
    ///
    /// The original is
    /// [`asyncio.QueueEmpty`](https://docs.python.org/3/library/asyncio-queue.html#asyncio.QueueEmpty).
    QueueEmpty, "the queue is empty"
}
queue_error! {
    /// [`put_nowait`](OrderedQueue::put_nowait) found no room.
    ///
    /// The original is
    /// [`asyncio.QueueFull`](https://docs.python.org/3/library/asyncio-queue.html#asyncio.QueueFull).
    QueueFull, "the queue is full"
}
queue_error! {
    /// The queue was shut down.
    ///
    /// The original is
    /// [`asyncio.QueueShutDown`](https://docs.python.org/3/library/asyncio-queue.html#asyncio.QueueShutDown).
    QueueShutDown, "the queue was shut down"
}

/// A queue between tasks of one loop; see [`Queue`], [`LifoQueue`] and [`PriorityQueue`]. Clones
/// are the same queue.
///
/// Waiting getters are woken first come first served, and so are waiting putters. A task that was
/// woken and is cancelled before it runs passes its turn on; no item is lost.
pub struct OrderedQueue<O: QueueOrder>(Rc<Inner<O>>);

struct Inner<O> {
    items: RefCell<O>,
    /// 0: no limit.
    maxsize: usize,
    getters: Waiters,
    putters: Waiters,
    unfinished: Cell<usize>,
    finished: Event,
    shut_down: Cell<bool>,
}

impl<O: QueueOrder> OrderedQueue<O> {
    /// A queue with room for `maxsize` items; 0: for any number.
    pub fn new(maxsize: usize) -> OrderedQueue<O> {
        let finished = Event::new();
        finished.set();
        OrderedQueue(Rc::new(Inner {
            items: RefCell::new(O::default()),
            maxsize,
            getters: Waiters::default(),
            putters: Waiters::default(),
            unfinished: Cell::new(0),
            finished,
            shut_down: Cell::new(false),
        }))
    }

    /// How many items there is room for; 0: for any number.
    pub fn maxsize(&self) -> usize {
        self.0.maxsize
    }

    /// How many items are in the queue.
    pub fn qsize(&self) -> usize {
        self.0.items.borrow().len()
    }

    /// Whether there is none.
    #[inline]
    pub fn empty(&self) -> bool {
        self.0.items.borrow().is_empty()
    }

    /// Whether there is no room.
    #[inline]
    pub fn full(&self) -> bool {
        self.0.maxsize > 0 && self.qsize() >= self.0.maxsize
    }

    /// Adds an item; waits while the queue is full. Does not suspend where there is room.
    ///
    /// # Errors
    ///
    /// [`QueueShutDown`]; `Cancelled` when the task is cancelled meanwhile. The item is dropped
    /// then.
    ///
    /// The original is
    /// [`Queue.put`](https://docs.python.org/3/library/asyncio-queue.html#asyncio.Queue.put).
    #[inline]
    pub fn put(&self, item: O::Item) -> Put<'_, O> {
        Put::new(self, item)
    }

    /// Adds an item without waiting.
    ///
    /// # Errors
    ///
    /// [`QueueFull`], [`QueueShutDown`]; the item is dropped then.
    ///
    /// The original is
    /// [`Queue.put_nowait`](https://docs.python.org/3/library/asyncio-queue.html#asyncio.Queue.put_nowait).
    #[inline]
    pub fn put_nowait(&self, item: O::Item) -> Result<()> {
        let inner = &*self.0;
        if inner.shut_down.get() {
            return Err(QueueShutDown.into());
        }
        if self.full() {
            return Err(QueueFull.into());
        }
        self.add(item);
        Ok(())
    }

    /// Adds an item where there is room.
    #[inline]
    fn add(&self, item: O::Item) {
        let inner = &*self.0;
        if O::FIFO {
            trace::sent(|| self.place(0));
        }
        inner.items.borrow_mut().push(item);
        inner.unfinished.set(inner.unfinished.get() + 1);
        inner.finished.clear();
        inner.getters.wake_next();
    }

    /// As a trace names it, with so many more items than it has now.
    fn place(&self, more: usize) -> Place {
        Place::Queue { queue: Rc::as_ptr(&self.0).addr(), len: self.qsize() + more }
    }

    /// Takes an item out, if there is one.
    #[inline]
    fn take(&self) -> Option<O::Item> {
        let item = { self.0.items.borrow_mut().pop() }?;
        if O::FIFO {
            trace::received(|| self.place(1));
        }
        self.0.putters.wake_next();
        Some(item)
    }

    /// Takes an item out; waits while there is none. Does not suspend where there is one.
    ///
    /// # Errors
    ///
    /// [`QueueShutDown`], once the queue is empty; `Cancelled` when the task is cancelled
    /// meanwhile: the item that woke it stays for the next.
    ///
    /// The original is
    /// [`Queue.get`](https://docs.python.org/3/library/asyncio-queue.html#asyncio.Queue.get).
    #[inline]
    pub fn get(&self) -> Get<'_, O> {
        Get::new(self)
    }

    /// Takes an item out without waiting.
    ///
    /// # Errors
    ///
    /// [`QueueEmpty`]; [`QueueShutDown`] where it is empty and shut down.
    ///
    /// The original is
    /// [`Queue.get_nowait`](https://docs.python.org/3/library/asyncio-queue.html#asyncio.Queue.get_nowait).
    #[inline]
    pub fn get_nowait(&self) -> Result<O::Item> {
        self.take().ok_or_else(|| match self.0.shut_down.get() {
            true => QueueShutDown.into(),
            false => QueueEmpty.into(),
        })
    }

    /// Says that an item taken out earlier was dealt with.
    ///
    /// # Errors
    ///
    /// Where every item was dealt with: "task_done() called too many times".
    ///
    /// The original is
    /// [`Queue.task_done`](https://docs.python.org/3/library/asyncio-queue.html#asyncio.Queue.task_done).
    pub fn task_done(&self) -> Result<()> {
        let Some(left) = self.0.unfinished.get().checked_sub(1) else {
            return Err(Error::msg("task_done() called too many times"));
        };
        self.0.unfinished.set(left);
        if left == 0 {
            self.0.finished.set();
        }
        Ok(())
    }

    /// Waits until every item that was put was also dealt with.
    ///
    /// # Errors
    ///
    /// `Cancelled` when the task is cancelled meanwhile.
    ///
    /// The original is
    /// [`Queue.join`](https://docs.python.org/3/library/asyncio-queue.html#asyncio.Queue.join).
    pub async fn join(&self) -> Result<()> {
        if self.0.unfinished.get() > 0 {
            self.0.finished.wait().await?;
        }
        Ok(())
    }

    /// Shuts the queue down: puts fail from now on, gets once it is empty. With `immediate` it is
    /// emptied, and every item in it counts as dealt with. All who wait are woken.
    ///
    /// The original is
    /// [`Queue.shutdown`](https://docs.python.org/3/library/asyncio-queue.html#asyncio.Queue.shutdown).
    pub fn shutdown(&self, immediate: bool) {
        let inner = &*self.0;
        inner.shut_down.set(true);
        let dropped = immediate.then(|| inner.items.take());
        if let Some(dropped) = &dropped {
            inner.unfinished.set(inner.unfinished.get().saturating_sub(dropped.len()));
            if inner.unfinished.get() == 0 {
                inner.finished.set();
            }
        }
        inner.getters.wake_all_out();
        inner.putters.wake_all_out();
    }
}

impl<O: QueueOrder> Clone for OrderedQueue<O> {
    fn clone(&self) -> Self {
        OrderedQueue(self.0.clone())
    }
}

impl<O: QueueOrder> Default for OrderedQueue<O> {
    /// A queue without a limit.
    fn default() -> Self {
        OrderedQueue::new(0)
    }
}

impl<O: QueueOrder> fmt::Debug for OrderedQueue<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        write!(f, "<Queue maxsize={} qsize={}", inner.maxsize, self.qsize())?;
        if inner.getters.len() > 0 {
            write!(f, " _getters[{}]", inner.getters.len())?;
        }
        if inner.putters.len() > 0 {
            write!(f, " _putters[{}]", inner.putters.len())?;
        }
        if inner.unfinished.get() > 0 {
            write!(f, " tasks={}", inner.unfinished.get())?;
        }
        f.write_str(if inner.shut_down.get() { " shutdown>" } else { ">" })
    }
}
