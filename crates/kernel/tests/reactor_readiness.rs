//! Readiness of sources, over real sockets and without a loop.

mod reactor_support;

use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use fourfold_kernel::reactor::{Direction, Interest, Reactor, Registered};
use reactor_support::{Wakes, pair, poll_future, poll_until};

const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);

#[test]
fn readiness_is_told_and_taken_back() {
    let mut reactor = Reactor::new().unwrap();
    let (ours, mut theirs) = pair();
    let ours = Registered::new(&reactor.handle(), ours, BOTH).unwrap();
    let wakes = Wakes::new();
    let waker = Waker::from(wakes.clone());
    let mut context = Context::from_waker(&waker);
    assert!(ours.registration().poll_read_ready(&mut context).is_pending());

    theirs.write_all(b"x").unwrap();
    poll_until(&mut reactor, || wakes.count() > 0);
    let Poll::Ready(Ok(event)) = ours.registration().poll_read_ready(&mut context) else {
        panic!("woken without being ready");
    };
    assert!(event.ready().is_readable() && !event.ready().is_writable());

    let mut buffer = [0; 8];
    assert_eq!(ours.source().read(&mut buffer).unwrap(), 1);
    ours.registration().clear_readiness(event);
    assert!(ours.registration().poll_read_ready(&mut context).is_pending());
}

#[test]
fn a_readiness_that_arrives_between_seen_and_cleared_is_kept() {
    let mut reactor = Reactor::new().unwrap();
    let (ours, mut theirs) = pair();
    let ours = Registered::new(&reactor.handle(), ours, Interest::READABLE).unwrap();
    let readiness = || ours.registration().readiness(Direction::Read).unwrap();
    theirs.write_all(b"x").unwrap();
    poll_until(&mut reactor, || readiness().is_some());
    let seen = readiness().unwrap();
    theirs.write_all(b"y").unwrap();
    poll_until(&mut reactor, || readiness() != Some(seen));
    ours.registration().clear_readiness(seen);
    let newer = readiness().expect("the newer readiness was lost");
    ours.registration().clear_readiness(newer);
    assert_eq!(readiness(), None);
}

#[test]
fn try_io_makes_no_call_while_nothing_is_ready() {
    let mut reactor = Reactor::new().unwrap();
    let (ours, mut theirs) = pair();
    let ours = Registered::new(&reactor.handle(), ours, Interest::READABLE).unwrap();
    let nothing = ours.registration().try_io(Direction::Read, || -> std::io::Result<()> {
        panic!("called although nothing is ready");
    });
    assert_eq!(nothing.unwrap_err().kind(), ErrorKind::WouldBlock);

    theirs.write_all(b"x").unwrap();
    poll_until(&mut reactor, || ours.registration().readiness(Direction::Read).unwrap().is_some());
    let mut buffer = [0; 8];
    let mut read =
        || ours.registration().try_io(Direction::Read, || ours.source().read(&mut buffer));
    assert_eq!(read().unwrap(), 1);
    assert_eq!(read().unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(ours.registration().readiness(Direction::Read).unwrap(), None, "it was taken back");
}

#[test]
fn all_of_many_waiters_are_woken_in_the_order_they_came() {
    let mut reactor = Reactor::new().unwrap();
    let (ours, mut theirs) = pair();
    let ours = Registered::new(&reactor.handle(), ours, Interest::READABLE).unwrap();
    let wakes: Vec<_> = (0..5).map(|_| Wakes::new()).collect();
    let mut waiting: Vec<_> = (0..5).map(|_| ours.registration().readable()).collect();
    for (future, wakes) in waiting.iter_mut().zip(&wakes) {
        assert!(poll_future(future, wakes).is_pending());
    }
    drop(waiting.remove(2));
    theirs.write_all(b"x").unwrap();
    poll_until(&mut reactor, || wakes[4].count() > 0);
    let order: Vec<_> = wakes.iter().map(|wakes| wakes.last()).collect();
    assert_eq!(wakes[2].count(), 0, "a dropped waiter was woken");
    assert!(order[0] < order[1] && order[1] < order[3] && order[3] < order[4], "{order:?}");
    for future in &mut waiting {
        assert!(poll_future(future, &wakes[0]).is_ready());
    }
}

#[test]
fn a_waiter_that_changes_its_waker_wakes_the_new_one_only() {
    let mut reactor = Reactor::new().unwrap();
    let (ours, mut theirs) = pair();
    let ours = Registered::new(&reactor.handle(), ours, Interest::READABLE).unwrap();
    let (old, new) = (Wakes::new(), Wakes::new());
    let mut future = ours.registration().readable();
    assert!(poll_future(&mut future, &old).is_pending());
    assert!(poll_future(&mut future, &new).is_pending());
    theirs.write_all(b"x").unwrap();
    poll_until(&mut reactor, || new.count() > 0);
    assert_eq!((old.count(), new.count()), (0, 1));
    assert_eq!(Arc::strong_count(&old), 1, "the former waker is still kept");
}

#[test]
fn a_listener_hears_each_event_until_it_is_removed() {
    let mut reactor = Reactor::new().unwrap();
    let (ours, mut theirs) = pair();
    let ours = Registered::new(&reactor.handle(), ours, Interest::READABLE).unwrap();
    let wakes = Wakes::new();
    ours.registration().set_listener(Direction::Read, Some(wakes.clone().into()));
    for expected in 1..=3 {
        theirs.write_all(b"x").unwrap();
        poll_until(&mut reactor, || wakes.count() >= expected);
        assert_eq!(wakes.count(), expected);
    }
    let late = Wakes::new();
    ours.registration().set_listener(Direction::Read, Some(late.clone().into()));
    assert_eq!(late.count(), 1, "it was ready already");
    ours.registration().set_listener(Direction::Read, None);
    let marker = Wakes::new();
    let mut future = ours.registration().readable();
    assert!(poll_future(&mut future, &marker).is_ready());
    let event = ours.registration().readiness(Direction::Read).unwrap().unwrap();
    ours.registration().clear_readiness(event);
    let mut future = ours.registration().readable();
    assert!(poll_future(&mut future, &marker).is_pending());
    theirs.write_all(b"x").unwrap();
    poll_until(&mut reactor, || marker.count() > 0);
    assert_eq!((wakes.count(), late.count()), (3, 1));
}

#[test]
fn a_panicking_waker_costs_no_other_its_wake() {
    struct Panics;
    impl std::task::Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("a waker panics");
        }
    }
    let mut reactor = Reactor::new().unwrap();
    let (ours, mut theirs) = pair();
    let (ours_too, mut theirs_too) = pair();
    let handle = reactor.handle();
    let ours = Registered::new(&handle, ours, Interest::READABLE).unwrap();
    let ours_too = Registered::new(&handle, ours_too, Interest::READABLE).unwrap();
    ours.registration().set_listener(Direction::Read, Some(Arc::new(Panics).into()));
    let (same, other) = (Wakes::new(), Wakes::new());
    let mut on_same = ours.registration().readable();
    let mut on_other = ours_too.registration().readable();
    assert!(poll_future(&mut on_same, &same).is_pending());
    assert!(poll_future(&mut on_other, &other).is_pending());
    theirs.write_all(b"x").unwrap();
    theirs_too.write_all(b"x").unwrap();
    let mut panics = 0;
    while same.count() + other.count() < 2 {
        let poll = || reactor.poll(Some(Duration::from_secs(10)));
        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(poll)) {
            Ok(polled) => assert!(polled.unwrap() > 0 || same.count() > 0, "a wake was lost"),
            Err(_) => panics += 1,
        }
    }
    assert_eq!(panics, 1);
}

#[test]
fn a_wake_from_another_thread_ends_a_sleeping_poll() {
    let mut reactor = Reactor::new().unwrap();
    let handle = reactor.handle();
    let (about_to_sleep, go) = std::sync::mpsc::channel();
    let waker = std::thread::spawn(move || {
        go.recv().unwrap();
        handle.wake().unwrap();
    });
    about_to_sleep.send(()).unwrap();
    assert_eq!(reactor.poll(None).unwrap(), 0);
    waker.join().unwrap();
}
