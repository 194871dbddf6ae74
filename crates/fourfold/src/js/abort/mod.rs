//! `AbortController` and `AbortSignal`: how work is told that nobody wants it any more.
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | [`AbortController`], and what one may do with an [`AbortSignal`] |
//! | `signal.rs` | listeners, signals that follow others, and who keeps whom alive |
//! | `waiting.rs` | futures that wait for a signal, or are dropped by one |
//! | `errors.rs` | what aborted work fails with |

mod errors;
mod signal;
mod waiting;

use std::fmt;
use std::rc::Rc;

use super::callback::Outcome;
use super::timers::{Delay, set_timeout};
use crate::{Error, Result};

pub use errors::{AbortError, DomException};
use signal::{Inner, Keep, Listener};
pub use waiting::UntilAborted;

/// Aborts a signal of its own. A clone is the same controller.
///
/// The original is
/// [`AbortController`](https://nodejs.org/api/globals.html#class-abortcontroller).
///
/// ```
/// use fourfold::js::{self, AbortController};
///
/// let error = js::run(async {
///     let controller = AbortController::new();
///     let signal = controller.signal();
///     js::set_timeout(move || controller.abort(), 1);
///     signal.run(std::future::pending::<fourfold::Result<()>>()).await
/// })
/// .unwrap_err();
/// assert!(error.is_cancelled());
/// assert_eq!(error.to_string(), "This operation was aborted");
/// ```
#[derive(Clone, Debug, Default)]
pub struct AbortController {
    signal: AbortSignal,
}

impl AbortController {
    /// A controller whose signal is not aborted.
    pub fn new() -> AbortController {
        AbortController::default()
    }

    /// What is given to the work.
    pub fn signal(&self) -> AbortSignal {
        self.signal.clone()
    }

    /// Aborts the signal, with a [`DomException`] named `AbortError` for its reason. Again, it does
    /// nothing.
    ///
    /// Those who listen are called before this returns.
    ///
    /// # Panics
    ///
    /// Where a listener throws and no loop of this dialect is running on this thread.
    ///
    /// The original is
    /// [`abortController.abort`](https://nodejs.org/api/globals.html#abortcontrollerabortreason).
    pub fn abort(&self) {
        if !self.signal.aborted() {
            self.abort_with(DomException::abort_error());
        }
    }

    /// As [`abort`](AbortController::abort), for this reason.
    ///
    /// # Panics
    ///
    /// As [`abort`](AbortController::abort).
    pub fn abort_with(&self, reason: impl Into<Error>) {
        self.signal.0.abort(&reason.into());
    }
}

/// Tells work that nobody wants it any more.
///
/// It belongs to one thread. A clone is the same signal. Whoever listens is called once, at the place
/// that aborts; a signal without anybody who listens, and without a handle, goes.
///
/// The original is
/// [`AbortSignal`](https://nodejs.org/api/globals.html#class-abortsignal).
#[derive(Clone, Default)]
pub struct AbortSignal(Rc<Inner>);

impl AbortSignal {
    /// A signal that is aborted already, with a [`DomException`] named `AbortError`.
    ///
    /// The original is
    /// [`AbortSignal.abort`](https://nodejs.org/api/globals.html#static-method-abortsignalabortreason).
    pub fn abort() -> AbortSignal {
        AbortSignal::abort_with(DomException::abort_error())
    }

    /// A signal that is aborted already, for this reason.
    pub fn abort_with(reason: impl Into<Error>) -> AbortSignal {
        let signal = AbortSignal::default();
        signal.0.abort(&reason.into());
        signal
    }

    /// A signal that is aborted after `delay`, with a [`DomException`] named `TimeoutError`. The loop does
    /// not go on for it.
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    ///
    /// The original is
    /// [`AbortSignal.timeout`](https://nodejs.org/api/globals.html#static-method-abortsignaltimeoutdelay).
    ///
    /// ```
    /// use fourfold::js::{self, AbortSignal};
    ///
    /// let error = js::run(async {
    ///     let _server = js::set_timeout(|| {}, 50);
    ///     AbortSignal::timeout(1).run(std::future::pending::<fourfold::Result<()>>()).await
    /// })
    /// .unwrap_err();
    /// assert!(error.is_timed_out());
    /// ```
    #[track_caller]
    pub fn timeout(delay: impl Delay) -> AbortSignal {
        let signal = AbortSignal::default();
        let keep = Rc::new(Keep::of(&signal.0));
        signal.0.is_kept_by(&keep);
        let timer = set_timeout(
            move || {
                if let Some(signal) = keep.signal() {
                    signal.abort(&DomException::timeout_error().into());
                }
            },
            delay,
        );
        timer.unref();
        signal.0.has_timer(timer);
        signal
    }

    /// A signal that is aborted when the first of `signals` is, for the same reason.
    ///
    /// Those it follows do not keep it, unless somebody listens to it, and it does not keep them.
    ///
    /// The original is
    /// [`AbortSignal.any`](https://nodejs.org/api/globals.html#static-method-abortsignalanysignals).
    pub fn any<'a>(signals: impl IntoIterator<Item = &'a AbortSignal>) -> AbortSignal {
        let follower = AbortSignal::default();
        let signals: Vec<&AbortSignal> = signals.into_iter().collect();
        match signals.iter().find_map(|signal| signal.reason()) {
            Some(reason) => follower.0.abort(&reason),
            None => signals.iter().for_each(|signal| follower.0.follow(&signal.0)),
        }
        follower
    }

    /// Whether it is aborted.
    ///
    /// The original is
    /// [`abortSignal.aborted`](https://nodejs.org/api/globals.html#abortsignalaborted).
    pub fn aborted(&self) -> bool {
        self.0.reason().is_some()
    }

    /// Why it is aborted, where it is.
    ///
    /// The original is
    /// [`abortSignal.reason`](https://nodejs.org/api/globals.html#abortsignalreason).
    pub fn reason(&self) -> Option<Error> {
        self.0.reason().cloned()
    }

    /// Fails where it is aborted.
    ///
    /// # Errors
    ///
    /// The reason.
    ///
    /// The original is
    /// [`abortSignal.throwIfAborted`](https://nodejs.org/api/globals.html#abortsignalthrowifaborted).
    pub fn throw_if_aborted(&self) -> Result<()> {
        match self.0.reason() {
            Some(reason) => Err(reason.clone()),
            None => Ok(()),
        }
    }

    /// Calls `f` with the reason at the moment when this is aborted, unless it is removed before. Where
    /// the signal is aborted already `f` is never called.
    ///
    /// Those who listen are called in the order in which they came, then those who listen to signals that
    /// follow this one. What `f` throws is an uncaught exception, in a tick of its own; the others are
    /// called all the same.
    ///
    /// The original is `addEventListener("abort", f)` of an
    /// [`AbortSignal`](https://nodejs.org/api/globals.html#event-abort), which happens once.
    ///
    /// ```
    /// use std::{cell::Cell, rc::Rc};
    /// use fourfold::js::AbortController;
    ///
    /// let controller = AbortController::new();
    /// let seen = Rc::new(Cell::new(0));
    /// let (one, two) = (seen.clone(), seen.clone());
    /// controller.signal().add_event_listener(move |_| one.set(one.get() + 1));
    /// let other = controller.signal().add_event_listener(move |_| two.set(two.get() + 10));
    /// other.remove();
    /// controller.abort();
    /// controller.abort();
    /// assert_eq!(seen.get(), 1);
    /// ```
    pub fn add_event_listener<R: Outcome>(
        &self,
        f: impl FnOnce(&Error) -> R + 'static,
    ) -> AbortListener {
        let call = Listener::Call(Box::new(move |reason| f(reason).into_result()));
        AbortListener { signal: Rc::downgrade(&self.0), number: self.0.listen(call) }
    }

    /// Ends with the reason when this is aborted: for `select` and its like. No ticks go by at a signal
    /// that is aborted.
    ///
    /// Dropping the future leaves nothing behind.
    pub fn until_aborted(&self) -> UntilAborted {
        UntilAborted::new(self.clone())
    }

    /// Awaits a Rust future unless this is aborted: then drops it and fails with the reason.
    ///
    /// It is for futures that know no signals, as those of `net` and `http` are. The step that was to await
    /// it runs as a microtask of the abort. A promise is better [raced](super::Promise::race): dropping one
    /// ends nothing.
    ///
    /// # Errors
    ///
    /// What `future` fails with; the reason.
    pub fn run<T, E: Into<Error>, F: IntoFuture<Output = Result<T, E>>>(
        &self,
        future: F,
    ) -> impl Future<Output = Result<T>> + use<T, E, F> {
        waiting::run(self.clone(), future)
    }

    /// Whether both are the same signal.
    pub fn same(&self, other: &AbortSignal) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// What Node's own functions fail with when the signal they were given is aborted.
    pub(crate) fn abort_error(reason: &Error) -> Error {
        AbortError::caused_by(reason)
    }
}

impl fmt::Debug for AbortSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortSignal").field("aborted", &self.aborted()).finish()
    }
}

/// Names a function that listens to a signal. Dropping it changes nothing.
#[derive(Clone)]
pub struct AbortListener {
    signal: std::rc::Weak<Inner>,
    number: u64,
}

impl AbortListener {
    /// Does not listen any more.
    ///
    /// The original is `removeEventListener`.
    pub fn remove(&self) {
        if let Some(signal) = self.signal.upgrade() {
            signal.unlisten(self.number);
        }
    }
}

impl fmt::Debug for AbortListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortListener").finish_non_exhaustive()
    }
}
