//! Other programs, with pipes to and from them.
//!
//! # Invariants
//!
//! 1. A child is reaped on the loop's thread only, and its number is signalled only before: a
//!    signal never goes to a stranger that was given the same number.
//! 2. A child is reaped as soon as it ends, whether or not anybody waits; one that is left when
//!    the loop closes is killed and reaped.
//! 3. The exit is told by a descriptor of the process where the system has such, else by a thread
//!    that waits and leaves the reaping to the loop. Nobody asks again and again.

use std::cell::{Cell, RefCell};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::future::{Future as StdFuture, IntoFuture};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::panic::Location;
use std::path::Path;
use std::pin::Pin;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use fourfold_kernel::reactor::Direction;
use rustix::process::{Pid, Signal};

use super::connections::on_a_thread;
use super::event_loop::get_running_loop;
use super::futures::Future;
use super::protocols::Protocol;
use super::readers::{Io, Trigger};
use super::stream_reader::{DEFAULT_LIMIT, StreamReader};
use super::stream_transport::{Kind, StreamTransport};
use super::stream_writer::{Draining, StreamWriter};
use super::tasks::{AnyTask, create_task};
use super::transports::Transport;
use super::turn::Core;
use crate::{Error, Result};

/// Where a standard stream of a child leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Redirect {
    /// Where this program's own leads.
    Inherit,
    /// To a pipe whose other end is in the [`Process`].
    Pipe,
    /// Nowhere.
    DevNull,
    /// For the standard error: where the standard output leads.
    Stdout,
}

/// Where this program's own stream leads: what a child has where nothing else is said.
pub const INHERIT: Redirect = Redirect::Inherit;
/// To a pipe whose other end is in the [`Process`].
pub const PIPE: Redirect = Redirect::Pipe;
/// Nowhere.
pub const DEVNULL: Redirect = Redirect::DevNull;
/// For the standard error: where the standard output leads.
pub const STDOUT: Redirect = Redirect::Stdout;

/// A program about to be started; await it to start it.
#[derive(Debug)]
#[must_use = "nothing is started until this is awaited"]
pub struct CreateSubprocess {
    command: Command,
    stdin: Redirect,
    stdout: Redirect,
    stderr: Redirect,
    limit: usize,
}

/// Starts `program`, looked up in `PATH`, with `arguments`.
///
/// Awaiting it fails with the system's error where the program cannot be started, and where no
/// loop is running.
///
/// The original is
/// [`asyncio.create_subprocess_exec`](https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.create_subprocess_exec).
///
/// ```
/// use fourfold::asyncio::{self, PIPE};
///
/// let (output, code) = asyncio::run(async {
///     let cat = asyncio::create_subprocess_exec("cat", [""; 0]).stdin(PIPE).stdout(PIPE).await?;
///     let (output, _) = cat.communicate(Some(b"through the pipe")).await?;
///     Ok((output, cat.returncode()))
/// })
/// .unwrap();
/// assert_eq!(output.unwrap(), b"through the pipe");
/// assert_eq!(code, Some(0));
/// ```
pub fn create_subprocess_exec<A: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = A>,
) -> CreateSubprocess {
    let mut command = Command::new(program);
    command.args(arguments);
    CreateSubprocess {
        command,
        stdin: INHERIT,
        stdout: INHERIT,
        stderr: INHERIT,
        limit: DEFAULT_LIMIT,
    }
}

/// Starts the system's shell with `command`. Quote what comes from outside, or a stranger writes
/// the command; better, use [`create_subprocess_exec`].
///
/// The original is
/// [`asyncio.create_subprocess_shell`](https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.create_subprocess_shell).
pub fn create_subprocess_shell(command: impl AsRef<OsStr>) -> CreateSubprocess {
    create_subprocess_exec("/bin/sh", [OsStr::new("-c"), command.as_ref()])
}

impl CreateSubprocess {
    /// Where the child's standard input comes from.
    pub fn stdin(mut self, redirect: Redirect) -> Self {
        self.stdin = redirect;
        self
    }

    /// Where the child's standard output goes.
    pub fn stdout(mut self, redirect: Redirect) -> Self {
        self.stdout = redirect;
        self
    }

    /// Where the child's standard error goes.
    pub fn stderr(mut self, redirect: Redirect) -> Self {
        self.stderr = redirect;
        self
    }

    /// The directory the child starts in.
    pub fn cwd(mut self, path: impl AsRef<Path>) -> Self {
        self.command.current_dir(path);
        self
    }

    /// All of the child's environment. Without this it is this program's own.
    pub fn env<K, V>(mut self, variables: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        let variables: Vec<(OsString, OsString)> = variables
            .into_iter()
            .map(|(name, value)| (name.as_ref().to_owned(), value.as_ref().to_owned()))
            .collect();
        self.command.env_clear().envs(variables);
        self
    }

    /// How long the lines of the child's output may be; see [`StreamReader`].
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    async fn start(mut self) -> Result<Process> {
        let event_loop = get_running_loop()?;
        let core = event_loop.core();
        let mut both = None;
        self.command.stdin(match self.stdin {
            Redirect::Pipe => Stdio::piped(),
            Redirect::DevNull => Stdio::null(),
            Redirect::Inherit => Stdio::inherit(),
            Redirect::Stdout => return Err(Error::msg("STDOUT can only be used for stderr")),
        });
        let stdout = match (self.stdout, self.stderr) {
            (Redirect::Stdout, _) => return Err(Error::msg("STDOUT can only be used for stderr")),
            (Redirect::Pipe, Redirect::Stdout) => {
                let (read, write) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)
                    .map_err(io::Error::from)?;
                self.command.stderr(write.try_clone()?);
                both = Some(read);
                Stdio::from(write)
            }
            (Redirect::Inherit, Redirect::Stdout) => {
                self.command.stderr(io::stdout().as_fd().try_clone_to_owned()?);
                Stdio::inherit()
            }
            (Redirect::Pipe, _) => Stdio::piped(),
            (Redirect::DevNull, _) => Stdio::null(),
            (Redirect::Inherit, _) => Stdio::inherit(),
        };
        self.command.stdout(stdout);
        match (self.stderr, self.stdout) {
            (Redirect::Pipe, _) => self.command.stderr(Stdio::piped()),
            (Redirect::DevNull, _) | (Redirect::Stdout, Redirect::DevNull) => {
                self.command.stderr(Stdio::null())
            }
            (Redirect::Inherit, _) => self.command.stderr(Stdio::inherit()),
            (Redirect::Stdout, _) => &mut self.command,
        };
        // Both are made before the child, so that nothing fails once it runs.
        let (out_reader, err_reader) =
            (StreamReader::new(self.limit)?, StreamReader::new(self.limit)?);
        let mut child = self.command.spawn()?;
        // The write end of a pipe for both is in the command still, and would keep it open.
        drop(self.command);
        let stdin = child.stdin.take().map(OwnedFd::from);
        let stdout = both.or_else(|| child.stdout.take().map(OwnedFd::from));
        let stderr = child.stderr.take().map(OwnedFd::from);
        let inner = Rc::new(Inner {
            pid: child.id(),
            core: core.clone(),
            child: RefCell::new(Some(child)),
            returncode: Cell::new(None),
            open_pipes: Cell::new(0),
            finished: Cell::new(false),
            waiters: RefCell::default(),
            pipes: RefCell::default(),
        });
        inner.watch();
        let stdin = stdin.map(|file| inner.connect_stdin(file)).transpose()?;
        let stdout = stdout.map(|file| inner.connect_output(file, out_reader)).transpose()?;
        let stderr = stderr.map(|file| inner.connect_output(file, err_reader)).transpose()?;
        // Until the last pipe has told of its connection.
        super::sleep(std::time::Duration::ZERO).await?;
        Ok(Process { inner, stdin, stdout, stderr })
    }
}

impl IntoFuture for CreateSubprocess {
    type Output = Result<Process>;
    type IntoFuture = Pin<Box<dyn StdFuture<Output = Result<Process>>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.start())
    }
}

/// A program that was started.
///
/// Dropping it leaves the program running; it is reaped when it ends.
///
/// The original is
/// [`asyncio.subprocess.Process`](https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.subprocess.Process).
pub struct Process {
    inner: Rc<Inner>,
    /// Where its standard input is a pipe.
    pub stdin: Option<StreamWriter>,
    /// Where its standard output is a pipe.
    pub stdout: Option<StreamReader>,
    /// Where its standard error is a pipe of its own.
    pub stderr: Option<StreamReader>,
}

struct Inner {
    pid: u32,
    core: Arc<Core>,
    /// `None` when it is reaped.
    child: RefCell<Option<Child>>,
    returncode: Cell<Option<i32>>,
    open_pipes: Cell<usize>,
    /// It is reaped and its pipes are closed.
    finished: Cell<bool>,
    waiters: RefCell<Vec<Future<i32>>>,
    /// Of its output, to be closed after it was read.
    pipes: RefCell<Vec<Transport>>,
}

impl Inner {
    /// Has [`reap`](Inner::reap) called when the child ends.
    fn watch(self: &Rc<Self>) {
        let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) else { return };
        if self.watch_descriptor(pid) {
            return;
        }
        let this = self.clone();
        drop(create_task(async move {
            on_a_thread("waitpid", move || wait_unreaped(pid)).await?;
            this.reap();
            Ok(())
        }));
    }

    /// `false`: the system has no descriptors of processes.
    #[cfg(target_os = "linux")]
    fn watch_descriptor(self: &Rc<Self>, pid: Pid) -> bool {
        use rustix::process::{PidfdFlags, pidfd_open};
        let Ok(descriptor) = pidfd_open(pid, PidfdFlags::empty()) else { return false };
        let (io, fd, this) = (Io::of(&self.core), descriptor.as_raw_fd(), self.clone());
        let call = Box::new(move || {
            let _open = &descriptor;
            Io::of(&this.core).remove(&this.core, fd, Direction::Read);
            this.reap();
        });
        io.set(&self.core, fd, Direction::Read, Trigger::Edge, Location::caller(), call).is_ok()
    }

    #[cfg(not(target_os = "linux"))]
    fn watch_descriptor(self: &Rc<Self>, _pid: Pid) -> bool {
        false
    }

    fn reap(&self) {
        let ended = match &mut *self.child.borrow_mut() {
            Some(child) => child.try_wait(),
            None => return,
        };
        let code = match ended {
            Ok(Some(status)) => code(status),
            Ok(None) => return,
            // Somebody else in this program has reaped it; how it ended is not known.
            Err(_) => 255,
        };
        drop(self.child.take());
        self.returncode.set(Some(code));
        self.maybe_finish();
    }

    fn pipe_lost(&self) {
        self.open_pipes.set(self.open_pipes.get() - 1);
        self.maybe_finish();
    }

    fn maybe_finish(&self) {
        let Some(code) = self.returncode.get() else { return };
        if self.open_pipes.get() > 0 || self.finished.replace(true) {
            return;
        }
        drop(self.pipes.take());
        for waiter in self.waiters.take().iter().filter(|waiter| !waiter.done()) {
            let _ = waiter.set_result(code);
        }
    }

    fn connect(
        self: &Rc<Self>,
        file: OwnedFd,
        kind: Kind,
        protocol: Rc<dyn Protocol>,
    ) -> Result<Transport> {
        rustix::io::ioctl_fionbio(&file, true).map_err(io::Error::from)?;
        self.open_pipes.set(self.open_pipes.get() + 1);
        Ok(StreamTransport::start(&self.core, file, kind, protocol, None, None, None))
    }

    fn connect_stdin(self: &Rc<Self>, file: OwnedFd) -> Result<StreamWriter> {
        let draining = Rc::new(Draining::new(&self.core));
        let protocol = Input { process: Rc::downgrade(self), draining: draining.clone() };
        let transport = self.connect(file, Kind::WritePipe, Rc::new(protocol))?;
        Ok(StreamWriter::new(transport, None, draining))
    }

    fn connect_output(
        self: &Rc<Self>,
        file: OwnedFd,
        reader: StreamReader,
    ) -> Result<StreamReader> {
        let protocol = Output { process: Rc::downgrade(self), reader: reader.clone() };
        let transport = self.connect(file, Kind::ReadPipe, Rc::new(protocol))?;
        reader.set_transport(transport.clone());
        self.pipes.borrow_mut().push(transport);
        Ok(reader)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The loop was closed under it: nobody is left to reap it.
        if let Some(child) = self.child.get_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Waits for the end of a child and leaves it to be reaped.
fn wait_unreaped(pid: Pid) {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    let _ = rustix::io::retry_on_intr(|| waitid(WaitId::Pid(pid), options));
}

/// As the original has it: the negative number of the signal that ended it.
fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| -status.signal().unwrap_or(0))
}

struct Input {
    process: Weak<Inner>,
    draining: Rc<Draining>,
}

impl Protocol for Input {
    fn connection_lost(&self, error: Option<Error>) {
        self.draining.lose(error.as_ref());
        if let Some(process) = self.process.upgrade() {
            process.pipe_lost();
        }
    }

    fn pause_writing(&self) {
        self.draining.pause();
    }

    fn resume_writing(&self) {
        self.draining.resume();
    }
}

struct Output {
    process: Weak<Inner>,
    reader: StreamReader,
}

impl Protocol for Output {
    fn data_received(&self, data: &[u8]) {
        self.reader.feed_data(data);
    }

    fn connection_lost(&self, error: Option<Error>) {
        match error {
            None => self.reader.feed_eof(),
            Some(error) => self.reader.set_exception(error),
        }
        self.reader.forget_transport();
        if let Some(process) = self.process.upgrade() {
            process.pipe_lost();
        }
    }
}

impl Process {
    /// The number of the process. Once it has ended the system may give it to another.
    pub fn pid(&self) -> u32 {
        self.inner.pid
    }

    /// How it ended, if it has: its code, or the negative number of the signal that ended it.
    pub fn returncode(&self) -> Option<i32> {
        self.inner.returncode.get()
    }

    /// Waits until it has ended and its pipes are closed. Any number may wait. With pipes, use
    /// [`communicate`](Process::communicate): a child whose output nobody reads does not end.
    ///
    /// # Errors
    ///
    /// `Cancelled` when the task is cancelled meanwhile; the process goes on.
    pub async fn wait(&self) -> Result<i32> {
        if let Some(code) = self.returncode() {
            return Ok(code);
        }
        let waiter = Future::<i32>::new(&self.inner.core);
        self.inner.waiters.borrow_mut().push(waiter.clone());
        waiter.await
    }

    /// Sends `input`, closes the standard input, reads both outputs to their end, and waits. That
    /// the child does not read its input is no error.
    ///
    /// # Errors
    ///
    /// `input` without a pipe for it; a pipe that fails; `Cancelled`, and then what was read is
    /// lost and the process goes on.
    pub async fn communicate(
        &self,
        input: Option<&[u8]>,
    ) -> Result<(Option<Vec<u8>>, Option<Vec<u8>>)> {
        if input.is_some() && self.stdin.is_none() {
            return Err(Error::msg("input was given, but the process has no pipe to stdin"));
        }
        let feed = self.stdin.clone().map(|stdin| {
            let input = input.map(<[u8]>::to_vec);
            create_task(async move { feed(&stdin, input.as_deref()).await })
        });
        let read = |reader: &Option<StreamReader>| {
            let reader = reader.clone()?;
            Some(create_task(async move { reader.read_to_end().await }))
        };
        let (stdout, stderr) = (read(&self.stdout), read(&self.stderr));
        let all = async {
            if let Some(feed) = feed.clone() {
                feed.await?;
            }
            let mut outputs = (None, None);
            if let Some(stdout) = stdout.clone() {
                outputs.0 = Some(stdout.await?);
            }
            if let Some(stderr) = stderr.clone() {
                outputs.1 = Some(stderr.await?);
            }
            Ok(outputs)
        };
        let outputs: Result<_> = all.await;
        if outputs.is_err() {
            let feed = feed.iter().map(AnyTask::from);
            for task in feed.chain(stdout.iter().chain(&stderr).map(AnyTask::from)) {
                task.cancel();
            }
        }
        let outputs = outputs?;
        let pipes = self.inner.pipes.borrow().clone();
        pipes.iter().for_each(Transport::close);
        self.wait().await?;
        Ok(outputs)
    }

    /// Sends a signal, by its number.
    ///
    /// # Errors
    ///
    /// "No such process" (`ESRCH`), the original's `ProcessLookupError`, once it has ended; a
    /// number that is no signal; a process that may not be signalled.
    pub fn send_signal(&self, signal: i32) -> Result<()> {
        if self.inner.finished.get() {
            return Err(io::Error::from(rustix::io::Errno::SRCH).into());
        }
        if self.inner.child.borrow().is_none() {
            return Ok(());
        }
        let number = Signal::from_named_raw(signal)
            .ok_or_else(|| Error::msg(format!("{signal} is not the number of a signal")))?;
        let pid = i32::try_from(self.inner.pid).ok().and_then(Pid::from_raw);
        match pid.map(|pid| rustix::process::kill_process(pid, number)) {
            Some(Err(rustix::io::Errno::SRCH)) | None => Ok(()),
            Some(sent) => Ok(sent.map_err(io::Error::from)?),
        }
    }

    /// Asks it to end: `SIGTERM`.
    ///
    /// # Errors
    ///
    /// As [`send_signal`](Process::send_signal).
    pub fn terminate(&self) -> Result<()> {
        self.send_signal(Signal::TERM.as_raw())
    }

    /// Ends it: `SIGKILL`.
    ///
    /// # Errors
    ///
    /// As [`send_signal`](Process::send_signal).
    pub fn kill(&self) -> Result<()> {
        self.send_signal(Signal::KILL.as_raw())
    }
}

async fn feed(stdin: &StreamWriter, input: Option<&[u8]>) -> Result<()> {
    if let Some(input) = input {
        stdin.write(input);
    }
    let fed = stdin.drain().await;
    stdin.close();
    match fed {
        Err(error) if !is_gone(&error) => Err(error),
        _ => Ok(()),
    }
}

fn is_gone(error: &Error) -> bool {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    matches!(kind, Some(io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset))
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process")
            .field("pid", &self.pid())
            .field("returncode", &self.returncode())
            .finish()
    }
}
