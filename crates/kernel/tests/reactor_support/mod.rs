//! Counting wakers, loopback pairs and futures polled by hand.
#![allow(dead_code, reason = "each test uses its part")]

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake};
use std::time::Duration;

use fourfold_kernel::reactor::Reactor;

static ORDER: AtomicUsize = AtomicUsize::new(1);

/// Counts its wakes and notes when, among all, the last one was.
#[derive(Default)]
pub(crate) struct Wakes {
    count: AtomicUsize,
    last: AtomicUsize,
}

impl Wakes {
    pub(crate) fn new() -> Arc<Wakes> {
        Arc::default()
    }

    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    pub(crate) fn last(&self) -> usize {
        self.last.load(Ordering::SeqCst)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.last.store(ORDER.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
        self.count.fetch_add(1, Ordering::SeqCst);
    }
}

/// A connected pair: ours to be registered, theirs blocking.
pub(crate) fn pair() -> (mio::net::TcpStream, std::net::TcpStream) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let theirs = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    theirs.set_nodelay(true).unwrap();
    let (ours, _) = listener.accept().unwrap();
    ours.set_nonblocking(true).unwrap();
    (mio::net::TcpStream::from_std(ours), theirs)
}

/// Polls until `done`; fails if nothing happens for ten seconds.
pub(crate) fn poll_until(reactor: &mut Reactor, done: impl Fn() -> bool) {
    while !done() {
        let told = reactor.poll(Some(Duration::from_secs(10))).unwrap();
        assert!(told > 0 || done(), "waited ten seconds in vain");
    }
}

pub(crate) fn poll_future<F: Future + Unpin>(
    future: &mut F,
    wakes: &Arc<Wakes>,
) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(&wakes.clone().into()))
}
