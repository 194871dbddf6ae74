//! UDP sockets, over loopback.

#[path = "support/net_loop.rs"]
mod support;

use std::io::ErrorKind;

use fourfold::net::UdpSocket;
use support::{block_on, join};

async fn socket() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").await.unwrap()
}

#[test]
fn datagrams_come_whole_and_with_their_sender() {
    block_on(async {
        let (a, b) = (socket().await, socket().await);
        let target = b.local_addr().unwrap();
        let mut buffer = [0; 16];
        let (received, sent) = join(b.recv_from(&mut buffer), a.send_to(b"one", target)).await;
        assert_eq!((received.unwrap(), sent.unwrap()), ((3, a.local_addr().unwrap()), 3));
        a.send_to(b"three", target).await.unwrap();
        a.send_to(b"four", target).await.unwrap();
        assert_eq!(b.peek_from(&mut buffer).await.unwrap().0, 5);
        assert_eq!(b.recv_from(&mut buffer).await.unwrap().0, 5);
        // The first was shorter than the room for it, and yet the second is there.
        assert_eq!(b.recv_from(&mut buffer).await.unwrap().0, 4);
        assert_eq!(b.try_recv_from(&mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);
    });
}

#[test]
fn a_connected_socket_hears_of_its_peer_only() {
    block_on(async {
        let (a, b, stranger) = (socket().await, socket().await, socket().await);
        a.connect(b.local_addr().unwrap()).await.unwrap();
        assert_eq!(a.peer_addr().unwrap(), b.local_addr().unwrap());
        stranger.send_to(b"stranger", a.local_addr().unwrap()).await.unwrap();
        b.send_to(b"peer", a.local_addr().unwrap()).await.unwrap();
        let mut buffer = [0; 16];
        let received = a.recv(&mut buffer).await.unwrap();
        assert_eq!(&buffer[..received], b"peer");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_waiting_receiver_is_told_that_nobody_is_there() {
    block_on(async {
        let (a, gone) = (socket().await, socket().await);
        a.connect(gone.local_addr().unwrap()).await.unwrap();
        drop(gone);
        let mut buffer = [0; 16];
        let (received, sent) = join(a.recv(&mut buffer), a.send(b"x")).await;
        sent.unwrap();
        assert_eq!(received.unwrap_err().kind(), ErrorKind::ConnectionRefused);
    });
}
