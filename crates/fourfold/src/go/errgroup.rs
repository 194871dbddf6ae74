//! Goroutines that work on one task, of which the first failure counts, as in Go's package
//! `golang.org/x/sync/errgroup`.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::chan::{self, Chan};
use super::context::{self, CancelCauseFunc, Context};
use super::sync::WaitGroup;
use crate::{Error, Result};

/// A group of goroutines. Clones are the same group.
///
/// ```
/// use fourfold::Error;
/// use fourfold::go::{self, errgroup::Group};
///
/// let outcome = go::run(|| {
///     let group = Group::new();
///     group.go(|| Ok(()));
///     group.go(|| Err(Error::msg("the disk is full")));
///     group.wait()
/// });
/// assert_eq!(outcome.unwrap_err().to_string(), "the disk is full");
/// ```
///
/// The original: [`errgroup.Group`](https://pkg.go.dev/golang.org/x/sync/errgroup#Group).
#[derive(Clone)]
pub struct Group {
    shared: Arc<Shared>,
}

struct Shared {
    group: WaitGroup,
    first: Mutex<Option<Error>>,
    /// A place for each goroutine that may run; none without a limit.
    places: Mutex<Chan<()>>,
    cancel: Option<CancelCauseFunc>,
}

/// A group, and a context that is cancelled when one of its goroutines fails, or `wait` returns.
///
/// ```
/// use fourfold::Error;
/// use fourfold::go::{self, context, errgroup};
///
/// let outcome = go::run(|| {
///     let (group, ctx) = errgroup::with_context(&context::background());
///     group.go(move || {
///         ctx.done().recv();
///         Ok(())
///     });
///     group.go(|| Err(Error::msg("the disk is full")));
///     group.wait()
/// });
/// assert_eq!(outcome.unwrap_err().to_string(), "the disk is full");
/// ```
///
/// The original:
/// [`errgroup.WithContext`](https://pkg.go.dev/golang.org/x/sync/errgroup#WithContext).
pub fn with_context(parent: &Context) -> (Group, Context) {
    let (context, cancel) = context::with_cancel_cause(parent);
    (Group::with(Some(cancel)), context)
}

impl Group {
    /// Without a limit and a context.
    pub fn new() -> Group {
        Group::with(None)
    }

    fn with(cancel: Option<CancelCauseFunc>) -> Group {
        let shared = Shared {
            group: WaitGroup::new(),
            first: Mutex::new(None),
            places: Mutex::new(Chan::nil()),
            cancel,
        };
        Group { shared: Arc::new(shared) }
    }

    fn places(&self) -> Chan<()> {
        self.shared.places.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets no more than `limit` goroutines of this group run at a time; `None`: any number.
    ///
    /// ```
    /// use fourfold::go::{self, chan, errgroup::Group};
    ///
    /// go::run(|| {
    ///     let (group, go_on) = (Group::new(), chan::make::<()>(0));
    ///     group.set_limit(Some(1));
    ///     let told = go_on.clone();
    ///     assert!(group.try_go(move || { told.recv(); Ok(()) }));
    ///     assert!(!group.try_go(|| Ok(())), "one is at work");
    ///     go_on.close();
    ///     group.wait().unwrap();
    /// });
    /// ```
    ///
    /// # Panics
    ///
    /// With "errgroup: modify limit while … goroutines in the group are still active".
    pub fn set_limit(&self, limit: Option<usize>) {
        let mut places = self.shared.places.lock().unwrap_or_else(PoisonError::into_inner);
        let active = places.len();
        if active > 0 {
            drop(places);
            panic!(
                "errgroup: modify limit while {active} goroutines in the group are still active"
            );
        }
        *places = limit.map_or_else(Chan::nil, chan::make);
    }

    /// Starts a goroutine; waits before, if the limit is reached.
    #[track_caller]
    pub fn go(&self, f: impl FnOnce() -> Result<()> + Send + 'static) {
        let places = self.places();
        if !places.is_nil() {
            places.send(());
        }
        self.start(places, f);
    }

    /// Starts a goroutine unless the limit is reached; tells whether it did.
    #[track_caller]
    pub fn try_go(&self, f: impl FnOnce() -> Result<()> + Send + 'static) -> bool {
        let places = self.places();
        if !places.is_nil() && places.try_send(()).is_err() {
            return false;
        }
        self.start(places, f);
        true
    }

    #[track_caller]
    fn start(&self, places: Chan<()>, f: impl FnOnce() -> Result<()> + Send + 'static) {
        /// Gives the place back, however the goroutine ends.
        struct Place(Chan<()>);
        impl Drop for Place {
            fn drop(&mut self) {
                let _ = self.0.try_recv();
            }
        }
        let shared = self.shared.clone();
        let place = Place(places);
        drop(self.shared.group.go(move || {
            let _place = place;
            if let Err(error) = f() {
                shared.failed(error);
            }
        }));
    }

    /// Waits until all have ended.
    ///
    /// # Errors
    ///
    /// The first that one of them returned.
    ///
    /// # Panics
    ///
    /// In a future: use [`wait_async`](Group::wait_async).
    pub fn wait(&self) -> Result<()> {
        self.shared.group.wait();
        self.shared.outcome()
    }

    /// As [`wait`](Group::wait), awaited.
    ///
    /// # Errors
    ///
    /// As [`wait`](Group::wait).
    pub async fn wait_async(&self) -> Result<()> {
        self.shared.group.wait_async().await;
        self.shared.outcome()
    }
}

impl Shared {
    fn failed(&self, error: Error) {
        {
            let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
            if first.is_some() {
                return;
            }
            *first = Some(error.clone());
        }
        if let Some(cancel) = &self.cancel {
            cancel.call(Some(error));
        }
    }

    fn outcome(&self) -> Result<()> {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(cancel) = &self.cancel {
            cancel.call(first.clone());
        }
        first.map_or(Ok(()), Err)
    }
}

impl Default for Group {
    fn default() -> Group {
        Group::new()
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group").field("group", &self.shared.group).finish_non_exhaustive()
    }
}
