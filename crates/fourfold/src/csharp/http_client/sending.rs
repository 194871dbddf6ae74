//! One request: its limits, and what its failure is.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http::Request;

use super::super::ambient;
use super::super::cancellation::{CancellationToken, CancellationTokenSource};
use super::super::exceptions::{
    HttpRequestException, OperationCanceledException, TimeoutException,
};
use super::message::HttpResponseMessage;
use crate::http::Client;
use crate::{Error, Result};

/// A request, and what may end it.
pub(super) struct Sending {
    pub(super) handler: Client,
    pub(super) request: Request<Bytes>,
    pub(super) timeout: Option<Duration>,
    /// The caller's.
    pub(super) token: CancellationToken,
    /// The client's.
    pub(super) pending: CancellationToken,
}

impl Sending {
    /// Sends it and reads the response.
    pub(super) async fn send(self) -> Result<HttpResponseMessage> {
        let Sending { handler, request, timeout, token, pending } = self;
        let both = [token.clone(), pending.clone()];
        let source = CancellationTokenSource::create_linked_token_source(both);
        if let Some(timeout) = timeout {
            source.cancel_after(timeout)?;
        }
        let exchange = async { HttpResponseMessage::read(handler.request(request).await?).await };
        let limit = source.token();
        match anywhere(limit.run(exchange)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => {
                let exception = HttpRequestException::new(error.to_string(), None);
                Err(Error::from(exception).caused_by(error))
            }
            Err(_) => Err(canceled(timeout, token, &pending)),
        }
    }
}

/// Which of the three it was: the caller, the client, or the time.
fn canceled(
    timeout: Option<Duration>,
    token: CancellationToken,
    pending: &CancellationToken,
) -> Error {
    const TEXT: &str = "The operation was canceled.";
    let by_token = token.is_cancellation_requested();
    let canceled = OperationCanceledException::of_task(token).with_message(TEXT);
    match timeout {
        Some(timeout) if !by_token && !pending.is_cancellation_requested() => {
            let text = format!(
                "The request was canceled due to the configured HttpClient.Timeout of {} seconds \
                 elapsing.",
                timeout.as_secs_f64()
            );
            Error::from(canceled.with_message(text)).caused_by(TimeoutException::new(TEXT).into())
        }
        _ => canceled.into(),
    }
}

/// Awaits a future and goes on on any thread: whoever awaits the task has a place to go on, the client
/// has none.
async fn anywhere<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        let polled = future.as_mut().poll(context);
        if polled.is_pending() {
            ambient::do_not_capture();
        }
        polled
    })
    .await
}
