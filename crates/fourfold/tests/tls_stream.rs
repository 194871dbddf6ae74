//! The stream over a transport that is slow, narrow, or cut off.
#![cfg(feature = "tls")]

#[path = "support/certificates.rs"]
mod certificates;
mod support;

use std::io;

use certificates::Authority;
use fourfold::tls::{Acceptor, Connector, TlsStream};
use support::{Pipe, block_on, close, pipe, read_up_to, write_all};

/// Waits for two futures at once.
async fn both<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (Box::pin(a), Box::pin(b));
    let (mut first, mut second) = (None, None);
    std::future::poll_fn(|cx| {
        if first.is_none()
            && let std::task::Poll::Ready(output) = a.as_mut().poll(cx)
        {
            first = Some(output);
        }
        if second.is_none()
            && let std::task::Poll::Ready(output) = b.as_mut().poll(cx)
        {
            second = Some(output);
        }
        match first.is_some() && second.is_some() {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
    (first.unwrap(), second.unwrap())
}

async fn pair(
    client: &Connector,
    server: &Acceptor,
    (left, right): (Pipe, Pipe),
) -> (TlsStream<Pipe>, TlsStream<Pipe>) {
    let (left, right) = both(client.connect("localhost", left), server.accept(right)).await;
    (left.unwrap(), right.unwrap())
}

#[test]
fn bytes_pass_both_ways_at_once_through_a_pipe_narrower_than_a_record() {
    let authority = Authority::new();
    let (client, server) = (authority.client(), authority.server(&["localhost"]));
    let sent: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
    let echoed = block_on(async {
        let (mut left, mut right) = pair(&client, &server, pipe(700, 13)).await;
        let echo = async {
            let mut total = 0;
            while total < sent.len() {
                let piece = read_up_to(&mut right, 5000.min(sent.len() - total)).await.unwrap();
                total += piece.len();
                write_all(&mut right, &piece).await.unwrap();
            }
            close(&mut right).await.unwrap();
        };
        let ask = async {
            let mut echoed = Vec::new();
            for piece in sent.chunks(5000) {
                write_all(&mut left, piece).await.unwrap();
                echoed.extend(read_up_to(&mut left, piece.len()).await.unwrap());
            }
            // The closing alert makes this an end, not a failure.
            assert!(read_up_to(&mut left, 1).await.unwrap().is_empty());
            echoed
        };
        both(ask, echo).await.0
    });
    assert!(echoed == sent, "what came back is not what was sent");
}

#[test]
fn a_transport_that_ends_without_the_closing_alert_is_an_error() {
    let authority = Authority::new();
    let (client, server) = (authority.client(), authority.server(&["localhost"]));
    block_on(async {
        let pipes = pipe(1 << 16, 1 << 16);
        let mut cut = pipes.1.clone();
        let (mut left, mut right) = pair(&client, &server, pipes).await;
        write_all(&mut right, b"hello").await.unwrap();
        close(&mut cut).await.unwrap();
        assert_eq!(read_up_to(&mut left, 5).await.unwrap(), b"hello");
        let error = read_up_to(&mut left, 1).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    });
}

#[test]
fn a_record_that_was_tampered_with_is_an_error() {
    let authority = Authority::new();
    let (client, server) = (authority.client(), authority.server(&["localhost"]));
    block_on(async {
        let pipes = pipe(1 << 16, 1 << 16);
        let mut forged = pipes.1.clone();
        let (mut left, _right) = pair(&client, &server, pipes).await;
        write_all(&mut forged, &[23, 3, 3, 0, 20]).await.unwrap();
        write_all(&mut forged, &[0; 20]).await.unwrap();
        let error = read_up_to(&mut left, 1).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    });
}

#[test]
fn both_sides_agree_on_the_best_protocol_of_the_client() {
    let authority = Authority::new();
    let server = authority.server(&["localhost"]).with_protocols(&[b"http/1.1", b"h2"]);
    for (offered, agreed) in [(&[&b"h2"[..]][..], Some(&b"h2"[..])), (&[], None)] {
        let client = authority.client().with_protocols(offered);
        let (left, right) = block_on(pair(&client, &server, pipe(1 << 16, 1 << 16)));
        assert_eq!((left.protocol(), right.protocol()), (agreed, agreed));
    }
}
