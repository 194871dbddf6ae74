//! What may name the address of a socket.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// Addresses, or a name whose addresses are still to be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(pub(super) Named);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    Addresses(Vec<SocketAddr>),
    Host { host: String, port: u16 },
}

/// What can be given where an address is wanted: a [`SocketAddr`] and its kin, several of them,
/// `"host:port"`, or `(host, port)`. As [`std::net::ToSocketAddrs`], but it never waits for a
/// resolver.
pub trait ToTarget {
    /// The addresses, or the name to be looked up.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) for a text without a port.
    fn to_target(&self) -> io::Result<Target>;
}

impl Target {
    fn host(host: &str, port: u16) -> Target {
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        match bare.parse::<IpAddr>() {
            Ok(ip) => Target(Named::Addresses(vec![SocketAddr::new(ip, port)])),
            Err(_) => Target(Named::Host { host: host.to_owned(), port }),
        }
    }

    /// As it was typed, for messages.
    pub(super) fn describe(&self) -> String {
        match &self.0 {
            Named::Host { host, port } => format!("{host}:{port}"),
            Named::Addresses(addresses) => {
                let texts: Vec<_> = addresses.iter().map(SocketAddr::to_string).collect();
                texts.join(", ")
            }
        }
    }
}

impl ToTarget for Target {
    fn to_target(&self) -> io::Result<Target> {
        Ok(self.clone())
    }
}

impl ToTarget for str {
    fn to_target(&self) -> io::Result<Target> {
        if let Ok(address) = self.parse::<SocketAddr>() {
            return Ok(Target(Named::Addresses(vec![address])));
        }
        let invalid = |why: &str| {
            let text = format!("{self:?} is not an address: {why}; write it as host:port");
            io::Error::new(io::ErrorKind::InvalidInput, text)
        };
        let (host, port) = self.rsplit_once(':').ok_or_else(|| invalid("it has no port"))?;
        let port = port.parse().map_err(|_| invalid("its port is not a number below 65536"))?;
        if host.is_empty() {
            return Err(invalid("it has no host"));
        }
        if host.contains(':') && !host.starts_with('[') {
            return Err(invalid("an IPv6 address belongs in brackets"));
        }
        Ok(Target::host(host, port))
    }
}

impl ToTarget for String {
    fn to_target(&self) -> io::Result<Target> {
        self.as_str().to_target()
    }
}

impl ToTarget for (&str, u16) {
    fn to_target(&self) -> io::Result<Target> {
        Ok(Target::host(self.0, self.1))
    }
}

impl ToTarget for (String, u16) {
    fn to_target(&self) -> io::Result<Target> {
        Ok(Target::host(&self.0, self.1))
    }
}

impl ToTarget for [SocketAddr] {
    fn to_target(&self) -> io::Result<Target> {
        Ok(Target(Named::Addresses(self.to_vec())))
    }
}

impl ToTarget for Vec<SocketAddr> {
    fn to_target(&self) -> io::Result<Target> {
        self.as_slice().to_target()
    }
}

impl<const N: usize> ToTarget for [SocketAddr; N] {
    fn to_target(&self) -> io::Result<Target> {
        self.as_slice().to_target()
    }
}

impl<T: ToTarget + ?Sized> ToTarget for &T {
    fn to_target(&self) -> io::Result<Target> {
        (**self).to_target()
    }
}

macro_rules! address_to_target {
    ($($type:ty),*) => {$(
        impl ToTarget for $type {
            fn to_target(&self) -> io::Result<Target> {
                Ok(Target(Named::Addresses(vec![SocketAddr::from(*self)])))
            }
        }
    )*};
}
address_to_target!(
    SocketAddr,
    SocketAddrV4,
    SocketAddrV6,
    (IpAddr, u16),
    (Ipv4Addr, u16),
    (Ipv6Addr, u16)
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_need_no_resolver() {
        for text in ["127.0.0.1:80", "[::1]:80"] {
            let parsed = Named::Addresses(vec![text.parse().unwrap()]);
            assert_eq!(text.to_target().unwrap().0, parsed);
        }
        assert_eq!(("::1", 80).to_target().unwrap(), "[::1]:80".to_target().unwrap());
    }

    #[test]
    fn names_are_kept_for_the_resolver() {
        let host = Named::Host { host: "example.org".into(), port: 443 };
        assert_eq!("example.org:443".to_target().unwrap().0, host);
        assert_eq!(("example.org", 443).to_target().unwrap().0, host);
    }

    #[test]
    fn what_is_missing_is_said() {
        for (text, why) in [
            ("example.org", "no port"),
            ("example.org:http", "not a number"),
            (":80", "no host"),
            ("::1:80x", "not a number"),
            ("fe80::1::2:80", "brackets"),
        ] {
            let error = text.to_target().unwrap_err().to_string();
            assert!(error.contains(why) && error.contains(text), "{error}");
        }
    }
}
