//! What HTTP runs on: a stream, in the clear or inside TLS, with a meter that hyper does not have.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_io::{AsyncRead, AsyncWrite};
use hyper::rt::ReadBufCursor;

use super::clock;
use super::rt::poll_read_into;
#[cfg(feature = "tls")]
use crate::tls::TlsStream;

/// Any stream of bytes HTTP can run on. Implemented by every type that fits.
pub trait Transport: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Transport for T {}

/// In the clear, or inside TLS.
pub(crate) enum Stream<IO> {
    Plain(IO),
    #[cfg(feature = "tls")]
    Tls(Box<TlsStream<IO>>),
}

impl<IO> Stream<IO> {
    /// Whether both sides agreed to speak HTTP/2.
    #[cfg_attr(not(feature = "http2"), expect(dead_code, reason = "there is only HTTP/1.1"))]
    pub(crate) fn is_http2(&self) -> bool {
        match self {
            Stream::Plain(_) => false,
            #[cfg(feature = "tls")]
            Stream::Tls(stream) => stream.protocol() == Some(b"h2"),
        }
    }
}

/// Runs the same call on whichever stream it is.
macro_rules! either {
    ($this:expr, $io:ident => $call:expr) => {
        match $this {
            Stream::Plain($io) => {
                let $io = Pin::new($io);
                $call
            }
            #[cfg(feature = "tls")]
            Stream::Tls($io) => {
                let $io = Pin::new(&mut **$io);
                $call
            }
        }
    };
}

/// What a stream received, seen while hyper owns it.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    received: AtomicU64,
    /// When the first byte came, in nanoseconds of the loop's time, plus one; zero until then.
    first: AtomicU64,
}

impl Meter {
    // Relaxed everywhere: the meter is read by the task that drives the stream.

    /// Begins anew, for the next response.
    pub(crate) fn reset(&self) {
        self.received.store(0, Ordering::Relaxed);
        self.first.store(0, Ordering::Relaxed);
    }

    /// The bytes received since the last reset, decrypted where there is TLS.
    pub(crate) fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// When the first of them came.
    pub(crate) fn first_byte_at(&self) -> Option<Duration> {
        match self.first.load(Ordering::Relaxed) {
            0 => None,
            at => Some(Duration::from_nanos(at - 1)),
        }
    }

    fn count(&self, bytes: usize) {
        if bytes > 0 && self.received.fetch_add(bytes as u64, Ordering::Relaxed) == 0 {
            let now = u64::try_from(clock::now().as_nanos()).unwrap_or(u64::MAX - 1);
            self.first.store(now + 1, Ordering::Relaxed);
        }
    }
}

/// A stream with its meter, as hyper takes it.
pub(crate) struct Metered<IO> {
    stream: Stream<IO>,
    meter: Arc<Meter>,
}

impl<IO> Metered<IO> {
    pub(crate) fn new(stream: Stream<IO>) -> (Metered<IO>, Arc<Meter>) {
        let meter = Arc::new(Meter::default());
        (Metered { stream, meter: Arc::clone(&meter) }, meter)
    }
}

impl<IO: Transport> hyper::rt::Read for Metered<IO> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let read = ready!(either!(&mut this.stream, io => poll_read_into(io, cx, buf)))?;
        this.meter.count(read);
        Poll::Ready(Ok(()))
    }
}

impl<IO: Transport> hyper::rt::Write for Metered<IO> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        either!(&mut self.get_mut().stream, io => AsyncWrite::poll_write(io, cx, buf))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(&mut self.get_mut().stream, io => AsyncWrite::poll_flush(io, cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(&mut self.get_mut().stream, io => AsyncWrite::poll_close(io, cx))
    }
}
