//! Connecting: to names, to several addresses, in vain.

#[path = "support/net_loop.rs"]
mod support;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use fourfold::net::{TcpListener, TcpStream, connect_timed, connect_timeout, lookup_host};
use support::{block_on, block_on_virtual};

/// An address where nothing listens: it was bound, is ours as long as the socket lives, and
/// refuses because nobody listens on it.
fn refusing() -> (socket2::Socket, SocketAddr) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

/// A listener that never accepts and whose queue is full: it answers nobody.
#[cfg(target_os = "linux")]
struct Mute {
    address: SocketAddr,
    _sockets: Vec<socket2::Socket>,
}

#[cfg(target_os = "linux")]
impl Mute {
    fn new() -> Mute {
        let (listener, address) = refusing();
        listener.listen(0).unwrap();
        let mut sockets = vec![listener];
        loop {
            assert!(sockets.len() < 100, "the queue never fills");
            let filler =
                socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
            let connected = filler.connect_timeout(&address.into(), Duration::from_millis(200));
            sockets.push(filler);
            if connected.is_err() {
                return Mute { address, _sockets: sockets };
            }
        }
    }
}

#[test]
fn a_refusal_names_the_address_and_the_reason() {
    block_on(async {
        let (_socket, address) = refusing();
        let error = TcpStream::connect(address).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        let text = error.to_string();
        assert!(text.contains(&address.to_string()) && text.contains("refused"), "{text}");
    });
}

#[test]
fn when_all_addresses_fail_each_is_listed() {
    block_on(async {
        let ((_first, a), (_second, b)) = (refusing(), refusing());
        let text = TcpStream::connect([a, b]).await.unwrap_err().to_string();
        for address in [a, b] {
            assert!(text.contains(&format!("{address} (")), "{text}");
        }
    });
}

#[test]
fn a_refusal_goes_on_to_the_next_address_at_once() {
    block_on_virtual(async {
        let (_socket, dead) = refusing();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let alive = listener.local_addr().unwrap();
        let (stream, times) = connect_timed([dead, alive], None).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), alive);
        assert_eq!(times.connect, Duration::ZERO, "it waited before it went on");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn an_address_that_does_not_answer_is_overtaken_after_the_stagger() {
    let mute = Mute::new();
    block_on_virtual(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let alive = listener.local_addr().unwrap();
        let (stream, times) = connect_timed([mute.address, alive], None).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), alive);
        assert_eq!(times.connect, Duration::from_millis(250));
        let registered = fourfold_kernel::driver::current().unwrap().reactor().len();
        assert_eq!(registered, 2, "the listener, the winner; the loser is gone");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_timeout_says_what_became_of_each_address() {
    let mute = Mute::new();
    block_on_virtual(async {
        let (_socket, refused) = refusing();
        let start = fourfold_kernel::driver::current().unwrap().now();
        let error =
            connect_timeout([refused, mute.address], Duration::from_secs(3)).await.unwrap_err();
        let passed = fourfold_kernel::driver::current().unwrap().now() - start;
        assert_eq!((error.kind(), passed), (ErrorKind::TimedOut, 3_000_000_000));
        let text = error.to_string();
        assert!(text.contains(&format!("{refused} (")) && text.contains("refused"), "{text}");
        assert!(text.contains(&format!("{} (no answer yet", mute.address)), "{text}");
    });
}

#[test]
fn a_name_is_looked_up_and_timed_apart() {
    block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        // `localhost` may be ::1 first, which refuses.
        let (stream, times) =
            connect_timed(("localhost", port), Some(Duration::from_secs(20))).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), listener.local_addr().unwrap());
        assert!(times.dns > Duration::ZERO && times.connect > Duration::ZERO);
        let found = lookup_host("localhost", port).await.unwrap();
        assert!(found.iter().all(|address| address.ip().is_loopback() && address.port() == port));
    });
}

#[test]
fn a_name_that_does_not_exist_is_in_the_error() {
    block_on(async {
        let text = TcpStream::connect("no-such-host.invalid:80").await.unwrap_err().to_string();
        assert!(text.contains("no-such-host.invalid"), "{text}");
    });
}

#[test]
fn no_address_at_all_is_an_error() {
    block_on(async {
        let error = TcpStream::connect(Vec::<SocketAddr>::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    });
}
