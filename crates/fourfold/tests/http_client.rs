//! The client: connections that are kept, redirects, limits.
#![cfg(feature = "http")]

mod support;

use std::collections::HashMap;
use std::future::ready;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use fourfold::http::{Client, ClientBuilder, ExchangeError, FailureKind, Url};
use support::{Socket, all, block_on, read_head};

/// A server of as many connections as come, each on its thread, which answers by path.
struct Site {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Site {
    fn new(pages: &[(&str, &str)]) -> Site {
        let pages: HashMap<String, String> =
            pages.iter().map(|&(path, answer)| (path.to_owned(), answer.to_owned())).collect();
        let pages = Arc::new(pages);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let site = Site {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, requests) = (Arc::clone(&site.connections), Arc::clone(&site.requests));
        thread::spawn(move || {
            for stream in listener.incoming() {
                connections.fetch_add(1, Ordering::SeqCst);
                let (pages, requests) = (Arc::clone(&pages), Arc::clone(&requests));
                thread::spawn(move || serve(stream.unwrap(), &pages, &requests));
            }
        });
        site
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, pages: &HashMap<String, String>, requests: &Mutex<Vec<String>>) {
    let mut first = [0];
    while let Ok(1) = stream.read(&mut first) {
        let mut rest = (&first[..]).chain(&mut stream);
        let head = read_head(&mut rest);
        let path = head.split(' ').nth(1).unwrap().to_owned();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        stream.read_exact(&mut body).unwrap();
        requests.lock().unwrap().push(format!("{head}{}", String::from_utf8(body).unwrap()));
        let mut answer = pages[&path].as_str();
        if head.starts_with("HEAD ") {
            answer = &answer[..answer.find("\r\n\r\n").unwrap() + 4];
        }
        stream.write_all(answer.as_bytes()).unwrap();
        if answer.contains("connection: close") || path == "/last" {
            return;
        }
    }
}

fn builder() -> ClientBuilder {
    Client::builder().connect_by(|url: &Url| {
        let address: SocketAddr = url.as_uri().authority().unwrap().as_str().parse().unwrap();
        ready(TcpStream::connect(address).map(Socket::new))
    })
}

fn kind(error: &fourfold::Error) -> FailureKind {
    error.downcast_ref::<ExchangeError>().unwrap_or_else(|| panic!("{error}")).kind.clone()
}

const HELLO: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx-a: b\r\n\r\nhello";
const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n";

#[test]
fn a_connection_that_was_read_to_the_end_is_used_again() {
    let site = Site::new(&[("/", HELLO), ("/chunks", CHUNKED)]);
    let client = builder().build();
    block_on(async {
        for _ in 0..3 {
            let response = client.get(&*site.url("/")).await.unwrap();
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()["x-a"], "b");
            assert_eq!(response.text().await.unwrap(), "hello");
            assert_eq!(
                &client.get(&*site.url("/chunks")).await.unwrap().bytes().await.unwrap()[..],
                b"abcdefg"
            );
            // A clone is the same client.
            let head = client.clone().head(&*site.url("/")).await.unwrap();
            assert_eq!(head.headers()["content-length"], "5");
        }
    });
    assert_eq!(site.connections(), 1);
    assert_eq!(site.requests().len(), 9);
}

#[test]
fn a_response_that_is_dropped_half_read_takes_its_connection_along() {
    let site = Site::new(&[("/", HELLO)]);
    let client = builder().build();
    block_on(async {
        drop(client.get(&*site.url("/")).await.unwrap());
        assert_eq!(client.get(&*site.url("/")).await.unwrap().text().await.unwrap(), "hello");
    });
    assert_eq!(site.connections(), 2);
}

#[test]
fn a_connection_that_its_peer_has_closed_is_replaced() {
    let closing = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello";
    // `/last` closes without having said so.
    let site = Site::new(&[("/close", closing), ("/last", HELLO)]);
    let client = builder().build();
    block_on(async {
        for path in ["/close", "/close", "/last", "/last", "/last"] {
            assert_eq!(client.get(&*site.url(path)).await.unwrap().text().await.unwrap(), "hello");
        }
    });
    assert_eq!(site.connections(), 5);
}

#[test]
fn no_connection_is_kept_where_none_shall_be() {
    let site = Site::new(&[("/", HELLO)]);
    let client = builder().idle_per_host(0).build();
    block_on(async {
        for _ in 0..2 {
            client.get(&*site.url("/")).await.unwrap().text().await.unwrap();
        }
    });
    assert_eq!(site.connections(), 2);
}

#[test]
fn ten_requests_at_once_have_ten_connections_and_then_share_them() {
    let site = Site::new(&[("/", HELLO)]);
    let client = builder().idle_per_host(10).build();
    let ten = || {
        block_on(all((0..10)
            .map(|_| async { client.get(&*site.url("/")).await.unwrap().text().await.unwrap() })
            .collect()))
    };
    assert_eq!(ten(), ["hello"; 10]);
    let after_first = site.connections();
    assert!(after_first <= 10);
    assert_eq!(ten(), ["hello"; 10]);
    assert_eq!(site.requests().len(), 20);
    assert!(site.connections() <= 10, "{} connections for ten at once", site.connections());
}

#[test]
fn a_body_is_read_piece_by_piece_and_no_further_than_its_limit() {
    let site = Site::new(&[("/", CHUNKED)]);
    block_on(async {
        let mut response = builder().build().get(&*site.url("/")).await.unwrap();
        let mut read = Vec::new();
        while let Some(chunk) = response.chunk().await.unwrap() {
            read.extend_from_slice(&chunk);
        }
        assert_eq!(read, b"abcdefg");
        assert!(response.chunk().await.unwrap().is_none());

        let client = builder().max_body_bytes(6).build();
        let error = client.get(&*site.url("/")).await.unwrap().bytes().await.unwrap_err();
        assert_eq!(kind(&error), FailureKind::BodyTooLarge { limit: 6 });
    });
}

#[test]
fn a_request_is_sent_with_its_body_and_headers() {
    let site = Site::new(&[("/form?x=1", HELLO)]);
    let request = http::Request::post(site.url("/form?x=1"))
        .header("content-type", "text/plain")
        .body("some text")
        .unwrap();
    block_on(async { builder().user_agent("me").build().request(request).await.unwrap() });
    let sent = &site.requests()[0];
    assert!(sent.starts_with("POST /form?x=1 HTTP/1.1\r\n"), "{sent}");
    assert!(sent.contains("content-type: text/plain\r\n"), "{sent}");
    assert!(sent.contains("user-agent: me\r\n"), "{sent}");
    assert!(sent.contains(&format!("host: {}\r\n", site.address)), "{sent}");
    assert!(sent.ends_with("\r\n\r\nsome text"), "{sent}");
}

fn redirect(status: &str, location: &str) -> String {
    format!("HTTP/1.1 {status} Over\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n")
}

#[test]
fn redirects_are_followed_only_as_far_as_allowed() {
    let (first, second) = (redirect("301", "/b"), redirect("302", "c?d"));
    let site = Site::new(&[("/a", &first), ("/b", &second), ("/c?d", HELLO)]);
    block_on(async {
        let response = builder().build().get(&*site.url("/a")).await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["location"]),
            (301, &"/b".parse().unwrap())
        );

        let response = builder().redirects(2).build().get(&*site.url("/a")).await.unwrap();
        assert_eq!(response.url().to_string(), site.url("/c?d"));
        assert_eq!(response.text().await.unwrap(), "hello");

        let error = builder().redirects(1).build().get(&*site.url("/a")).await.unwrap_err();
        assert_eq!(kind(&error), FailureKind::BadRedirect);
    });
}

#[test]
fn a_redirect_keeps_the_request_or_asks_anew_as_its_status_says() {
    let (see, keep) = (redirect("303", "/end"), redirect("307", "/end"));
    let site = Site::new(&[("/see", &see), ("/keep", &keep), ("/end", HELLO)]);
    let client = builder().redirects(1).build();
    for path in ["/see", "/keep"] {
        let request = http::Request::post(site.url(path)).body("some text").unwrap();
        block_on(client.request(request)).unwrap();
    }
    let requests = site.requests();
    assert!(requests[1].starts_with("GET /end ") && requests[1].ends_with("\r\n\r\n"));
    assert!(requests[3].starts_with("POST /end ") && requests[3].ends_with("some text"));
}

#[test]
fn secrets_stay_with_the_host_they_were_meant_for() {
    let other = Site::new(&[("/", HELLO)]);
    let away = redirect("302", &other.url("/"));
    let site = Site::new(&[("/", &away)]);
    let request = http::Request::get(site.url("/"))
        .header("authorization", "secret")
        .header("x-kept", "yes")
        .body("")
        .unwrap();
    block_on(builder().redirects(1).build().request(request)).unwrap();
    assert!(site.requests()[0].contains("authorization: secret"));
    let away = &other.requests()[0];
    assert!(!away.contains("secret") && away.contains("x-kept: yes"), "{away}");
    assert!(away.contains(&format!("host: {}", other.address)), "{away}");
}

#[test]
fn a_refused_connection_and_a_bad_address_say_so() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = builder().build();
    let error = block_on(client.get(&*format!("http://{free}/"))).unwrap_err();
    assert_eq!(kind(&error), FailureKind::Refused);
    assert_eq!(error.to_string(), format!("connection refused by {free}"));

    let error = block_on(client.get("ftp://example.org")).unwrap_err();
    assert!(error.is::<fourfold::http::UrlError>(), "{error}");
}

#[test]
fn a_timeout_without_a_loop_is_an_error_and_no_panic() {
    let site = Site::new(&[("/", HELLO)]);
    let client = builder().timeout(std::time::Duration::from_secs(9)).build();
    let error = block_on(client.get(&*site.url("/"))).unwrap_err();
    assert!(error.to_string().contains("no loop is running"), "{error}");
}

#[test]
fn a_status_becomes_an_error_only_when_asked() {
    let site = Site::new(&[("/", "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")]);
    let response = block_on(builder().build().get(&*site.url("/"))).unwrap();
    let error = response.error_for_status().unwrap_err();
    assert!(error.to_string().contains("404"), "{error}");
}
