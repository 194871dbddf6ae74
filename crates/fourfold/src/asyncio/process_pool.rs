//! Work in other processes: for code that may crash, leak, or take global locks.
//!
//! ```text
//!   parent: submit(Call) ─► a thread of the pool ─► its worker: socket ─┐
//!                                                                       ▼
//!   worker: the same executable, started again; its main calls process_pool_worker(functions),
//!           which reads  name, argument  and writes  outcome  until the parent closes the socket
//! ```
//!
//! A function pointer means nothing in another process and a closure less, so functions go by
//! *name*, and arguments and results as bytes; how to encode them is the user's choice.
//!
//! The socket is the worker's standard input, and works both ways: what the functions print goes
//! to the parent's standard output, and cannot be taken for a result.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::concurrent::ConcurrentFuture;
use super::event_loop::Loop;
use super::executor::{Executor, ThreadPoolExecutor};
use crate::{Error, Result};

/// Set in workers.
const WORKER: &str = "FOURFOLD_PROCESS_POOL_WORKER";

/// A function of a process pool: bytes in, bytes out.
pub type WorkerFunction = fn(&[u8]) -> Result<Vec<u8>>;

/// A call of a function by the name its worker knows it under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The name given to [`process_pool_worker`].
    pub function: String,
    /// What the function gets.
    pub argument: Vec<u8>,
}

impl Call {
    /// A call of `function` with `argument`.
    pub fn new(function: impl Into<String>, argument: impl Into<Vec<u8>>) -> Call {
        Call { function: function.into(), argument: argument.into() }
    }
}

/// Processes that carry out [`Call`]s. Unix only.
///
/// Workers are this same executable, started again when there is work, so **its `main` must begin
/// with [`process_pool_worker`]**. A clone is the same pool. When the last is dropped or the pool
/// is shut down, idle workers end; those at work end with it.
///
/// The original is
/// [`concurrent.futures.ProcessPoolExecutor`](https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.ProcessPoolExecutor).
///
/// ```no_run
/// use fourfold::asyncio::{self, Call, ProcessPoolExecutor, process_pool_worker};
/// use fourfold::Result;
///
/// fn square(argument: &[u8]) -> Result<Vec<u8>> {
///     Ok(argument.iter().map(|number| number * number).collect())
/// }
///
/// fn main() -> Result<()> {
///     process_pool_worker(&[("square", square)]);
///     let pool = ProcessPoolExecutor::new(4)?;
///     let squares = asyncio::run(async move {
///         let event_loop = asyncio::get_running_loop()?;
///         event_loop.run_in_executor(&pool, Call::new("square", [2, 3]))?.await
///     })?;
///     assert_eq!(squares, [4, 9]);
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct ProcessPoolExecutor {
    threads: ThreadPoolExecutor,
    shared: Arc<Shared>,
}

struct Shared {
    arguments: Vec<String>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// A worker died: the pool is of no more use.
    broken: bool,
    closed: bool,
    idle: Vec<Worker>,
    /// The processes at work, to be ended when the pool breaks.
    busy: HashMap<u64, Child>,
    last: u64,
}

/// A worker that waits for a call.
struct Worker {
    process: Child,
    socket: UnixStream,
}

/// A worker of a process pool died while it was needed. The pool is of no more use; make another.
///
/// The original is
/// [`BrokenProcessPool`](https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.process.BrokenProcessPool).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenProcessPool {
    reason: String,
}

impl BrokenProcessPool {
    fn error(reason: impl fmt::Display) -> Error {
        Error::new(BrokenProcessPool { reason: reason.to_string() })
    }
}

impl fmt::Display for BrokenProcessPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the process pool is broken: {}; make a new one", self.reason)
    }
}

impl std::error::Error for BrokenProcessPool {}

impl ProcessPoolExecutor {
    /// A pool of at most `max_workers` processes.
    ///
    /// # Errors
    ///
    /// Where `max_workers` is 0, or this process is itself a worker whose `main` did not call
    /// [`process_pool_worker`].
    pub fn new(max_workers: usize) -> Result<ProcessPoolExecutor> {
        ProcessPoolExecutor::with_arguments(max_workers, [] as [&str; 0])
    }

    /// As [`new`](ProcessPoolExecutor::new); the executable is started with `arguments`, where it
    /// needs some to get as far as [`process_pool_worker`].
    ///
    /// # Errors
    ///
    /// As for [`new`](ProcessPoolExecutor::new).
    pub fn with_arguments<A: Into<String>>(
        max_workers: usize,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<ProcessPoolExecutor> {
        if std::env::var_os(WORKER).is_some() {
            // Else it would start workers that start workers.
            return Err(Error::msg(
                "this process is a worker of a process pool and makes another one; call \
                 process_pool_worker at the beginning of main",
            ));
        }
        let arguments = arguments.into_iter().map(Into::into).collect();
        Ok(ProcessPoolExecutor {
            threads: ThreadPoolExecutor::new(max_workers, "process-pool")?,
            shared: Arc::new(Shared { arguments, state: Mutex::default() }),
        })
    }

    /// Queues `call` for a worker. Any thread.
    ///
    /// # Errors
    ///
    /// [`BrokenProcessPool`] where a worker died before; after
    /// [`shutdown`](ProcessPoolExecutor::shutdown). The result fails with what the function fails
    /// with, as text, a panic as a panic; and with [`BrokenProcessPool`] where a worker dies.
    pub fn submit(&self, call: Call) -> Result<ConcurrentFuture<Vec<u8>>> {
        self.shared.check()?;
        let shared = self.shared.clone();
        self.threads.submit(move || shared.carry_out(&call))
    }

    /// Takes no more calls. What was submitted is still done; with `wait` this blocks until then,
    /// and the workers have ended when it returns.
    pub fn shutdown(&self, wait: bool) {
        self.threads.shutdown(wait);
        let idle = {
            let mut state = self.shared.lock();
            state.closed = true;
            std::mem::take(&mut state.idle)
        };
        for worker in idle {
            worker.end();
        }
    }
}

impl fmt::Debug for ProcessPoolExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.lock();
        f.debug_struct("ProcessPoolExecutor")
            .field("idle", &state.idle.len())
            .field("busy", &state.busy.len())
            .field("broken", &state.broken)
            .finish()
    }
}

impl Executor<Call> for ProcessPoolExecutor {
    type Output = Vec<u8>;

    fn submit_for(&self, _: &Loop, call: Call) -> Result<ConcurrentFuture<Vec<u8>>> {
        self.submit(call)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self) -> Result<()> {
        match self.lock().broken {
            true => Err(BrokenProcessPool::error("a worker died before")),
            false => Ok(()),
        }
    }

    /// On a thread of the pool: gives the call to a worker and waits for the outcome.
    fn carry_out(&self, call: &Call) -> Result<Vec<u8>> {
        self.check()?;
        let idle = self.lock().idle.pop();
        let worker = match idle {
            Some(worker) => worker,
            None => Worker::start(&self.arguments)?,
        };
        let (key, mut socket) = {
            let mut state = self.lock();
            if state.broken {
                // Broken meanwhile: who broke it has not seen this worker.
                drop(state);
                worker.end();
                return Err(BrokenProcessPool::error("a worker died before"));
            }
            let Worker { process, socket } = worker;
            state.last += 1;
            let key = state.last;
            state.busy.insert(key, process);
            (key, socket)
        };
        let answer = exchange(&mut socket, call);
        let mut state = self.lock();
        let process = state.busy.remove(&key);
        match answer {
            Ok(outcome) => {
                if let Some(process) = process {
                    let worker = Worker { process, socket };
                    if state.closed || state.broken {
                        drop(state);
                        worker.end();
                    } else {
                        state.idle.push(worker);
                    }
                }
                outcome
            }
            Err(error) => {
                state.broken = true;
                let busy = std::mem::take(&mut state.busy);
                let idle = std::mem::take(&mut state.idle);
                drop(state);
                idle.into_iter().for_each(Worker::end);
                // Whoever waits for one of these finds its socket closed.
                for (_, other) in busy {
                    end_by_force(other);
                }
                let status = process.map(end_by_force);
                Err(BrokenProcessPool::error(format_args!(
                    "the worker for {:?} ended ({}): {error}",
                    call.function,
                    status.flatten().unwrap_or_else(|| "in an unknown way".into()),
                )))
            }
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        for worker in std::mem::take(&mut state.idle) {
            worker.end();
        }
    }
}

impl Worker {
    fn start(arguments: &[String]) -> Result<Worker> {
        let (socket, theirs) = UnixStream::pair()?;
        let process = Command::new(std::env::current_exe()?)
            .args(arguments)
            .env(WORKER, "1")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .spawn()?;
        Ok(Worker { process, socket })
    }

    /// An idle worker ends by itself when its socket closes.
    fn end(mut self) {
        drop(self.socket);
        // It may have died before; that it is gone is all that matters.
        let _ = self.process.wait();
    }
}

/// Ends a process and tells how it ended.
fn end_by_force(mut process: Child) -> Option<String> {
    // It may be dead already: then how it died is what is told.
    let ended = process.try_wait().ok().flatten();
    let status = match ended {
        Some(status) => Some(status),
        None => {
            let _ = process.kill();
            process.wait().ok()
        }
    };
    status.map(|status| status.to_string())
}

// ---- the protocol: each field is its length, 8 bytes, and so many bytes ------------------------

const OK: &[u8] = b"ok";
const FAILED: &[u8] = b"failed";
const PANICKED: &[u8] = b"panicked";

fn exchange(socket: &mut UnixStream, call: &Call) -> io::Result<Result<Vec<u8>>> {
    write_field(socket, call.function.as_bytes())?;
    write_field(socket, &call.argument)?;
    let kind = read_field(socket)?;
    let bytes = read_field(socket)?;
    if kind == OK {
        return Ok(Ok(bytes));
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Err(if kind == PANICKED { Error::from_panic(Box::new(text)) } else { Error::msg(text) }))
}

fn write_field(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    to.write_all(&(bytes.len() as u64).to_le_bytes())?;
    to.write_all(bytes)
}

fn read_field(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    let mut bytes = Vec::new();
    // Grows as bytes come: a wrong length is not an allocation.
    let read = from.take(length).read_to_end(&mut bytes)?;
    if read as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Makes this process a worker if a [`ProcessPoolExecutor`] started it as one: then this serves the
/// functions under their names and **never returns**; the process ends when the pool does. In any
/// other process it does nothing.
///
/// Call it at the very beginning of `main`.
pub fn process_pool_worker(functions: &[(&str, WorkerFunction)]) {
    if std::env::var_os(WORKER).is_none() {
        return;
    }
    // The end of the socket is the end of the pool, whichever way it is seen.
    let _ = serve(functions);
    std::process::exit(0);
}

fn serve(functions: &[(&str, WorkerFunction)]) -> io::Result<()> {
    let mut socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    loop {
        let name = read_field(&mut socket)?;
        let argument = read_field(&mut socket)?;
        let name = String::from_utf8_lossy(&name);
        let function = functions.iter().find(|(known, _)| *known == name);
        let (kind, bytes) = match function {
            None => {
                let known: Vec<_> = functions.iter().map(|(known, _)| *known).collect();
                let text = format!("no function {name:?} in this worker; it has {known:?}");
                (FAILED, text.into_bytes())
            }
            Some((_, function)) => match catch_unwind(AssertUnwindSafe(|| function(&argument))) {
                Ok(Ok(bytes)) => (OK, bytes),
                Ok(Err(error)) => (FAILED, error.to_string().into_bytes()),
                Err(payload) => {
                    let error = Error::from_panic(payload);
                    (PANICKED, error.message().unwrap_or_default().as_bytes().to_vec())
                }
            },
        };
        write_field(&mut socket, kind)?;
        write_field(&mut socket, &bytes)?;
    }
}
