//! A thread of the system for each connection, or for each that waits: no runtime at all.

use crate::measure::{Measured, Stopwatch};
use crate::runtime::{Runtime, announce};
use crate::workload::{Job, MESSAGE_BYTES};
use rustix::system::uname;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

/// See the module.
pub(super) struct SystemThreads;

impl Runtime for SystemThreads {
    fn version(&self) -> String {
        format!("Rust's threads on Linux {}", uname().release().to_string_lossy())
    }

    fn echo(&self, job: Job) -> io::Result<Measured> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let watch = announce(listener.local_addr()?.port())?;
        let mut threads = Vec::new();
        for _ in 0..job.batch {
            let (stream, _) = listener.accept()?;
            threads.push(thread::spawn(move || echo_one(stream)));
        }
        let mut bytes = 0;
        for thread in threads {
            bytes += thread.join().map_err(|_| io::Error::other("a thread panicked"))??;
        }
        watch.stop(bytes / MESSAGE_BYTES as u64)
    }

    /// The kernel's part of a thread, its stack there and its tables, is in nobody's resident set.
    fn parked(&self, job: Job) -> io::Result<Measured> {
        let shared = Arc::new((Mutex::new(0_u64), Condvar::new(), Condvar::new()));
        let watch = Stopwatch::start()?;
        for number in 1..=job.operations {
            let theirs = Arc::clone(&shared);
            // Dropping the handle detaches; they end with the process.
            drop(thread::Builder::new().spawn(move || {
                let (parked, started, gate) = &*theirs;
                let mut parked = parked.lock().unwrap_or_else(PoisonError::into_inner);
                *parked += 1;
                started.notify_one();
                loop {
                    parked = gate.wait(parked).unwrap_or_else(PoisonError::into_inner);
                }
            })?);
            if number.is_multiple_of(job.batch) {
                let (parked, started, _) = &*shared;
                let parked = parked.lock().unwrap_or_else(PoisonError::into_inner);
                drop(started.wait_while(parked, |parked| *parked < number));
            }
        }
        let parked = *shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        watch.stop(parked)
    }
}

fn echo_one(mut stream: TcpStream) -> io::Result<u64> {
    stream.set_nodelay(true)?;
    let mut buffer = [0; 4 * MESSAGE_BYTES];
    let mut bytes = 0;
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(bytes);
        }
        stream.write_all(&buffer[..count])?;
        bytes += count as u64;
    }
}
