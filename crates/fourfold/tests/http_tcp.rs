//! The whole way to a host by its address, on a loop.
#![cfg(feature = "http")]

mod support;

use std::io::Write;
use std::net::TcpListener;

use fourfold::asyncio::run;
use fourfold::http::{Client, ExchangeError, ExchangeOptions, FailureKind, Stage, Url, exchange};
use support::{peer, read_head};

fn failure(address: String) -> ExchangeError {
    let error = run(async move {
        let url = Url::parse(&address)?;
        exchange(&url, &ExchangeOptions::default()).await?;
        Ok(())
    });
    error.unwrap_err().downcast_ref::<ExchangeError>().unwrap().clone()
}

#[test]
fn a_name_is_resolved_as_a_phase_and_an_address_is_not() {
    for (host, resolved) in [("127.0.0.1", false), ("localhost", true)] {
        let (address, thread) = peer(|mut stream| {
            read_head(&mut stream);
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        });
        let exchange = run(async move {
            let url = Url::parse(&format!("{host}:{}", address.port()))?;
            Ok(exchange(&url, &ExchangeOptions::default()).await?)
        });
        let exchange = exchange.unwrap();
        assert_eq!((exchange.status, exchange.phases.dns.is_some()), (204, resolved));
        assert!(!exchange.phases.connect.is_zero());
        thread.join().unwrap();
    }
}

#[test]
fn a_connection_that_is_refused_fails_its_stage() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = failure(free.to_string());
    assert_eq!((error.stage, &error.kind), (Stage::Connect, &FailureKind::Refused));
    assert_eq!(error.to_string(), format!("connection refused by {free}"));
}

#[test]
fn a_name_without_an_address_fails_its_stage() {
    let error = failure("no-such-host.invalid".to_owned());
    assert_eq!((error.stage, &error.kind), (Stage::Dns, &FailureKind::Unresolvable));
    assert!(error.to_string().contains("no-such-host.invalid"), "{error}");
}

#[test]
fn a_client_connects_by_itself() {
    let (address, thread) = peer(|mut stream| {
        read_head(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").unwrap();
    });
    let text = run(async move { Client::new().get(&*address.to_string()).await?.text().await });
    assert_eq!(text.unwrap(), "hello");
    thread.join().unwrap();
}
