//! A level-triggered epoll loop on one thread and no runtime at all: the floor for `echo`.

use crate::measure::Measured;
use crate::runtime::{Runtime, announce};
use crate::workload::{Job, MESSAGE_BYTES};
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::system::uname;
use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::net::{TcpListener, TcpStream};

/// See the module.
pub(super) struct Epoll;

/// The listener's token; connections are numbered from zero.
const LISTENER: u64 = u64::MAX;

impl Runtime for Epoll {
    fn version(&self) -> String {
        format!("Linux {}", uname().release().to_string_lossy())
    }

    fn echo(&self, job: Job) -> io::Result<Measured> {
        let poller = epoll::create(CreateFlags::CLOEXEC)?;
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        epoll::add(&poller, &listener, EventData::new_u64(LISTENER), EventFlags::IN)?;

        let mut streams: Vec<Option<TcpStream>> = Vec::new();
        let mut events = [MaybeUninit::uninit(); 256];
        let mut buffer = [0; 4 * MESSAGE_BYTES];
        let mut bytes = 0;
        let mut ended = 0;
        let watch = announce(listener.local_addr()?.port())?;
        while ended < job.batch {
            let (ready, _) = epoll::wait(&poller, &mut events, None)?;
            for event in ready {
                let token = event.data.u64();
                if token == LISTENER {
                    let (stream, _) = listener.accept()?;
                    stream.set_nodelay(true)?;
                    stream.set_nonblocking(true)?;
                    let token = EventData::new_u64(streams.len() as u64);
                    epoll::add(&poller, &stream, token, EventFlags::IN)?;
                    streams.push(Some(stream));
                    continue;
                }
                let slot = &mut streams[token as usize];
                let stream = slot.as_mut().expect("an ended connection is no longer polled");
                let count = stream.read(&mut buffer)?;
                if count == 0 {
                    // Dropping closes it, and with that epoll forgets it.
                    *slot = None;
                    ended += 1;
                } else {
                    // One message is in flight, so the socket's buffer always takes the answer;
                    // were it full, `write_all` would fail with `WouldBlock` and end the run.
                    stream.write_all(&buffer[..count])?;
                    bytes += count as u64;
                }
            }
        }
        watch.stop(bytes / MESSAGE_BYTES as u64)
    }
}
