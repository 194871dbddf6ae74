//! Python's asyncio.
//!
//! One thread, one loop, lazy coroutines, and tasks that are queued. A coroutine is a Rust future
//! whose output is [`Result`](crate::Result); `?` carries exceptions and cancellations outward as
//! `raise` does. Cancelling a task raises `Cancelled` at its innermost await, and the task may
//! clean up with further awaits before it ends, or refuse.
//!
//! One file for each of asyncio's notions. Below them: `turn.rs`, the loop's turn; `cell.rs`, what
//! asyncio keeps in every future and task.

mod as_completed;
mod cell;
mod context;
mod coroutine;
mod debug;
mod ensure_future;
mod errors;
mod event_loop;
mod extras;
mod futures;
mod gather;
mod gather_children;
mod generators;
mod handles;
mod locks;
mod queues;
mod run;
mod shield;
mod sleep;
mod task_builder;
mod taskgroups;
mod tasks;
mod timeouts;
mod turn;
mod wait;
mod wait_for;
mod waiters;

#[doc(inline)]
pub use crate::__asyncio_gather as gather;
pub use as_completed::{AsCompleted, NextCompleted, as_completed};
pub use context::{Context, ContextVar, Token, copy_context};
pub use coroutine::{Coroutine, NeverAwaited, WarningHook, coroutine, set_warning_hook};
pub use ensure_future::ensure_future;
pub use errors::InvalidState;
pub use event_loop::{ExceptionContext, ExceptionHandler, Loop, Remote, get_running_loop};
pub use futures::{DoneCallback, Future};
pub use gather::{Gather, GatherOutcomes, gather, gather_tuple};
pub use gather_children::{Child, Children, Gatherable, List};
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
pub use shield::{Shield, shield};
pub use sleep::{Sleep, sleep, sleep_with};
pub use task_builder::{TaskBuilder, TaskFactory, eager_task_factory};
pub use taskgroups::TaskGroup;
pub use tasks::{AnyTask, Task, all_tasks, create_task, current_task};
pub use timeouts::{Timeout, timeout, timeout_at};
pub use wait::{ReturnWhen, Waitable, wait};
pub use wait_for::wait_for;
