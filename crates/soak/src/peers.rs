//! Peers on loopback that do not behave, as goroutines of a runtime of their own.

use std::io;
use std::net::{Shutdown, SocketAddr};
use std::time::Duration;

use fourfold::go::{self, Runtime, time};
use fourfold::net::{TcpListener, TcpStream};

/// What is wrong with a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Reads a little, and resets the connection.
    Reset,
    /// Takes all and never answers.
    Stall,
    /// Answers without end.
    Flood,
    /// Ends its side at once, and goes on to read.
    HalfClose,
    /// Answers with what is no HTTP.
    Garbage,
    /// Answers well, a byte at a time.
    Drip,
}

impl Fault {
    pub(crate) const ALL: [Fault; 6] =
        [Fault::Reset, Fault::Stall, Fault::Flood, Fault::HalfClose, Fault::Garbage, Fault::Drip];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Fault::Reset => "get from one that resets",
            Fault::Stall => "get from one that stalls",
            Fault::Flood => "get from one that floods",
            Fault::HalfClose => "get from one that half-closes",
            Fault::Garbage => "get from one that talks garbage",
            Fault::Drip => "get from one that drips",
        }
    }
}

/// How the names of operations with them begin.
pub(crate) const GET_FROM: &str = "get from one that";

/// Where they are, in the order of [`Fault::ALL`].
pub(crate) type Addresses = [SocketAddr; 6];

/// Starts them.
pub(crate) fn start(runtime: &Runtime) -> fourfold::Result<Addresses> {
    let mut addresses = Vec::new();
    for fault in Fault::ALL {
        let listening = runtime.go(move || {
            let listener = go::wait(TcpListener::bind("127.0.0.1:0"))?;
            let address = listener.local_addr()?;
            go::go(move || accept(&listener, fault.name(), move |stream| misbehave(fault, stream)));
            io::Result::Ok(address)
        });
        addresses.push(listening.join()??);
    }
    Ok(addresses.try_into().expect("one for each fault"))
}

/// Accepts for ever, out of descriptors or not.
pub(crate) fn accept(
    listener: &TcpListener,
    name: &str,
    serve: impl Fn(&TcpStream) -> io::Result<()> + Copy + Send + 'static,
) {
    loop {
        match go::wait(listener.accept()) {
            Ok((stream, _)) => {
                go::Spawn::new().name(name).go(move || {
                    // Whatever the client did to it is what it is here for.
                    let _ = serve(&stream);
                });
            }
            Err(_) => time::sleep(Duration::from_millis(5)),
        }
    }
}

fn misbehave(fault: Fault, stream: &TcpStream) -> io::Result<()> {
    let mut buffer = [0; 4096];
    let mut read = || go::wait(stream.read(&mut buffer));
    match fault {
        Fault::Reset => {
            read()?;
            stream.set_linger(Some(Duration::ZERO))
        }
        Fault::Stall => {
            while read()? > 0 {}
            Ok(())
        }
        Fault::Flood => {
            read()?;
            go::wait(stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n"))?;
            loop {
                go::wait(stream.write_all(&[b'x'; 16 << 10]))?;
            }
        }
        Fault::HalfClose => {
            stream.shutdown(Shutdown::Write)?;
            while read()? > 0 {}
            Ok(())
        }
        Fault::Garbage => {
            read()?;
            go::wait(stream.write_all(b"\x00\xffHTP/9 nope\r\n\r\n\r\n\x1b[31m"))
        }
        Fault::Drip => {
            read()?;
            for byte in b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\ndrip" {
                go::wait(stream.write_all(std::slice::from_ref(byte)))?;
                go::runtime::gosched();
            }
            Ok(())
        }
    }
}

/// Gives back what it gets.
pub(crate) fn echo(stream: &TcpStream) -> io::Result<()> {
    let mut buffer = [0; 8 << 10];
    loop {
        match go::wait(stream.read(&mut buffer))? {
            0 => return Ok(()),
            read => go::wait(stream.write_all(&buffer[..read]))?,
        }
    }
}
