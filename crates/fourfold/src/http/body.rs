//! What a server answers with.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Frame, SizeHint};

type BoxError = Box<dyn StdError + Send + Sync>;
type BoxBody = Pin<Box<dyn hyper::body::Body<Data = Bytes, Error = BoxError>>>;

/// The body of a server's response: bytes that are there, or ones that come piece by piece.
pub struct Body(Kind);

enum Kind {
    Whole(Full<Bytes>),
    Pieces(BoxBody),
}

impl Body {
    /// No bytes.
    pub fn empty() -> Body {
        Body::from(Bytes::new())
    }

    /// Any body of the `http-body` crate; one that cannot tell its length is sent in chunks.
    pub fn new<B>(body: B) -> Body
    where
        B: hyper::body::Body<Data = Bytes> + 'static,
        B::Error: Into<BoxError>,
    {
        Body(Kind::Pieces(Box::pin(body.map_err(Into::into))))
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Body {
        Body(Kind::Whole(Full::new(bytes)))
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Body {
        Bytes::from(text).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Body {
        Bytes::from(text).into()
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Body {
        Bytes::from(bytes).into()
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.get_mut().0 {
            Kind::Whole(whole) => Pin::new(whole).poll_frame(cx).map_err(|never| match never {}),
            Kind::Pieces(pieces) => pieces.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Whole(whole) => whole.is_end_stream(),
            Kind::Pieces(pieces) => pieces.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(whole) => whole.size_hint(),
            Kind::Pieces(pieces) => pieces.size_hint(),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}
