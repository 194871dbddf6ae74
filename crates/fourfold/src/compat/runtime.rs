//! The runtime of tokio for programs that have none.

use std::future::pending;
use std::io;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use ::tokio::runtime::{Builder, Handle};

/// The runtime that [`compat`](super::compat()) uses where there is no other; started on the first
/// call, on a thread of its own that lives as long as the process. It has whatever of tokio this
/// build has: reactor, timers.
///
/// A program that may run out of threads or files calls this at its start, and sees the error.
///
/// # Errors
///
/// When the system refuses a thread or files. The next call tries again.
///
/// ```
/// let handle = fourfold::compat::runtime()?;
/// let sum = handle.spawn(async { 1 + 1 });
/// assert_eq!(fourfold::go::wait(sum).unwrap(), 2);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn runtime() -> io::Result<Handle> {
    static RUNTIME: OnceLock<Handle> = OnceLock::new();
    static STARTING: Mutex<()> = Mutex::new(());

    if let Some(handle) = RUNTIME.get() {
        return Ok(handle.clone());
    }
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = RUNTIME.get() {
        return Ok(handle.clone());
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    // The name must not look like one of ours: where a goroutine waits for this thread, a report
    // that all are asleep would be wrong.
    thread::Builder::new()
        .name("tokio".to_owned())
        .spawn(move || runtime.block_on(pending::<()>()))?;
    Ok(RUNTIME.get_or_init(|| handle).clone())
}
