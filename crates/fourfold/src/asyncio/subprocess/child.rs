//! A child of this program: watched until it ends, reaped, and its pipes.

use std::cell::{Cell, RefCell};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::panic::Location;
use std::process::{Child, ExitStatus};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use fourfold_kernel::reactor::Direction;
use rustix::process::Pid;

use super::super::connections::on_a_thread;
use super::super::futures::Future;
use super::super::loop_core::Core;
use super::super::protocols::Protocol;
use super::super::readers::{Io, Trigger};
use super::super::stream_reader::StreamReader;
use super::super::stream_transport::{Kind, StreamTransport};
use super::super::stream_writer::{Draining, StreamWriter};
use super::super::tasks::create_task;
use super::super::transports::Transport;
use crate::asyncio::cell::WaitReason;
use crate::{Error, Result};

/// What is known of a child.
pub(super) struct Watched {
    pub(super) pid: u32,
    pub(super) core: Arc<Core>,
    /// `None` when it is reaped.
    pub(super) child: RefCell<Option<Child>>,
    pub(super) returncode: Cell<Option<i32>>,
    open_pipes: Cell<usize>,
    /// It is reaped and its pipes are closed.
    pub(super) finished: Cell<bool>,
    pub(super) waiters: RefCell<Vec<Future<i32>>>,
    /// Of its output, to be closed after it was read.
    pub(super) pipes: RefCell<Vec<Transport>>,
}

impl Watched {
    pub(super) fn new(core: &Arc<Core>, child: Child) -> Rc<Watched> {
        Rc::new(Watched {
            pid: child.id(),
            core: core.clone(),
            child: RefCell::new(Some(child)),
            returncode: Cell::new(None),
            open_pipes: Cell::new(0),
            finished: Cell::new(false),
            waiters: RefCell::default(),
            pipes: RefCell::default(),
        })
    }

    /// Has [`reap`](Watched::reap) called when the child ends.
    pub(super) fn watch(self: &Rc<Self>) {
        let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) else { return };
        if self.watch_descriptor(pid) {
            return;
        }
        let this = self.clone();
        drop(create_task(async move {
            on_a_thread(&WaitReason("waitpid"), move || wait_unreaped(pid)).await?;
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

    pub(super) fn connect_stdin(self: &Rc<Self>, file: OwnedFd) -> Result<StreamWriter> {
        let draining = Rc::new(Draining::new(&self.core));
        let protocol = Input { process: Rc::downgrade(self), draining: draining.clone() };
        let transport = self.connect(file, Kind::WritePipe, Rc::new(protocol))?;
        Ok(StreamWriter::new(transport, None, draining))
    }

    pub(super) fn connect_output(
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

impl Drop for Watched {
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
    process: Weak<Watched>,
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
    process: Weak<Watched>,
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
