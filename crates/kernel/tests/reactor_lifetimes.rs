//! What ends: registrations, file descriptors, the reactor.

mod reactor_support;

use std::io::{ErrorKind, Read, Write};
use std::task::Poll;
use std::time::Duration;

use fourfold_kernel::reactor::{Direction, Interest, Reactor, Registered};
use reactor_support::{Wakes, pair, poll_future, poll_until};

#[test]
fn an_event_for_a_dropped_registration_is_ignored() {
    let mut reactor = Reactor::new().unwrap();
    let handle = reactor.handle();
    let (mut ours, mut theirs) = pair();
    let registration = handle.register(&mut ours, Interest::READABLE).unwrap();
    let wakes = Wakes::new();
    registration.set_listener(Direction::Read, Some(wakes.clone().into()));
    drop(registration);
    // The system still watches `ours`, and its token names a slot that is another's by now.
    let (next, mut next_theirs) = pair();
    let next = Registered::new(&handle, next, Interest::READABLE).unwrap();
    let next_wakes = Wakes::new();
    next.registration().set_listener(Direction::Read, Some(next_wakes.clone().into()));
    theirs.write_all(b"x").unwrap();
    assert_eq!(reactor.poll(Some(Duration::from_secs(10))).unwrap(), 0);
    assert_eq!((wakes.count(), next_wakes.count()), (0, 0));
    assert_eq!(next.registration().readiness(Direction::Read).unwrap(), None);
    next_theirs.write_all(b"x").unwrap();
    poll_until(&mut reactor, || next_wakes.count() > 0);
    assert_eq!((wakes.count(), next_wakes.count()), (0, 1));
}

#[test]
fn a_waker_may_deregister_the_source_of_the_next_event() {
    use std::sync::{Arc, Mutex};
    struct DropsThem(Mutex<Vec<Registered<mio::net::TcpStream>>>, Arc<Wakes>);
    impl std::task::Wake for DropsThem {
        fn wake(self: Arc<Self>) {
            self.1.clone().wake();
            drop(std::mem::take(&mut *self.0.lock().unwrap()));
        }
    }
    let mut reactor = Reactor::new().unwrap();
    let handle = reactor.handle();
    let wakes = Wakes::new();
    let dropper = Arc::new(DropsThem(Mutex::default(), wakes.clone()));
    let (ours, theirs): (Vec<_>, Vec<_>) = (0..2).map(|_| pair()).unzip();
    for source in ours {
        let source = Registered::new(&handle, source, Interest::READABLE).unwrap();
        source.registration().set_listener(Direction::Read, Some(dropper.clone().into()));
        dropper.0.lock().unwrap().push(source);
    }
    assert_eq!(handle.len(), 2);
    for mut theirs in theirs {
        theirs.write_all(b"x").unwrap();
    }
    poll_until(&mut reactor, || wakes.count() > 0);
    while reactor.poll(Some(Duration::ZERO)).unwrap() > 0 {}
    assert_eq!((wakes.count(), handle.len()), (1, 0), "the event of a dropped source was told");
}

#[test]
fn a_deregistered_source_can_be_registered_again() {
    let mut reactor = Reactor::new().unwrap();
    let handle = reactor.handle();
    let (mut ours, mut theirs) = pair();
    let registration = handle.register(&mut ours, Interest::READABLE).unwrap();
    assert_eq!(
        handle.register(&mut ours, Interest::READABLE).unwrap_err().kind(),
        ErrorKind::AlreadyExists
    );
    assert_eq!(handle.len(), 1, "a failed registration kept its slot");
    handle.deregister(registration, &mut ours).unwrap();
    assert!(handle.is_empty());
    let again = Registered::new(&handle, ours, Interest::READABLE).unwrap();
    theirs.write_all(b"x").unwrap();
    poll_until(&mut reactor, || again.registration().readiness(Direction::Read).unwrap().is_some());
    let mut source = again.into_source().unwrap();
    assert!(handle.is_empty());
    assert_eq!(source.read(&mut [0; 8]).unwrap(), 1);
}

#[test]
fn when_the_reactor_goes_all_who_wait_wake_to_an_error() {
    let reactor = Reactor::new().unwrap();
    let handle = reactor.handle();
    let (ours, _theirs) = pair();
    let ours = Registered::new(&handle, ours, Interest::READABLE).unwrap();
    let (waiter, listener) = (Wakes::new(), Wakes::new());
    ours.registration().set_listener(Direction::Read, Some(listener.clone().into()));
    let mut future = ours.registration().readable();
    assert!(poll_future(&mut future, &waiter).is_pending());
    drop(reactor);
    assert_eq!((waiter.count(), listener.count()), (1, 1));
    let Poll::Ready(Err(error)) = poll_future(&mut future, &waiter) else {
        panic!("no error");
    };
    assert!(error.to_string().contains("the loop that drove this was closed"), "{error}");
    let (mut another, _theirs) = pair();
    let error = handle.register(&mut another, Interest::READABLE).unwrap_err();
    assert!(error.to_string().contains("the loop that drove this was closed"), "{error}");
}

#[test]
fn many_sources_have_a_slot_each() {
    // More than the first two pages hold.
    let mut reactor = Reactor::new().unwrap();
    let handle = reactor.handle();
    let sockets: Vec<_> = (0..300)
        .map(|_| {
            let socket = mio::net::UdpSocket::bind("127.0.0.1:0".parse().unwrap()).unwrap();
            Registered::new(&handle, socket, Interest::READABLE).unwrap()
        })
        .collect();
    assert_eq!(handle.len(), 300);
    let sender = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let ready = |at: usize| sockets[at].registration().readiness(Direction::Read).unwrap();
    for at in [0, 63, 64, 191, 192, 299] {
        sender.send_to(b"x", sockets[at].source().local_addr().unwrap()).unwrap();
        poll_until(&mut reactor, || ready(at).is_some());
    }
    assert_eq!((0..300).filter(|at| ready(*at).is_some()).count(), 6);
}
