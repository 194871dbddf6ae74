//! The server: one task for each connection, on the loop that serves.
//!
//! ```text
//!   listener ─accept─► task ─► TLS ─► hyper ─► handler(request) ─► response
//!        ▲                ▲
//!     signal ──► Closing ─┘ "finish what you are at"; when the last has, serving is over
//! ```

use std::fmt;
use std::future::{Future, pending, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use fourfold_kernel::driver;
use fourfold_kernel::timer::sleep;

use super::closing::Closing;
use super::serving::{Serving, Settings};
use super::transport::Transport;
use super::{Body, Request};
#[cfg(feature = "tls")]
use crate::tls::Acceptor;
use crate::{Error, Result};

/// Where connections come from. The net's listeners are; so is anything that hands out streams.
pub trait Listener {
    /// What a connection is.
    type Io: Transport;

    /// Waits for the next connection and says where it comes from.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses no connection.
    fn accept(&self) -> impl Future<Output = io::Result<(Self::Io, SocketAddr)>>;
}

/// Answers requests with a function.
///
/// HTTP/1.1 with connections that are kept; HTTP/2, by the feature `http2`, where TLS agreed on it.
/// The function gets the peer's address, if it is known, as an extension of the request. An error
/// it returns is answered with status 500 and without its text.
pub struct Server<H> {
    handler: Rc<H>,
    settings: Rc<Settings>,
}

impl<H, F, B> Server<H>
where
    H: Fn(Request) -> F + 'static,
    F: Future<Output = Result<http::Response<B>>> + 'static,
    B: Into<Body> + 'static,
{
    /// One that answers with `handler`.
    pub fn new(handler: H) -> Server<H> {
        Server { handler: Rc::new(handler), settings: Rc::new(Settings::default()) }
    }

    fn set(mut self, set: impl FnOnce(&mut Settings)) -> Server<H> {
        set(Rc::make_mut(&mut self.settings));
        self
    }

    /// Serves inside TLS, offering the versions of HTTP that this build has.
    #[cfg(feature = "tls")]
    pub fn tls(self, acceptor: Acceptor) -> Server<H> {
        let protocols: &[&[u8]] =
            if cfg!(feature = "http2") { &[b"h2", b"http/1.1"] } else { &[b"http/1.1"] };
        self.set(|settings| settings.tls = Some(acceptor.with_protocols(protocols)))
    }

    /// How long a client may take for its handshake, and how long for the head of each request,
    /// the wait for it included; 30 s unless set. Without a running loop there is no limit.
    pub fn header_read_timeout(self, limit: Duration) -> Server<H> {
        self.set(|settings| settings.header_read_timeout = limit)
    }

    /// The largest head of a request, in bytes; 64 KiB unless set. More is answered with 431.
    pub fn max_header_bytes(self, limit: usize) -> Server<H> {
        self.set(|settings| settings.max_header_bytes = limit)
    }

    /// Is told every error of a handler, a connection, or an accept; they end nothing but
    /// themselves. They are ignored unless set.
    pub fn on_error(self, told: impl Fn(&Error) + 'static) -> Server<H> {
        self.set(|settings| settings.on_error = Rc::new(told))
    }

    /// Serves until the future is dropped; then connections finish the request they are at.
    ///
    /// # Errors
    ///
    /// If no loop is running on this thread. Nothing that a client does is an error here.
    pub async fn serve<L: Listener>(self, listener: L) -> Result<()> {
        self.serve_until(listener, pending()).await
    }

    /// Serves until `signal` is ready, then accepts no more, lets each connection finish the
    /// request it is at, and returns when the last has.
    ///
    /// # Errors
    ///
    /// If no loop is running on this thread. Nothing that a client does is an error here.
    ///
    /// # Cancellation
    ///
    /// Dropped after the signal, it leaves the connections that are not done to end by themselves.
    pub async fn serve_until<L: Listener>(
        self,
        listener: L,
        signal: impl Future<Output = ()>,
    ) -> Result<()> {
        let Some(driver) = driver::current() else {
            return Err(Error::msg(
                "a server was started where no loop is running; await it in a task of a loop",
            ));
        };
        let closing = Closing::default();
        let mut signal = pin!(signal);
        let mut pause = Pause::default();
        loop {
            let mut accepting = pin!(listener.accept());
            let accepted = poll_fn(|cx| {
                if signal.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(None);
                }
                accepting.as_mut().poll(cx).map(Some)
            })
            .await;
            let (io, from) = match accepted {
                None => break,
                Some(Ok(connection)) => connection,
                Some(Err(error)) => {
                    let wait = pause.after(&error);
                    (self.settings.on_error)(&error.into());
                    let mut pausing = pin!(sleep(wait));
                    let over = poll_fn(|cx| match signal.as_mut().poll(cx) {
                        Poll::Ready(()) => Poll::Ready(true),
                        Poll::Pending => pausing.as_mut().poll(cx).map(|()| false),
                    });
                    if over.await {
                        break;
                    }
                    continue;
                }
            };
            pause = Pause::default();
            let serving =
                Serving::new(Rc::clone(&self.handler), Rc::clone(&self.settings), Some(from));
            let inside = closing.enter();
            let on_error = Rc::clone(&self.settings.on_error);
            driver.spawn_local(Box::pin(async move {
                if let Err(error) = serving.run(io, &inside).await {
                    on_error(&error);
                }
            }));
        }
        drop(listener);
        closing.close();
        poll_fn(|cx| closing.poll_empty(cx)).await;
        Ok(())
    }

    /// Serves one connection until either side ends it.
    ///
    /// # Errors
    ///
    /// What the connection or its handshake failed with. A client that just leaves is none.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops `io`, and on HTTP/1.1 the handler that is under way with it.
    pub async fn serve_connection<IO: Transport>(&self, io: IO) -> Result<()> {
        let alone = Closing::default();
        let serving = Serving::new(Rc::clone(&self.handler), Rc::clone(&self.settings), None);
        let inside = alone.enter();
        serving.run(io, &inside).await
    }
}

impl<H> fmt::Debug for Server<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

/// How long accepting rests after errors in a row: not at all for one connection's own, longer
/// and longer where the process or the system is short of something.
#[derive(Default)]
struct Pause(Duration);

impl Pause {
    fn after(&mut self, error: &io::Error) -> Duration {
        match error.kind() {
            io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted => Duration::ZERO,
            _ => {
                self.0 = (self.0 * 2).clamp(Duration::from_millis(10), Duration::from_secs(1));
                self.0
            }
        }
    }
}

/// Serves with the settings of [`Server`] until the future is dropped.
///
/// # Errors
///
/// As [`Server::serve`].
pub async fn serve<L, H, F, B>(listener: L, handler: H) -> Result<()>
where
    L: Listener,
    H: Fn(Request) -> F + 'static,
    F: Future<Output = Result<http::Response<B>>> + 'static,
    B: Into<Body> + 'static,
{
    Server::new(handler).serve(listener).await
}

/// Serves one connection with the settings of [`Server`].
///
/// # Errors
///
/// As [`Server::serve_connection`].
pub async fn serve_connection<IO, H, F, B>(io: IO, handler: H) -> Result<()>
where
    IO: Transport,
    H: Fn(Request) -> F + 'static,
    F: Future<Output = Result<http::Response<B>>> + 'static,
    B: Into<Body> + 'static,
{
    Server::new(handler).serve_connection(io).await
}
