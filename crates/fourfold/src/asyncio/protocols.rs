//! What a transport calls: the user's side of a connection.

use std::rc::Rc;

use super::transports::Transport;
use crate::Error;

/// Receives what happens on a stream connection.
///
/// The calls come in this order: [`connection_made`](Protocol::connection_made) once; then
/// [`data_received`](Protocol::data_received) any number of times, at most one
/// [`eof_received`](Protocol::eof_received); at last, once and in every case,
/// [`connection_lost`](Protocol::connection_lost). `pause_writing` and `resume_writing` alternate.
///
/// All calls are made on the loop's thread. They take `&self`, because a transport calls back
/// while it is used: a `write` inside of `data_received` may call `pause_writing`. Keep state in
/// a `Cell` or a `RefCell`, and let go of its borrow before calling the transport. A panic in
/// `data_received` or `eof_received` is reported to the exception handler and ends the connection.
///
/// The original is
/// [`asyncio.Protocol`](https://docs.python.org/3/library/asyncio-protocol.html#asyncio.Protocol).
///
/// ```
/// use std::cell::OnceCell;
/// use fourfold::asyncio::{Protocol, Transport};
///
/// #[derive(Default)]
/// struct Echo(OnceCell<Transport>);
///
/// impl Protocol for Echo {
///     fn connection_made(&self, transport: Transport) {
///         self.0.set(transport).expect("a connection is made once");
///     }
///     fn data_received(&self, data: &[u8]) {
///         self.0.get().expect("made before data comes").write(data);
///     }
/// }
/// ```
pub trait Protocol: 'static {
    /// The connection is there.
    fn connection_made(&self, transport: Transport) {
        let _ = transport;
    }

    /// Some bytes arrived. They lie in a buffer that all connections of the loop share: what is
    /// needed later has to be copied.
    fn data_received(&self, data: &[u8]) {
        let _ = data;
    }

    /// The other side will send no more. `true` leaves the connection open for writing, `false`
    /// closes it.
    fn eof_received(&self) -> bool {
        false
    }

    /// The connection is gone: without an error where it was closed or aborted by this side, or
    /// where the other side ended it in good order.
    fn connection_lost(&self, error: Option<Error>) {
        let _ = error;
    }

    /// More is waiting to be sent than the high water mark allows.
    fn pause_writing(&self) {}

    /// What is waiting to be sent has fallen to the low water mark.
    fn resume_writing(&self) {}
}

impl<P: Protocol + ?Sized> Protocol for Rc<P> {
    fn connection_made(&self, transport: Transport) {
        (**self).connection_made(transport);
    }

    fn data_received(&self, data: &[u8]) {
        (**self).data_received(data);
    }

    fn eof_received(&self) -> bool {
        (**self).eof_received()
    }

    fn connection_lost(&self, error: Option<Error>) {
        (**self).connection_lost(error);
    }

    fn pause_writing(&self) {
        (**self).pause_writing();
    }

    fn resume_writing(&self) {
        (**self).resume_writing();
    }
}
