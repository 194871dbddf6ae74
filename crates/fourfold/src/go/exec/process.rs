//! A program that was started.

use std::fmt;
use std::fs;
use std::io;
use std::process::{self, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::CancelFn;
use crate::go::chan::{self, Chan};
use crate::go::context::{self, Context, ContextError, Stop};
use crate::go::os::File;
use crate::go::{blocking, select, time};

/// A program that was started. Clones are the same; dropping them lets it run.
///
/// The original: [`os.Process`](https://pkg.go.dev/os#Process).
#[derive(Clone)]
pub struct Process {
    inner: Arc<Inner>,
}

struct Inner {
    child: Mutex<process::Child>,
    id: u32,
    /// Closed when its end was waited for.
    ended: Chan<()>,
    state: Mutex<State>,
}

/// What a context has to do with it.
enum State {
    Running { stop: Option<Stop> },
    Interrupted(ContextError),
    Ended,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Process {
    pub(super) fn new(child: process::Child) -> Process {
        let id = child.id();
        let state = Mutex::new(State::Running { stop: None });
        let inner = Inner { child: Mutex::new(child), id, ended: chan::make(0), state };
        Process { inner: Arc::new(inner) }
    }

    /// Has it ended by `cancel` when the context is, and killed if it has not ended then after
    /// `delay`.
    pub(super) fn end_with(&self, context: &Context, cancel: CancelFn, delay: Option<Duration>) {
        let (process, watched) = (self.clone(), context.clone());
        let stop = context::after_func(context, move || {
            let reason = watched.err().unwrap_or(context::CANCELED);
            if process.interrupt(reason) {
                // What became of it is seen by who waits for it.
                let _ = cancel(&process);
                process.kill_after(delay);
            }
        });
        if let State::Running { stop: kept } = &mut *lock(&self.inner.state) {
            *kept = Some(stop);
        }
    }

    fn interrupt(&self, reason: ContextError) -> bool {
        let mut state = lock(&self.inner.state);
        let running = matches!(*state, State::Running { .. });
        if running {
            *state = State::Interrupted(reason);
        }
        running
    }

    fn kill_after(&self, delay: Option<Duration>) {
        let Some(delay) = delay else { return };
        select! {
            recv(self.inner.ended) => {}
            recv(time::after(delay)) => drop(self.kill()),
        }
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.inner.id
    }

    /// Waits for its end.
    ///
    /// # Errors
    ///
    /// Those of the system. If its [context](super::Command::context) was cancelled and it succeeded
    /// all the same: the context's error, "context canceled" or "context deadline exceeded".
    pub fn wait(&self) -> io::Result<ExitStatus> {
        let inner = self.inner.clone();
        let status = blocking(move || {
            // Without the lock, so that it can be killed meanwhile; the end stays to be collected.
            until_ended(inner.id);
            lock(&inner.child).wait()
        })?;
        let state = std::mem::replace(&mut *lock(&self.inner.state), State::Ended);
        self.inner.ended.try_close();
        match state {
            State::Running { stop: Some(mut stop) } => {
                stop.call();
            }
            State::Interrupted(reason) if status.success() => return Err(error_of(reason)),
            _ => {}
        }
        Ok(status)
    }

    /// Ends it at once.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn kill(&self) -> io::Result<()> {
        lock(&self.inner.child).kill()
    }

    /// Sends it a signal, by its number.
    ///
    /// The original: [`Process.Signal`](https://pkg.go.dev/os#Process.Signal).
    ///
    /// # Errors
    ///
    /// "os: process already finished", if its end was waited for; a number that is no signal; those
    /// of the system.
    #[cfg(unix)]
    pub fn signal(&self, signal: i32) -> io::Result<()> {
        use rustix::process::{Pid, Signal, kill_process};
        // Under the lock its end is not collected, so the number is its own still.
        let mut child = lock(&self.inner.child);
        let pid = i32::try_from(self.inner.id).ok().and_then(Pid::from_raw);
        let (None, Some(pid)) = (child.try_wait()?, pid) else {
            return Err(io::Error::other("os: process already finished"));
        };
        let signal = Signal::from_named_raw(signal).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidInput, format!("{signal} is no signal"))
        })?;
        Ok(kill_process(pid, signal)?)
    }

    /// The end that writes to its standard input, if that is piped; once. Dropping it is the end of
    /// what the program reads.
    ///
    /// The original: [`Cmd.StdinPipe`](https://pkg.go.dev/os/exec#Cmd.StdinPipe).
    pub fn stdin_pipe(&self) -> Option<File> {
        lock(&self.inner.child).stdin.take().map(|pipe| file(pipe.into()))
    }

    /// The end that reads its standard output, if that is piped; once.
    ///
    /// The original: [`Cmd.StdoutPipe`](https://pkg.go.dev/os/exec#Cmd.StdoutPipe).
    pub fn stdout_pipe(&self) -> Option<File> {
        lock(&self.inner.child).stdout.take().map(|pipe| file(pipe.into()))
    }

    /// The end that reads its standard error, if that is piped; once.
    ///
    /// The original: [`Cmd.StderrPipe`](https://pkg.go.dev/os/exec#Cmd.StderrPipe).
    pub fn stderr_pipe(&self) -> Option<File> {
        lock(&self.inner.child).stderr.take().map(|pipe| file(pipe.into()))
    }
}

#[cfg(unix)]
fn file(pipe: std::os::fd::OwnedFd) -> File {
    File::from_std(fs::File::from(pipe))
}

#[cfg(windows)]
fn file(pipe: std::os::windows::io::OwnedHandle) -> File {
    File::from_std(fs::File::from(pipe))
}

/// The error of a context, as one of a program.
pub(super) fn error_of(reason: ContextError) -> io::Error {
    let kind = match reason {
        ContextError::DeadlineExceeded => io::ErrorKind::TimedOut,
        // `Interrupted` would mean that it is to be tried again.
        ContextError::Canceled => io::ErrorKind::Other,
    };
    io::Error::new(kind, reason)
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
        f.debug_struct("Process").field("id", &self.inner.id).finish_non_exhaustive()
    }
}
