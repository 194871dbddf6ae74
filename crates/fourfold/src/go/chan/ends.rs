//! One direction of a channel: Go's `chan<- T` and `<-chan T`.
//!
//! What the other direction would need is not there, so the compiler refuses it as Go's does:
//!
//! ```compile_fail,E0599
//! let (sender, _) = fourfold::go::chan::make::<u32>(1).split();
//! sender.recv();
//! ```
//!
//! ```compile_fail,E0599
//! let (_, receiver) = fourfold::go::chan::make::<u32>(1).split();
//! receiver.send(1);
//! ```
//!
//! ```compile_fail,E0599
//! let (_, receiver) = fourfold::go::chan::make::<u32>(1).split();
//! receiver.close();
//! ```

use fourfold_kernel::channel::Channel;

use super::{Chan, Iter, Recv, Send, TryRecvError, TrySendError};

/// A channel to send only: Go's `chan<- T`.
#[derive(Debug)]
pub struct Sender<T> {
    chan: Chan<T>,
}

impl<T> Sender<T> {
    pub(super) fn new(chan: Chan<T>) -> Sender<T> {
        Sender { chan }
    }

    /// As [`Chan::nil`].
    pub const fn nil() -> Sender<T> {
        Sender { chan: Chan::nil() }
    }

    /// As [`Chan::is_nil`].
    pub fn is_nil(&self) -> bool {
        self.chan.is_nil()
    }

    #[doc(hidden)]
    pub fn channel(&self) -> Option<&Channel<T>> {
        self.chan.channel()
    }

    /// As [`Chan::send`].
    ///
    /// # Panics
    ///
    /// As [`Chan::send`].
    #[inline]
    pub fn send(&self, value: T) {
        self.chan.send(value);
    }

    /// As [`Chan::try_send`].
    ///
    /// # Errors
    ///
    /// As [`Chan::try_send`].
    #[inline]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        self.chan.try_send(value)
    }

    /// As [`Chan::send_async`].
    pub fn send_async(&self, value: T) -> Send<'_, T> {
        self.chan.send_async(value)
    }

    /// As [`Chan::close`].
    ///
    /// # Panics
    ///
    /// As [`Chan::close`].
    pub fn close(&self) {
        self.chan.close();
    }

    /// As [`Chan::len`].
    pub fn len(&self) -> usize {
        self.chan.len()
    }

    /// As [`Chan::is_empty`].
    pub fn is_empty(&self) -> bool {
        self.chan.is_empty()
    }

    /// As [`Chan::cap`].
    pub fn cap(&self) -> usize {
        self.chan.cap()
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        Sender { chan: self.chan.clone() }
    }
}

/// A channel to receive only: Go's `<-chan T`.
#[derive(Debug)]
pub struct Receiver<T> {
    chan: Chan<T>,
}

impl<T> Receiver<T> {
    pub(super) fn new(chan: Chan<T>) -> Receiver<T> {
        Receiver { chan }
    }

    /// As [`Chan::nil`].
    pub const fn nil() -> Receiver<T> {
        Receiver { chan: Chan::nil() }
    }

    /// As [`Chan::is_nil`].
    pub fn is_nil(&self) -> bool {
        self.chan.is_nil()
    }

    pub(super) fn into_chan(self) -> Chan<T> {
        self.chan
    }

    #[doc(hidden)]
    pub fn channel(&self) -> Option<&Channel<T>> {
        self.chan.channel()
    }

    /// As [`Chan::recv`].
    #[inline]
    pub fn recv(&self) -> Option<T> {
        self.chan.recv()
    }

    /// As [`Chan::try_recv`].
    ///
    /// # Errors
    ///
    /// As [`Chan::try_recv`].
    #[inline]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.chan.try_recv()
    }

    /// As [`Chan::recv_async`].
    pub fn recv_async(&self) -> Recv<'_, T> {
        self.chan.recv_async()
    }

    /// As [`Chan::iter`].
    pub fn iter(&self) -> Iter<'_, T> {
        self.chan.iter()
    }

    /// As [`Chan::len`].
    pub fn len(&self) -> usize {
        self.chan.len()
    }

    /// As [`Chan::is_empty`].
    pub fn is_empty(&self) -> bool {
        self.chan.is_empty()
    }

    /// As [`Chan::cap`].
    pub fn cap(&self) -> usize {
        self.chan.cap()
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Receiver<T> {
        Receiver { chan: self.chan.clone() }
    }
}

impl<T> From<Chan<T>> for Receiver<T> {
    fn from(chan: Chan<T>) -> Receiver<T> {
        Receiver { chan }
    }
}

impl<T> From<Chan<T>> for Sender<T> {
    fn from(chan: Chan<T>) -> Sender<T> {
        Sender { chan }
    }
}
