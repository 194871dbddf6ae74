//! The encrypted stream: rustls on one side, any asynchronous byte stream on the other.
//!
//! ```text
//!   poll_write ──► writer ┐            ┌ write_tls ──► io
//!                         ├ Connection ┤
//!   poll_read ◄── reader ◄┘            └ read_tls ◄── io
//! ```
//!
//! rustls itself does no I/O, so all that is decided here is when to move bytes. Two rules:
//! output that rustls made while reading (a key update, an alert) is sent along by the read that
//! caused it; and a write that could hand anything to rustls is not pending.
//!
//! `futures-rustls` was weighed: its only release for rustls 0.23 leaves the answer to a key update
//! lying until the next write, and its errors carry neither host nor reason.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncRead, AsyncWrite};
use rustls::Connection;

/// A stream of bytes inside TLS, over any stream of bytes.
///
/// Made by [`Connector::connect`](super::Connector::connect) and
/// [`Acceptor::accept`](super::Acceptor::accept). Dropping it drops the transport at once, without
/// the closing alert; close it to send that.
///
/// Reading returns `UnexpectedEof` where the peer ends the transport without TLS's closing alert:
/// what came before may have been cut short by someone in between.
pub struct TlsStream<IO> {
    io: IO,
    tls: Connection,
    close_sent: bool,
}

impl<IO> TlsStream<IO> {
    pub(super) fn new(io: IO, tls: Connection) -> TlsStream<IO> {
        TlsStream { io, tls, close_sent: false }
    }

    /// The protocol both sides agreed on (ALPN), `b"h2"` for example.
    pub fn protocol(&self) -> Option<&[u8]> {
        self.tls.alpn_protocol()
    }

    /// The transport below.
    pub fn get_ref(&self) -> &IO {
        &self.io
    }

    /// What rustls knows of the connection: version, cipher suite, certificates.
    pub fn connection(&self) -> &Connection {
        &self.tls
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> TlsStream<IO> {
    /// Sends what rustls has ready.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.tls.wants_write() {
            let sent = ready!(self.poll_send_once(cx))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_send_once(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut writer = Blocking { io: &mut self.io, cx };
        would_block_is_pending(self.tls.write_tls(&mut writer))
    }

    /// Receives once and lets rustls decrypt it; zero is the end of the transport.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut reader = Blocking { io: &mut self.io, cx };
        let received = ready!(would_block_is_pending(self.tls.read_tls(&mut reader)))?;
        match self.tls.process_new_packets() {
            Ok(_) => Poll::Ready(Ok(received)),
            Err(error) => {
                // The peer is told why, if the transport takes it; the error comes first.
                let _ = self.poll_send(cx);
                Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, error)))
            }
        }
    }

    /// Drives the handshake to its end. `UnexpectedEof` if the peer leaves in the middle.
    pub(super) fn poll_handshake(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            // Not finished yet is no reason not to read: the peer may be waiting to be read, too.
            let sending = self.poll_send(cx)?;
            if !self.tls.is_handshaking() {
                ready!(sending);
                return Pin::new(&mut self.io).poll_flush(cx);
            }
            if sending.is_ready() {
                let _ = Pin::new(&mut self.io).poll_flush(cx)?;
            }
            if ready!(self.poll_receive(cx))? == 0 {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> AsyncRead for TlsStream<IO> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        loop {
            match this.tls.reader().read(buf) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return Poll::Ready(result),
            }
            let received = this.poll_receive(cx);
            // A transport that takes nothing now stops no reading; the next call tries again.
            if let Poll::Ready(Ok(_)) = received {
                let _ = this.poll_send(cx)?;
            }
            if ready!(received)? == 0 {
                // Once it has seen the end, rustls knows whether the peer announced it.
                return match this.tls.reader().read(buf) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()))
                    }
                    result => Poll::Ready(result),
                };
            }
        }
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TlsStream<IO> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if buf.is_empty() {
            return Poll::Ready(Ok(0));
        }
        loop {
            // rustls buffers up to a limit and takes nothing beyond it.
            let taken = this.tls.writer().write(buf)?;
            let sent = this.poll_send(cx)?;
            if taken > 0 {
                return Poll::Ready(Ok(taken));
            }
            ready!(sent);
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_send(cx))?;
        Pin::new(&mut this.io).poll_flush(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.close_sent {
            this.tls.send_close_notify();
            this.close_sent = true;
        }
        ready!(this.poll_send(cx))?;
        ready!(Pin::new(&mut this.io).poll_flush(cx))?;
        match ready!(Pin::new(&mut this.io).poll_close(cx)) {
            // The peer was faster; closed is what was asked for.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Poll::Ready(Ok(())),
            result => Poll::Ready(result),
        }
    }
}

#[cfg(feature = "http")]
impl<IO: AsyncRead + AsyncWrite + Unpin> hyper::rt::Read for TlsStream<IO> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: hyper::rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        crate::http::rt::poll_read_into(self, cx, buf).map_ok(drop)
    }
}

#[cfg(feature = "http")]
impl<IO: AsyncRead + AsyncWrite + Unpin> hyper::rt::Write for TlsStream<IO> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        AsyncWrite::poll_write(self, cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_flush(self, cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_close(self, cx)
    }
}

impl<IO: fmt::Debug> fmt::Debug for TlsStream<IO> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsStream")
            .field("io", &self.io)
            .field("version", &self.tls.protocol_version())
            .finish_non_exhaustive()
    }
}

/// The transport as rustls wants it: blocking calls, where pending is `WouldBlock`.
struct Blocking<'a, 'b, IO> {
    io: &'a mut IO,
    cx: &'a mut Context<'b>,
}

fn pending_is_would_block<T>(poll: Poll<io::Result<T>>) -> io::Result<T> {
    match poll {
        Poll::Ready(result) => result,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}

fn would_block_is_pending<T>(result: io::Result<T>) -> Poll<io::Result<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
        result => Poll::Ready(result),
    }
}

impl<IO: AsyncRead + Unpin> io::Read for Blocking<'_, '_, IO> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        pending_is_would_block(Pin::new(&mut *self.io).poll_read(self.cx, buf))
    }
}

impl<IO: AsyncWrite + Unpin> io::Write for Blocking<'_, '_, IO> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        pending_is_would_block(Pin::new(&mut *self.io).poll_write(self.cx, buf))
    }

    fn write_vectored(&mut self, bufs: &[io::IoSlice<'_>]) -> io::Result<usize> {
        pending_is_would_block(Pin::new(&mut *self.io).poll_write_vectored(self.cx, bufs))
    }

    fn flush(&mut self) -> io::Result<()> {
        pending_is_would_block(Pin::new(&mut *self.io).poll_flush(self.cx))
    }
}
