//! The headers of a request or a response.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::super::errors::TypeError;
use crate::Result;

/// Names and values, in whatever case the names are written.
///
/// A value is a text of the characters up to U+00FF, as JavaScript has it: one for each byte.
///
/// The original is [`Headers`](https://developer.mozilla.org/docs/Web/API/Headers). What is asked with a name
/// that no header can have throws there; here there is no such header.
///
/// ```
/// use fourfold::js::Headers;
///
/// let mut headers = Headers::new();
/// headers.append("Accept", "text/plain")?;
/// headers.append("accept", "text/html")?;
/// assert_eq!(headers.get("ACCEPT").as_deref(), Some("text/plain, text/html"));
/// # Ok::<(), fourfold::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(HeaderMap);

impl Headers {
    /// No headers.
    pub fn new() -> Headers {
        Headers::default()
    }

    /// These names and values, each [appended](Headers::append).
    ///
    /// # Errors
    ///
    /// As [`append`](Headers::append).
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Headers> {
        let mut headers = Headers::new();
        for (name, value) in pairs {
            headers.append(name, value)?;
        }
        Ok(headers)
    }

    pub(super) fn from_map(map: HeaderMap) -> Headers {
        Headers(map)
    }

    pub(super) fn into_map(self) -> HeaderMap {
        self.0
    }

    /// Adds a value to those there are. White space around it is left out.
    ///
    /// # Errors
    ///
    /// A [`TypeError`] for a name or a value that no header can have.
    pub fn append(&mut self, name: &str, value: &str) -> Result<()> {
        let (name, value) = checked("append", name, value)?;
        self.0.append(name, value);
        Ok(())
    }

    /// Puts a value in the place of those there are.
    ///
    /// # Errors
    ///
    /// As [`append`](Headers::append).
    pub fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let (name, value) = checked("set", name, value)?;
        self.0.insert(name, value);
        Ok(())
    }

    /// Takes a header out.
    pub fn delete(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// All values of a header, with a comma between them.
    pub fn get(&self, name: &str) -> Option<String> {
        self.has(name).then(|| self.joined(name))
    }

    /// The values of `Set-Cookie`, which cannot be joined.
    pub fn get_set_cookie(&self) -> Vec<String> {
        self.0.get_all(header::SET_COOKIE).iter().map(text).collect()
    }

    /// Whether there is such a header.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Names in small letters, with their values, in the order of the names. Each cookie that is set comes
    /// by itself.
    pub fn entries(&self) -> impl Iterator<Item = (String, String)> {
        let mut names: Vec<&HeaderName> = self.0.keys().collect();
        names.sort_unstable_by_key(|name| name.as_str());
        names.into_iter().flat_map(|name| {
            let values = match name == header::SET_COOKIE {
                true => self.get_set_cookie(),
                false => vec![self.joined(name.as_str())],
            };
            values.into_iter().map(|value| (name.as_str().to_owned(), value))
        })
    }

    /// The names of [`entries`](Headers::entries).
    pub fn keys(&self) -> impl Iterator<Item = String> {
        self.entries().map(|(name, _)| name)
    }

    /// The values of [`entries`](Headers::entries).
    pub fn values(&self) -> impl Iterator<Item = String> {
        self.entries().map(|(_, value)| value)
    }

    fn joined(&self, name: &str) -> String {
        self.0.get_all(name).iter().map(text).collect::<Vec<_>>().join(", ")
    }
}

/// A value's bytes, each as the character of its number.
fn text(value: &HeaderValue) -> String {
    value.as_bytes().iter().copied().map(char::from).collect()
}

fn checked(method: &str, name: &str, value: &str) -> Result<(HeaderName, HeaderValue)> {
    let invalid = |what: &str, which: &str| {
        TypeError::new(format!("Headers.{method}: \"{what}\" is an invalid header {which}."))
    };
    let bytes = byte_string(value)?;
    let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid(name, "name"))?;
    let bytes = bytes.trim_ascii();
    let value = HeaderValue::from_bytes(bytes).map_err(|_| invalid(value, "value"))?;
    Ok((parsed, value))
}

/// A byte for each character.
fn byte_string(value: &str) -> Result<Vec<u8>, TypeError> {
    let byte = |(index, char): (usize, char)| {
        u8::try_from(char).map_err(|_| {
            TypeError::new(format!(
                "Cannot convert argument to a ByteString because the character at index {index} has \
                 a value of {} which is greater than 255.",
                u32::from(char)
            ))
        })
    };
    value.chars().enumerate().map(byte).collect()
}

impl IntoIterator for &Headers {
    type Item = (String, String);
    type IntoIter = std::vec::IntoIter<(String, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries().collect::<Vec<_>>().into_iter()
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.entries()).finish()
    }
}
