//! An event loop of thirty lines with timers, files and sockets.
//!
//! The idea: the loop of `py_async_sleep` waits with one system call, `poll`, which ends when a
//! file is ready or when the first sleeper is due. A coroutine now yields one of two events, and
//! everything else (reading a file, receiving, connecting) is built out of these two above the
//! loop: try, and where that would block, yield and try again.
//!
//! Two runs. In the first a sleeper takes its steps while 32 KiB are read from a file, byte by
//! byte. In the second a socket is connected and read at the same time; its bytes come when they
//! like, so the lines of the three mix differently every time.
//!
//! ```text
//! background step 1
//! read /dev/urandom
//! background step 2
//! background step 3
//! background step 4
//! background step 5
//! done /dev/urandom
//! got 32768 B
//! ----- with a socket -----
//! background step 1
//! read /dev/urandom
//! recv 127.0.0.1
//! …
//! ```

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use fourfold::generator::{Generator, StopIteration, Yielder, generator};
use fourfold::{Error, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, socket_with, sockopt};

const AMOUNT: usize = 32 * 1024;

/// What a coroutine waits for.
enum Event {
    /// A moment.
    Time(Instant),
    /// A file or a socket, and what it is to be ready for.
    Ready(Rc<dyn AsFd>, PollFlags),
}

type Coroutine = Generator<Event>;
type ToLoop = Yielder<Event>;

// ---- the loop ----

/// Runs the coroutines side by side until all have come to their ends.
fn run(coroutines: impl IntoIterator<Item = Coroutine>) -> Result<()> {
    let start = Instant::now();
    let mut sleeping: Vec<_> = coroutines.into_iter().map(|coroutine| (start, coroutine)).collect();
    let mut watching: Vec<(Rc<dyn AsFd>, PollFlags, Coroutine)> = Vec::new();
    while !(sleeping.is_empty() && watching.is_empty()) {
        // Wait until the first sleeper is due or a file is ready ...
        let due = sleeping.first().map(|(until, _)| *until);
        let files = watching.iter().map(|(file, interest, _)| PollFd::new(file, *interest));
        let mut files: Vec<PollFd<'_>> = files.collect();
        poll(&mut files, due.map(time_left).as_ref())?;
        let ready = files.iter().position(|file| !file.revents().is_empty());
        // ... take whoever it is, the sleeper first: a file that is always ready must not starve it
        let mut coroutine = match (due, ready) {
            (Some(until), _) if until <= Instant::now() => sleeping.remove(0).1,
            (_, Some(index)) => watching.remove(index).2,
            (_, None) => continue,
        };
        // ... run it, and keep it by what it waits for next.
        match coroutine.next() {
            Ok(Event::Time(until)) => {
                let place = sleeping.partition_point(|(other, _)| *other <= until);
                sleeping.insert(place, (until, coroutine));
            }
            Ok(Event::Ready(file, interest)) => watching.push((file, interest, coroutine)),
            Err(end) if end.is::<StopIteration>() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn time_left(until: Instant) -> Timespec {
    let left = until.saturating_duration_since(Instant::now());
    Timespec::try_from(left).expect("nobody here sleeps for longer than a clock can count")
}

// ---- what is built on it ----

async fn sleep(y: &ToLoop, duration: Duration) -> Result<()> {
    y.yield_(Event::Time(Instant::now() + duration)).await?;
    Ok(())
}

/// Reads from a file: waits until reading would not block, then reads a little.
async fn read(y: &ToLoop, file: Rc<File>, amount: usize) -> Result<Vec<u8>> {
    let mut buffer = Vec::new();
    while buffer.len() < amount {
        y.yield_(Event::Ready(file.clone(), PollFlags::IN)).await?;
        let mut byte = [0];
        (&*file).read_exact(&mut byte)?;
        buffer.extend(byte);
    }
    Ok(buffer)
}

/// Receives from a socket that does not block: reads, and waits only where there is nothing.
async fn recv(y: &ToLoop, socket: Rc<TcpStream>, amount: usize) -> Result<Vec<u8>> {
    let mut buffer = Vec::new();
    let mut chunk = [0; 1024];
    while buffer.len() < amount {
        match (&*socket).read(&mut chunk) {
            Ok(0) => return Err(Error::msg("the other side closed the connection too early")),
            Ok(count) => buffer.extend(&chunk[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                y.yield_(Event::Ready(socket.clone(), PollFlags::IN)).await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(buffer)
}

/// Connects without blocking: the socket becomes writable when it is connected or has failed.
async fn open(y: &ToLoop, address: SocketAddr) -> Result<Rc<TcpStream>> {
    let family = AddressFamily::INET;
    let fd = socket_with(family, SocketType::STREAM, SocketFlags::NONBLOCK, None)?;
    let socket = Rc::new(TcpStream::from(fd));
    match connect(&socket, &address) {
        Err(Errno::INPROGRESS) => {
            y.yield_(Event::Ready(socket.clone(), PollFlags::OUT)).await?;
            sockopt::socket_error(&socket)??;
        }
        other => other?,
    }
    Ok(socket)
}

// ---- the coroutines ----

/// Takes five steps, one in a millisecond.
fn background() -> Coroutine {
    generator(async |y: ToLoop| {
        for step in 1..=5 {
            println!("background step {step}");
            sleep(&y, Duration::from_millis(1)).await?;
        }
        Ok(())
    })
}

fn from_file(path: &'static str) -> Coroutine {
    generator(async move |y: ToLoop| {
        println!("read {path}");
        let data = read(&y, Rc::new(File::open(path)?), AMOUNT).await?;
        println!("done {path}");
        println!("got {} B", data.len());
        Ok(())
    })
}

fn from_socket(address: SocketAddr) -> Coroutine {
    generator(async move |y: ToLoop| {
        println!("recv {}", address.ip());
        let socket = open(&y, address).await?;
        let data = recv(&y, socket, AMOUNT).await?;
        println!("done {}", address.ip());
        println!("got {} B", data.len());
        Ok(())
    })
}

/// Somebody to connect to: sends its bytes in four pieces.
fn start_sender() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        for _ in 0..4 {
            stream.write_all(&[0; AMOUNT / 4])?;
            thread::sleep(Duration::from_millis(1));
        }
        std::io::Result::Ok(())
    });
    Ok(address)
}

fn main() -> Result<()> {
    run([background(), from_file("/dev/urandom")])?;
    println!("----- with a socket -----");
    let address = start_sender()?;
    run([background(), from_file("/dev/urandom"), from_socket(address)])
}
