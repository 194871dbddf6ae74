//! Coroutines that notice when they were forgotten.
//!
//! Any Rust future is a coroutine here: it does nothing until it is awaited, and awaiting it is
//! running it, with no turn of the loop. What a bare future cannot do is to complain; this
//! wrapper does, and costs nothing once it is awaited, for then only the future is left.

use std::cell::RefCell;
use std::fmt;
use std::future::IntoFuture;
use std::rc::Rc;

/// A coroutine with a name.
///
/// Awaiting it, or giving it to anything that takes coroutines, takes the future out. Dropped
/// before that, it warns: "coroutine 'NAME' was never awaited".
///
/// The original is Python's
/// [coroutine object](https://docs.python.org/3/library/asyncio-task.html#coroutines).
///
/// ```
/// use fourfold::asyncio::{self, coroutine};
///
/// let work = coroutine("work", async { Ok(7) });
/// assert!(format!("{work:?}").starts_with("<coroutine object work at 0x"));
/// assert_eq!(asyncio::run(work).unwrap(), 7);
/// ```
#[must_use = "a coroutine does nothing until it is awaited"]
pub struct Coroutine<F> {
    name: &'static str,
    future: Option<F>,
}

/// Wraps a future as a [`Coroutine`].
pub fn coroutine<F: IntoFuture>(name: &'static str, future: F) -> Coroutine<F::IntoFuture> {
    Coroutine { name, future: Some(future.into_future()) }
}

impl<F> Coroutine<F> {
    /// The name it was given.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Ends it without running it and without a warning.
    pub fn close(mut self) {
        drop(self.future.take());
    }
}

impl<F: std::future::Future> IntoFuture for Coroutine<F> {
    type Output = F::Output;
    type IntoFuture = F;

    fn into_future(mut self) -> F {
        self.future.take().expect("only `into_future` and `close` take it, and they consume")
    }
}

impl<F> Drop for Coroutine<F> {
    fn drop(&mut self) {
        if self.future.is_some() {
            warn(NeverAwaited { name: self.name });
        }
    }
}

impl<F> fmt::Debug for Coroutine<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<coroutine object {} at {:p}>", self.name, self)
    }
}

/// The warning of a [`Coroutine`] that nobody awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeverAwaited {
    /// The coroutine's name.
    pub name: &'static str,
}

impl fmt::Display for NeverAwaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "coroutine '{}' was never awaited", self.name)
    }
}

/// Who is told of warnings; see [`set_warning_hook`].
pub type WarningHook = Rc<dyn Fn(&NeverAwaited)>;

thread_local! {
    static HOOK: RefCell<Option<WarningHook>> = const { RefCell::new(None) };
}

/// Sets who is told of forgotten coroutines on this thread, and gives the former one. `None`:
/// warnings go to standard error.
///
/// The original is
/// [`warnings.showwarning`](https://docs.python.org/3/library/warnings.html#warnings.showwarning).
///
/// ```
/// use std::{cell::Cell, rc::Rc};
/// use fourfold::asyncio::{coroutine, set_warning_hook};
///
/// let seen = Rc::new(Cell::new(0));
/// let counter = seen.clone();
/// set_warning_hook(Some(Rc::new(move |_| counter.set(counter.get() + 1))));
/// drop(coroutine("work", async {}));
/// assert_eq!(seen.get(), 1);
/// ```
pub fn set_warning_hook(hook: Option<WarningHook>) -> Option<WarningHook> {
    HOOK.with(|slot| slot.replace(hook))
}

fn warn(warning: NeverAwaited) {
    // At the thread's end the hook may be gone already.
    let hook = HOOK.try_with(|slot| slot.borrow().clone()).ok().flatten();
    match hook {
        Some(hook) => hook(&warning),
        None => eprintln!("RuntimeWarning: {warning}"),
    }
}
