//! The server of the workloads that ask one: one epoll loop, the same program for every client.
//!
//! It answers each head that ends with the same bytes, and knows nothing else of HTTP: what a
//! client costs is to be measured, and not what answers it.

use crate::runtime::announce;
use crate::workload::HELLO;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::net::{TcpListener, TcpStream};

/// The listener's token; connections are numbered from zero.
const LISTENER: u64 = u64::MAX;

/// The driver ends this process when the run is over; should the driver be gone, it ends itself.
const IDLE: Timespec = Timespec { tv_sec: 300, tv_nsec: 0 };

/// What ends a head.
const BLANK: &[u8] = b"\r\n\r\n";

struct Connection {
    stream: TcpStream,
    /// Bytes of [`BLANK`] that were the last to arrive.
    matched: usize,
}

/// Tells where it listens, and answers.
pub(crate) fn run() -> io::Result<()> {
    let length = HELLO.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {length}\r\n\r\n{HELLO}"
    );
    let poller = epoll::create(CreateFlags::CLOEXEC)?;
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    epoll::add(&poller, &listener, EventData::new_u64(LISTENER), EventFlags::IN)?;
    announce(listener.local_addr()?.port())?;

    let mut connections: Vec<Option<Connection>> = Vec::new();
    let mut events = [MaybeUninit::uninit(); 256];
    let mut buffer = [0; 4096];
    loop {
        let (ready, _) = epoll::wait(&poller, &mut events, Some(&IDLE))?;
        if ready.is_empty() {
            return Ok(());
        }
        for event in ready {
            let token = event.data.u64();
            if token == LISTENER {
                let (stream, _) = listener.accept()?;
                stream.set_nodelay(true)?;
                stream.set_nonblocking(true)?;
                let token = EventData::new_u64(connections.len() as u64);
                epoll::add(&poller, &stream, token, EventFlags::IN)?;
                connections.push(Some(Connection { stream, matched: 0 }));
                continue;
            }
            let slot = &mut connections[token as usize];
            let connection = slot.as_mut().expect("an ended connection is no longer polled");
            // A client that ends with answers outstanding resets its connections.
            let count = connection.stream.read(&mut buffer).unwrap_or(0);
            if count == 0 {
                // Dropping closes it, and with that epoll forgets it.
                *slot = None;
                continue;
            }
            for _ in 0..heads(&buffer[..count], &mut connection.matched) {
                // One request is in flight, so the socket's buffer always takes the answer.
                connection.stream.write_all(answer.as_bytes())?;
            }
        }
    }
}

/// How many heads end in `bytes`, the first of which may have begun before.
fn heads(bytes: &[u8], matched: &mut usize) -> usize {
    let mut count = 0;
    for byte in bytes {
        *matched = match *byte {
            byte if byte == BLANK[*matched] => *matched + 1,
            b'\r' => 1,
            _ => 0,
        };
        if *matched == BLANK.len() {
            *matched = 0;
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

    #[test]
    fn a_head_may_arrive_in_two_pieces() {
        for middle in 0..REQUEST.len() {
            let mut matched = 0;
            assert_eq!(heads(&REQUEST[..middle], &mut matched), 0, "{middle}");
            assert_eq!(heads(&REQUEST[middle..], &mut matched), 1, "{middle}");
        }
    }

    #[test]
    fn a_return_within_the_end_begins_it_anew() {
        assert_eq!(heads(b"\r\n\r\r\n\r\n", &mut 0), 1);
    }

    #[test]
    fn every_head_counts() {
        assert_eq!(heads(&[REQUEST, REQUEST].concat(), &mut 0), 2);
    }
}
