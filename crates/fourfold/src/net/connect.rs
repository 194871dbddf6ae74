//! Connecting to a name that has several addresses.
//!
//! "Happy eyeballs" (RFC 8305): the addresses are tried in turn, IPv6 and IPv4 alternating in the
//! resolver's order of preference, the next one as soon as one has failed or 250 ms have passed.
//! The first connection wins, the other attempts are dropped.
//!
//! Rejected: looking up both families apart and starting with whichever answers first (section 3
//! of the RFC). The system's resolver answers for both at once.

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use fourfold_kernel::driver::{self, Driver};
use fourfold_kernel::timer::{Sleep, sleep};

use super::addr::{Target, ToTarget};
use super::{TcpStream, resolve, socket};

/// How long an attempt has before the next one begins beside it (RFC 8305, section 5).
const STAGGER: Duration = Duration::from_millis(250);

/// How long the parts of connecting took, by the clock of the loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConnectTimes {
    /// Until the addresses were known.
    pub dns: Duration,
    /// From then until the connection was there.
    pub connect: Duration,
}

/// Connects to `target`, however long that takes: some systems try for minutes.
///
/// If the caller is cancelled, all attempts are given up. A look-up goes on where it runs, and
/// nobody hears of it.
///
/// # Errors
///
/// Those of the resolver. Where no address can be connected to, an error that lists each with its
/// reason; its kind is that of the last failure. `NotConnected` where no loop is running on this
/// thread.
pub async fn connect(target: impl ToTarget) -> io::Result<TcpStream> {
    connect_timed(target, None).await.map(|(stream, _)| stream)
}

/// Connects to `target` unless that, with the look-up, takes longer than `timeout`.
///
/// If the caller is cancelled, all attempts are given up.
///
/// # Errors
///
/// As [`connect()`]; `TimedOut` after `timeout`, with what became of each address until then.
pub async fn connect_timeout(target: impl ToTarget, timeout: Duration) -> io::Result<TcpStream> {
    connect_timed(target, Some(timeout)).await.map(|(stream, _)| stream)
}

/// Connects to `target`, and says how long its parts took.
///
/// If the caller is cancelled, all attempts are given up.
///
/// # Errors
///
/// As [`connect_timeout`], or as [`connect()`] without a `timeout`.
pub async fn connect_timed(
    target: impl ToTarget,
    timeout: Option<Duration>,
) -> io::Result<(TcpStream, ConnectTimes)> {
    let target = target.to_target()?;
    // Before the look-up: where no loop runs there is no use in waiting for it.
    socket::current_reactor()?;
    let driver = driver::current().expect("its reactor was just found");
    let mut deadline = timeout.map(sleep);
    let start = driver.now();
    let addresses = look_up(&target, &mut deadline, timeout).await?;
    let looked_up = driver.now();
    let attempts = Attempts {
        target,
        left: interleaved(addresses).into_iter(),
        running: Vec::new(),
        failed: Vec::new(),
        stagger: None,
        driver: driver.clone(),
        start: looked_up,
    };
    let stream = attempts.first(deadline, timeout).await?;
    let times = ConnectTimes {
        dns: Duration::from_nanos(looked_up - start),
        connect: Duration::from_nanos(driver.now() - looked_up),
    };
    Ok((stream, times))
}

async fn look_up(
    target: &Target,
    deadline: &mut Option<Sleep>,
    timeout: Option<Duration>,
) -> io::Result<Vec<SocketAddr>> {
    let mut addresses = pin!(resolve::addresses(target.clone()));
    poll_fn(|context| {
        if let Poll::Ready(found) = addresses.as_mut().poll(context) {
            return Poll::Ready(found);
        }
        if over(deadline, context) {
            let text = format!(
                "cannot connect to {}: the look-up of its name took longer than {:?}; allow more \
                 time, or check the name servers",
                target.describe(),
                timeout.unwrap_or_default(),
            );
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, text)));
        }
        Poll::Pending
    })
    .await
}

fn over(deadline: &mut Option<Sleep>, context: &mut Context<'_>) -> bool {
    deadline.as_mut().is_some_and(|sleep| Pin::new(sleep).poll(context).is_ready())
}

/// The families in turn, beginning with that of the first address; each in its own order.
fn interleaved(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let mut mixed = Vec::with_capacity(addresses.len());
    let (preferred, other): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == first_is_v6);
    let (mut preferred, mut other) = (preferred.into_iter(), other.into_iter());
    loop {
        let pair = [preferred.next(), other.next()];
        if pair == [None, None] {
            return mixed;
        }
        mixed.extend(pair.into_iter().flatten());
    }
}

type Attempt = Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send>>;

struct Attempts {
    target: Target,
    left: std::vec::IntoIter<SocketAddr>,
    running: Vec<(SocketAddr, Attempt)>,
    failed: Vec<(SocketAddr, io::Error)>,
    /// When the next one begins, if none fails before.
    stagger: Option<Sleep>,
    driver: Arc<dyn Driver>,
    start: u64,
}

impl Attempts {
    async fn first(
        mut self,
        mut deadline: Option<Sleep>,
        timeout: Option<Duration>,
    ) -> io::Result<TcpStream> {
        poll_fn(|context| {
            if let Poll::Ready(done) = self.poll(context) {
                return Poll::Ready(done);
            }
            if over(&mut deadline, context) {
                return Poll::Ready(Err(self.timed_out(timeout.unwrap_or_default())));
            }
            Poll::Pending
        })
        .await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<io::Result<TcpStream>> {
        loop {
            let mut at = 0;
            let mut one_failed = false;
            while let Some((address, attempt)) = self.running.get_mut(at) {
                match attempt.as_mut().poll(context) {
                    Poll::Ready(Ok(stream)) => return Poll::Ready(Ok(stream)),
                    Poll::Ready(Err(error)) => {
                        self.failed.push((*address, error));
                        drop(self.running.remove(at));
                        one_failed = true;
                    }
                    Poll::Pending => at += 1,
                }
            }
            let waited =
                self.stagger.as_mut().is_none_or(|sleep| Pin::new(sleep).poll(context).is_ready());
            if !(one_failed || waited || self.running.is_empty()) {
                return Poll::Pending;
            }
            match self.left.next() {
                Some(address) => {
                    self.running.push((address, Box::pin(TcpStream::connect_to(address))));
                    self.stagger = Some(sleep(STAGGER));
                }
                None if self.running.is_empty() => return Poll::Ready(Err(self.all_failed())),
                None => return Poll::Pending,
            }
        }
    }

    fn all_failed(&mut self) -> io::Error {
        let kind = self.failed.last().map_or(io::ErrorKind::Other, |(_, error)| error.kind());
        let remedy = "check the port and the server, and the network to it";
        self.error(kind, "no address answered", remedy)
    }

    fn timed_out(&mut self, timeout: Duration) -> io::Error {
        let waited = Duration::from_nanos(self.driver.now() - self.start);
        for (address, _) in self.running.drain(..) {
            let error = io::Error::new(
                io::ErrorKind::TimedOut,
                format!("no answer yet, {waited:.1?} after the look-up"),
            );
            self.failed.push((address, error));
        }
        for address in self.left.by_ref() {
            let error = io::Error::new(io::ErrorKind::TimedOut, "not tried yet");
            self.failed.push((address, error));
        }
        let what = format!("it took longer than {timeout:?}");
        self.error(io::ErrorKind::TimedOut, &what, "check the address, or allow more time")
    }

    fn error(&self, kind: io::ErrorKind, what: &str, remedy: &str) -> io::Error {
        let tried: Vec<_> =
            self.failed.iter().map(|(address, error)| format!("{address} ({error})")).collect();
        let target = self.target.describe();
        let tried = tried.join(", ");
        io::Error::new(kind, format!("cannot connect to {target}: {what}: {tried}; {remedy}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_families_alternate_in_the_order_of_the_resolver() {
        let parse = |texts: &[&str]| -> Vec<SocketAddr> {
            texts.iter().map(|text| text.parse().unwrap()).collect()
        };
        let given = parse(&["[::1]:1", "[::2]:1", "[::3]:1", "1.0.0.1:1", "1.0.0.2:1"]);
        let mixed = parse(&["[::1]:1", "1.0.0.1:1", "[::2]:1", "1.0.0.2:1", "[::3]:1"]);
        assert_eq!(interleaved(given), mixed);
        assert_eq!(interleaved(parse(&["1.0.0.1:1", "[::1]:1"]))[0], parse(&["1.0.0.1:1"])[0]);
    }
}
