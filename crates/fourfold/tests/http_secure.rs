//! Our client and our server with each other, inside TLS, in both versions of HTTP.
#![cfg(all(feature = "http", feature = "tls"))]

#[path = "support/certificates.rs"]
mod certificates;
mod support;
#[path = "support/turns.rs"]
mod turns;

use std::future::{poll_fn, ready};
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::task::Poll;

use certificates::Authority;
use fourfold::http::{
    Body, Client, ClientBuilder, ExchangeMethod, ExchangeOptions, Listener, PhasesSoFar, Request,
    Server, Url, exchange_over,
};
use fourfold_kernel::timer::Clock;
use http::{Response, Version};
use support::{Socket, all};
use turns::Turns;

struct Sockets(TcpListener);

impl Listener for Sockets {
    type Io = Socket;

    async fn accept(&self) -> io::Result<(Socket, SocketAddr)> {
        poll_fn(|_| match self.0.accept() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            result => Poll::Ready(result),
        })
        .await
        .map(|(stream, from)| (Socket::new(stream), from))
    }
}

async fn echo(request: Request) -> fourfold::Result<Response<Body>> {
    let version = request.version();
    let path = request.uri().path().to_owned();
    let body = http_body_util::BodyExt::collect(request.into_body()).await?.to_bytes();
    let text = format!("{version:?} {path} {}", String::from_utf8_lossy(&body));
    Ok(Response::new(text.into()))
}

/// Runs `client` beside a server on one loop.
fn beside<T>(authority: &Authority, client: impl AsyncFnOnce(SocketAddr) -> T) -> T {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::new(echo).tls(authority.server(&["localhost"]));
    let mut serving = Box::pin(server.serve(Sockets(listener)));
    let mut client = Box::pin(client(address));
    let main = poll_fn(|cx| {
        assert!(serving.as_mut().poll(cx).is_pending(), "the server ended");
        client.as_mut().poll(cx)
    });
    Turns::new(Clock::real()).run(main).0
}

fn builder(address: SocketAddr, authority: &Authority) -> ClientBuilder {
    Client::builder()
        .connector(authority.client())
        .connect_by(move |_: &Url| ready(TcpStream::connect(address).map(Socket::new)))
}

#[test]
fn a_client_and_a_server_speak_the_version_they_agree_on() {
    let authority = Authority::new();
    for offer in [false, true] {
        let version = match offer && cfg!(feature = "http2") {
            true => Version::HTTP_2,
            false => Version::HTTP_11,
        };
        beside(&authority, async |address| {
            let client = builder(address, &authority).http2(offer).build();
            for _ in 0..3 {
                let request = http::Request::post("https://localhost/a").body("body").unwrap();
                let response = client.request(request).await.unwrap();
                assert_eq!(response.version(), version);
                assert_eq!(response.text().await.unwrap(), format!("{version:?} /a body"));
            }
        });
    }
}

#[test]
fn ten_requests_at_once_are_answered_each_with_its_own() {
    let authority = Authority::new();
    beside(&authority, async |address| {
        let client = builder(address, &authority).http2(true).build();
        let asked = (0..10).map(|n| {
            let client = client.clone();
            async move {
                let url = format!("https://localhost/{n}");
                (n, client.get(&*url).await.unwrap().text().await.unwrap())
            }
        });
        for (n, text) in all(asked.collect()).await {
            assert!(text.contains(&format!(" /{n} ")), "{n} got {text}");
        }
    });
}

#[test]
fn an_exchange_is_timed_in_either_version_and_for_either_method() {
    let authority = Authority::new();
    beside(&authority, async |address| {
        for (http2, method) in [
            (false, ExchangeMethod::Head),
            (false, ExchangeMethod::Get),
            (true, ExchangeMethod::Head),
            (true, ExchangeMethod::Get),
        ] {
            let connector = Some(authority.client());
            let options = ExchangeOptions { http2, method, connector, ..Default::default() };
            let url = Url::parse("https://localhost/a").unwrap();
            let io = Socket::connect(address);
            let exchange = exchange_over(io, &url, &options, PhasesSoFar::default()).await.unwrap();
            let expected = match http2 && cfg!(feature = "http2") {
                true => Version::HTTP_2,
                false => Version::HTTP_11,
            };
            assert_eq!((exchange.status, exchange.version), (200, expected));
            assert!(!exchange.phases.first_byte.is_zero());
            assert_eq!(exchange.body_bytes > 0, method == ExchangeMethod::Get);
        }
    });
}

#[test]
fn a_head_request_has_the_length_of_the_body_and_nothing_of_it() {
    let authority = Authority::new();
    for offer in [false, true] {
        beside(&authority, async |address| {
            let client = builder(address, &authority).http2(offer).build();
            let head = client.head("https://localhost/a").await.unwrap();
            // "HTTP/1.1 /a " or "HTTP/2.0 /a ".
            assert_eq!(head.headers()["content-length"], "12");
            assert!(head.bytes().await.unwrap().is_empty());
        });
    }
}

#[cfg(feature = "http2")]
#[test]
fn an_http2_head_beyond_the_limit_is_cut_off() {
    use fourfold::http::FailureKind;

    let authority = Authority::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::new(|_| async {
        let large = Response::builder().header("x", "y".repeat(20_000));
        Ok(large.body(Body::empty()).unwrap())
    });
    let mut serving =
        Box::pin(server.tls(authority.server(&["localhost"])).serve(Sockets(listener)));
    let url = Url::parse("https://localhost/").unwrap();
    let connector = Some(authority.client());
    let options =
        ExchangeOptions { http2: true, connector, max_header_bytes: 10_000, ..Default::default() };
    let exchange = exchange_over(Socket::connect(address), &url, &options, PhasesSoFar::default());
    let mut exchange = Box::pin(exchange);
    let main = poll_fn(|cx| {
        let _ = serving.as_mut().poll(cx);
        exchange.as_mut().poll(cx)
    });
    let error = Turns::new(Clock::real()).run(main).0.unwrap_err();
    assert_eq!(error.kind, FailureKind::Http2, "{error}");
}
