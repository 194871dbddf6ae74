//! From names to addresses, through the system's resolver.
//!
//! The resolver blocks, so it runs on the kernel's blocking threads. Rejected as the default: a
//! resolver of our own. It would have to know what the system's knows (hosts files, search
//! domains, VPNs, mDNS), and differ wherever it does not.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

use fourfold_kernel::{blocking, driver};

use super::addr::{Named, Target};
use super::failure::naming;

/// Looks up the addresses of `host`, each with `port`, in the order of the system's resolver.
///
/// If the caller is cancelled the look-up goes on where it runs, and nobody hears of it. Needs no
/// loop.
///
/// # Errors
///
/// Those of the resolver, naming the host; [`NotFound`](io::ErrorKind::NotFound) where it knows
/// the name but no address.
pub async fn lookup_host(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let name = host.to_owned();
    let look_up = move || (name.as_str(), port).to_socket_addrs().map(Vec::from_iter);
    // The thread that looks up is no source that a loop could see somebody wait for.
    let _working = driver::with_current(|driver| driver.and_then(|driver| driver.outside_work()));
    let running = blocking::global().run(look_up).map_err(|rejected| {
        io::Error::other(format!("no thread to look up {host:?} on: {rejected}"))
    })?;
    let found = running.await.map_err(|panicked| {
        io::Error::other(format!("the look-up of {host:?} panicked: {panicked}"))
    })?;
    match found {
        Ok(addresses) if addresses.is_empty() => Err(io::Error::new(
            io::ErrorKind::NotFound,
            format!("{host:?} has no address; check the name"),
        )),
        Ok(addresses) => Ok(addresses),
        Err(error) => {
            Err(naming(error, format_args!("look up {host:?} (check the name and the network)")))
        }
    }
}

/// The addresses of `target`, at least one.
pub(super) async fn addresses(target: Target) -> io::Result<Vec<SocketAddr>> {
    match target.0 {
        Named::Host { host, port } => lookup_host(&host, port).await,
        Named::Addresses(addresses) if addresses.is_empty() => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "no address was given; give at least one",
        )),
        Named::Addresses(addresses) => Ok(addresses),
    }
}

/// The first success of `operation` over the addresses of `target`, or the last failure.
pub(super) async fn first<T>(
    target: Target,
    mut operation: impl FnMut(SocketAddr) -> io::Result<T>,
) -> io::Result<T> {
    let mut last = None;
    for address in addresses(target).await? {
        match operation(address) {
            Ok(done) => return Ok(done),
            Err(error) => last = Some(error),
        }
    }
    Err(last.expect("there is at least one address"))
}
