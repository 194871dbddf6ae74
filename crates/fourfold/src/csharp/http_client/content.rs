//! What a request or a response carries.

use std::fmt;

use bytes::Bytes;
use http::HeaderValue;

use super::super::task::Task;

/// A body, and what kind of one it is. Cheap to clone.
///
/// The originals: [`HttpContent`](https://learn.microsoft.com/dotnet/api/system.net.http.httpcontent) and its
/// heirs `StringContent`, `ByteArrayContent` and `FormUrlEncodedContent`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HttpContent {
    bytes: Bytes,
    media_type: Option<HeaderValue>,
}

impl HttpContent {
    /// Bytes of no kind in particular.
    pub fn byte_array(bytes: impl Into<Bytes>) -> HttpContent {
        HttpContent { bytes: bytes.into(), media_type: None }
    }

    /// Plain text, in UTF-8.
    pub fn string(text: impl Into<String>) -> HttpContent {
        let media_type = HeaderValue::from_static("text/plain; charset=utf-8");
        HttpContent { bytes: text.into().into(), media_type: Some(media_type) }
    }

    /// Names and values as a form sends them.
    ///
    /// ```
    /// use fourfold::csharp::HttpContent;
    ///
    /// let form = HttpContent::form_url_encoded([("name", "Ada Lovelace"), ("sum", "1+1=2")]);
    /// assert_eq!(form.read_as_string_async().result()?, "name=Ada+Lovelace&sum=1%2B1%3D2");
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    pub fn form_url_encoded<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> HttpContent {
        let mut text = String::new();
        for (name, value) in pairs {
            if !text.is_empty() {
                text.push('&');
            }
            encode(&mut text, name);
            text.push('=');
            encode(&mut text, value);
        }
        let media_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        HttpContent { bytes: text.into(), media_type: Some(media_type) }
    }

    /// The same of another kind, such as `application/json`.
    #[must_use]
    pub fn with_media_type(self, media_type: HeaderValue) -> HttpContent {
        HttpContent { media_type: Some(media_type), ..self }
    }

    /// What kind it is.
    pub fn media_type(&self) -> Option<&HeaderValue> {
        self.media_type.as_ref()
    }

    /// The bytes. They are there already, so the task is done.
    #[track_caller]
    pub fn read_as_byte_array_async(&self) -> Task<Bytes> {
        Task::from_result(self.bytes.clone())
    }

    /// As text in UTF-8, whatever the kind says; what is not is replaced by U+FFFD. The task is done.
    #[track_caller]
    pub fn read_as_string_async(&self) -> Task<String> {
        Task::from_result(self.text())
    }

    pub(super) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// As text, without the mark that some texts begin with.
    pub(super) fn text(&self) -> String {
        let bytes = self.bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&self.bytes);
        String::from_utf8_lossy(bytes).into_owned()
    }
}

/// A piece of a form: spaces as plus signs, what is not plain as its bytes.
fn encode(text: &mut String, piece: &str) {
    for byte in piece.bytes() {
        match byte {
            b' ' => text.push('+'),
            b'-' | b'_' | b'.' | b'~' => text.push(byte.into()),
            byte if byte.is_ascii_alphanumeric() => text.push(byte.into()),
            byte => text.push_str(&format!("%{byte:02X}")),
        }
    }
}

impl fmt::Debug for HttpContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpContent")
            .field("media_type", &self.media_type)
            .field("length", &self.bytes.len())
            .finish()
    }
}
