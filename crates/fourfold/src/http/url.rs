//! Addresses as a person types them: `google.fr`, `host:8080/path`, `https://[::1]:8443/`.
//!
//! The grammar is the `http` crate's [`Uri`], which comes with hyper; this file adds what that
//! type leaves to its users: a default scheme, percent-encoding of what was typed raw, the port,
//! relative redirects, and errors that say what to type instead. The `url` crate would add the
//! whole of WHATWG and international names; its tables weigh more than the rest of this module,
//! so such a name has to be given in its `xn--` form.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use http::Uri;

/// How the bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// In the clear; port 80 unless another is given.
    Http,
    /// Inside TLS; port 443 unless another is given.
    Https,
}

impl Scheme {
    /// `"http"` or `"https"`.
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    /// 80 or 443.
    pub fn default_port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

/// An absolute `http` or `https` address, checked and complete.
///
/// Cheap to clone. It displays as it is requested, with scheme and path.
///
/// ```
/// use fourfold::http::Url;
///
/// let url: Url = "google.fr".parse().unwrap();
/// assert_eq!(url.to_string(), "http://google.fr/");
/// assert_eq!(url.port(), 80);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Url {
    uri: Uri,
    scheme: Scheme,
}

impl Url {
    /// Reads an address as it is typed. Without a scheme it is `http`; a fragment is dropped; spaces
    /// and letters outside ASCII in the path are percent-encoded.
    ///
    /// # Errors
    ///
    /// A [`UrlError`] that names the input and says what to write instead: an empty input, another
    /// scheme, a name and password, an IPv6 address without brackets, a bad port, a bad host.
    pub fn parse(text: &str) -> Result<Url, UrlError> {
        parse(text).map_err(|(problem, remedy)| UrlError {
            input: text.to_owned(),
            problem,
            remedy,
        })
    }

    /// The scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Whether it is an `https` address.
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::Https
    }

    /// The host, an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        let host = self.uri.host().unwrap_or_default();
        host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host)
    }

    /// The port, the scheme's own if none was given.
    pub fn port(&self) -> u16 {
        self.uri.port_u16().unwrap_or(self.scheme.default_port())
    }

    /// Host and port as the `Host` header has them: no port where it is the scheme's own.
    pub fn authority(&self) -> String {
        let host = self.uri.host().unwrap_or_default();
        match self.uri.port_u16() {
            Some(port) if port != self.scheme.default_port() => format!("{host}:{port}"),
            _ => host.to_owned(),
        }
    }

    /// Path and query, `"/"` at least.
    pub fn path_and_query(&self) -> &str {
        self.uri.path_and_query().map_or("/", |path| path.as_str())
    }

    /// Where a `Location` header of a response from here leads: an absolute address, one without a
    /// scheme (`//host/…`), an absolute path, a query, or a path relative to this one.
    ///
    /// # Errors
    ///
    /// As [`Url::parse`].
    pub fn join(&self, location: &str) -> Result<Url, UrlError> {
        let location = location.trim();
        let lower = location.to_ascii_lowercase();
        if lower.starts_with("http://") || lower.starts_with("https://") {
            return Url::parse(location);
        }
        let has_scheme = location
            .split(['/', '?', '#'])
            .next()
            .and_then(|head| head.split_once(':'))
            .is_some_and(|(scheme, _)| scheme.starts_with(|c: char| c.is_ascii_alphabetic()));
        if has_scheme {
            return Url::parse(location);
        }
        let scheme = self.scheme.as_str();
        if let Some(rest) = location.strip_prefix("//") {
            return Url::parse(&format!("{scheme}://{rest}"));
        }
        let path = self.uri.path();
        let target = if location.starts_with('/') {
            location.to_owned()
        } else if location.is_empty() || location.starts_with('#') {
            self.path_and_query().to_owned()
        } else if location.starts_with('?') {
            format!("{path}{location}")
        } else {
            let folder = path.rfind('/').map_or("/", |at| &path[..=at]);
            format!("{folder}{location}")
        };
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target.as_str(), None),
        };
        let path = without_dots(path.split('#').next().unwrap_or_default());
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        Url::parse(&format!("{scheme}://{}{path}{query}", self.authority()))
    }

    /// The same address as the `http` crate has it; always with scheme, host and path.
    pub fn as_uri(&self) -> &Uri {
        &self.uri
    }
}

/// Resolves `.` and `..`, as RFC 3986, 5.2.4 has it.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    format!("/{}", kept.join("/"))
}

type Problem = (&'static str, &'static str);

const EXAMPLE: &str = "write example.org, example.org:8080/path or https://example.org/";

fn parse(text: &str) -> Result<Url, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(("is empty", EXAMPLE));
    }
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Scheme::Http, rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Scheme::Https, rest),
        Some((scheme, _)) if !scheme.contains(['/', '?', '#']) => {
            return Err(("has a scheme other than http and https", EXAMPLE));
        }
        _ => (Scheme::Http, text),
    };
    let rest = rest.split('#').next().unwrap_or_default();
    let (authority, target) = match rest.find(['/', '?']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let authority = check_authority(authority)?;
    let path = if target.starts_with('/') { "" } else { "/" };
    let target = encode(target);
    let uri = format!("{}://{authority}{path}{target}", scheme.as_str());
    match Uri::try_from(uri) {
        Ok(uri) => Ok(Url { uri, scheme }),
        Err(_) => Err(("is no address", EXAMPLE)),
    }
}

fn check_authority(authority: &str) -> Result<String, Problem> {
    if authority.is_empty() {
        return Err(("has no host", EXAMPLE));
    }
    if authority.contains('@') {
        return Err((
            "carries a name or password before the host",
            "leave them out and set the Authorization header",
        ));
    }
    if authority.parse::<Ipv6Addr>().is_ok() {
        return Ok(format!("[{authority}]"));
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(inside) => {
            let unclosed = ("has a bracket that is not closed", "write https://[::1]:8443/");
            let (address, after) = inside.split_once(']').ok_or(unclosed)?;
            if address.parse::<Ipv6Addr>().is_err() {
                return Err(("has no IPv6 address in its brackets", "write https://[::1]:8443/"));
            }
            match after.strip_prefix(':') {
                Some(port) => (&authority[..address.len() + 2], Some(port)),
                None if after.is_empty() => (authority, None),
                None => return Err(("has something after its bracket", "write [::1]:8443")),
            }
        }
        None => match authority.split_once(':') {
            Some((_, port)) if port.contains(':') => {
                return Err(("has more than one colon", "write an IPv6 address as [::1]:8443"));
            }
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if let Some(port) = port {
        let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || !matches!(port.parse::<u16>(), Ok(1..)) {
            return Err(("has a port that is no number from 1 to 65535", "write example.org:8080"));
        }
    }
    if !host.is_ascii() {
        return Err(("has letters outside ASCII in its host", "write the name in its xn-- form"));
    }
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if !host.starts_with('[') {
        if host.is_empty() {
            return Err(("has no host", EXAMPLE));
        }
        if !host.bytes().all(known) || host.starts_with('.') || host.contains("..") {
            return Err(("has a host that is no name and no IP address", EXAMPLE));
        }
        let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
        let numeric = last.bytes().all(|byte| byte.is_ascii_digit());
        if numeric && host.parse::<IpAddr>().is_err() {
            return Err(("has a host that is no name and no IP address", EXAMPLE));
        }
    }
    Ok(authority.to_ascii_lowercase())
}

/// Percent-encodes what may not stand raw in a request line; what is encoded already stays.
fn encode(target: &str) -> String {
    let mut encoded = String::with_capacity(target.len());
    for byte in target.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uri.fmt(f)
    }
}

impl FromStr for Url {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Url, UrlError> {
        Url::parse(text)
    }
}

impl TryFrom<&str> for Url {
    type Error = UrlError;

    fn try_from(text: &str) -> Result<Url, UrlError> {
        Url::parse(text)
    }
}

impl TryFrom<String> for Url {
    type Error = UrlError;

    fn try_from(text: String) -> Result<Url, UrlError> {
        Url::parse(&text)
    }
}

impl TryFrom<&String> for Url {
    type Error = UrlError;

    fn try_from(text: &String) -> Result<Url, UrlError> {
        Url::parse(text)
    }
}

impl TryFrom<&Uri> for Url {
    type Error = UrlError;

    fn try_from(uri: &Uri) -> Result<Url, UrlError> {
        Url::parse(&uri.to_string())
    }
}

/// What was typed is no address that can be requested; displays as one line with the input and a
/// remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlError {
    input: String,
    problem: &'static str,
    remedy: &'static str,
}

impl UrlError {
    /// What was typed.
    pub fn input(&self) -> &str {
        &self.input
    }

    /// What is wrong with it, to be read after the input: "has no host".
    pub fn problem(&self) -> &str {
        self.problem
    }

    /// What to do about it.
    pub fn remedy(&self) -> &str {
        self.remedy
    }
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the address {:?} {}; {}", self.input, self.problem, self.remedy)
    }
}

impl std::error::Error for UrlError {}
