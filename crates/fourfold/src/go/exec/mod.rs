//! Other programs, as in Go's package `os/exec`. Waiting for them does so on other threads.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::Path;
use std::process::{self, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::blocking;

/// A program to be run.
///
/// ```
/// use fourfold::go::{self, exec::Command};
///
/// let output = go::run(|| Command::new("echo").arg("hello").output())?;
/// assert_eq!(output.stdout, b"hello\n");
/// # std::io::Result::Ok(())
/// ```
///
/// The original: [`exec.Cmd`](https://pkg.go.dev/os/exec#Cmd).
#[derive(Debug)]
pub struct Command {
    command: process::Command,
    name: String,
}

impl Command {
    /// Without arguments, and with this process's environment, folder and standard streams.
    pub fn new(program: impl AsRef<OsStr>) -> Command {
        let name = program.as_ref().to_string_lossy().into_owned();
        Command { command: process::Command::new(program), name }
    }

    /// One more argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Command {
        self.command.arg(argument);
        self
    }

    /// More arguments.
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        self.command.args(arguments);
        self
    }

    /// A variable of its environment.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Command {
        self.command.env(name, value);
        self
    }

    /// The folder it runs in.
    pub fn dir(mut self, folder: impl AsRef<Path>) -> Command {
        self.command.current_dir(folder);
        self
    }

    /// Its standard input.
    pub fn stdin(mut self, stdin: impl Into<Stdio>) -> Command {
        self.command.stdin(stdin);
        self
    }

    /// Its standard output.
    pub fn stdout(mut self, stdout: impl Into<Stdio>) -> Command {
        self.command.stdout(stdout);
        self
    }

    /// Its standard error.
    pub fn stderr(mut self, stderr: impl Into<Stdio>) -> Command {
        self.command.stderr(stderr);
        self
    }

    fn named(self) -> (process::Command, impl Fn(io::Error) -> io::Error) {
        let name = self.name;
        let naming = move |error: io::Error| {
            io::Error::new(error.kind(), format!("exec: {name:?}: {error}"))
        };
        (self.command, naming)
    }

    /// Runs it to its end and collects what it writes.
    ///
    /// # Errors
    ///
    /// If it cannot be started, naming it.
    pub fn output(self) -> io::Result<Output> {
        let (mut command, naming) = self.named();
        blocking(move || command.output()).map_err(naming)
    }

    /// Runs it to its end.
    ///
    /// # Errors
    ///
    /// If it cannot be started, naming it.
    pub fn run(self) -> io::Result<ExitStatus> {
        let (mut command, naming) = self.named();
        blocking(move || command.status()).map_err(naming)
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// If it cannot be started, naming it.
    pub fn start(self) -> io::Result<Process> {
        let (mut command, naming) = self.named();
        let child = blocking(move || command.spawn()).map_err(naming)?;
        let id = child.id();
        Ok(Process { child: Arc::new(Mutex::new(child)), id })
    }
}

/// A program that was started. Dropping it lets it run.
pub struct Process {
    child: Arc<Mutex<process::Child>>,
    id: u32,
}

impl Process {
    /// Its number.
    pub fn id(&self) -> u32 {
        self.id
    }

    fn lock(child: &Mutex<process::Child>) -> MutexGuard<'_, process::Child> {
        child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for its end.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn wait(&self) -> io::Result<ExitStatus> {
        let (child, id) = (self.child.clone(), self.id);
        blocking(move || {
            // Without the lock, so that it can be killed meanwhile; the end stays to be collected.
            until_ended(id);
            Process::lock(&child).wait()
        })
    }

    /// Ends it at once.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn kill(&self) -> io::Result<()> {
        Process::lock(&self.child).kill()
    }
}

#[cfg(unix)]
fn until_ended(id: u32) {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) else { return };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(pid), options) {}
}

#[cfg(not(unix))]
fn until_ended(_: u32) {}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process").field("id", &self.id).finish_non_exhaustive()
    }
}
