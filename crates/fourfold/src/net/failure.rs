//! Errors that say what failed, where, and what to do.

use std::fmt;
use std::io;

/// An error of the system with what it was about. Its kind stays; the original is its source.
#[derive(Debug)]
struct Failure {
    what: String,
    source: io::Error,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {}: {}", self.what, self.source)?;
        remedy(self.source.kind()).map_or(Ok(()), |remedy| write!(f, "; {remedy}"))
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

fn remedy(kind: io::ErrorKind) -> Option<&'static str> {
    Some(match kind {
        io::ErrorKind::ConnectionRefused => "nothing listens there: check the port and the server",
        io::ErrorKind::AddrInUse => "stop whoever has it, or choose another (port 0: any free)",
        io::ErrorKind::AddrNotAvailable => "use an address of this machine, or a free local port",
        io::ErrorKind::PermissionDenied => {
            "low ports and protected paths need the right to use them"
        }
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            "check the network and the routes of this machine"
        }
        io::ErrorKind::TimedOut => {
            "check the address and the firewalls between, or allow more time"
        }
        io::ErrorKind::WouldBlock => "its queue of connections is full: try again later",
        _ => return None,
    })
}

/// Names in `error` what it was about: "cannot" and `what`.
pub(crate) fn naming(error: io::Error, what: impl fmt::Display) -> io::Error {
    io::Error::new(error.kind(), Failure { what: what.to_string(), source: error })
}
