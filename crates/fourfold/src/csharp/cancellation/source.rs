//! Who cancels.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::super::alarm::Alarm;
use super::state::State;
use super::token::{CancellationToken, CancellationTokenRegistration};
use crate::Result;
use crate::csharp::exceptions::ObjectDisposedException;

/// Cancels its tokens.
///
/// Dropping it cancels nothing: its tokens stay as they are, and a time limit that was set is forgotten.
///
/// The original: [`CancellationTokenSource`](https://learn.microsoft.com/dotnet/api/system.threading.cancellationtokensource).
pub struct CancellationTokenSource {
    state: Arc<State>,
    /// With the tokens that this one follows.
    links: Vec<CancellationTokenRegistration>,
    timer: Mutex<Option<Alarm>>,
}

impl CancellationTokenSource {
    /// One that was not cancelled.
    pub fn new() -> CancellationTokenSource {
        CancellationTokenSource {
            state: Arc::default(),
            links: Vec::new(),
            timer: Mutex::new(None),
        }
    }

    /// One that is cancelled after this time; with none at all, from the start.
    pub fn with_delay(delay: Duration) -> CancellationTokenSource {
        let mut source = CancellationTokenSource::new();
        if delay.is_zero() {
            source.state = Arc::new(State::canceled());
        } else {
            source.set_timer(delay);
        }
        source
    }

    /// One that is cancelled when any of these tokens is, or by itself.
    ///
    /// ```
    /// use fourfold::csharp::{CancellationToken, CancellationTokenSource};
    ///
    /// let parent = CancellationTokenSource::new();
    /// let linked =
    ///     CancellationTokenSource::create_linked_token_source([parent.token(), CancellationToken::none()]);
    /// parent.cancel()?;
    /// assert!(linked.is_cancellation_requested());
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    pub fn create_linked_token_source(
        tokens: impl IntoIterator<Item = CancellationToken>,
    ) -> CancellationTokenSource {
        let mut source = CancellationTokenSource::new();
        for token in tokens {
            let state = source.state.clone();
            // A failure of a callback is raised where the token that is followed was cancelled.
            let link = token.unsafe_register(move || state.cancel(false).map(drop));
            source.links.push(link);
        }
        source
    }

    /// Its token.
    pub fn token(&self) -> CancellationToken {
        CancellationToken(Some(self.state.clone()))
    }

    /// Whether it was cancelled.
    pub fn is_cancellation_requested(&self) -> bool {
        self.state.is_canceled()
    }

    /// Cancels, and calls what is registered: here, the last registered first, all of it. A second call
    /// does nothing.
    ///
    /// # Errors
    ///
    /// [`AggregateException`](crate::csharp::AggregateException) of the callbacks' failures, the
    /// first called first; [`ObjectDisposedException`] after [`dispose`](CancellationTokenSource::dispose).
    pub fn cancel(&self) -> Result<()> {
        self.check()?;
        self.state.cancel(false).map(drop)
    }

    /// As [`cancel`](CancellationTokenSource::cancel), but with `true` the first failure is raised as it
    /// is, and the callbacks behind it are not called.
    ///
    /// # Errors
    ///
    /// The first failure.
    pub fn cancel_with(&self, throw_on_first_exception: bool) -> Result<()> {
        self.check()?;
        self.state.cancel(throw_on_first_exception).map(drop)
    }

    /// Cancels after this time, on the pool. It replaces a time that was set before. A failure of a
    /// callback has nobody to be raised to then and is dropped.
    ///
    /// # Errors
    ///
    /// [`ObjectDisposedException`] after [`dispose`](CancellationTokenSource::dispose).
    pub fn cancel_after(&self, delay: Duration) -> Result<()> {
        self.check()?;
        if !self.is_cancellation_requested() {
            self.set_timer(delay);
        }
        Ok(())
    }

    fn set_timer(&self, delay: Duration) {
        let state = Arc::downgrade(&self.state);
        let timer = Alarm::after(delay, move || {
            if let Some(state) = state.upgrade() {
                drop(state.cancel(false));
            }
        });
        let former = self.timer().replace(timer);
        drop(former);
    }

    fn timer(&self) -> std::sync::MutexGuard<'_, Option<Alarm>> {
        self.timer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes it as new, with no callback and no time limit, unless it was cancelled: then it says so.
    /// One that is linked cannot be used again.
    pub fn try_reset(&self) -> bool {
        if !self.links.is_empty() {
            return false;
        }
        let former = self.timer().take();
        drop(former);
        self.state.reset()
    }

    /// Ends its use: callbacks and time limits are forgotten, and it cannot be cancelled any more.
    pub fn dispose(&mut self) {
        self.links.clear();
        drop(self.timer().take());
        self.state.dispose();
    }

    fn check(&self) -> Result<()> {
        if self.state.is_disposed() {
            let text = "The CancellationTokenSource has been disposed.";
            return Err(ObjectDisposedException::new(text).into());
        }
        Ok(())
    }
}

impl Drop for CancellationTokenSource {
    fn drop(&mut self) {
        // Nobody can cancel any more, so what waits for it is forgotten.
        self.state.reset();
    }
}

impl Default for CancellationTokenSource {
    fn default() -> CancellationTokenSource {
        CancellationTokenSource::new()
    }
}

impl fmt::Debug for CancellationTokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancellationTokenSource")
            .field("is_cancellation_requested", &self.is_cancellation_requested())
            .finish()
    }
}
