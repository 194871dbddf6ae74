//! Time limits on a virtual clock, against peers that never answer.
#![cfg(feature = "http")]

mod support;
#[path = "support/turns.rs"]
mod turns;

use std::cell::Cell;
use std::future::{poll_fn, ready};
use std::io::Write;
use std::net::TcpStream;
use std::task::Poll;
use std::time::Duration;

use fourfold::http::{Client, ExchangeOptions, PhasesSoFar, Url, exchange_over};
use fourfold_kernel::timer::{Clock, sleep};
use support::{Socket, peer, read_head, read_to_the_end};
use turns::Turns;

#[test]
fn the_limit_covers_the_head_and_the_body_and_closes_the_socket() {
    for (half, in_body) in [
        (&b""[..], false),
        (b"HTTP/1.1 200 OK\r\nx: ", false),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", true),
    ] {
        let (address, thread) = peer(move |mut stream| {
            read_head(&mut stream);
            stream.write_all(half).unwrap();
            // Returns once the other side is gone, and hangs the test if it stays.
            read_to_the_end(&mut stream);
        });
        let client = Client::builder()
            .timeout(Duration::from_secs(5))
            .connect_by(move |_: &Url| ready(TcpStream::connect(address).map(Socket::new)))
            .build();
        let clock = Clock::virtual_at_zero();
        let headed = Cell::new(false);
        let mut asking = Box::pin(async {
            let response = client.get("localhost").await?;
            headed.set(true);
            response.text().await
        });
        let main = poll_fn(|cx| {
            // Time passes only where nothing else is to come.
            if headed.get() || !in_body {
                clock.advance_to(clock.now() + 50_000_000);
            }
            asking.as_mut().poll(cx)
        });
        let error = Turns::new(clock.clone()).run(main).0.unwrap_err();
        assert!(error.is_timed_out(), "{error}");
        assert!(error.to_string().contains("5s"), "{error}");
        assert_eq!(headed.get(), in_body);
        assert!((5_000_000_000..5_100_000_000).contains(&clock.now()));
        drop(asking);
        thread.join().unwrap();
    }
}

#[test]
fn an_exchange_is_timed_by_the_clock_of_its_loop() {
    let clock = Clock::virtual_at_zero();
    let (ask, asked) = std::sync::mpsc::channel::<()>();
    let (answer, go) = std::sync::mpsc::channel::<()>();
    let (address, thread) = peer(move |mut stream| {
        read_head(&mut stream);
        ask.send(()).unwrap();
        go.recv().unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    });
    let url = Url::parse("localhost").unwrap();
    let options = ExchangeOptions::default();
    let io = Socket::connect(address);
    let mut exchange = Box::pin(exchange_over(io, &url, &options, PhasesSoFar::default()));
    let main = poll_fn(|cx| {
        let polled = exchange.as_mut().poll(cx);
        if asked.try_recv().is_ok() {
            clock.advance_to(7_000_000_000);
            answer.send(()).unwrap();
        }
        polled
    });
    let exchange = Turns::new(clock.clone()).run(main).0.unwrap();
    assert_eq!(exchange.phases.first_byte, Duration::from_secs(7));
    assert_eq!(exchange.total, Duration::from_secs(7));
    thread.join().unwrap();
}

#[test]
fn hypers_timer_follows_the_clock_of_the_loop() {
    use hyper::rt::Timer as _;

    let clock = Clock::virtual_at_zero();
    let (_, left) = Turns::new(clock.clone()).run(async {
        let timer = fourfold::http::Timer;
        let before = timer.now();
        let mut waits = [
            timer.sleep(Duration::from_secs(1)),
            timer.sleep_until(before + Duration::from_secs(1)),
        ];
        for wait in &mut waits {
            assert!(poll_fn(|cx| Poll::Ready(wait.as_mut().poll(cx))).await.is_pending());
        }
        clock.advance_to(1_000_000_000);
        for wait in &mut waits {
            assert!(poll_fn(|cx| Poll::Ready(wait.as_mut().poll(cx))).await.is_ready());
        }
        assert_eq!(timer.now() - before, Duration::from_secs(1));
        sleep(Duration::ZERO).await;
    });
    assert_eq!(left, 0);
}
