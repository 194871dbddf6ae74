//! HTTP requests whose responses are promises.
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | [`fetch`](fetch()), [`fetch_with`] |
//! | `init.rs` | [`RequestInit`]: method, headers, body, redirects, signal |
//! | `headers.rs`, `body.rs` | [`Headers`], and the [`Body`] of a request |
//! | `sending.rs` | one request: its redirects, and what its failure is |
//! | `piped.rs` | a body that is sent as it is made |
//! | `response.rs`, `reading.rs` | [`Response`], and its body as a [`ReadableStream`] |
//! | `json.rs` | bodies as JSON, by the feature `json` |

mod body;
mod headers;
mod init;
#[cfg(feature = "json")]
mod json;
mod piped;
mod reading;
mod response;
mod sending;

use std::panic::Location;

use super::Promise;
use super::async_fn;
use super::core::{self, Core};
use crate::http::Client;
pub use body::Body;
pub use headers::Headers;
pub use init::{Redirect, RequestInit};
#[cfg(feature = "json")]
pub use json::SyntaxError;
pub use reading::ReadableStream;
pub use response::Response;
use sending::Sending;

/// Asks for what is at an address: a promise of the response, once its head is here.
///
/// As [`fetch_with`], with a `GET` and no headers.
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
///
/// ```
/// # use std::io::{Read, Write};
/// use fourfold::js::{self, fetch};
///
/// # let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
/// # let page = format!("http://{}/", listener.local_addr().unwrap());
/// # std::thread::spawn(move || {
/// #     let (mut stream, _) = listener.accept().unwrap();
/// #     let read = stream.read(&mut [0; 4096]).unwrap();
/// #     let answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
/// #     stream.write_all(answer.as_bytes()).unwrap();
/// # });
/// let text = js::run(async move {
///     let response = fetch(&page).await?;
///     assert!(response.ok());
///     response.text().await
/// })?;
/// assert_eq!(text, "hello");
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// The original is [`fetch`](https://developer.mozilla.org/docs/Web/API/Window/fetch), as Node has it.
#[track_caller]
pub fn fetch(url: impl AsRef<str>) -> Promise<Response> {
    start(url.as_ref(), RequestInit::new(), Location::caller())
}

/// Sends a request: a promise of the response, once its head is here.
///
/// A status such as 404 is no failure. What cannot be sent is a [`TypeError`](super::TypeError); what
/// fails on the way is one whose text is `fetch failed` and whose [cause](crate::Error::cause) says why, an
/// [`ExchangeError`](crate::http::ExchangeError) mostly; an abort rejects with the signal's reason.
///
/// All requests of a loop share their connections. One that is kept for the next request does not keep
/// the loop alive. Dropping the promise does not end a request; aborting it does, and closes its connection.
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
///
/// ```
/// use fourfold::js::{self, RequestInit, TypeError, fetch_with};
///
/// let error = js::run(async {
///     let init = RequestInit::new().method("GET").body("too much");
///     fetch_with("http://localhost/", init).await.map(drop)
/// })
/// .unwrap_err();
/// assert!(error.is::<TypeError>());
/// ```
///
/// The original is [`fetch`](https://developer.mozilla.org/docs/Web/API/Window/fetch), as Node has it. That
/// names itself `node` and asks for compressed bodies, which it expands; this does neither.
#[track_caller]
pub fn fetch_with(url: impl AsRef<str>, init: RequestInit) -> Promise<Response> {
    start(url.as_ref(), init, Location::caller())
}

fn start(
    url: &str,
    mut init: RequestInit,
    made_at: &'static Location<'static>,
) -> Promise<Response> {
    core::with_running(|core| {
        let client = init.dispatcher.take().unwrap_or_else(|| core.dispatcher());
        let sending = Sending::new(url, init);
        // The promise is not that of the function that sends: the response holds a connection, and that
        // holds on to wakers of the function, which hold its outcome.
        let promise = Promise::pending_on(core, made_at);
        let settled = promise.clone();
        let exchange = async move {
            let response = match sending {
                Ok(sending) => sending.send(client).await,
                Err(error) => Err(error),
            };
            settled.settle(response);
            Ok(())
        };
        let exchange: Promise<()> = async_fn::start(core, exchange, made_at);
        drop(exchange);
        promise
    })
}

impl Core {
    /// The client of all requests of this loop.
    fn dispatcher(&self) -> Client {
        self.local().dispatcher.borrow_mut().get_or_insert_with(Client::new).clone()
    }
}
