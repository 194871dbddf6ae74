//! What a request carries.

use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Frame, SizeHint};

type BoxError = Box<dyn StdError + Send + Sync>;

/// Bytes that are there, or ones that come piece by piece.
pub(crate) enum RequestBody {
    Whole(Full<Bytes>),
    Pieces(Pin<Box<dyn Body<Data = Bytes, Error = BoxError> + Send>>),
}

impl RequestBody {
    pub(crate) fn new(bytes: Bytes) -> RequestBody {
        RequestBody::Whole(Full::new(bytes))
    }

    pub(crate) fn pieces<B>(body: B) -> RequestBody
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        RequestBody::Pieces(Box::pin(body.map_err(Into::into)))
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.get_mut() {
            RequestBody::Whole(whole) => {
                Pin::new(whole).poll_frame(cx).map_err(|never| match never {})
            }
            RequestBody::Pieces(pieces) => pieces.as_mut().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            RequestBody::Whole(whole) => whole.is_end_stream(),
            RequestBody::Pieces(pieces) => pieces.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            RequestBody::Whole(whole) => whole.size_hint(),
            RequestBody::Pieces(pieces) => pieces.size_hint(),
        }
    }
}
