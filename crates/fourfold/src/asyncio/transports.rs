//! The loop's side of a connection, as its protocol sees it.

use std::fmt;
use std::rc::Rc;

use super::address::Address;
use super::protocols::Protocol;
#[cfg(feature = "tls")]
use super::tls::TlsInfo;
use crate::{Error, Result};

/// What a transport does below its handle.
pub(crate) trait Wire {
    fn write(&self, data: &[u8]);
    fn writelines(&self, lines: &[&[u8]]) {
        self.write(&lines.concat());
    }
    fn write_eof(&self);
    fn can_write_eof(&self) -> bool {
        true
    }
    fn close(&self);
    /// Ends the connection at once, with what its protocol is told.
    fn force_close(&self, error: Option<Error>);
    fn is_closing(&self) -> bool;
    fn pause_reading(&self);
    fn resume_reading(&self);
    fn is_reading(&self) -> bool;
    fn set_write_buffer_limits(&self, high: Option<usize>, low: Option<usize>) -> Result<()>;
    fn write_buffer_limits(&self) -> (usize, usize);
    fn write_buffer_size(&self) -> usize;
    fn set_protocol(&self, protocol: Rc<dyn Protocol>);
    fn protocol(&self) -> Option<Rc<dyn Protocol>>;
    fn peername(&self) -> Option<Address>;
    fn sockname(&self) -> Option<Address>;
    fn is_encrypted(&self) -> bool {
        false
    }
    #[cfg(feature = "tls")]
    fn tls_info(&self) -> Option<TlsInfo> {
        None
    }
}

/// A connection's sending side and its switches. Clones are the same connection.
///
/// It belongs to the loop's thread. Dropping all clones does not close the connection: the loop
/// keeps it until it is lost.
///
/// The original is
/// [`asyncio.Transport`](https://docs.python.org/3/library/asyncio-protocol.html#asyncio.Transport).
#[derive(Clone)]
pub struct Transport(Rc<dyn Wire>);

impl Transport {
    pub(crate) fn new(wire: Rc<dyn Wire>) -> Transport {
        Transport(wire)
    }

    /// Sends `data`, at once as far as the system takes it; the rest is buffered and follows.
    /// Never waits, and never fails here: a failure ends the connection with
    /// [`connection_lost`](Protocol::connection_lost). Nothing is sent by a connection that is
    /// lost.
    ///
    /// # Panics
    ///
    /// After [`write_eof`](Transport::write_eof).
    ///
    /// The original is
    /// [`WriteTransport.write`](https://docs.python.org/3/library/asyncio-protocol.html#asyncio.WriteTransport.write).
    #[inline]
    pub fn write(&self, data: &[u8]) {
        self.0.write(data);
    }

    /// Sends several pieces, with one call of the system if it takes them all.
    ///
    /// # Panics
    ///
    /// After [`write_eof`](Transport::write_eof).
    pub fn writelines(&self, lines: &[&[u8]]) {
        self.0.writelines(lines);
    }

    /// Tells the other side, once the buffer is sent, that no more will follow. Reading goes on.
    ///
    /// # Panics
    ///
    /// Within TLS, where it is not possible; see [`can_write_eof`](Transport::can_write_eof).
    pub fn write_eof(&self) {
        self.0.write_eof();
    }

    /// Whether [`write_eof`](Transport::write_eof) is possible; not so within TLS.
    pub fn can_write_eof(&self) -> bool {
        self.0.can_write_eof()
    }

    /// Ends the connection: no more is received, what is buffered is sent, then
    /// [`connection_lost`](Protocol::connection_lost) is called without an error, on a later turn.
    /// Closing again does nothing.
    pub fn close(&self) {
        self.0.close();
    }

    /// As [`close`](Transport::close), and throws away what is buffered.
    pub fn abort(&self) {
        self.0.force_close(None);
    }

    #[cfg(feature = "tls")]
    pub(crate) fn force_close(&self, error: Option<Error>) {
        self.0.force_close(error);
    }

    /// Whether the connection is closing or lost.
    pub fn is_closing(&self) -> bool {
        self.0.is_closing()
    }

    /// Receives no more until [`resume_reading`](Transport::resume_reading), so that the other
    /// side has to wait. Pausing twice is pausing once.
    pub fn pause_reading(&self) {
        self.0.pause_reading();
    }

    /// Receives again.
    pub fn resume_reading(&self) {
        self.0.resume_reading();
    }

    /// Whether the connection is neither paused nor closing.
    pub fn is_reading(&self) -> bool {
        self.0.is_reading()
    }

    /// Sets the marks, in bytes, for [`pause_writing`](Protocol::pause_writing) and
    /// [`resume_writing`](Protocol::resume_writing). Without `low` it is a quarter of `high`,
    /// without `high` four times `low`, without both 64 and 16 KiB (within TLS 512 and 128 KiB).
    ///
    /// # Errors
    ///
    /// Where `low` is above `high`.
    pub fn set_write_buffer_limits(
        &self,
        high: impl Into<Option<usize>>,
        low: impl Into<Option<usize>>,
    ) -> Result<()> {
        self.0.set_write_buffer_limits(high.into(), low.into())
    }

    /// The low and the high mark, in this order.
    pub fn get_write_buffer_limits(&self) -> (usize, usize) {
        self.0.write_buffer_limits()
    }

    /// How many bytes are waiting to be sent.
    pub fn get_write_buffer_size(&self) -> usize {
        self.0.write_buffer_size()
    }

    /// Has another protocol called from here on.
    pub fn set_protocol(&self, protocol: impl Protocol) {
        self.0.set_protocol(Rc::new(protocol));
    }

    /// The protocol, until the connection is lost.
    pub fn get_protocol(&self) -> Option<Rc<dyn Protocol>> {
        self.0.protocol()
    }

    /// Who is at the other end. `get_extra_info("peername")` in the original.
    pub fn peername(&self) -> Option<Address> {
        self.0.peername()
    }

    /// This end's own address. `get_extra_info("sockname")` in the original.
    pub fn sockname(&self) -> Option<Address> {
        self.0.sockname()
    }

    /// Whether what is sent goes through TLS. `get_extra_info("sslcontext")` in the original.
    pub fn is_encrypted(&self) -> bool {
        self.0.is_encrypted()
    }

    /// What both sides agreed on: version, cipher, protocol, certificates. `None` without TLS and
    /// before the handshake is done. `get_extra_info("ssl_object")` in the original.
    #[cfg(feature = "tls")]
    pub fn tls_info(&self) -> Option<TlsInfo> {
        self.0.tls_info()
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("peername", &self.peername())
            .field("closing", &self.is_closing())
            .field("reading", &self.is_reading())
            .field("write_buffer", &self.get_write_buffer_size())
            .finish()
    }
}
