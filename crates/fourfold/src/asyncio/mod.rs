//! Python's asyncio.
//!
//! One thread, one loop, lazy coroutines, and tasks that are queued. A coroutine is a Rust future
//! whose output is [`Result`](crate::Result); `?` carries exceptions and cancellations outward as
//! `raise` does. Cancelling a task raises `Cancelled` at its innermost await, and the task may
//! clean up with further awaits before it ends, or refuse.
//!
//! One file for each of asyncio's notions. Below them: `turn.rs`, the loop's turn; `cell.rs`, what
//! asyncio keeps in every future and task.

#[cfg(unix)]
mod address;
mod cell;
mod context;
mod debug;
mod errors;
mod event_loop;
mod extras;
mod futures;
mod handles;
#[cfg(unix)]
mod readers;
mod run;
mod sleep;
#[cfg(unix)]
mod sockets;
mod tasks;
mod turn;

#[cfg(unix)]
pub use address::Address;
pub use context::{Context, ContextVar, Token, copy_context};
pub use errors::InvalidState;
pub use event_loop::{ExceptionContext, ExceptionHandler, Loop, Remote, get_running_loop};
pub use futures::{DoneCallback, Future};
pub use handles::{Handle, TimerHandle};
pub use run::run;
pub use sleep::{Sleep, sleep, sleep_with};
pub use tasks::{AnyTask, Task, all_tasks, create_task, current_task};
