//! The clients of the workloads that serve: one epoll loop, the same program for every server.
//!
//! Closed loop: each connection sends its request, waits for all of the answer, sends the next. The
//! clock runs from the first request, after all connections are made, to the last answer.

mod echo;
mod http;

use crate::measure::process_cpu_ns;
use crate::workload::{Job, MESSAGE_BYTES, Protocol};
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::net::TcpStream;
use std::time::Instant;

/// The line the client prints.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ClientReport {
    /// Answers received in full.
    pub(crate) messages: u64,
    /// From the first message to the last answer.
    pub(crate) wall_ns: u64,
    /// CPU time of the client over the same stretch.
    pub(crate) cpu_seconds: f64,
}

/// What is said on a connection.
trait Exchange {
    /// The request, the same each time.
    const REQUEST: &[u8];

    /// Whether the answer is complete; its bytes before `known` were looked at before. An error if
    /// it is another answer than the right one.
    fn is_complete(answer: &[u8], known: usize) -> io::Result<bool>;
}

struct Connection {
    stream: TcpStream,
    /// Requests yet to be answered.
    left: u64,
    /// Bytes of the current answer that have arrived.
    arrived: usize,
    answer: [u8; MESSAGE_BYTES],
}

/// Makes `job.operations` exchanges over `job.batch` connections.
pub(crate) fn run(protocol: Protocol, port: u16, job: Job) -> io::Result<ClientReport> {
    match protocol {
        Protocol::Echo => exchange::<echo::Echo>(port, job),
        Protocol::Http => exchange::<http::Hello>(port, job),
    }
}

fn exchange<E: Exchange>(port: u16, job: Job) -> io::Result<ClientReport> {
    let poller = epoll::create(CreateFlags::CLOEXEC)?;
    let mut connections = Vec::new();
    for index in 0..job.batch {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        epoll::add(&poller, &stream, EventData::new_u64(index), EventFlags::IN)?;
        let (left, answer) = (job.operations / job.batch, [0; MESSAGE_BYTES]);
        connections.push(Connection { stream, left, arrived: 0, answer });
    }

    let mut events = [MaybeUninit::uninit(); 256];
    let mut messages = 0;
    let mut open = connections.len();
    let (cpu, wall) = (process_cpu_ns(), Instant::now());
    for connection in &mut connections {
        connection.stream.write_all(E::REQUEST)?;
    }
    while open > 0 {
        let (ready, _) = epoll::wait(&poller, &mut events, None)?;
        for event in ready {
            let connection = &mut connections[event.data.u64() as usize];
            let known = connection.arrived;
            let count = connection.stream.read(&mut connection.answer[known..])?;
            if count == 0 {
                return Err(io::Error::other(
                    "the server closed a connection early, or answered with too much",
                ));
            }
            connection.arrived += count;
            if !E::is_complete(&connection.answer[..connection.arrived], known)? {
                continue;
            }
            connection.arrived = 0;
            connection.left -= 1;
            messages += 1;
            if connection.left > 0 {
                connection.stream.write_all(E::REQUEST)?;
            } else {
                epoll::delete(&poller, &connection.stream)?;
                open -= 1;
            }
        }
    }
    let wall_ns = u64::try_from(wall.elapsed().as_nanos()).expect("less than 584 years");
    let cpu_seconds = (process_cpu_ns() - cpu) as f64 / 1e9;
    Ok(ClientReport { messages, wall_ns, cpu_seconds })
}
