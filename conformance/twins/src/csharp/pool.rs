//! The thread pool held still, as `csharp/shared/pool.cs` does it.
//!
//! The original forbids the pool to add threads. Here that is a pool of virtual time, which has one
//! thread and never more; its time is not used.

use std::sync::Arc;

use fourfold::csharp::{Builder, ThreadPool};

use super::threading::{Count, Event};

static GATE: Count = Count::new(0);

/// Runs `main` on this thread, with a pool of one thread.
pub(crate) fn run(main: impl FnOnce() + Send + 'static) {
    let ran = Builder::new().virtual_time().run(async move {
        main();
        // Who still holds the thread lets it go: the pool ends.
        GATE.release();
        Ok(())
    });
    ran.expect("main returns no error");
}

/// Holds the pool's thread until [`run_queued`], and again after that.
pub(crate) fn hold() {
    let held = Arc::new(Event::new());
    let holds = held.clone();
    ThreadPool::queue_user_work_item(
        move || {
            holds.set();
            GATE.take();
        },
        false,
    );
    held.wait();
}

/// Runs what is queued, and what that queues to its own thread; then the thread is held again.
pub(crate) fn run_queued() {
    let reached = Arc::new(Event::new());
    let reaches = reached.clone();
    ThreadPool::queue_user_work_item(
        move || {
            reaches.set();
            GATE.take();
        },
        false,
    );
    GATE.release();
    reached.wait();
}
