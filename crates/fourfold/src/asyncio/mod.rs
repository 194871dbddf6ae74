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
#[cfg(unix)]
mod connections;
mod context;
#[cfg(unix)]
mod datagrams;
mod debug;
mod errors;
mod event_loop;
mod extras;
#[cfg(unix)]
mod flow;
mod futures;
mod handles;
#[cfg(unix)]
mod protocols;
#[cfg(unix)]
mod readers;
mod run;
#[cfg(unix)]
mod server;
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
mod tasks;
#[cfg(unix)]
mod transports;
mod turn;

#[cfg(unix)]
pub use address::Address;
pub use context::{Context, ContextVar, Token, copy_context};
#[cfg(unix)]
pub use datagrams::{DatagramProtocol, DatagramTransport};
pub use errors::InvalidState;
pub use event_loop::{ExceptionContext, ExceptionHandler, Loop, Remote, get_running_loop};
pub use futures::{DoneCallback, Future};
pub use handles::{Handle, TimerHandle};
#[cfg(unix)]
pub use protocols::Protocol;
pub use run::run;
#[cfg(unix)]
pub use server::Server;
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
pub use tasks::{AnyTask, Task, all_tasks, create_task, current_task};
#[cfg(unix)]
pub use transports::Transport;
