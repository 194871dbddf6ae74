//! How a client comes to a transport: the net's way, or the caller's own.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use super::secure::Securing;
use super::tcp::reach;
use super::transport::{Stream, Transport};
use super::{ExchangeError, PhasesSoFar, Stage, Url};

/// A transport whose type nobody needs to know.
pub(crate) type BoxTransport = Box<dyn Transport>;

type Dialing = Pin<Box<dyn Future<Output = Result<BoxTransport, ExchangeError>> + Send>>;

/// Makes the transports of a client.
#[derive(Clone)]
pub(crate) struct Dial(Arc<dyn Fn(&Url) -> Dialing + Send + Sync>);

impl Dial {
    /// The caller's own way.
    pub(crate) fn by<F, Fut, IO>(dial: F) -> Dial
    where
        F: Fn(&Url) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = io::Result<IO>> + Send + 'static,
        IO: Transport,
    {
        Dial(Arc::new(move |url| {
            let (dialing, url) = (dial(url), url.clone());
            Box::pin(async move {
                match dialing.await {
                    Ok(io) => Ok(Box::new(io) as BoxTransport),
                    Err(error) => Err(ExchangeError::from_io(Stage::Connect, &url, &error)),
                }
            })
        }))
    }

    /// Connects, and secures where the address asks for it.
    pub(crate) async fn dial(
        &self,
        url: &Url,
        securing: Securing,
    ) -> Result<Stream<BoxTransport>, ExchangeError> {
        let io = (self.0)(url).await?;
        securing.secure(url, io).await
    }
}

impl fmt::Debug for Dial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dial").finish_non_exhaustive()
    }
}

/// Over TCP, to the address's host and port.
impl Default for Dial {
    fn default() -> Dial {
        Dial(Arc::new(|url| {
            let url = url.clone();
            Box::pin(async move {
                let io = reach(&url, &mut PhasesSoFar::default()).await?;
                Ok(Box::new(io) as BoxTransport)
            })
        }))
    }
}
