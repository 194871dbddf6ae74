//! Hosts that behave as badly as a test needs, and the program run against them.
//!
//! Each host is a thread on a free port of the loopback interface; it lives as long as the test.

#![allow(dead_code, reason = "no test file needs every host")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use serde_json::Value;

pub(crate) const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// A host that gives each connection to `serve` on a thread of its own.
pub(crate) fn host(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            thread::spawn(move || serve(stream));
        }
    });
    address
}

/// A host that reads the request and answers with these bytes.
pub(crate) fn answering(answer: &'static [u8]) -> SocketAddr {
    host(move |mut stream| {
        read_request(&stream);
        let _ = stream.write_all(answer);
    })
}

/// A host that reads the request, answers with these bytes, and keeps the connection open.
pub(crate) fn stuck_after(answer: &'static [u8]) -> SocketAddr {
    host(move |mut stream| {
        read_request(&stream);
        let _ = stream.write_all(answer);
        until_closed(&stream);
    })
}

/// A host that says nothing, and tells whenever a connection has sent its request.
pub(crate) fn silent() -> (SocketAddr, Receiver<()>) {
    let (asked, told) = channel();
    let address = host(move |stream| {
        read_request(&stream);
        let _ = asked.send(());
        until_closed(&stream);
    });
    (address, told)
}

/// A port nobody listens on, reserved so that nobody else gets it.
pub(crate) fn refusing() -> (SocketAddr, ReservedPort) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    // One connection through it puts the port in TIME_WAIT, where it is not handed out again.
    let client = TcpStream::connect(address).unwrap();
    let (server, _) = listener.accept().unwrap();
    drop(listener);
    drop(server);
    (address, ReservedPort(client))
}

/// Keeps the port of [`refusing`] out of use.
pub(crate) struct ReservedPort(TcpStream);

/// Reads up to the empty line that ends a request's headers.
pub(crate) fn read_request(stream: &TcpStream) {
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    while lines.read_line(&mut line).is_ok_and(|read| read > 0) && line != "\r\n" {
        line.clear();
    }
}

/// Waits until the other side closes the connection.
pub(crate) fn until_closed(mut stream: &TcpStream) {
    let mut rest = [0; 64];
    while stream.read(&mut rest).is_ok_and(|read| read > 0) {}
}

/// The dialect that this test is about: `go_dialect.rs`, `csharp_dialect.rs` and `js_dialect.rs` run the
/// tests once more, in modules whose names begin with it.
pub(crate) fn dialect() -> &'static str {
    match std::thread::current().name() {
        Some(test) if test.starts_with("go_") => "go",
        Some(test) if test.starts_with("cs_") => "csharp",
        Some(test) if test.starts_with("js_") => "js",
        _ => "asyncio",
    }
}

/// The program in [that dialect](dialect) with these arguments, away from the terminal and the user's
/// locale.
pub(crate) fn ping(args: &[&str]) -> Command {
    all_dialects(&[&["--dialect", dialect()], args].concat())
}

/// The same without the choice of a dialect: without lanes it is all four.
pub(crate) fn all_dialects(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fourfold"));
    command.arg("ping").args(args).stdin(Stdio::null());
    command.env("LC_ALL", "C.UTF-8").env_remove("COLUMNS");
    command
}

/// Runs the program to its end.
pub(crate) fn run(args: &[&str]) -> Output {
    ping(args).output().unwrap()
}

/// The exit code and the one JSON object of a run.
pub(crate) fn run_json(args: &[&str]) -> (i32, Value) {
    let output = run(&[&["--json"], args].concat());
    (output.status.code().unwrap(), json(&output))
}

/// The one JSON object on standard output.
pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("not one JSON object: {error}\n{}\n{}", text(&output.stdout), text(&output.stderr))
    })
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
