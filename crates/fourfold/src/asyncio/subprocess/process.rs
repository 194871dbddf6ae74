//! The handle of a child.

use std::fmt;
use std::io;
use std::rc::Rc;

use rustix::process::{Pid, Signal};

use super::super::futures::Future;
use super::super::stream_reader::StreamReader;
use super::super::stream_writer::StreamWriter;
use super::super::tasks::{AnyTask, create_task};
use super::super::transports::Transport;
use super::child::Watched;
use crate::{Error, Result};

/// A program that was started.
///
/// Dropping it leaves the program running; it is reaped when it ends.
///
/// The original is
/// [`asyncio.subprocess.Process`](https://docs.python.org/3/library/asyncio-subprocess.html#asyncio.subprocess.Process).
pub struct Process {
    pub(super) inner: Rc<Watched>,
    /// Where its standard input is a pipe.
    pub stdin: Option<StreamWriter>,
    /// Where its standard output is a pipe.
    pub stdout: Option<StreamReader>,
    /// Where its standard error is a pipe of its own.
    pub stderr: Option<StreamReader>,
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
