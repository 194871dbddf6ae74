//! Unix sockets.
#![cfg(unix)]

#[path = "support/net_loop.rs"]
mod support;

use std::io::ErrorKind;
use std::net::Shutdown;
use std::path::PathBuf;

use fourfold::net::{UnixDatagram, UnixListener, UnixStream};
use support::{block_on, join};

/// A path for a socket, removed in the end.
struct SocketPath(PathBuf);

impl SocketPath {
    fn new(name: &str) -> SocketPath {
        let name = format!("fourfold-{}-{name}", std::process::id());
        SocketPath(std::env::temp_dir().join(name))
    }
}

impl Drop for SocketPath {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn a_pair_exchanges_bytes_and_ends() {
    block_on(async {
        let (a, b) = UnixStream::pair().unwrap();
        let mut buffer = [0; 16];
        let (read, written) = join(b.read(&mut buffer), a.write_all(b"hello")).await;
        written.unwrap();
        assert_eq!(&buffer[..read.unwrap()], b"hello");
        a.shutdown(Shutdown::Write).unwrap();
        assert_eq!(b.read(&mut buffer).await.unwrap(), 0);
        b.write_all(b"back").await.unwrap();
        a.read_exact(&mut buffer[..4]).await.unwrap();
        assert_eq!(&buffer[..4], b"back");
    });
}

#[test]
fn a_listener_at_a_path_is_found_by_it() {
    let path = SocketPath::new("listener");
    block_on(async {
        let listener = UnixListener::bind(&path.0).unwrap();
        let (client, accepted) = join(UnixStream::connect(&path.0), listener.accept()).await;
        let (client, (server, _)) = (client.unwrap(), accepted.unwrap());
        client.write_all(b"x").await.unwrap();
        drop(client);
        let mut buffer = [0; 4];
        assert_eq!(server.read(&mut buffer).await.unwrap(), 1);
        assert_eq!(server.read(&mut buffer).await.unwrap(), 0);
    });
}

#[test]
fn a_path_without_a_listener_is_named() {
    let path = SocketPath::new("nobody");
    block_on(async {
        let error = UnixStream::connect(&path.0).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("nobody"), "{error}");
    });
}

#[test]
fn datagrams_find_their_path() {
    let path = SocketPath::new("datagrams");
    block_on(async {
        let receiver = UnixDatagram::bind(&path.0).unwrap();
        let sender = UnixDatagram::unbound().unwrap();
        let mut buffer = [0; 16];
        let (received, sent) =
            join(receiver.recv_from(&mut buffer), sender.send_to(b"one", &path.0)).await;
        assert_eq!((received.unwrap().0, sent.unwrap()), (3, 3));
        sender.connect(&path.0).unwrap();
        sender.send(b"three").await.unwrap();
        assert_eq!(receiver.recv(&mut buffer).await.unwrap(), 5);
    });
}

#[test]
fn a_full_datagram_queue_is_waited_for() {
    block_on(async {
        let (a, b) = UnixDatagram::pair().unwrap();
        const COUNT: usize = 2000;
        let send = async {
            for _ in 0..COUNT {
                a.send(&[7; 1000]).await.unwrap();
            }
        };
        let receive = async {
            let mut buffer = [0; 2000];
            for _ in 0..COUNT {
                assert_eq!(b.recv(&mut buffer).await.unwrap(), 1000);
            }
        };
        join(send, receive).await;
    });
}
