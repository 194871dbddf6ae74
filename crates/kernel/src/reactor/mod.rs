//! Readiness (placeholder until the real one is merged).
use std::sync::Arc;
use std::time::Duration;
/// A thread-safe way to register sources with a reactor.
#[derive(Clone, Debug)]
pub struct Handle {
    waker: Arc<mio::Waker>,
}
impl Handle {
    /// wake
    pub fn wake(&self) -> std::io::Result<()> {
        self.waker.wake()
    }
    /// len
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        0
    }
}
/// reactor
#[derive(Debug)]
pub struct Reactor {
    poll: mio::Poll,
    events: mio::Events,
    handle: Handle,
}
impl Reactor {
    /// new
    pub fn new() -> std::io::Result<Reactor> {
        let poll = mio::Poll::new()?;
        let waker = Arc::new(mio::Waker::new(poll.registry(), mio::Token(usize::MAX))?);
        Ok(Reactor { poll, events: mio::Events::with_capacity(64), handle: Handle { waker } })
    }
    /// handle
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }
    /// poll
    pub fn poll(&mut self, timeout: Option<Duration>) -> std::io::Result<usize> {
        self.poll.poll(&mut self.events, timeout)?;
        Ok(0)
    }
}
