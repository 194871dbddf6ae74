//! Goroutines for tests: fibers on a pool of the kernel.

#![allow(dead_code, reason = "each test file uses a part of it")]

use fourfold_kernel::fiber;
use fourfold_kernel::pool::{Exit, Handle, Options, Pool};

/// Runs `main` as a goroutine on a pool of `workers`, and ends the pool when it returns.
pub(crate) fn run<T: Send + 'static>(
    workers: usize,
    main: impl FnOnce() -> T + Send + 'static,
) -> T {
    let pool = Pool::builder().workers(workers).build().unwrap();
    let outcome = fiber::wait(pool.spawn_fiber(main, Options::new()));
    pool.shut_down();
    finish(outcome)
}

/// As `run`, with one worker and a clock that jumps.
pub(crate) fn run_virtual<T: Send + 'static>(main: impl FnOnce() -> T + Send + 'static) -> T {
    let pool = Pool::builder().virtual_time().build().unwrap();
    let outcome = fiber::wait(pool.spawn_fiber(main, Options::new()));
    pool.shut_down();
    finish(outcome)
}

fn finish<T>(outcome: Result<T, Exit>) -> T {
    match outcome {
        Ok(value) => value,
        Err(Exit::Panicked(payload)) => std::panic::resume_unwind(payload),
        Err(exit) => panic!("main ended by {exit:?}"),
    }
}

/// Starts a goroutine.
pub(crate) fn go<T: Send + 'static>(main: impl FnOnce() -> T + Send + 'static) -> Goroutine<T> {
    let pool = Pool::current().expect("a goroutine starts another");
    Goroutine(pool.spawn_fiber(main, Options::new()))
}

/// Starts a future as a goroutine.
pub(crate) fn go_async<F>(future: F) -> Goroutine<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let pool = Pool::current().expect("a goroutine starts another");
    Goroutine(pool.spawn(future, Options::new()))
}

pub(crate) struct Goroutine<T: Send + 'static>(pub(crate) Handle<T>);

impl<T: Send + 'static> Goroutine<T> {
    pub(crate) fn join(self) -> T {
        finish(fiber::wait(self.0))
    }

    /// Lets others run until this one waits, and returns for what.
    pub(crate) fn waits_for(&self) -> &'static str {
        for _ in 0..1_000_000 {
            assert!(!self.0.is_finished(), "it ended instead of waiting");
            if let Some((reason, _)) = self.0.task().reason() {
                return reason.text();
            }
            fiber::yield_now();
        }
        panic!("it neither waits nor ends");
    }
}

/// The text of the panic that `f` ends with.
pub(crate) fn panic_text(f: impl FnOnce()) -> String {
    let payload =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).expect_err("it was to panic");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast_ref::<&str>().expect("a text").to_string(),
    }
}
