//! The two kinds of addresses a socket of this dialect may have.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use socket2::SockAddr;

/// Where a socket is bound or connected to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Address {
    /// An Internet address and a port.
    Inet(SocketAddr),
    /// A path in the file system.
    Unix(PathBuf),
    /// A unix socket that nobody gave a name.
    Unnamed,
}

impl Address {
    /// The Internet address, if it is one.
    pub fn inet(&self) -> Option<SocketAddr> {
        match self {
            Address::Inet(address) => Some(*address),
            _ => None,
        }
    }

    /// The port of an Internet address.
    pub fn port(&self) -> Option<u16> {
        self.inet().map(|address| address.port())
    }

    /// The path, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Address::Unix(path) => Some(path),
            _ => None,
        }
    }

    pub(crate) fn from_system(address: &SockAddr) -> Address {
        match (address.as_socket(), address.as_pathname()) {
            (Some(address), _) => Address::Inet(address),
            (None, Some(path)) => Address::Unix(path.to_owned()),
            (None, None) => Address::Unnamed,
        }
    }

    pub(crate) fn to_system(&self) -> io::Result<SockAddr> {
        match self {
            Address::Inet(address) => Ok((*address).into()),
            Address::Unix(path) => SockAddr::unix(path),
            Address::Unnamed => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a socket without a name cannot be reached; give it a path",
            )),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Inet(address) => address.fmt(f),
            Address::Unix(path) => path.display().fmt(f),
            Address::Unnamed => f.write_str("unnamed"),
        }
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Address {
        Address::Inet(address)
    }
}

impl<I: Into<IpAddr>> From<(I, u16)> for Address {
    fn from(address: (I, u16)) -> Address {
        Address::Inet(address.into())
    }
}

impl From<&Path> for Address {
    fn from(path: &Path) -> Address {
        Address::Unix(path.to_owned())
    }
}

impl From<PathBuf> for Address {
    fn from(path: PathBuf) -> Address {
        Address::Unix(path)
    }
}
