//! One exchange against peers that behave, and against peers that do not.
#![cfg(feature = "http")]

mod support;

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fourfold::http::{
    Exchange, ExchangeError, ExchangeMethod, ExchangeOptions, FailureKind, PhasesSoFar, Stage, Url,
    exchange_over,
};
use support::{Socket, block_on, block_on_until, peer, read_head, read_to_the_end};

fn url(address: SocketAddr) -> Url {
    Url::parse(&format!("http://{address}/path?q")).unwrap()
}

fn get() -> ExchangeOptions {
    ExchangeOptions { method: ExchangeMethod::Get, ..ExchangeOptions::default() }
}

fn exchange(address: SocketAddr, options: &ExchangeOptions) -> Result<Exchange, ExchangeError> {
    let io = Socket::connect(address);
    block_on(exchange_over(io, &url(address), options, PhasesSoFar::default()))
}

/// What an exchange with a peer comes to that reads the request, then does as told, then closes.
fn answered(
    options: &ExchangeOptions,
    answer: impl FnOnce(&mut TcpStream) + Send + 'static,
) -> Result<Exchange, ExchangeError> {
    let (address, thread) = peer(move |mut stream| {
        read_head(&mut stream);
        answer(&mut stream);
    });
    let result = exchange(address, options);
    thread.join().unwrap();
    result
}

fn failed(options: &ExchangeOptions, answer: &'static [u8]) -> ExchangeError {
    answered(options, |stream| stream.write_all(answer).unwrap()).unwrap_err()
}

#[test]
fn a_head_request_is_well_formed_and_its_answer_is_read() {
    let (address, thread) = peer(|mut stream| {
        let head = read_head(&mut stream);
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        head
    });
    let so_far = PhasesSoFar {
        dns: Some(Duration::from_secs(1)),
        connect: Some(Duration::from_secs(2)),
        ..PhasesSoFar::default()
    };
    let options = ExchangeOptions { user_agent: "probe/1".to_owned(), ..Default::default() };
    let io = Socket::connect(address);
    let exchange = block_on(exchange_over(io, &url(address), &options, so_far)).unwrap();

    assert_eq!((exchange.status, exchange.body_bytes, exchange.body_complete), (204, 0, true));
    assert_eq!(format!("{:?}", exchange.version), "HTTP/1.1");
    assert_eq!(exchange.phases.dns, Some(Duration::from_secs(1)));
    assert_eq!(exchange.phases.connect, Duration::from_secs(2));
    assert_eq!(exchange.phases.tls, None);
    assert!(exchange.phases.first_byte > Duration::ZERO);
    assert!(exchange.total >= Duration::from_secs(3) + exchange.phases.first_byte);

    let head = thread.join().unwrap();
    assert!(head.starts_with("HEAD /path?q HTTP/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("host: {address}\r\n")), "{head}");
    assert!(head.contains("user-agent: probe/1\r\n"), "{head}");
}

#[test]
fn the_length_that_a_head_response_names_is_not_waited_for() {
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
    let exchange =
        answered(&ExchangeOptions::default(), |stream| stream.write_all(answer).unwrap());
    assert_eq!(exchange.unwrap().body_bytes, 0);
}

#[test]
fn a_body_is_read_to_its_end_however_it_is_framed() {
    for (answer, length) in [
        (&b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"[..], 5),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n", 7),
        (b"HTTP/1.1 200 OK\r\n\r\nuntil the end", 13),
        (b"HTTP/1.0 200 OK\r\n\r\n", 0),
    ] {
        let exchange = answered(&get(), |stream| stream.write_all(answer).unwrap()).unwrap();
        assert_eq!((exchange.body_bytes, exchange.body_complete), (length, true));
    }
}

#[test]
fn a_body_beyond_the_limit_is_left_unread() {
    let options = ExchangeOptions { max_body_bytes: 4, ..get() };
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
    let exchange = answered(&options, |stream| stream.write_all(answer).unwrap()).unwrap();
    assert_eq!((exchange.body_bytes, exchange.body_complete), (4, false));
}

#[test]
fn the_status_is_no_failure() {
    let answer = b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n";
    let exchange = answered(&get(), |stream| stream.write_all(answer).unwrap()).unwrap();
    assert_eq!(exchange.status, 503);
}

#[test]
fn a_peer_that_closes_without_an_answer_is_told_from_half_a_header() {
    let error = failed(&get(), b"");
    assert_eq!((error.stage, &error.kind), (Stage::Request, &FailureKind::ClosedBeforeHead));
    assert_eq!(error.to_string(), "the peer closed without an answer");
    assert_eq!(error.phases.first_byte, None);

    let error = failed(&get(), b"HTTP/1.1 200 OK\r\ncontent-le");
    assert_eq!((error.stage, &error.kind), (Stage::Response, &FailureKind::ClosedWithinHead));
    assert_eq!(error.to_string(), "the peer closed after half a header");
    assert!(error.phases.first_byte.is_some());
}

#[test]
fn a_peer_that_closes_within_the_body_is_an_error() {
    for answer in [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell"[..],
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhell",
    ] {
        let error = failed(&get(), answer);
        assert_eq!((error.stage, &error.kind), (Stage::Response, &FailureKind::ClosedWithinBody));
    }
}

#[test]
fn what_is_not_http_is_named_so() {
    for answer in [
        &b"SSH-2.0-OpenSSH_9.6\r\n"[..],
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"<html>hello</html>\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
    ] {
        let error = failed(&get(), answer);
        assert_eq!(error.kind, FailureKind::NotHttp, "{answer:?}");
        assert_eq!(error.to_string(), "answered with something that is not HTTP");
    }
}

#[test]
fn a_peer_that_greets_before_it_is_asked_speaks_no_http() {
    let (greeted, greeting) = std::sync::mpsc::channel();
    let (address, thread) = peer(move |mut stream| {
        stream.write_all(b"220 mail.example.org ESMTP\r\n").unwrap();
        greeted.send(()).unwrap();
        read_to_the_end(&mut stream);
    });
    let io = Socket::connect(address);
    greeting.recv().unwrap();
    let error = block_on(exchange_over(io, &url(address), &get(), PhasesSoFar::default()));
    assert_eq!(error.unwrap_err().kind, FailureKind::NotHttp);
    thread.join().unwrap();
}

#[test]
fn endless_headers_are_cut_off_at_the_limit() {
    let options = ExchangeOptions { max_header_bytes: 16 << 10, ..get() };
    for line in [format!("x: {}\r\n", "y".repeat(1000)), "y".repeat(1000)] {
        let (address, thread) = peer(move |mut stream| {
            read_head(&mut stream);
            let mut written = 0_u64;
            let mut next = b"HTTP/1.1 200 OK\r\n".to_vec();
            // Only the other side's closing ends this.
            while stream.write_all(&next).is_ok() {
                written += next.len() as u64;
                next = line.clone().into_bytes();
            }
            written
        });
        let error = exchange(address, &options).unwrap_err();
        assert_eq!(error.kind, FailureKind::HeadTooLarge { limit: 16 << 10 });
        assert_eq!(error.to_string(), "headers larger than 16 KiB");
        assert_eq!(error.stage, Stage::Response);
        assert!(thread.join().unwrap() > 0);
    }
}

#[test]
fn too_many_small_headers_are_told_from_too_large_ones() {
    let answer = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(600));
    let options = ExchangeOptions { max_header_bytes: 16 << 10, ..get() };
    let error = answered(&options, move |stream| stream.write_all(answer.as_bytes()).unwrap());
    let error = error.unwrap_err();
    assert_eq!(error.kind, FailureKind::TooManyHeaders { limit: 512 });
    assert_eq!(error.to_string(), "more than 512 headers");
}

#[test]
fn a_reset_is_told_from_a_close() {
    let (address, thread) = peer(|mut stream| {
        read_head(&mut stream);
        let socket = socket2::SockRef::from(&stream);
        socket.set_linger(Some(Duration::ZERO)).unwrap();
    });
    let error = exchange(address, &get()).unwrap_err();
    thread.join().unwrap();
    assert_eq!((error.stage, &error.kind), (Stage::Request, &FailureKind::Reset));
    assert_eq!(error.to_string(), format!("{address} reset the connection"));
}

#[test]
fn dropped_while_the_peer_is_silent_it_closes_the_socket() {
    for half in
        [&b""[..], b"HTTP/1.1 200 OK\r\nx: ", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nh"]
    {
        let asked = Arc::new(AtomicBool::new(false));
        let said = Arc::clone(&asked);
        let (address, thread) = peer(move |mut stream| {
            read_head(&mut stream);
            stream.write_all(half).unwrap();
            said.store(true, Ordering::Release);
            // Returns once the other side is gone, and hangs the test if it stays.
            read_to_the_end(&mut stream);
        });
        let io = Socket::connect(address);
        let url = url(address);
        let options = get();
        let exchange = exchange_over(io, &url, &options, PhasesSoFar::default());
        let mut polls = 0;
        let outcome = block_on_until(exchange, || {
            polls += u32::from(asked.load(Ordering::Acquire));
            polls > 100
        });
        assert!(outcome.is_none(), "{half:?} gave {outcome:?}");
        thread.join().unwrap();
    }
}

#[test]
fn an_exchange_can_move_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let (address, thread) = peer(drop);
    let (url, options) = (url(address), get());
    is_send(&exchange_over(Socket::connect(address), &url, &options, PhasesSoFar::default()));
    thread.join().unwrap();
}

#[cfg(not(feature = "tls"))]
#[test]
fn https_without_tls_says_which_feature_is_missing() {
    let (address, thread) = peer(drop);
    let url = Url::parse(&format!("https://{address}/")).unwrap();
    let io = Socket::connect(address);
    let error = block_on(exchange_over(io, &url, &get(), PhasesSoFar::default())).unwrap_err();
    assert_eq!(error.kind, FailureKind::TlsMissing);
    assert!(error.to_string().contains("`tls`"));
    thread.join().unwrap();
}
