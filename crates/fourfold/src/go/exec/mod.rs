//! Other programs, as in Go's package `os/exec`. Waiting for them does so on other threads.

mod collect;
mod look_path;
mod process;

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::Path;
use std::process::{Command as StdCommand, ExitStatus, Output, Stdio};
use std::time::Duration;

use collect::Collector;
pub use look_path::look_path;
pub use process::Process;

use super::blocking;
use super::context::Context;

type CancelFn = Box<dyn FnOnce(&Process) -> io::Result<()> + Send>;

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
pub struct Command {
    command: StdCommand,
    name: String,
    /// Which of its standard streams the caller has set.
    set: [bool; 3],
    context: Option<Context>,
    cancel: CancelFn,
    wait_delay: Option<Duration>,
}

impl Command {
    /// Without arguments, and with this process's environment, folder and standard streams.
    pub fn new(program: impl AsRef<OsStr>) -> Command {
        let name = program.as_ref().to_string_lossy().into_owned();
        Command {
            command: StdCommand::new(program),
            name,
            set: [false; 3],
            context: None,
            cancel: Box::new(Process::kill),
            wait_delay: None,
        }
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
        self.set[0] = true;
        self
    }

    /// Its standard output.
    pub fn stdout(mut self, stdout: impl Into<Stdio>) -> Command {
        self.command.stdout(stdout);
        self.set[1] = true;
        self
    }

    /// Its standard error.
    pub fn stderr(mut self, stderr: impl Into<Stdio>) -> Command {
        self.command.stderr(stderr);
        self.set[2] = true;
        self
    }

    /// Ends it when the context is cancelled: by [`kill`](Process::kill), if
    /// [`cancel`](Command::cancel) does not say otherwise. If the context is cancelled already, it is
    /// not started.
    ///
    /// ```
    /// use std::time::Duration;
    /// use fourfold::go::{self, context, exec::Command};
    ///
    /// go::run(|| {
    ///     let (ctx, _cancel) =
    ///         context::with_timeout(&context::background(), Duration::from_millis(10));
    ///     let status = Command::new("sleep").arg("1000").context(&ctx).run().unwrap();
    ///     assert!(!status.success());
    /// });
    /// ```
    ///
    /// The original: [`exec.CommandContext`](https://pkg.go.dev/os/exec#CommandContext).
    pub fn context(self, context: &Context) -> Command {
        Command { context: Some(context.clone()), ..self }
    }

    /// What is done to the program when its context is cancelled, in a goroutine of its own.
    ///
    /// ```
    /// # #[cfg(unix)] {
    /// use fourfold::go::{self, context, exec::Command};
    ///
    /// const SIGTERM: i32 = 15;
    /// go::run(|| {
    ///     let (ctx, cancel) = context::with_cancel(&context::background());
    ///     let sleep = Command::new("sleep").arg("1000").context(&ctx);
    ///     let process = sleep.cancel(|process| process.signal(SIGTERM)).start().unwrap();
    ///     cancel.call();
    ///     assert!(!process.wait().unwrap().success());
    /// });
    /// # }
    /// ```
    ///
    /// The original: [`Cmd.Cancel`](https://pkg.go.dev/os/exec#Cmd).
    pub fn cancel(self, f: impl FnOnce(&Process) -> io::Result<()> + Send + 'static) -> Command {
        Command { cancel: Box::new(f), ..self }
    }

    /// How long to wait where waiting could take for ever: for a program to end after its context
    /// was cancelled, then it is killed; and for others that have its output still open after its
    /// end, then [`output`](Command::output) fails. Without it: as long as it takes.
    ///
    /// What such another program writes later is still read, by a thread, until it closes.
    ///
    /// The original: [`Cmd.WaitDelay`](https://pkg.go.dev/os/exec#Cmd).
    pub fn wait_delay(self, delay: Duration) -> Command {
        Command { wait_delay: Some(delay), ..self }
    }

    /// Runs it to its end and collects what it writes.
    ///
    /// # Errors
    ///
    /// If it cannot be started, naming it; as [`Process::wait`]; "exec: WaitDelay expired before I/O
    /// complete", if it succeeded and its output did not end.
    pub fn output(mut self) -> io::Result<Output> {
        if self.context.is_none() && self.wait_delay.is_none() {
            let (mut command, name) = (self.command, self.name);
            return blocking(move || command.output()).map_err(|error| naming(&name, &error));
        }
        if !self.set[0] {
            self.command.stdin(Stdio::null());
        }
        if !self.set[1] {
            self.command.stdout(Stdio::piped());
        }
        if !self.set[2] {
            self.command.stderr(Stdio::piped());
        }
        let patience = self.wait_delay;
        let process = self.start()?;
        let stdout = process.stdout_pipe().map(Collector::new);
        let stderr = process.stderr_pipe().map(Collector::new);
        let status = process.wait();
        let (stdout, stderr) = (finish(stdout, patience)?, finish(stderr, patience)?);
        let status = complete(status?, stdout.1 && stderr.1)?;
        Ok(Output { status, stdout: stdout.0, stderr: stderr.0 })
    }

    /// Runs it to its end and collects what it writes to standard output and standard error, in the
    /// order it does so, as [`stdout`](Output::stdout).
    ///
    /// ```
    /// use fourfold::go::{self, exec::Command};
    ///
    /// let script = "echo one; echo two >&2; echo three";
    /// let output = go::run(|| Command::new("sh").args(["-c", script]).combined_output())?;
    /// assert_eq!(output.stdout, b"one\ntwo\nthree\n");
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// The original: [`Cmd.CombinedOutput`](https://pkg.go.dev/os/exec#Cmd.CombinedOutput).
    ///
    /// # Errors
    ///
    /// As [`output`](Command::output); if there can be no pipe.
    pub fn combined_output(mut self) -> io::Result<Output> {
        let (reader, writer) = io::pipe()?;
        if !self.set[0] {
            self.command.stdin(Stdio::null());
        }
        self.command.stdout(writer.try_clone()?).stderr(writer);
        let patience = self.wait_delay;
        // What it was made from is dropped, and with it this process's ends that write.
        let process = self.start()?;
        let both = Collector::new(reader);
        let status = process.wait();
        let both = both.finish(patience)?;
        let status = complete(status?, both.1)?;
        Ok(Output { status, stdout: both.0, stderr: Vec::new() })
    }

    /// Runs it to its end.
    ///
    /// # Errors
    ///
    /// If it cannot be started, naming it; as [`Process::wait`].
    pub fn run(self) -> io::Result<ExitStatus> {
        self.start()?.wait()
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// If it cannot be started, naming it; the context's error, if it is cancelled.
    pub fn start(self) -> io::Result<Process> {
        let Command { mut command, name, context, cancel, wait_delay, .. } = self;
        if let Some(reason) = context.as_ref().and_then(Context::err) {
            return Err(process::error_of(reason));
        }
        let child = blocking(move || command.spawn()).map_err(|error| naming(&name, &error))?;
        let process = Process::new(child);
        if let Some(context) = context {
            process.end_with(&context, cancel, wait_delay);
        }
        Ok(process)
    }
}

fn naming(name: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("exec: {name:?}: {error}"))
}

fn finish(collector: Option<Collector>, patience: Option<Duration>) -> io::Result<(Vec<u8>, bool)> {
    collector.map_or(Ok((Vec::new(), true)), |collector| collector.finish(patience))
}

/// That the output did not end is an error of a program that succeeded; another has its own.
fn complete(status: ExitStatus, complete: bool) -> io::Result<ExitStatus> {
    if status.success() && !complete {
        let text = "exec: WaitDelay expired before I/O complete";
        return Err(io::Error::new(io::ErrorKind::TimedOut, text));
    }
    Ok(status)
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Command")
            .field("command", &self.command)
            .field("context", &self.context)
            .field("wait_delay", &self.wait_delay)
            .finish_non_exhaustive()
    }
}
