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
mod context;
mod debug;
mod errors;
mod event_loop;
mod extras;
mod futures;
mod generators;
mod handles;
mod locks;
mod queues;
mod run;
mod sleep;
mod tasks;
mod turn;
mod waiters;

pub use context::{Context, ContextVar, Token, copy_context};
pub use errors::InvalidState;
pub use event_loop::{ExceptionContext, ExceptionHandler, Loop, Remote, get_running_loop};
pub use futures::{DoneCallback, Future};
pub use generators::{AsyncGenerator, StopAsyncIteration, async_generator};
pub use handles::{Handle, TimerHandle};
pub use locks::{
    AcquireLock, AcquireSemaphore, Barrier, BoundedSemaphore, BrokenBarrier, Condition, Event,
    EventWait, Lock, LockGuard, Semaphore, SemaphorePermit,
};
pub use queues::{
    Fifo, Get, Lifo, LifoQueue, OrderedQueue, Priority, PriorityQueue, Put, Queue, QueueEmpty,
    QueueFull, QueueOrder, QueueShutDown,
};
pub use run::run;
pub use sleep::{Sleep, sleep, sleep_with};
pub use tasks::{AnyTask, Task, all_tasks, create_task, current_task};
