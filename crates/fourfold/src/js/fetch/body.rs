//! What a request carries.

use std::fmt;
use std::pin::Pin;

use bytes::Bytes;
use futures_core::Stream;

use crate::Result;

/// The pieces of a body that is not there yet.
pub(super) type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes>>>>;

/// The body of a request: text, bytes, or a stream of them.
///
/// The original is what
/// [`init.body`](https://developer.mozilla.org/docs/Web/API/RequestInit#body) may be.
pub struct Body {
    pub(super) kind: Kind,
    pub(super) media_type: Option<&'static str>,
}

pub(super) enum Kind {
    Whole(Bytes),
    Pieces(Pieces),
}

impl Body {
    fn whole(bytes: Bytes, media_type: Option<&'static str>) -> Body {
        Body { kind: Kind::Whole(bytes), media_type }
    }

    /// A value as JSON. Needs the feature `json`.
    ///
    /// # Errors
    ///
    /// For what JSON cannot express.
    ///
    /// The original is `JSON.stringify(value)`, and the header that one writes beside it:
    /// `Content-Type: application/json`.
    #[cfg(feature = "json")]
    pub fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<Body> {
        let bytes = serde_json::to_vec(value)?;
        Ok(Body::whole(bytes.into(), Some("application/json")))
    }

    /// Pieces that are sent as they come; where one of them is an error, the request fails.
    ///
    /// Such a body is sent once: a redirect that asks for it again is an error.
    ///
    /// The original is a `ReadableStream`, with `duplex: "half"`.
    pub fn stream(pieces: impl Stream<Item = Result<Bytes>> + 'static) -> Body {
        Body { kind: Kind::Pieces(Box::pin(pieces)), media_type: None }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Body {
        Body::whole(bytes, None)
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Body {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Body {
        Body::whole(text.into(), Some("text/plain;charset=UTF-8"))
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Body {
        text.to_owned().into()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Body");
        match &self.kind {
            Kind::Whole(bytes) => text.field("length", &bytes.len()),
            Kind::Pieces(_) => text.field("pieces", &".."),
        };
        text.field("media_type", &self.media_type).finish()
    }
}
