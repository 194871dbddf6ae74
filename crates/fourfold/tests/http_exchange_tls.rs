//! One exchange over TLS, in either version of HTTP.
#![cfg(all(feature = "http", feature = "tls"))]

#[path = "support/certificates.rs"]
mod certificates;
mod support;

use certificates::{Authority, self_signed};
use fourfold::http::{
    Exchange, ExchangeError, ExchangeMethod, ExchangeOptions, FailureKind, PhasesSoFar, Stage, Url,
    exchange_over,
};
use fourfold::tls::{Acceptor, CertificateProblem};
use support::{Socket, block_on, close, peer, read_to_the_end, read_up_to, write_all};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

fn exchange(acceptor: Acceptor, options: &ExchangeOptions) -> Result<Exchange, ExchangeError> {
    let (address, thread) = peer(move |stream| {
        block_on(async {
            let Ok(mut stream) = acceptor.accept(Socket::new(stream)).await else { return };
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.extend(read_up_to(&mut stream, 1).await.unwrap());
            }
            write_all(&mut stream, ANSWER).await.unwrap();
            close(&mut stream).await.unwrap();
            // Until the client is gone.
            let _ = read_up_to(&mut stream, 1).await;
        });
    });
    let url = Url::parse(&format!("https://localhost:{}/", address.port())).unwrap();
    let io = Socket::connect(address);
    let result = block_on(exchange_over(io, &url, options, PhasesSoFar::default()));
    thread.join().unwrap();
    result
}

fn options() -> ExchangeOptions {
    ExchangeOptions { method: ExchangeMethod::Get, ..ExchangeOptions::default() }
}

#[test]
fn the_handshake_is_a_phase_of_its_own() {
    let authority = Authority::new();
    let options = ExchangeOptions { connector: Some(authority.client()), ..options() };
    let exchange = exchange(authority.server(&["localhost"]), &options).unwrap();
    assert_eq!((exchange.status, exchange.body_bytes), (200, 5));
    assert!(!exchange.phases.tls.unwrap().is_zero());
    assert!(exchange.total >= exchange.phases.tls.unwrap() + exchange.phases.first_byte);
}

#[test]
fn a_certificate_that_is_not_accepted_fails_the_tls_stage() {
    let error = exchange(self_signed("localhost"), &options()).unwrap_err();
    assert_eq!(error.stage, Stage::Tls);
    assert_eq!(error.kind, FailureKind::Certificate(CertificateProblem::UnknownIssuer));
    assert_eq!(error.phases.tls, None);
    assert!(error.to_string().contains("localhost"), "{error}");
}

#[test]
fn insecure_accepts_it() {
    let options = ExchangeOptions { insecure: true, ..options() };
    assert_eq!(exchange(self_signed("localhost"), &options).unwrap().status, 200);
}

#[test]
fn plain_http_behind_an_https_address_is_named() {
    let (address, thread) = peer(|mut stream| {
        std::io::Write::write_all(&mut stream, ANSWER).unwrap();
        read_to_the_end(&mut stream);
    });
    let url = Url::parse(&format!("https://{address}/")).unwrap();
    let io = Socket::connect(address);
    let error = block_on(exchange_over(io, &url, &options(), PhasesSoFar::default())).unwrap_err();
    assert_eq!((error.stage, &error.kind), (Stage::Tls, &FailureKind::NotTls));
    thread.join().unwrap();
}
