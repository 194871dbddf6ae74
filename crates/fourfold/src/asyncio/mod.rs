//! Python's asyncio.
//!
//! One thread, one loop, lazy coroutines, and tasks that are queued. A coroutine is a Rust future
//! whose output is [`Result`](crate::Result); `?` carries exceptions and cancellations outward as
//! `raise` does. Cancelling a task raises `Cancelled` at its innermost await, and the task may
//! clean up with further awaits before it ends, or refuse.
//!
//! One file for each of asyncio's notions. Below them: `turn.rs`, the loop's turn; `cell.rs`, what
//! asyncio keeps in every future and task.

mod cell;
mod concurrent;
mod context;
mod debug;
mod errors;
mod event_loop;
mod executor;
mod extras;
mod foreign;
mod futures;
mod graph;
mod handles;
mod interrupts;
#[cfg(unix)]
mod process_pool;
mod run;
#[cfg(unix)]
mod signals;
mod sleep;
mod tasks;
mod threadsafe;
mod turn;

pub use concurrent::ConcurrentFuture;
pub use context::{Context, ContextVar, Token, copy_context};
pub use debug::{Stall, StallHandler};
pub use errors::InvalidState;
pub use event_loop::{ExceptionContext, ExceptionHandler, Loop, Remote, get_running_loop};
pub use executor::{Executor, ThreadPoolExecutor, to_thread};
pub use foreign::{Cancellable, Foreign, wrap};
pub use futures::{DoneCallback, Future};
pub use graph::{
    FrameCallGraphEntry, FutureCallGraph, capture_call_graph, format_call_graph, print_call_graph,
};
pub use handles::{Handle, TimerHandle};
pub use interrupts::KeyboardInterrupt;
#[cfg(unix)]
pub use process_pool::{
    BrokenProcessPool, Call, ProcessPoolExecutor, WorkerFunction, process_pool_worker,
};
pub use run::{Runner, run};
#[cfg(unix)]
pub use signals::{Signal, SignalRefused};
pub use sleep::{Sleep, sleep, sleep_with};
pub use tasks::{AnyTask, Task, all_tasks, create_task, current_task};
pub use threadsafe::{run_coroutine_threadsafe, wrap_future};
