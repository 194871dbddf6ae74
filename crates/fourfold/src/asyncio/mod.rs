//! Python's asyncio.
//!
//! One thread, one loop, lazy coroutines, and tasks that are queued. A coroutine is a Rust future
//! whose output is [`Result`](crate::Result); `?` carries exceptions and cancellations outward as
//! `raise` does. Cancelling a task raises `Cancelled` at its innermost await, and the task may
//! clean up with further awaits before it ends, or refuse.
//!
//! One file for each of asyncio's notions. Below them lies what they stand on:
//!
//! | file | tells |
//! |---|---|
//! | `turn.rs` | one turn of the loop: the specification of the order of events |
//! | `queueing.rs` | what goes into a loop: tasks, callbacks, timers, what threads send |
//! | `loop_core.rs`, `closing.rs` | what a loop is made of, its switches, its end |
//! | `running.rs` | which loop and task run on this thread |
//! | `cell.rs` | what asyncio keeps in every future and task; how a cancellation finds its wait |
//! | `waiters.rs` | who waits for a lock, an event or a queue |
//! | `extras.rs` | parts that few loops use |

#[cfg(unix)]
mod address;
mod as_completed;
mod cell;
mod closing;
mod concurrent;
#[cfg(unix)]
mod connections;
mod context;
mod coroutine;
mod crossing;
#[cfg(unix)]
mod datagrams;
mod debug;
mod ensure_future;
mod errors;
mod event_loop;
mod executor;
mod extras;
#[cfg(unix)]
mod flow;
mod foreign;
mod foreign_streams;
mod futures;
mod gather;
mod gather_children;
mod generators;
mod graph;
mod handles;
mod interrupts;
mod locks;
mod loop_core;
#[cfg(unix)]
mod process_pool;
#[cfg(unix)]
mod protocols;
mod queueing;
mod queues;
#[cfg(unix)]
mod readers;
mod run;
mod running;
#[cfg(unix)]
mod server;
mod shield;
#[cfg(unix)]
mod signals;
mod sleep;
#[cfg(unix)]
mod sockets;
#[cfg(unix)]
mod stream_reader;
#[cfg(unix)]
mod stream_transport;
#[cfg(unix)]
mod stream_writer;
#[cfg(unix)]
mod streams;
#[cfg(unix)]
mod subprocess;
mod task_builder;
mod taskgroups;
mod tasks;
mod threadsafe;
mod timeouts;
#[cfg(all(unix, feature = "tls"))]
mod tls;
#[cfg(unix)]
mod transports;
mod turn;
mod wait;
mod wait_for;
mod waiters;

#[doc(inline)]
pub use crate::__asyncio_gather as gather;
#[cfg(unix)]
pub use address::Address;
pub use as_completed::{AsCompleted, NextCompleted, as_completed};
pub use concurrent::{ConcurrentFuture, Taking};
pub use context::{Context, ContextVar, Token, copy_context};
pub use coroutine::{Coroutine, NeverAwaited, WarningHook, coroutine, set_warning_hook};
pub use crossing::Canceller;
#[cfg(unix)]
pub use datagrams::{DatagramProtocol, DatagramTransport};
pub use debug::{Stall, StallHandler};
pub use ensure_future::ensure_future;
pub use errors::InvalidState;
pub use event_loop::{ExceptionContext, ExceptionHandler, Loop, Remote, get_running_loop};
pub use executor::{Executor, ThreadPoolExecutor, to_thread};
pub use foreign::{Cancellable, Foreign, wrap};
pub use foreign_streams::{GeneratorStream, from_stream};
pub use futures::{DoneCallback, Future};
pub use gather::{Gather, GatherOutcomes, gather, gather_tuple};
pub use gather_children::{Child, Children, Gatherable, List};
pub use generators::{AsyncGenerator, StopAsyncIteration, async_generator};
pub use graph::{
    FrameCallGraphEntry, FutureCallGraph, capture_call_graph, format_call_graph, print_call_graph,
};
pub use handles::{Handle, ThreadsafeHandle, TimerHandle};
pub use interrupts::KeyboardInterrupt;
pub use locks::{
    AcquireLock, AcquireSemaphore, Barrier, BoundedSemaphore, BrokenBarrier, Condition, Event,
    EventWait, Lock, LockGuard, Semaphore, SemaphorePermit,
};
#[cfg(unix)]
pub use process_pool::{
    BrokenProcessPool, Call, ProcessPoolExecutor, WorkerFunction, process_pool_worker,
};
#[cfg(unix)]
pub use protocols::Protocol;
pub use queues::{
    Fifo, Get, Lifo, LifoQueue, OrderedQueue, Priority, PriorityQueue, Put, Queue, QueueEmpty,
    QueueFull, QueueOrder, QueueShutDown,
};
pub use run::{Runner, run};
#[cfg(unix)]
pub use server::Server;
pub use shield::{Shield, shield};
#[cfg(unix)]
pub use signals::{Signal, SignalRefused};
pub use sleep::{Sleep, sleep, sleep_with};
#[cfg(unix)]
pub use stream_reader::{
    DEFAULT_LIMIT, IncompleteReadError, LimitOverrunError, Separators, StreamReader,
};
#[cfg(unix)]
pub use stream_writer::StreamWriter;
#[cfg(unix)]
pub use streams::{
    open_connection, open_connection_with, open_unix_connection, start_server, start_server_with,
    start_unix_server,
};
#[cfg(unix)]
pub use subprocess::{
    CreateSubprocess, DEVNULL, INHERIT, PIPE, Process, Redirect, STDOUT, create_subprocess_exec,
    create_subprocess_shell,
};
pub use task_builder::{TaskBuilder, TaskFactory, eager_task_factory};
pub use taskgroups::TaskGroup;
pub use tasks::{AnyTask, Task, all_tasks, create_task, current_task};
pub use threadsafe::{run_coroutine_threadsafe, wrap_future};
pub use timeouts::{Timeout, timeout, timeout_at};
#[cfg(all(unix, feature = "tls"))]
pub use tls::{Tls, TlsInfo, TlsSide, open_connection_tls, start_server_tls};
#[cfg(unix)]
pub use transports::Transport;
pub use wait::{ReturnWhen, Waitable, wait};
pub use wait_for::wait_for;
