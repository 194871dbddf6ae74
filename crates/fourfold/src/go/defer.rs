//! Work that is done when a function ends, however it ends.

use std::cell::RefCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use fourfold_kernel::fiber;

use super::panics::{self, Value};

type Work<'a> = Box<dyn FnOnce(&mut Recovery) + 'a>;

/// Where deferred work is left; see [`deferred`].
pub struct Deferred<'a> {
    work: RefCell<Vec<Work<'a>>>,
}

impl<'a> Deferred<'a> {
    /// Has `work` done when the body of [`deferred`] ends: last in, first out.
    pub fn defer(&self, work: impl FnOnce(&mut Recovery) + 'a) {
        self.work.borrow_mut().push(Box::new(work));
    }
}

impl fmt::Debug for Deferred<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deferred").field("work", &self.work.borrow().len()).finish()
    }
}

/// What deferred work can do about a panic. There is one only in deferred work, which is where
/// Go's `recover` has an effect.
#[derive(Debug)]
pub struct Recovery {
    panic: Option<Value>,
}

impl Recovery {
    /// The panic that is unwinding the function, which ends with this call; `None` if there is
    /// none.
    ///
    /// The original: [`recover`](https://go.dev/ref/spec#Handling_panics).
    pub fn recover(&mut self) -> Option<Value> {
        self.panic.take()
    }
}

/// Runs `body`, then the work it deferred, last in first out, also where it panics or calls
/// [`goexit`]. Returns `None` if it panicked and deferred work recovered.
///
/// A panic that deferred work raises replaces the one before it. Deferred work may wait like any
/// other code.
///
/// ```
/// use fourfold::go::deferred;
///
/// let mut said = Vec::new();
/// let outcome = deferred(|defer| {
///     defer.defer(|recovery| said.push(recovery.recover().unwrap().to_string()));
///     panic!("no");
/// });
/// assert_eq!(outcome, None::<()>);
/// assert_eq!(said, ["no"]);
/// ```
///
/// The original: [`defer`](https://go.dev/ref/spec#Defer_statements).
///
/// # Panics
///
/// If `body` or deferred work does, and nothing recovers.
///
/// # Teardown
///
/// When the runtime ends before the function, deferred work is dropped and not done, as in Go.
pub fn deferred<'a, T>(body: impl FnOnce(&Deferred<'a>) -> T) -> Option<T> {
    let deferred = Deferred { work: RefCell::new(Vec::new()) };
    let mut outcome = catch_unwind(AssertUnwindSafe(|| body(&deferred))).map(Some);
    // One at a time: deferred work may defer more.
    loop {
        if fiber::is_torn_down() {
            break;
        }
        let Some(work) = deferred.work.borrow_mut().pop() else { break };
        let (kept, panic) = match outcome {
            // What ends the goroutine is no panic, and nobody recovers from it.
            Err(payload) if panics::is_goexit(payload.as_ref()) => (Some(Err(payload)), None),
            Err(payload) => (None, Some(Value::new(payload))),
            Ok(value) => (Some(Ok(value)), None),
        };
        let mut recovery = Recovery { panic };
        let done = catch_unwind(AssertUnwindSafe(|| work(&mut recovery)));
        outcome = match (done, kept, recovery.panic) {
            (Err(payload), _, _) => Err(payload),
            (Ok(()), Some(kept), _) => kept,
            (Ok(()), None, Some(panic)) => Err(panic.into_inner()),
            (Ok(()), None, None) => Ok(None),
        };
    }
    match outcome {
        Ok(value) => value,
        Err(payload) => resume_unwind(payload),
    }
}

/// Ends this goroutine, after its deferred work and the destructors of all that is on its stack.
///
/// In the first goroutine it ends that one; the program goes on until the others have ended.
///
/// The original: [`runtime.Goexit`](https://pkg.go.dev/runtime#Goexit).
///
/// # Panics
///
/// On a thread that is no goroutine, which it would end as a panic does.
pub fn goexit() -> ! {
    assert!(
        fourfold_kernel::pool::Pool::current().is_some(),
        "goexit was called on a thread that runs no goroutine; return instead"
    );
    panics::goexit()
}
