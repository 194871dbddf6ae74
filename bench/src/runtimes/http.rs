//! What hyper is given on every runtime: the same service, and the same settings of its builder.

use crate::workload::HELLO;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Answers on one connection until the client closes it, and counts the answers.
///
/// Without a timer, so without a time limit for heads, for none of them.
pub(super) fn serve<I>(
    io: I,
    done: Arc<AtomicU64>,
) -> impl Future<Output = hyper::Result<()>> + Send
where
    I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let service = service_fn(move |_: Request<Incoming>| {
        done.fetch_add(1, Ordering::Relaxed);
        let body = Full::new(Bytes::from_static(HELLO.as_bytes()));
        async move { Ok::<_, Infallible>(Response::new(body)) }
    });
    http1::Builder::new().serve_connection(io, service)
}
