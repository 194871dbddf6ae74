//! What Go's package `runtime` tells and does: giving way, counting, and the dump of all stacks.

use std::marker::PhantomData;

use fourfold_kernel::fiber;
use fourfold_kernel::pool::Pool;

pub use super::defer::goexit;
use super::{report, run};

/// Lets others run: this goroutine goes behind all that wait on its worker.
///
/// In a future-goroutine use [`gosched_async`], on a thread it is [`std::thread::yield_now`].
///
/// The original: [`runtime.Gosched`](https://pkg.go.dev/runtime#Gosched).
#[inline]
pub fn gosched() {
    fiber::yield_now();
}

/// As [`gosched`], for a future.
pub async fn gosched_async() {
    let mut given_way = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut given_way, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

/// How many goroutines there are that have not ended.
///
/// The original: [`runtime.NumGoroutine`](https://pkg.go.dev/runtime#NumGoroutine).
pub fn num_goroutine() -> usize {
    run::current_or_default().tasks()
}

/// How many workers run goroutines. It is set when the runtime is [built](super::Builder), or by
/// the variable `GOMAXPROCS`, and does not change.
///
/// The original: [`runtime.GOMAXPROCS(0)`](https://pkg.go.dev/runtime#GOMAXPROCS).
pub fn gomaxprocs() -> usize {
    run::current_or_default().workers()
}

/// How many processors this process may use.
///
/// The original: [`runtime.NumCPU`](https://pkg.go.dev/runtime#NumCPU).
pub fn num_cpu() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Keeps this goroutine on its thread until the guard is dropped.
///
/// A stackful goroutine never leaves its thread anyhow. Unlike Go, others may run on that thread
/// while it waits.
///
/// The original: [`runtime.LockOSThread`](https://pkg.go.dev/runtime#LockOSThread).
///
/// # Panics
///
/// In a future-goroutine, and in one that [may move](super::Spawn::may_move): neither can be kept.
pub fn lock_os_thread() -> LockedThread {
    assert!(
        Pool::current().is_none() || fiber::is_pinned(),
        "lock_os_thread in a goroutine that may change its thread; start it as a plain closure"
    );
    LockedThread { _not_send: PhantomData }
}

/// Returned by [`lock_os_thread`]; dropping it is Go's `UnlockOSThread`.
#[derive(Debug)]
#[must_use = "the goroutine is bound to its thread while the guard lives"]
pub struct LockedThread {
    _not_send: PhantomData<*const ()>,
}

/// All goroutines of this runtime, one entry each: number, state, how long it has waited if that is
/// minutes, and where it was made.
///
/// The original: [`runtime.Stack`](https://pkg.go.dev/runtime#Stack) with `all`, without the
/// frames: those of a goroutine that waits cannot be read while it might go on.
pub fn stack() -> String {
    report::goroutines(&run::current_or_default())
}
