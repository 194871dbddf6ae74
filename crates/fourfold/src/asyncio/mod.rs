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
mod concurrent;
mod context;
mod coroutine;
mod debug;
mod ensure_future;
mod errors;
mod event_loop;
mod executor;
mod extras;
mod foreign;
mod futures;
mod gather;
mod gather_children;
mod generators;
mod graph;
mod handles;
mod interrupts;
mod locks;
#[cfg(unix)]
mod process_pool;
mod queues;
mod run;
mod shield;
#[cfg(unix)]
mod signals;
mod sleep;
mod task_builder;
mod task_list;
mod taskgroups;
mod tasks;
mod threadsafe;
mod timeouts;
mod turn;
mod wait;
mod wait_for;
mod waiters;

#[doc(inline)]
pub use crate::__asyncio_gather as gather;
pub use as_completed::{AsCompleted, NextCompleted, as_completed};
pub use concurrent::ConcurrentFuture;
pub use context::{Context, ContextVar, Token, copy_context};
pub use coroutine::{Coroutine, NeverAwaited, WarningHook, coroutine, set_warning_hook};
pub use debug::{Stall, StallHandler};
pub use ensure_future::ensure_future;
pub use errors::InvalidState;
pub use event_loop::{ExceptionContext, ExceptionHandler, Loop, Remote, get_running_loop};
pub use executor::{Executor, ThreadPoolExecutor, to_thread};
pub use foreign::{Cancellable, Foreign, wrap};
pub use futures::{DoneCallback, Future};
pub use gather::{Gather, GatherOutcomes, gather, gather_tuple};
pub use gather_children::{Child, Children, Gatherable, List};
pub use generators::{AsyncGenerator, StopAsyncIteration, async_generator};
pub use graph::{
    FrameCallGraphEntry, FutureCallGraph, capture_call_graph, format_call_graph, print_call_graph,
};
pub use handles::{Handle, TimerHandle};
pub use interrupts::KeyboardInterrupt;
pub use locks::{
    AcquireLock, AcquireSemaphore, Barrier, BoundedSemaphore, BrokenBarrier, Condition, Event,
    EventWait, Lock, LockGuard, Semaphore, SemaphorePermit,
};
#[cfg(unix)]
pub use process_pool::{
    BrokenProcessPool, Call, ProcessPoolExecutor, WorkerFunction, process_pool_worker,
};
pub use queues::{
    Fifo, Get, Lifo, LifoQueue, OrderedQueue, Priority, PriorityQueue, Put, Queue, QueueEmpty,
    QueueFull, QueueOrder, QueueShutDown,
};
pub use run::{Runner, run};
pub use shield::{Shield, shield};
#[cfg(unix)]
pub use signals::{Signal, SignalRefused};
pub use sleep::{Sleep, sleep, sleep_with};
pub use task_builder::{TaskBuilder, TaskFactory, eager_task_factory};
pub use taskgroups::TaskGroup;
pub use tasks::{AnyTask, Task, all_tasks, create_task, current_task};
pub use threadsafe::{run_coroutine_threadsafe, wrap_future};
pub use timeouts::{Timeout, timeout, timeout_at};
pub use wait::{ReturnWhen, Waitable, wait};
pub use wait_for::wait_for;
