//! The server against clients that behave, leave, or never finish.
#![cfg(feature = "http")]

mod support;
#[path = "support/turns.rs"]
mod turns;

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::task::{Context, Poll};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use fourfold::Error;
use fourfold::http::{Body, Listener, Request, Server};
use fourfold_kernel::timer::Clock;
use http::Response;
use hyper::body::Frame;
use support::{Socket, read_head};
use turns::Turns;

struct Sockets(TcpListener);

impl Sockets {
    fn new() -> (Sockets, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        (Sockets(listener), address)
    }
}

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

/// Serves until the client's thread is done; gives what that returned.
fn serve<H, F, T>(server: Server<H>, client: impl FnOnce(SocketAddr) -> T + Send + 'static) -> T
where
    H: Fn(Request) -> F + 'static,
    F: Future<Output = fourfold::Result<Response<Body>>> + 'static,
    T: Send + 'static,
{
    let (listener, address) = Sockets::new();
    let client = thread::spawn(move || client(address));
    let done = poll_fn(|_| if client.is_finished() { Poll::Ready(()) } else { Poll::Pending });
    let (result, left) = Turns::new(Clock::real()).run(server.serve_until(listener, done));
    result.unwrap();
    assert_eq!(left, 0, "a connection outlived its server");
    client.join().unwrap()
}

async fn path(request: Request) -> fourfold::Result<Response<Body>> {
    Ok(Response::new(request.uri().path().to_owned().into()))
}

fn ask(stream: &mut TcpStream, head: &str) -> (String, String) {
    stream.write_all(format!("{head}\r\nhost: a\r\n\r\n").as_bytes()).unwrap();
    let head = read_head(stream);
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

#[test]
fn one_connection_serves_request_after_request() {
    serve(Server::new(path), |address| {
        let mut stream = TcpStream::connect(address).unwrap();
        for path in ["/a", "/b", "/c"] {
            let (head, body) = ask(&mut stream, &format!("GET {path} HTTP/1.1"));
            assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
            assert_eq!(body, path);
        }
    });
}

#[test]
fn a_head_request_is_answered_without_a_body() {
    serve(Server::new(path), |address| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"HEAD /abc HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(
            answer.contains("content-length: 4\r\n") && answer.ends_with("\r\n\r\n"),
            "{answer}"
        );
    });
}

#[test]
fn ten_clients_are_served_at_once() {
    // No answer before the tenth request: one after the other would never end.
    let count = Rc::new(Cell::new(0));
    let server = Server::new(move |_| {
        let count = Rc::clone(&count);
        async move {
            count.set(count.get() + 1);
            poll_fn(|_| if count.get() == 10 { Poll::Ready(()) } else { Poll::Pending }).await;
            Ok(Response::new(Body::from("together")))
        }
    });
    serve(server, |address| {
        let clients: Vec<JoinHandle<String>> = (0..10)
            .map(|_| {
                thread::spawn(move || {
                    ask(&mut TcpStream::connect(address).unwrap(), "GET / HTTP/1.1").1
                })
            })
            .collect();
        for client in clients {
            assert_eq!(client.join().unwrap(), "together");
        }
    });
}

struct Pieces(Vec<&'static str>);

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(self.0.pop().map(|piece| Ok(Frame::data(piece.into()))))
    }
}

#[test]
fn a_body_of_unknown_length_goes_out_in_chunks() {
    let server = Server::new(|_| async { Ok(Response::new(Body::new(Pieces(vec!["b", "a"])))) });
    serve(server, |address| {
        let mut stream = TcpStream::connect(address).unwrap();
        let (head, _) = ask(&mut stream, "GET / HTTP/1.1");
        assert!(head.contains("transfer-encoding: chunked\r\n"), "{head}");
        let mut body = [0; 17];
        stream.read_exact(&mut body).unwrap();
        assert_eq!(&body, b"1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
    });
}

#[test]
fn an_error_of_a_handler_is_a_500_that_does_not_tell_and_the_connection_goes_on() {
    let told = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&told);
    let server = Server::new(|request: Request| async move {
        match request.uri().path() {
            "/bad" => Err(Error::msg("the secret reason")),
            _ => Ok(Response::new(Body::empty())),
        }
    });
    serve(server.on_error(move |error| seen.borrow_mut().push(error.to_string())), |address| {
        let mut stream = TcpStream::connect(address).unwrap();
        let (head, body) = ask(&mut stream, "GET /bad HTTP/1.1");
        assert!(head.starts_with("HTTP/1.1 500 "), "{head}");
        assert!(!body.contains("secret"), "{body}");
        assert!(ask(&mut stream, "GET /good HTTP/1.1").0.starts_with("HTTP/1.1 200 "));
    });
    assert_eq!(*told.borrow(), ["the secret reason"]);
}

#[test]
fn the_handler_knows_where_the_request_comes_from() {
    let server = Server::new(|request: Request| async move {
        let from = request.extensions().get::<SocketAddr>().unwrap();
        Ok(Response::new(from.to_string().into()))
    });
    serve(server, |address| {
        let mut stream = TcpStream::connect(address).unwrap();
        let own = stream.local_addr().unwrap().to_string();
        assert_eq!(ask(&mut stream, "GET / HTTP/1.1").1, own);
    });
}

#[test]
fn clients_that_misbehave_end_nothing_but_themselves() {
    serve(Server::new(path).max_header_bytes(16 << 10), |address| {
        let connect = || TcpStream::connect(address).unwrap();
        connect().write_all(b"GET / HT").unwrap();
        let reset = connect();
        socket2::SockRef::from(&reset).set_linger(Some(Duration::ZERO)).unwrap();
        drop(reset);
        let mut answer = String::new();
        let mut garbage = connect();
        garbage.write_all(b"\x16\x03\x01garbage\r\n\r\n").unwrap();
        garbage.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        let mut endless = connect();
        endless.write_all(b"GET / HTTP/1.1\r\n").unwrap();
        let line = format!("x: {}\r\n", "y".repeat(1000));
        // Only the server's closing ends this.
        while endless.write_all(line.as_bytes()).is_ok() {}
        assert_eq!(ask(&mut connect(), "GET /still HTTP/1.1").1, "/still");
    });
}

#[test]
fn closing_lets_the_request_that_is_under_way_finish() {
    let (listener, address) = Sockets::new();
    let close = Arc::new(AtomicBool::new(false));
    let (asked, closing) = (Arc::clone(&close), Arc::clone(&close));
    let server = Server::new(move |_| {
        // The handler begins, the server closes, the handler ends.
        asked.store(true, Ordering::Release);
        let mut turns = 0;
        async move {
            poll_fn(|_| {
                turns += 1;
                if turns > 100 { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            Ok(Response::new(Body::from("finished")))
        }
    });
    let idle = TcpStream::connect(address).unwrap();
    let client = thread::spawn(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let (head, body) = ask(&mut stream, "GET / HTTP/1.1");
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        (head, body, rest, TcpStream::connect(address).is_err())
    });
    let signal = poll_fn(move |_| match closing.load(Ordering::Acquire) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    });
    let (result, left) = Turns::new(Clock::real()).run(server.serve_until(listener, signal));
    result.unwrap();
    assert_eq!(left, 0);
    let (head, body, rest, refused) = client.join().unwrap();
    assert!(head.contains("connection: close"), "{head}");
    assert_eq!((body.as_str(), rest.len(), refused), ("finished", 0, true));
    // One that had asked for nothing was closed, too.
    assert_eq!({ idle }.read(&mut [0]).unwrap(), 0);
}

#[test]
fn a_head_that_never_ends_runs_into_its_time_limit() {
    let clock = Clock::virtual_at_zero();
    let (listener, address) = Sockets::new();
    let (closed, close) = mpsc::channel();
    let client = thread::spawn(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nx: ").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        closed.send(()).unwrap();
    });
    let time = clock.clone();
    // A thousandth of the limit passes with each turn, and nothing else ends the connection.
    let signal = poll_fn(move |_| {
        time.advance_to(time.now() + 5_000_000);
        if close.try_recv().is_ok() { Poll::Ready(()) } else { Poll::Pending }
    });
    let server = Server::new(path).header_read_timeout(Duration::from_secs(5));
    let (result, left) = Turns::new(clock.clone()).run(server.serve_until(listener, signal));
    result.unwrap();
    assert_eq!(left, 0);
    assert!(clock.now() >= 5_000_000_000);
    client.join().unwrap();
}

#[test]
fn serving_without_a_loop_is_an_error_and_no_panic() {
    let (listener, _) = Sockets::new();
    let error = support::block_on(Server::new(path).serve(listener)).unwrap_err();
    assert!(error.to_string().contains("no loop is running"), "{error}");
}

#[test]
fn one_connection_can_be_served_without_a_loop() {
    let (ours, mut theirs) = support::pipe(100, 7);
    let answer = thread::spawn(move || {
        support::block_on(async {
            let request = b"GET /here HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
            support::write_all(&mut theirs, request).await.unwrap();
            support::read_up_to(&mut theirs, 10_000).await.unwrap()
        })
    });
    support::block_on(fourfold::http::serve_connection(ours, path)).unwrap();
    let answer = String::from_utf8(answer.join().unwrap()).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("/here"), "{answer}");
}
