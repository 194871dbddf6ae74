//! C#'s tasks.
//!
//! A task begins at once, tokens are passed along, and an await goes on where it began: on its
//! synchronization context, its scheduler, or the pool.
//!
//! ```
//! use std::time::Duration;
//! use fourfold::csharp::{self, CancellationTokenSource, Task};
//!
//! let error = csharp::run(async {
//!     let source = CancellationTokenSource::with_delay(Duration::from_millis(1));
//!     Task::delay_with(Duration::from_secs(60), source.token()).await
//! })
//! .unwrap_err();
//! assert!(error.is_cancelled());
//! ```
//!
//! # The way through
//!
//! | module or file | holds |
//! |---|---|
//! | [`task`] | [`Task`], [`async_method`], `Task::run`, `when_all` … |
//! | `completion_source.rs` | [`TaskCompletionSource`] |
//! | [`value_task`] | [`ValueTask`], and what may stand behind one |
//! | [`async_streams`] | [`AsyncEnumerable`], [`async_iterator`], [`await_foreach!`](await_foreach!) |
//! | [`channels`] | [`Channel`], its two halves, and their options |
//! | [`state_machine`] | [`AsyncTaskMethodBuilder`], [`TaskAwaiter`]: what a compiler writes, by hand |
//! | [`cancellation`] | [`CancellationTokenSource`], [`CancellationToken`] |
//! | [`synchronization_context`] | [`SynchronizationContext`], and [`Pump`], one of a single thread |
//! | [`scheduler`] | [`TaskScheduler`], and three of them |
//! | `execution_context.rs` | [`ExecutionContext`], [`AsyncLocal`] |
//! | [`exceptions`] | [`AggregateException`] and the others |
//! | `semaphore_slim` | [`SemaphoreSlim`] |
//! | `wait_handle.rs` | [`WaitHandle`] |
//! | `timer.rs`, `periodic_timer.rs` | [`Timer`], [`PeriodicTimer`] |
//! | [`parallel`] | [`Parallel`]: loops whose turns run at once |
//! | `progress.rs` | [`Progress`] |
//! | `http_client` | `HttpClient`, with the feature `http` |
//! | `thread_pool.rs` | [`run`], [`Builder`], [`ThreadPool`] |
//!
//! Below them lies what they stand on:
//!
//! | file | tells |
//! |---|---|
//! | `cell.rs` | what this dialect keeps in every cell, and where a body that is woken goes on |
//! | `continuation.rs` | what follows the end of a task, and in which order |
//! | `outcome.rs` | how a task ended, and whether somebody looked |
//! | `relay.rs` | a callback that wakes whoever awaits by then |
//! | `alarm.rs` | what the pool is to call at a time |
//! | `step.rs`, `ambient.rs` | what a body finds on its thread |

mod alarm;
mod ambient;
pub mod async_streams;
pub mod cancellation;
mod cell;
pub mod channels;
mod completion_source;
mod continuation;
pub mod exceptions;
mod execution_context;
#[cfg(feature = "http")]
mod http_client;
mod outcome;
pub mod parallel;
mod periodic_timer;
mod progress;
mod relay;
pub mod scheduler;
mod semaphore_slim;
pub mod state_machine;
mod step;
pub mod synchronization_context;
pub mod task;
mod thread_pool;
mod timer;
pub mod value_task;
mod wait_handle;

#[doc(inline)]
pub use crate::__csharp_await_foreach as await_foreach;
pub use async_streams::{
    AsyncEnumerable, AsyncEnumerator, AsyncIteratorDisposed, Yielder, async_iterator,
    async_iterator_with, from_stream,
};
pub use cancellation::{CancellationToken, CancellationTokenRegistration, CancellationTokenSource};
pub use channels::{
    BoundedChannelFullMode, BoundedChannelOptions, Channel, ChannelReader, ChannelWriter,
    UnboundedChannelOptions,
};
pub use completion_source::TaskCompletionSource;
#[cfg(feature = "http")]
pub use exceptions::HttpRequestException;
pub use exceptions::{
    AggregateException, ArgumentException, ArgumentOutOfRangeException, ChannelClosedException,
    InvalidOperationException, NotSupportedException, ObjectDisposedException,
    OperationCanceledException, SemaphoreFullException, TimeoutException,
    UnobservedTaskExceptionEventArgs, on_unobserved_task_exception,
};
pub use execution_context::{
    AsyncFlowControl, AsyncLocal, AsyncLocalValueChangedArgs, ExecutionContext,
};
#[cfg(feature = "http")]
pub use http_client::{HttpClient, HttpContent, HttpResponseMessage};
pub use parallel::{Parallel, ParallelOptions};
pub use periodic_timer::PeriodicTimer;
pub use progress::{IProgress, Progress};
pub use scheduler::{
    ConcurrentExclusiveSchedulerPair, LimitedConcurrencyLevelTaskScheduler, ScheduledTask,
    TaskScheduler, current_task_scheduler, from_current_synchronization_context,
};
pub use semaphore_slim::SemaphoreSlim;
pub use state_machine::{
    Action, AsyncStateMachine, AsyncTaskMethodBuilder, AsyncValueTaskMethodBuilder,
    AsyncVoidMethodBuilder, Awaiter, AwaiterFuture, CriticalNotifyCompletion, NotifyCompletion,
    TaskAwaiter, YieldAwaiter,
};
pub use synchronization_context::{
    Pump, SendOrPostCallback, SyncOverAsyncException, SynchronizationContext,
    current_synchronization_context, set_synchronization_context,
};
pub use task::{
    Task, TaskContinuationOptions, TaskCreationOptions, TaskFactory, TaskStatus, async_method,
    async_void, on_unhandled_exception,
};
pub use thread_pool::{Builder, ThreadPool, run};
pub use timer::Timer;
pub use value_task::{
    AwaitState, ManualResetValueTaskSourceCore, ValueTask, ValueTaskAwaiter, ValueTaskSource,
    ValueTaskSourceOnCompletedFlags, ValueTaskSourceStatus,
};
pub use wait_handle::WaitHandle;
