//! The client of `echo`: one epoll loop, the same program for every server.
//!
//! Closed loop: each connection sends 1 KiB, waits for all of it, sends the next. The clock runs
//! from the first message, after all connections are made, to the last answer.

use crate::measure::process_cpu_ns;
use crate::workload::{Job, MESSAGE_BYTES};
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

struct Connection {
    stream: TcpStream,
    /// Messages yet to be answered.
    left: u64,
    /// Bytes of the current answer that have arrived.
    arrived: usize,
}

/// Exchanges `job.operations` messages over `job.batch` connections.
pub(crate) fn run(port: u16, job: Job) -> io::Result<ClientReport> {
    let poller = epoll::create(CreateFlags::CLOEXEC)?;
    let mut connections = Vec::new();
    for index in 0..job.batch {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        epoll::add(&poller, &stream, EventData::new_u64(index), EventFlags::IN)?;
        connections.push(Connection { stream, left: job.operations / job.batch, arrived: 0 });
    }

    let message = [b'x'; MESSAGE_BYTES];
    let mut events = [MaybeUninit::uninit(); 256];
    let mut buffer = [0; MESSAGE_BYTES];
    let mut messages = 0;
    let mut open = connections.len();
    let (cpu, wall) = (process_cpu_ns(), Instant::now());
    for connection in &mut connections {
        connection.stream.write_all(&message)?;
    }
    while open > 0 {
        let (ready, _) = epoll::wait(&poller, &mut events, None)?;
        for event in ready {
            let connection = &mut connections[event.data.u64() as usize];
            let count = connection.stream.read(&mut buffer[connection.arrived..])?;
            if count == 0 {
                return Err(io::Error::other("the server closed a connection early"));
            }
            if buffer[connection.arrived..connection.arrived + count] != message[..count] {
                return Err(io::Error::other("the server answered with other bytes"));
            }
            connection.arrived += count;
            if connection.arrived < MESSAGE_BYTES {
                continue;
            }
            connection.arrived = 0;
            connection.left -= 1;
            messages += 1;
            if connection.left > 0 {
                connection.stream.write_all(&message)?;
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
