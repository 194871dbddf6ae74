//! Handshakes that fail, and what they say.
#![cfg(feature = "tls")]

#[path = "support/certificates.rs"]
mod certificates;
mod support;

use std::io::Write;
use std::net::SocketAddr;
use std::thread::JoinHandle;
use std::time::Duration;

use certificates::{Authority, self_signed};
use fourfold::tls::{Acceptor, CertificateProblem, Connector, TlsError, TlsReason};
use support::{Socket, block_on, peer, read_to_the_end};

/// A server that shakes hands once and says how that went.
fn server(acceptor: Acceptor) -> (SocketAddr, JoinHandle<Result<(), TlsError>>) {
    peer(move |stream| block_on(acceptor.accept(Socket::new(stream))).map(drop))
}

fn handshake(connector: &Connector, host: &str, acceptor: Acceptor) -> Result<(), TlsError> {
    let (address, thread) = server(acceptor);
    let result = block_on(connector.connect(host, Socket::connect(address))).map(drop);
    // Whatever the client thought of it, the server must come to an end.
    let _ = thread.join().unwrap();
    result
}

fn problem(connector: &Connector, host: &str, acceptor: Acceptor) -> CertificateProblem {
    let error = handshake(connector, host, acceptor).unwrap_err();
    assert_eq!(error.host(), host);
    assert!(error.to_string().contains(host), "{error}");
    error.certificate().unwrap_or_else(|| panic!("{error}")).clone()
}

#[test]
fn a_certificate_of_a_trusted_authority_is_accepted_for_its_names_and_addresses() {
    let authority = Authority::new();
    for name in ["localhost", "127.0.0.1", "::1"] {
        handshake(&authority.client(), name, authority.server(&[name])).unwrap();
    }
}

#[test]
fn a_certificate_for_another_host_is_named_with_the_names_it_has() {
    let authority = Authority::new();
    let server = authority.server(&["other.example", "third.example"]);
    let problem = problem(&authority.client(), "localhost", server);
    let CertificateProblem::WrongHost(names) = &problem else { panic!("{problem:?}") };
    assert_eq!(names.len(), 2);
    assert!(problem.to_string().contains("other.example"), "{problem}");
}

#[test]
fn a_certificate_out_of_its_time_is_named() {
    let authority = Authority::new();
    let past = authority.server_with(&["localhost"], |params| {
        params.not_before = rcgen::date_time_ymd(2001, 1, 1);
        params.not_after = rcgen::date_time_ymd(2002, 1, 1);
    });
    let expired = problem(&authority.client(), "localhost", past);
    assert_eq!(expired, CertificateProblem::Expired);
    assert!(expired.to_string().contains("renew"));

    let future = authority.server_with(&["localhost"], |params| {
        params.not_before = rcgen::date_time_ymd(3001, 1, 1);
        params.not_after = rcgen::date_time_ymd(3002, 1, 1);
    });
    let early = problem(&authority.client(), "localhost", future);
    assert_eq!(early, CertificateProblem::NotYetValid);
}

#[test]
fn a_certificate_signed_by_itself_or_by_a_stranger_has_an_unknown_issuer() {
    let ours = Authority::new().client();
    let stranger = Authority::new().server(&["localhost"]);
    for server in [self_signed("localhost"), stranger] {
        assert_eq!(problem(&ours, "localhost", server), CertificateProblem::UnknownIssuer);
    }
}

#[test]
fn a_certificate_of_an_authority_is_not_one_for_a_host() {
    let authority = Authority::new();
    let server = authority.server_with(&["localhost"], |params| {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    });
    let problem = problem(&authority.client(), "localhost", server);
    assert_eq!(problem, CertificateProblem::Authority);
    assert!(problem.to_string().contains("self-signed"), "{problem}");
}

#[test]
fn an_insecure_connector_accepts_what_it_is_shown() {
    let insecure = Connector::builder().insecure().build().unwrap();
    handshake(&insecure, "localhost", self_signed("other.example")).unwrap();
}

#[test]
fn the_server_learns_why_the_client_left() {
    let (address, thread) = server(self_signed("localhost"));
    let connector = Authority::new().client();
    block_on(connector.connect("localhost", Socket::connect(address))).unwrap_err();
    let error = thread.join().unwrap().unwrap_err();
    assert!(matches!(error.reason(), TlsReason::Refused(_)), "{error}");
}

#[test]
fn a_peer_that_answers_in_plain_text_is_named_so() {
    let (address, thread) = peer(|mut stream| {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        read_to_the_end(&mut stream);
    });
    let connector = Authority::new().client();
    let error = block_on(connector.connect("localhost", Socket::connect(address))).unwrap_err();
    assert_eq!(error.reason(), &TlsReason::NotTls);
    assert!(error.to_string().contains("does not speak TLS"), "{error}");
    thread.join().unwrap();
}

#[test]
fn a_peer_that_closes_is_told_from_one_that_resets() {
    let connector = Authority::new().client();
    for reset in [false, true] {
        let (address, thread) = peer(move |mut stream| {
            if reset {
                let linger = Some(Duration::ZERO);
                socket2::SockRef::from(&stream).set_linger(linger).unwrap();
            } else {
                stream.shutdown(std::net::Shutdown::Write).unwrap();
                read_to_the_end(&mut stream);
            }
        });
        let io = Socket::connect(address);
        let error = block_on(connector.connect("localhost", io)).unwrap_err();
        let expected = if reset { TlsReason::Reset } else { TlsReason::Closed };
        assert_eq!(error.reason(), &expected);
        thread.join().unwrap();
    }
}

#[test]
fn a_client_that_speaks_no_tls_is_an_error_of_its_connection() {
    let (address, thread) = server(self_signed("localhost"));
    let mut plain = std::net::TcpStream::connect(address).unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let error = thread.join().unwrap().unwrap_err();
    assert_eq!(error.reason(), &TlsReason::NotTls);
    assert!(error.to_string().starts_with("the peer"), "{error}");
}

#[test]
fn what_cannot_be_in_a_certificate_is_refused_before_anything_is_sent() {
    let (address, thread) = peer(drop);
    let connector = Authority::new().client();
    let error = block_on(connector.connect("no host", Socket::connect(address))).unwrap_err();
    assert_eq!(error.reason(), &TlsReason::BadName);
    thread.join().unwrap();
}

#[test]
fn a_bad_certificate_or_key_of_a_server_is_refused_with_a_reason() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let other = rcgen::KeyPair::generate().unwrap();
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    for (certificate, key) in [
        ("", key.as_str()),
        (certificate.as_str(), ""),
        (certificate.as_str(), other.serialize_pem().as_str()),
    ] {
        let error = Acceptor::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap_err();
        assert!(matches!(error.reason(), TlsReason::Setup(_)), "{error}");
    }
    assert!(Connector::builder().trust_pem(b"no certificate").is_err());
}
