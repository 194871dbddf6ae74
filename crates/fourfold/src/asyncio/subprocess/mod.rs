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

mod child;
mod process;

use std::ffi::{OsStr, OsString};
use std::future::{Future as StdFuture, IntoFuture};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::pin::Pin;
use std::process::{Command, Stdio};

use super::event_loop::get_running_loop;
use super::sleep::sleep;
use super::stream_reader::{DEFAULT_LIMIT, StreamReader};
use crate::{Error, Result};
use child::Watched;

pub use process::Process;

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
        let inner = Watched::new(core, child);
        inner.watch();
        let stdin = stdin.map(|file| inner.connect_stdin(file)).transpose()?;
        let stdout = stdout.map(|file| inner.connect_output(file, out_reader)).transpose()?;
        let stderr = stderr.map(|file| inner.connect_output(file, err_reader)).transpose()?;
        // Until the last pipe has told of its connection.
        sleep(std::time::Duration::ZERO).await?;
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
