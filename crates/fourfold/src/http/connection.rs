//! A client's connection that belongs to whoever holds it.
//!
//! hyper splits a connection in two: a handle that sends requests, and a future that moves the
//! bytes, which is usually spawned. Here nothing is spawned. The two stay together, and each wait
//! for a response or a piece of a body polls both:
//!
//! ```text
//!   Connection::send ─ poll ─► response future ─┐ handle
//!                    ─ poll ─► driving future ──┴► stream ─► socket
//! ```
//!
//! So a request that is dropped takes its socket with it, at once and on any loop, and an idle
//! connection costs no task. The price is that one connection serves one request at a time, on
//! HTTP/2, too.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::{Body as _, Frame, Incoming};
use hyper::client::conn::http1;

use super::failure::HeadLimits;
use super::request_body::RequestBody;
#[cfg(feature = "http2")]
use super::tasks::Tasks;
use super::transport::{Meter, Metered, Stream, Transport};

type Driving = Pin<Box<dyn Future<Output = hyper::Result<()>> + Send>>;

enum Handle {
    Http1(http1::SendRequest<RequestBody>),
    #[cfg(feature = "http2")]
    Http2(hyper::client::conn::http2::SendRequest<RequestBody>),
}

pub(crate) struct Connection {
    handle: Handle,
    /// `None` once it has ended.
    driving: Option<Driving>,
    meter: Arc<Meter>,
}

impl Connection {
    /// Starts HTTP on a stream, in the version TLS agreed on.
    pub(crate) async fn start<IO: Transport>(
        stream: Stream<IO>,
        limits: HeadLimits,
    ) -> hyper::Result<Connection> {
        #[cfg(feature = "http2")]
        if stream.is_http2() {
            return Connection::start_http2(stream, limits).await;
        }
        let (stream, meter) = Metered::new(stream);
        let (handle, driving) = http1::Builder::new()
            .max_header_size(limits.bytes)
            .max_headers(limits.count)
            .handshake(stream)
            .await?;
        let driving: Driving = Box::pin(driving);
        Ok(Connection { handle: Handle::Http1(handle), driving: Some(driving), meter })
    }

    #[cfg(feature = "http2")]
    async fn start_http2<IO: Transport>(
        stream: Stream<IO>,
        limits: HeadLimits,
    ) -> hyper::Result<Connection> {
        let (stream, meter) = Metered::new(stream);
        let tasks = Tasks::default();
        let limit = u32::try_from(limits.bytes).unwrap_or(u32::MAX);
        let (handle, driving) = hyper::client::conn::http2::Builder::new(tasks.clone())
            .max_header_list_size(limit)
            .handshake(stream)
            .await?;
        let driving: Driving = Box::pin(tasks.with(driving));
        Ok(Connection { handle: Handle::Http2(handle), driving: Some(driving), meter })
    }

    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// The meter for somebody who reads it while the connection is in use.
    pub(crate) fn shared_meter(&self) -> Arc<Meter> {
        Arc::clone(&self.meter)
    }

    pub(crate) fn is_http2(&self) -> bool {
        match self.handle {
            Handle::Http1(_) => false,
            #[cfg(feature = "http2")]
            Handle::Http2(_) => true,
        }
    }

    /// Moves bytes. Ready once the connection is over.
    fn poll_drive(&mut self, cx: &mut Context<'_>) -> Poll<hyper::Result<()>> {
        let Some(driving) = &mut self.driving else { return Poll::Ready(Ok(())) };
        let ended = ready!(driving.as_mut().poll(cx));
        self.driving = None;
        Poll::Ready(ended)
    }

    /// Polls something that lives on this connection while it moves bytes. `None` if the
    /// connection ended in good order and left it without an answer.
    async fn drive_until<F: Future>(
        &mut self,
        wanted: F,
    ) -> Result<F::Output, Option<hyper::Error>> {
        let mut wanted = pin!(wanted);
        poll_fn(|cx| {
            if let Poll::Ready(value) = wanted.as_mut().poll(cx) {
                return Poll::Ready(Ok(value));
            }
            let ended = self.poll_drive(cx);
            // What just came may be the answer, or the reason why there is none.
            if let Poll::Ready(value) = wanted.as_mut().poll(cx) {
                return Poll::Ready(Ok(value));
            }
            ended.map(|ended| Err(ended.err()))
        })
        .await
    }

    /// Sends a request and waits for the head of the response.
    pub(crate) async fn send(
        &mut self,
        request: Request<RequestBody>,
    ) -> Result<Response<Incoming>, Option<hyper::Error>> {
        match &mut self.handle {
            Handle::Http1(handle) => {
                let response = handle.send_request(request);
                self.drive_until(response).await?.map_err(Some)
            }
            #[cfg(feature = "http2")]
            Handle::Http2(handle) => {
                let response = handle.send_request(request);
                self.drive_until(response).await?.map_err(Some)
            }
        }
    }

    /// The next piece of a body that comes on this connection; `None` at its end.
    pub(crate) async fn frame(
        &mut self,
        body: &mut Incoming,
    ) -> Result<Option<Frame<Bytes>>, Option<hyper::Error>> {
        let next = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx));
        self.drive_until(next).await?.transpose().map_err(Some)
    }

    /// Whether another request can be sent. Looks once, so that a peer's closing is noticed, and
    /// does not wait.
    pub(crate) async fn is_ready(&mut self) -> bool {
        poll_fn(|cx| {
            let over = self.poll_drive(cx).is_ready();
            let ready = match &mut self.handle {
                Handle::Http1(handle) => matches!(handle.poll_ready(cx), Poll::Ready(Ok(()))),
                #[cfg(feature = "http2")]
                Handle::Http2(handle) => matches!(handle.poll_ready(cx), Poll::Ready(Ok(()))),
            };
            Poll::Ready(ready && !over)
        })
        .await
    }
}
