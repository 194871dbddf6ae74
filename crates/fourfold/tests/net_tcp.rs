//! TCP streams and listeners, over loopback.

#[path = "support/net_loop.rs"]
mod support;

use std::cell::Cell;
use std::future::poll_fn;
use std::io::ErrorKind;
use std::net::Shutdown;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::time::Duration;

use fourfold::net::{TcpListener, TcpStream};
use futures_io::{AsyncRead, AsyncWrite};
use support::{block_on, join, poll_once, spawn};

async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (connected, accepted) = join(TcpStream::connect(address), listener.accept()).await;
    (connected.unwrap(), accepted.unwrap().0)
}

#[test]
fn both_sides_know_each_other_and_exchange_bytes() {
    block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (client, accepted) = join(TcpStream::connect(address), listener.accept()).await;
        let (client, (server, peer)) = (client.unwrap(), accepted.unwrap());
        assert_eq!(client.peer_addr().unwrap(), address);
        assert_eq!((peer, server.peer_addr().unwrap()), (client.local_addr().unwrap(), peer));
        client.write_all(b"ping").await.unwrap();
        let mut buffer = [0; 4];
        server.read_exact(&mut buffer).await.unwrap();
        assert_eq!(&buffer, b"ping");
        server.write_all(b"pong").await.unwrap();
        client.read_exact(&mut buffer).await.unwrap();
        assert_eq!(&buffer, b"pong");
    });
}

/// The longest queue that the system allows.
#[cfg(target_os = "linux")]
fn longest_queue() -> usize {
    let text = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap_or_default();
    text.trim().parse().unwrap_or(128)
}

#[cfg(target_os = "linux")]
#[test]
fn a_crowd_connects_before_anybody_accepts() {
    block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let patience = Duration::from_secs(5);
        let connect = |_| std::net::TcpStream::connect_timeout(&address, patience).unwrap();
        let crowd: Vec<_> = (0..longest_queue().min(200)).map(connect).collect();
        for _ in &crowd {
            listener.accept().await.unwrap();
        }
    });
}

#[test]
fn much_goes_both_ways_at_once_over_one_stream() {
    const MUCH: usize = 4 << 20;
    fn byte(at: usize) -> u8 {
        (at % 251) as u8
    }
    async fn send(stream: &TcpStream) {
        let bytes: Vec<u8> = (0..MUCH).map(byte).collect();
        stream.write_all(&bytes).await.unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
    }
    async fn receive(stream: &TcpStream) {
        let mut buffer = vec![0; 50_000];
        let mut at = 0;
        loop {
            match stream.read(&mut buffer).await.unwrap() {
                0 => break,
                read => {
                    assert!(buffer[..read].iter().enumerate().all(|(i, b)| *b == byte(at + i)));
                    at += read;
                }
            }
        }
        assert_eq!(at, MUCH);
    }
    block_on(async {
        let (a, b) = pair().await;
        join(join(send(&a), receive(&a)), join(send(&b), receive(&b))).await;
    });
}

#[test]
fn after_a_half_close_the_other_half_goes_on() {
    block_on(async {
        let (a, b) = pair().await;
        a.write_all(b"last").await.unwrap();
        a.shutdown(Shutdown::Write).unwrap();
        let mut buffer = [0; 16];
        b.read_exact(&mut buffer[..4]).await.unwrap();
        assert_eq!(b.read(&mut buffer).await.unwrap(), 0);
        assert_eq!(b.read(&mut buffer).await.unwrap(), 0, "the end stays");
        b.write_all(b"answer").await.unwrap();
        a.read_exact(&mut buffer[..6]).await.unwrap();
        assert_eq!(&buffer[..6], b"answer");
        assert_eq!(a.write(b"x").await.unwrap_err().kind(), ErrorKind::BrokenPipe);
    });
}

#[test]
fn a_reset_by_the_peer_wakes_a_waiting_reader() {
    block_on(async {
        let (a, b) = pair().await;
        let mut buffer = [0; 16];
        let (read, ()) = join(a.read(&mut buffer), async {
            b.set_linger(Some(Duration::ZERO)).unwrap();
            drop(b);
        })
        .await;
        assert_eq!(read.unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert_eq!(a.write(b"x").await.unwrap_err().kind(), ErrorKind::BrokenPipe);
    });
}

#[test]
fn an_early_end_is_told_by_read_exact() {
    block_on(async {
        let (a, b) = pair().await;
        a.write_all(b"abc").await.unwrap();
        drop(a);
        let error = b.read_exact(&mut [0; 4]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    });
}

#[test]
fn each_of_many_waiting_accepts_gets_a_connection() {
    block_on(async {
        let listener = Rc::new(TcpListener::bind("127.0.0.1:0").await.unwrap());
        let accepted = Rc::new(Cell::new(0));
        for _ in 0..5 {
            let (listener, accepted) = (listener.clone(), accepted.clone());
            spawn(async move {
                let (stream, _) = listener.accept().await.unwrap();
                accepted.set(accepted.get() + 1);
                stream.write_all(b"x").await.unwrap();
            });
        }
        for _ in 0..5 {
            let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            stream.read_exact(&mut [0]).await.unwrap();
        }
        assert_eq!(accepted.get(), 5);
    });
}

#[test]
fn a_cancelled_read_loses_nothing() {
    block_on(async {
        let (a, b) = pair().await;
        let mut buffer = [0; 4];
        {
            let mut read = pin!(b.read(&mut buffer));
            assert!(poll_once(read.as_mut()).is_pending());
        }
        a.write_all(b"kept").await.unwrap();
        b.read_exact(&mut buffer).await.unwrap();
        assert_eq!(&buffer, b"kept");
    });
}

#[test]
fn trying_says_would_block_and_readable_says_when_to_try_again() {
    block_on(async {
        let (a, b) = pair().await;
        let mut buffer = [0; 8];
        assert_eq!(b.try_read(&mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);
        a.write_all(b"now").await.unwrap();
        b.readable().await.unwrap();
        assert_eq!(b.try_read(&mut buffer).unwrap(), 3);
        assert_eq!(b.try_read(&mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);
        // Fill it until it is full, drain it, and hear of the room.
        a.writable().await.unwrap();
        let mut sent = 0;
        let full = loop {
            match a.try_write(&[7; 65536]) {
                Ok(written) => sent += written,
                Err(error) => break error,
            }
        };
        assert_eq!(full.kind(), ErrorKind::WouldBlock);
        let drain = async {
            let mut left = sent;
            let mut buffer = vec![0; 65536];
            while left > 0 {
                left -= b.read(&mut buffer).await.unwrap();
            }
        };
        let (room, ()) = join(a.writable(), drain).await;
        room.unwrap();
        assert!(a.try_write(b"more").is_ok());
    });
}

#[test]
fn what_was_peeked_at_is_still_there() {
    block_on(async {
        let (a, b) = pair().await;
        a.write_all(b"seen").await.unwrap();
        let mut buffer = [0; 8];
        assert_eq!(b.peek(&mut buffer).await.unwrap(), 4);
        assert_eq!(b.peek(&mut buffer).await.unwrap(), 4);
        assert_eq!(b.read(&mut buffer).await.unwrap(), 4);
        assert_eq!(&buffer[..4], b"seen");
    });
}

#[test]
fn dropping_the_owned_writing_half_sends_the_end() {
    block_on(async {
        let (a, b) = pair().await;
        let (reading, writing) = a.into_split();
        writing.write_all(b"bye").await.unwrap();
        drop(writing);
        let mut buffer = [0; 8];
        b.read_exact(&mut buffer[..3]).await.unwrap();
        assert_eq!(b.read(&mut buffer).await.unwrap(), 0);
        b.write_all(b"still").await.unwrap();
        reading.read_exact(&mut buffer[..5]).await.unwrap();
        assert_eq!(&buffer[..5], b"still");
    });
}

#[test]
fn reunited_halves_are_the_open_stream_and_strangers_stay_apart() {
    block_on(async {
        let (a, b) = pair().await;
        let (a_reading, a_writing) = a.into_split();
        let (b_reading, b_writing) = b.into_split();
        let (a_reading, b_writing) = a_reading.reunite(b_writing).unwrap_err();
        let a = a_reading.reunite(a_writing).unwrap();
        let b = b_reading.reunite(b_writing).unwrap();
        a.write_all(b"open").await.unwrap();
        b.read_exact(&mut [0; 4]).await.unwrap();
    });
}

#[test]
fn the_traits_of_futures_io_read_and_write_by_reference() {
    block_on(async {
        let (a, b) = pair().await;
        let slices = [std::io::IoSlice::new(b"ab"), std::io::IoSlice::new(b"cd")];
        let written =
            poll_fn(|cx| Pin::new(&mut &a).poll_write_vectored(cx, &slices)).await.unwrap();
        assert_eq!(written, 4);
        poll_fn(|cx| Pin::new(&mut &a).poll_close(cx)).await.unwrap();
        let mut buffer = [0; 8];
        let mut read = 0;
        while read < 4 {
            let rest = &mut buffer[read..];
            read += poll_fn(|cx| Pin::new(&mut &b).poll_read(cx, rest)).await.unwrap();
        }
        assert_eq!(&buffer[..4], b"abcd");
        let end = poll_fn(|cx| Pin::new(&mut &b).poll_read(cx, &mut buffer)).await.unwrap();
        assert_eq!(end, 0);
    });
}

#[cfg(feature = "http")]
#[test]
fn hyper_reads_into_what_is_not_initialised_and_appends() {
    use std::mem::MaybeUninit;
    block_on(async {
        let (mut a, b) = pair().await;
        let mut room = [MaybeUninit::uninit(); 8];
        let mut buffer = hyper::rt::ReadBuf::uninit(&mut room);
        for (bytes, filled) in [(b"abc", &b"abc"[..]), (b"def", b"abcdef")] {
            b.write_all(bytes).await.unwrap();
            poll_fn(|cx| hyper::rt::Read::poll_read(Pin::new(&mut a), cx, buffer.unfilled()))
                .await
                .unwrap();
            assert_eq!(buffer.filled(), filled);
        }
        assert!(hyper::rt::Write::is_write_vectored(&a));
    });
}

#[test]
fn a_stream_goes_to_the_standard_library_and_back() {
    block_on(async {
        let (a, b) = pair().await;
        let handle = fourfold_kernel::driver::current().unwrap().reactor().clone();
        let registered = handle.len();
        let a = a.into_std().unwrap();
        assert_eq!(handle.len(), registered - 1);
        a.set_nodelay(true).unwrap();
        let a = TcpStream::from_std(a).unwrap();
        a.write_all(b"back").await.unwrap();
        b.read_exact(&mut [0; 4]).await.unwrap();
        drop((a, b));
        assert!(handle.is_empty());
    });
}

#[test]
fn options_are_those_of_the_system() {
    block_on(async {
        let (a, _b) = pair().await;
        a.set_nodelay(true).unwrap();
        a.set_ttl(42).unwrap();
        a.set_keepalive(Some(Duration::from_secs(30))).unwrap();
        a.set_linger(Some(Duration::from_secs(3))).unwrap();
        assert!(a.nodelay().unwrap() && a.keepalive().unwrap());
        assert_eq!((a.ttl().unwrap(), a.linger().unwrap()), (42, Some(Duration::from_secs(3))));
        a.set_keepalive(None).unwrap();
        a.set_linger(None).unwrap();
        assert!(!a.keepalive().unwrap());
        assert_eq!(a.linger().unwrap(), None);
    });
}

#[test]
fn where_no_loop_runs_the_error_says_what_to_do() {
    let mut bind = pin!(TcpListener::bind("127.0.0.1:0"));
    let std::task::Poll::Ready(Err(error)) = poll_once(bind.as_mut()) else { panic!("no error") };
    assert!(error.to_string().contains("make the socket in a task of a loop"), "{error}");
}

#[test]
fn an_address_in_use_is_named() {
    block_on(async {
        let first = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = first.local_addr().unwrap();
        let error = TcpListener::bind(address).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        assert!(error.to_string().contains(&address.to_string()), "{error}");
    });
}

#[test]
fn a_socket_whose_loop_is_closed_fails() {
    let (a, _b) = block_on(pair());
    let mut buffer = [0; 1];
    let mut read = pin!(a.read(&mut buffer));
    let std::task::Poll::Ready(Err(error)) = poll_once(read.as_mut()) else { panic!("no error") };
    assert!(error.to_string().contains("the loop that drove this was closed"), "{error}");
}

#[test]
fn streams_may_go_to_other_threads() {
    fn sound<T: Send + Sync + Unpin>() {}
    sound::<TcpStream>();
    sound::<TcpListener>();
    fn future_is_send(_: impl Send) {}
    future_is_send(TcpStream::connect("127.0.0.1:1"));

    block_on(async {
        let (a, b) = pair().await;
        // The other thread has a loop of its own; readiness comes from ours.
        let other = std::thread::spawn(move || {
            block_on(async {
                a.read_exact(&mut [0]).await.unwrap();
                a.write_all(b"y").await.unwrap();
            });
        });
        b.write_all(b"x").await.unwrap();
        b.read_exact(&mut [0]).await.unwrap();
        other.join().unwrap();
    });
}
