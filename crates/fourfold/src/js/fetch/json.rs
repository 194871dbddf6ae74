//! Bodies as JSON.

use std::fmt;

use crate::Result;

/// A text is not what it should be, such as JSON.
///
/// The original is
/// [`SyntaxError`](https://tc39.es/ecma262/#sec-native-error-types-used-in-this-standard-syntaxerror).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    message: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SyntaxError {}

pub(super) fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        let text = match error.is_eof() {
            true => "Unexpected end of JSON input".to_owned(),
            false => format!("the body is not JSON of what was asked for: {error}"),
        };
        SyntaxError { message: text }.into()
    })
}
