//! A loop of nothing: it polls until the future is done. The sockets are the system's, without a
//! reactor; pending means "ask again". So these tests hold for any loop, and need none.
#![allow(dead_code, unreachable_pub, reason = "each test file takes what it needs")]

use std::collections::VecDeque;
use std::future::Future;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;

use futures_io::{AsyncRead, AsyncWrite};

/// Polls until done.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
        thread::yield_now();
    }
}

/// Polls until done, or until `stop` says so; then drops the future.
pub fn block_on_until<F: Future>(future: F, mut stop: impl FnMut() -> bool) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return Some(output);
        }
        if stop() {
            return None;
        }
        thread::yield_now();
    }
}

/// All of them at once, interleaved.
pub async fn all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|cx| {
        let mut pending = false;
        for (future, output) in &mut futures {
            if output.is_none() {
                match future.as_mut().poll(cx) {
                    Poll::Ready(ready) => *output = Some(ready),
                    Poll::Pending => pending = true,
                }
            }
        }
        if pending { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    futures.into_iter().map(|(_, output)| output.unwrap()).collect()
}

/// A socket of the system as `futures-io` has it.
#[derive(Debug)]
pub struct Socket(TcpStream);

impl Socket {
    pub fn new(stream: TcpStream) -> Socket {
        stream.set_nonblocking(true).unwrap();
        stream.set_nodelay(true).unwrap();
        Socket(stream)
    }

    pub fn connect(address: SocketAddr) -> Socket {
        Socket::new(TcpStream::connect(address).unwrap())
    }
}

fn polled<T>(mut call: impl FnMut() -> io::Result<T>) -> Poll<io::Result<T>> {
    match call() {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Poll::Pending,
        result => Poll::Ready(result),
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        polled(|| self.0.read(buf))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        polled(|| self.0.write(buf))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.shutdown(Shutdown::Write))
    }
}

/// A thread that accepts one connection and does with it as it is told.
pub fn peer<T: Send + 'static>(
    behave: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (SocketAddr, thread::JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        behave(stream)
    });
    (address, thread)
}

/// Reads the head of a request, up to its empty line.
pub fn read_head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            other => panic!("the head ended after {:?}: {other:?}", String::from_utf8_lossy(&head)),
        }
    }
    String::from_utf8(head).unwrap()
}

/// Reads until the other side is gone.
pub fn read_to_the_end(stream: &mut TcpStream) {
    let mut buffer = [0; 4096];
    while matches!(stream.read(&mut buffer), Ok(1..)) {}
}

/// Reads asynchronously until `wanted` bytes are there, or the end.
pub async fn read_up_to<T: AsyncRead + Unpin>(io: &mut T, wanted: usize) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    let mut buffer = [0; 1000];
    while read.len() < wanted {
        let room = buffer.len().min(wanted - read.len());
        let got = std::future::poll_fn(|cx| Pin::new(&mut *io).poll_read(cx, &mut buffer[..room]))
            .await?;
        if got == 0 {
            break;
        }
        read.extend_from_slice(&buffer[..got]);
    }
    Ok(read)
}

/// Writes all and flushes.
pub async fn write_all<T: AsyncWrite + Unpin>(io: &mut T, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = std::future::poll_fn(|cx| Pin::new(&mut *io).poll_write(cx, bytes)).await?;
        bytes = &bytes[written..];
    }
    std::future::poll_fn(|cx| Pin::new(&mut *io).poll_flush(cx)).await
}

/// Closes in order.
pub async fn close<T: AsyncWrite + Unpin>(io: &mut T) -> io::Result<()> {
    std::future::poll_fn(|cx| Pin::new(&mut *io).poll_close(cx)).await
}

/// Two ends of a pipe in memory that holds only so many bytes and moves them in pieces, so that
/// every wait of a protocol is met.
#[derive(Clone)]
pub struct Pipe {
    incoming: Arc<Mutex<Half>>,
    outgoing: Arc<Mutex<Half>>,
}

struct Half {
    bytes: VecDeque<u8>,
    capacity: usize,
    piece: usize,
    closed: bool,
}

pub fn pipe(capacity: usize, piece: usize) -> (Pipe, Pipe) {
    let half = || {
        let bytes = VecDeque::new();
        Arc::new(Mutex::new(Half { bytes, capacity, piece, closed: false }))
    };
    let (there, back) = (half(), half());
    (
        Pipe { incoming: Arc::clone(&back), outgoing: Arc::clone(&there) },
        Pipe { incoming: there, outgoing: back },
    )
}

impl AsyncRead for Pipe {
    fn poll_read(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut half = self.incoming.lock().unwrap();
        if half.bytes.is_empty() {
            return if half.closed { Poll::Ready(Ok(0)) } else { Poll::Pending };
        }
        let count = half.bytes.len().min(buf.len()).min(half.piece);
        for (to, from) in buf.iter_mut().zip(half.bytes.drain(..count)) {
            *to = from;
        }
        Poll::Ready(Ok(count))
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut half = self.outgoing.lock().unwrap();
        if half.closed {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let count = buf.len().min(half.capacity - half.bytes.len()).min(half.piece);
        if count == 0 {
            return Poll::Pending;
        }
        half.bytes.extend(&buf[..count]);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.outgoing.lock().unwrap().closed = true;
        Poll::Ready(Ok(()))
    }
}
