//! The whole way to a host by its address, on a loop.
#![cfg(feature = "http")]

mod support;

use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

use fourfold::asyncio::{Cancellable, run, timeout};
use fourfold::http::{
    Client, ExchangeError, ExchangeOptions, FailureKind, PhasesSoFar, Stage, Url, exchange,
    exchange_noting,
};
use support::{peer, read_head, read_to_the_end};

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
    let text = error.to_string();
    assert!(text.starts_with("the name no-such-host.invalid cannot be resolved: "), "{text}");
    assert_eq!(text.matches("no-such-host.invalid").count(), 1, "{text}");
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

/// How far an exchange comes with a host that says this much and no more, until it is given up.
fn given_up_after(said: &'static [u8]) -> PhasesSoFar {
    let (address, thread) = peer(move |mut stream| {
        read_head(&mut stream);
        stream.write_all(said).unwrap();
        read_to_the_end(&mut stream);
    });
    let phases = run(async move {
        let url = Url::parse(&format!("localhost:{}", address.port()))?;
        let (options, mut phases) = (ExchangeOptions::default(), PhasesSoFar::default());
        let asking = exchange_noting(&url, &options, &mut phases).cancellable();
        assert!(timeout(Duration::from_millis(300), asking).await.unwrap_err().is_timed_out());
        Ok(phases)
    });
    thread.join().unwrap();
    phases.unwrap()
}

#[test]
fn an_exchange_that_is_given_up_tells_how_far_it_came() {
    let phases = given_up_after(b"");
    assert!(phases.dns.is_some() && phases.connect.is_some(), "{phases:?}");
    assert_eq!(phases.first_byte, None);
}

#[test]
fn the_first_byte_of_half_a_head_is_noted() {
    let phases = given_up_after(b"HTTP/1.1 200 OK\r\nContent-Le");
    assert!(phases.first_byte.is_some(), "{phases:?}");
}
