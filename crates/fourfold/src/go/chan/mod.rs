//! Channels, as Go has them.
//!
//! ```
//! use fourfold::go::{self, chan};
//!
//! go::run(|| {
//!     let messages = chan::make::<&str>(2);
//!     messages.send("buffered");
//!     messages.send("channel");
//!     messages.close();
//!     assert_eq!(messages.recv(), Some("buffered"));
//!     assert_eq!(messages.recv(), Some("channel"));
//!     assert_eq!(messages.recv(), None);
//! });
//! ```
//!
//! | Go | here |
//! |---|---|
//! | `make(chan T)`, `make(chan T, n)` | [`make(0)`](make), `make(n)` |
//! | `var c chan T` | [`Chan::nil()`](Chan::nil) |
//! | `c <- v` | [`c.send(v)`](Chan::send), [`c.send_async(v).await`](Chan::send_async) |
//! | `v, ok := <-c` | [`c.recv()`](Chan::recv): `None` where `ok` is false |
//! | `for v := range c` | `for v in &c` |
//! | `chan<- T`, `<-chan T` | [`Sender`], [`Receiver`] |
//! | | [`c.into_stream()`](Chan::into_stream): what is received, as a stream of the crate `futures` |
//! | `select` with `default` | [`try_send`](Chan::try_send), [`try_recv`](Chan::try_recv), or [`select!`](crate::go::select!) |
//! | `close(c)` | [`c.close()`](Chan::close) |
//! | `len(c)`, `cap(c)` | [`c.len()`](Chan::len), [`c.cap()`](Chan::cap) |
//!
//! All of it may be called from goroutines, from futures (the `…_async` forms) and from threads.
//! The protocol is the kernel's: `fourfold_kernel::channel`.
//!
//! # Memory order
//!
//! As in the Go memory model: what happened before a send is seen by who receives the value; what
//! happened before the `k`-th receive from a channel of capacity `C` is seen when the `k + C`-th
//! send has completed; what happened before the close is seen by who finds the channel closed.

mod ends;
mod iter;
mod stream;
mod waits;

use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock, Weak};

use fourfold_kernel::channel::Channel;
pub use fourfold_kernel::channel::{RecvError as TryRecvError, SendError as TrySendError};
use fourfold_kernel::pool::Reason;

pub use ends::{Receiver, Sender};
pub use iter::{IntoIter, Iter};
pub use stream::ChanStream;
pub use waits::{Recv, Send};

static SEND: Reason = Reason::by_tasks("chan send");
static RECEIVE: Reason = Reason::by_tasks("chan receive");
static SEND_NIL: Reason = Reason::by_tasks("chan send (nil chan)");
static RECEIVE_NIL: Reason = Reason::by_tasks("chan receive (nil chan)");

/// Makes a channel that keeps up to `capacity` values. With 0 a sender waits for its receiver.
///
/// # Panics
///
/// When there is no memory for so many.
pub fn make<T>(capacity: usize) -> Chan<T> {
    Chan { channel: Some(Arc::new(Shared::new(capacity, false))) }
}

/// A channel of one place that looks as if it had none, for what must not be stale: whoever sends
/// may still take the value back.
pub(super) fn make_synchronous<T>() -> Chan<T> {
    Chan { channel: Some(Arc::new(Shared::new(1, true))) }
}

/// A channel, or none. Clones are the same channel. Dropping the last one does not close it.
pub struct Chan<T> {
    channel: Option<Arc<Shared<T>>>,
}

struct Shared<T> {
    channel: Channel<T>,
    synchronous: bool,
    /// What lives as long as the channel does.
    kept: OnceLock<Arc<dyn Any + std::marker::Send + Sync>>,
}

impl<T> Shared<T> {
    fn new(capacity: usize, synchronous: bool) -> Shared<T> {
        Shared { channel: Channel::new(capacity), synchronous, kept: OnceLock::new() }
    }
}

impl<T> Deref for Shared<T> {
    type Target = Channel<T>;

    #[inline]
    fn deref(&self) -> &Channel<T> {
        &self.channel
    }
}

/// A channel that may be gone.
pub(super) struct WeakChan<T>(Weak<Shared<T>>);

impl<T> WeakChan<T> {
    pub(super) fn upgrade(&self) -> Option<Chan<T>> {
        self.0.upgrade().map(|channel| Chan { channel: Some(channel) })
    }
}

impl<T> Chan<T> {
    /// No channel: sending and receiving wait for ever, and in a select it is never ready.
    pub const fn nil() -> Chan<T> {
        Chan { channel: None }
    }

    /// Whether it is none.
    pub fn is_nil(&self) -> bool {
        self.channel.is_none()
    }

    #[doc(hidden)]
    pub fn channel(&self) -> Option<&Channel<T>> {
        self.channel.as_deref().map(|shared| &shared.channel)
    }

    /// This channel without keeping it.
    pub(super) fn downgrade(&self) -> WeakChan<T> {
        WeakChan(self.channel.as_ref().map_or_else(Weak::new, Arc::downgrade))
    }

    /// Keeps something for as long as the channel lives.
    pub(super) fn keep(&self, kept: Arc<impl Any + std::marker::Send + Sync>) {
        if let Some(shared) = &self.channel {
            let _ = shared.kept.set(kept);
        }
    }

    /// Sends `value`: waits until it is in a receiver's hand or in the buffer.
    ///
    /// # Panics
    ///
    /// With "send on closed channel", also where it was closed while this waits. In a future: use
    /// [`send_async`](Chan::send_async).
    #[inline]
    pub fn send(&self, value: T) {
        let Some(channel) = &self.channel else { return waits::for_ever(&SEND_NIL) };
        if channel.send_plain(value, &SEND).is_err() {
            send_on_closed();
        }
    }

    /// Sends `value` if that can be done at once.
    ///
    /// # Errors
    ///
    /// The value, if it would have to wait, or if the channel is closed.
    #[inline]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        match &self.channel {
            Some(channel) => channel.try_send(value),
            None => Err(TrySendError::Full(value)),
        }
    }

    /// As [`send`](Chan::send), awaited. Dropped before it is ready it has sent nothing.
    pub fn send_async(&self, value: T) -> Send<'_, T> {
        Send::new(self.channel(), value)
    }

    /// Receives a value: waits until there is one. `None` if the channel is closed and empty.
    ///
    /// # Panics
    ///
    /// In a future: use [`recv_async`](Chan::recv_async).
    #[inline]
    pub fn recv(&self) -> Option<T> {
        let Some(channel) = &self.channel else { return waits::for_ever(&RECEIVE_NIL) };
        channel.recv_plain(&RECEIVE)
    }

    /// Receives a value if there is one.
    ///
    /// # Errors
    ///
    /// If it would have to wait, or if the channel is closed and empty.
    #[inline]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        match &self.channel {
            Some(channel) => channel.try_recv(),
            None => Err(TryRecvError::Empty),
        }
    }

    /// As [`recv`](Chan::recv), awaited. Dropped before it is ready it has received nothing.
    pub fn recv_async(&self) -> Recv<'_, T> {
        Recv::new(self.channel())
    }

    /// Closes the channel: what is in it can still be received.
    ///
    /// # Panics
    ///
    /// With "close of closed channel" or "close of nil channel".
    pub fn close(&self) {
        match &self.channel {
            None => panic!("close of nil channel"),
            Some(channel) => assert!(channel.close(), "close of closed channel"),
        }
    }

    /// Closes the channel, if it is there and open; tells whether it was.
    pub fn try_close(&self) -> bool {
        self.channel.as_ref().is_some_and(|channel| channel.close())
    }

    /// The channel, if its buffer is to be seen.
    fn shown(&self) -> Option<&Channel<T>> {
        self.channel.as_deref().filter(|shared| !shared.synchronous).map(|shared| &shared.channel)
    }

    /// How many values are in the buffer.
    pub fn len(&self) -> usize {
        self.shown().map_or(0, |channel| channel.len())
    }

    /// Whether the buffer is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values fit into the buffer.
    pub fn cap(&self) -> usize {
        self.shown().map_or(0, |channel| channel.capacity())
    }

    /// Receives until the channel is closed and empty.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter::new(self)
    }

    /// This channel, to send only.
    pub fn sender(&self) -> Sender<T> {
        Sender::new(self.clone())
    }

    /// This channel, to receive only.
    pub fn receiver(&self) -> Receiver<T> {
        Receiver::new(self.clone())
    }

    /// Both ends.
    pub fn split(self) -> (Sender<T>, Receiver<T>) {
        (self.sender(), Receiver::new(self))
    }

    /// Whether both are the same channel, as `==` on channels in Go.
    pub fn same(&self, other: &Chan<T>) -> bool {
        match (&self.channel, &other.channel) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

#[cold]
#[track_caller]
pub(super) fn send_on_closed() -> ! {
    panic!("send on closed channel")
}

impl<T> Clone for Chan<T> {
    fn clone(&self) -> Chan<T> {
        Chan { channel: self.channel.clone() }
    }
}

impl<T> Default for Chan<T> {
    /// Go's zero value: no channel.
    fn default() -> Chan<T> {
        Chan::nil()
    }
}

impl<T> fmt::Debug for Chan<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.channel {
            None => f.write_str("Chan(nil)"),
            Some(channel) => f
                .debug_struct("Chan")
                .field("len", &channel.len())
                .field("cap", &channel.capacity())
                .finish_non_exhaustive(),
        }
    }
}
