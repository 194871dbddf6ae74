//! A host that keeps its connections, hands out each request, and tells when a client has closed.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// What the host does with a request.
pub(crate) enum Answer {
    /// Sends this and keeps the connection.
    Keep(String),
    /// Sends this and closes it.
    Close(String),
    /// Waits for the client to close it.
    Never,
}

/// What happens at the host.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// This was asked, head and body.
    Asked(String),
    /// A client has closed its connection.
    Closed,
}

impl Seen {
    /// The request.
    pub(crate) fn asked(self) -> String {
        match self {
            Seen::Asked(request) => request,
            Seen::Closed => panic!("a client closed its connection"),
        }
    }
}

/// Starts a host. Its first connection is number 0.
pub(crate) fn host(
    answer: impl Fn(usize, &str) -> Answer + Send + Sync + 'static,
) -> (SocketAddr, Receiver<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, seen) = channel();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let (stream, answer, seen) = (stream.unwrap(), answer.clone(), sender.clone());
            thread::spawn(move || serve(&stream, &seen, |request| answer(number, request)));
        }
    });
    (address, seen)
}

fn serve(mut stream: &TcpStream, seen: &Sender<Seen>, answer: impl Fn(&str) -> Answer) {
    let mut lines = BufReader::new(stream);
    // The test may be over.
    let tell = |what| drop(seen.send(what));
    while let Some(request) = read(&mut lines) {
        let answer = answer(&request);
        tell(Seen::Asked(request));
        match answer {
            Answer::Keep(text) => drop(stream.write_all(text.as_bytes())),
            Answer::Close(text) => {
                drop(stream.write_all(text.as_bytes()));
                return;
            }
            Answer::Never => {}
        }
    }
    tell(Seen::Closed);
}

/// The next request; none where the client has closed.
fn read(lines: &mut impl BufRead) -> Option<String> {
    let mut request = String::new();
    let mut length = 0;
    let mut chunked = false;
    while !request.ends_with("\r\n\r\n") {
        let mut line = String::new();
        if lines.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let small = line.to_lowercase();
        if let Some(value) = small.strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
        chunked |= small.starts_with("transfer-encoding: chunked");
        request += &line;
    }
    while chunked && !request.ends_with("\r\n0\r\n\r\n") {
        if lines.read_line(&mut request).ok()? == 0 {
            return None;
        }
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    Some(request + &String::from_utf8(body).unwrap())
}

/// A response with these headers, each with its line's end, and this body.
pub(crate) fn response(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
}
