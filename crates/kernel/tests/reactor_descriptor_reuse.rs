//! A file descriptor that is closed and given out again. Alone in its process, so that no other
//! test takes the number.
#![cfg(unix)]

mod reactor_support;

use std::io::Write;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

use fourfold_kernel::reactor::{Direction, Interest, Reactor, Registered};
use reactor_support::{pair, poll_until};

#[test]
fn a_file_descriptor_that_is_used_again_starts_without_readiness() {
    let mut reactor = Reactor::new().unwrap();
    let handle = reactor.handle();
    let (first, mut theirs) = pair();
    let (second, mut second_theirs) = pair();
    let number = first.as_raw_fd();
    let first = Registered::new(&handle, first, Interest::READABLE).unwrap();
    theirs.write_all(b"x").unwrap();
    poll_until(&mut reactor, || first.registration().readiness(Direction::Read).unwrap().is_some());
    // The system has another event for it, which nobody fetches before it is closed.
    theirs.write_all(b"y").unwrap();
    drop(first);

    // The lowest free number is given out; those below are kept until it is the turn of ours.
    let second = OwnedFd::from(second);
    let mut below = Vec::new();
    let again = loop {
        let duplicate = second.try_clone().unwrap();
        if duplicate.as_raw_fd() == number {
            break duplicate;
        }
        assert!(duplicate.as_raw_fd() < number, "the number is in use");
        below.push(duplicate);
    };
    let again = mio::net::TcpStream::from_std(again.into());
    let again = Registered::new(&handle, again, Interest::READABLE).unwrap();
    let readiness = || again.registration().readiness(Direction::Read).unwrap();
    while reactor.poll(Some(Duration::ZERO)).unwrap() > 0 {}
    assert_eq!(readiness(), None);
    second_theirs.write_all(b"z").unwrap();
    poll_until(&mut reactor, || readiness().is_some());
}
