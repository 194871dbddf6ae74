//! What is done once.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use super::mutex::Mutex;

/// Does something once, whoever asks, and lets all others wait until it is done.
///
/// A call that panics counts as done, as in Go: the next caller returns at once.
///
/// ```
/// use fourfold::go::sync::Once;
///
/// static ONCE: Once = Once::new();
/// let mut calls = 0;
/// ONCE.call(|| calls += 1);
/// ONCE.call(|| calls += 1);
/// assert_eq!(calls, 1);
/// ```
///
/// The original: [`sync.Once`](https://pkg.go.dev/sync#Once), whose `Do` is [`call`](Once::call).
#[derive(Debug)]
pub struct Once {
    done: AtomicBool,
    lock: Mutex<()>,
}

impl Once {
    /// Not done.
    pub const fn new() -> Once {
        Once { done: AtomicBool::new(false), lock: Mutex::new(()) }
    }

    /// Calls `f` if this is the first call; else waits until the first has ended.
    ///
    /// # Panics
    ///
    /// If `f` does. In a future, if it has to wait.
    pub fn call(&self, f: impl FnOnce()) {
        if self.is_done() {
            return;
        }
        let _lock = self.lock.lock();
        if !self.done.load(Ordering::Relaxed) {
            let _done = SetOnDrop(&self.done);
            f();
        }
    }

    /// Whether it is done.
    pub fn is_done(&self) -> bool {
        self.done.load(Ordering::Acquire)
    }
}

struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

impl Default for Once {
    fn default() -> Once {
        Once::new()
    }
}

/// A function that calls `f` at its first call only. If that panicked, every call panics with the
/// same text.
///
/// The original: [`sync.OnceFunc`](https://pkg.go.dev/sync#OnceFunc).
pub fn once_func(f: impl FnOnce() + Send) -> impl Fn() + Send + Sync {
    let value = once_value(f);
    move || value()
}

/// A function that returns what `f` returned at its first call. If that panicked, every call panics
/// with the same text.
///
/// ```
/// use fourfold::go::sync::once_value;
///
/// let answer = once_value(|| 42);
/// assert_eq!((answer(), answer()), (42, 42));
/// ```
///
/// The original: [`sync.OnceValue`](https://pkg.go.dev/sync#OnceValue).
pub fn once_value<T: Clone + Send>(f: impl FnOnce() -> T + Send) -> impl Fn() -> T + Send + Sync {
    let state = Mutex::new(State::Not(Some(f)));
    move || {
        let mut state = state.lock();
        if let State::Not(f) = &mut *state {
            let f = f.take().expect("taken only here, and replaced at once");
            match catch_unwind(AssertUnwindSafe(f)) {
                Ok(value) => *state = State::Done(value),
                Err(payload) => {
                    *state = State::Panicked(fourfold_text(payload.as_ref()));
                    drop(state);
                    resume_unwind(payload);
                }
            }
        }
        match &*state {
            State::Done(value) => value.clone(),
            State::Panicked(text) => {
                let text = text.clone();
                drop(state);
                panic!("{text}")
            }
            State::Not(_) => unreachable!("done above"),
        }
    }
}

/// As [`once_value`], for two values.
///
/// ```
/// use fourfold::go::sync::once_values;
///
/// let read = once_values(|| ("Cargo.toml", std::fs::exists("Cargo.toml").ok()));
/// assert_eq!(read(), read());
/// ```
///
/// The original: [`sync.OnceValues`](https://pkg.go.dev/sync#OnceValues).
pub fn once_values<A, B>(f: impl FnOnce() -> (A, B) + Send) -> impl Fn() -> (A, B) + Send + Sync
where
    A: Clone + Send,
    B: Clone + Send,
{
    once_value(f)
}

enum State<F, T> {
    Not(Option<F>),
    Done(T),
    Panicked(String),
}

fn fourfold_text(payload: &(dyn std::any::Any + Send)) -> String {
    crate::go::panics::text(payload).unwrap_or("a value that is no text").to_owned()
}

impl<F, T> fmt::Debug for State<F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("State")
    }
}
