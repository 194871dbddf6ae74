//! The transport of a stream: a socket or one end of a pipe.
//!
//! ```text
//!   readable ─► one read into the loop's buffer ─► data_received
//!   write ─► empty buffer? one send at once ─► the rest: buffer ─► writable ─► send ─► …
//! ```
//!
//! # Invariants
//!
//! 1. `lost` is counted up when `connection_lost` is queued, and only then: it is called once.
//! 2. While the buffer is not empty, and only then, the descriptor is watched for writing.
//! 3. The descriptor is given back to the loop's table before it is closed.
//! 4. No borrow is held while the protocol is called.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::net::Shutdown;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use fourfold_kernel::reactor::Direction;
use socket2::SockRef;

use super::address::Address;
use super::event_loop::ExceptionContext;
use super::flow::Flow;
use super::futures::Future;
use super::handles::{Callback, In};
use super::loop_core::Core;
use super::protocols::Protocol;
use super::readers::{Io, Trigger};
use super::server::{Membership, Server};
use super::sockets::NO_SIGNAL;
use super::transports::{Transport, Wire};
use crate::{Error, Result};

/// What the descriptor is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Socket,
    /// The end of a pipe that is read from.
    ReadPipe,
    /// The end of a pipe that is written to; readable means that nobody will read it any more.
    WritePipe,
}

pub(crate) struct StreamTransport {
    core: Arc<Core>,
    io: Rc<Io>,
    this: Weak<StreamTransport>,
    kind: Kind,
    fd: RawFd,
    file: RefCell<Option<OwnedFd>>,
    protocol: RefCell<Option<Rc<dyn Protocol>>>,
    buffer: RefCell<VecDeque<u8>>,
    flow: Flow,
    lost: Cell<bool>,
    closing: Cell<bool>,
    paused: Cell<bool>,
    eof: Cell<bool>,
    peername: Option<Address>,
    sockname: Option<Address>,
    server: RefCell<Option<Membership>>,
}

impl StreamTransport {
    /// Queues `connection_made`, the beginning of reading and the result of `waiter`, in this
    /// order.
    pub(crate) fn start(
        core: &Arc<Core>,
        file: OwnedFd,
        kind: Kind,
        protocol: Rc<dyn Protocol>,
        waiter: Option<Future<()>>,
        server: Option<&Server>,
        peername: Option<Address>,
    ) -> Transport {
        let io = Io::of(core);
        let fd = file.as_raw_fd();
        io.claim(fd);
        let (mut sockname, mut peer) = (None, peername);
        if kind == Kind::Socket {
            let socket = SockRef::from(&file);
            sockname = socket.local_addr().ok().map(|address| Address::from_system(&address));
            if peer.is_none() {
                peer = socket.peer_addr().ok().map(|address| Address::from_system(&address));
            }
            if matches!(sockname, Some(Address::Inet(_))) {
                // Small writes are sent without waiting for an answer to the last. Where it is
                // refused they are only slower.
                let _ = socket.set_tcp_nodelay(true);
            }
        }
        let transport = Rc::new_cyclic(|this| StreamTransport {
            core: core.clone(),
            io,
            this: this.clone(),
            kind,
            fd,
            file: RefCell::new(Some(file)),
            protocol: RefCell::new(Some(protocol)),
            buffer: RefCell::default(),
            flow: Flow::new(),
            lost: Cell::new(false),
            closing: Cell::new(false),
            paused: Cell::new(false),
            eof: Cell::new(false),
            peername: peer,
            sockname,
            server: RefCell::new(None),
        });
        let wire: Rc<dyn Wire> = transport.clone();
        if let Some(server) = server {
            transport.server.replace(Some(server.attach(&wire)));
        }
        let handle = Transport::new(wire);
        let made = handle.clone();
        transport.soon(move |this| {
            if let Some(protocol) = this.current() {
                protocol.connection_made(made);
            }
        });
        transport.soon(|this| {
            if this.is_reading() {
                this.watch(Direction::Read);
            }
        });
        if let Some(waiter) = waiter {
            transport.soon(move |_| {
                if !waiter.done() {
                    let _ = waiter.set_result(());
                }
            });
        }
        handle
    }

    #[track_caller]
    fn soon(&self, f: impl FnOnce(&StreamTransport) + 'static) {
        let Some(this) = self.this.upgrade() else { return };
        let values = super::context::snapshot();
        self.core.queue_call(Callback::new(move || f(&this), In::Copy(values), Location::caller()));
    }

    #[inline]
    fn current(&self) -> Option<Rc<dyn Protocol>> {
        self.protocol.borrow().clone()
    }

    fn watch(&self, direction: Direction) {
        let Some(this) = self.this.upgrade() else { return };
        let call: Box<dyn FnMut()> = match direction {
            Direction::Read => Box::new(move || this.read_ready()),
            Direction::Write => Box::new(move || this.write_ready()),
        };
        let location = Location::caller();
        let set = self.io.set(&self.core, self.fd, direction, Trigger::Edge, location, call);
        if let Err(error) = set {
            self.fatal(error, "Fatal error: the transport cannot be watched");
        }
    }

    fn unwatch(&self, direction: Direction) {
        self.io.remove(&self.core, self.fd, direction);
    }

    // ---- reading ----------------------------------------------------------------------------

    fn read_ready(&self) {
        if self.lost.get() {
            return;
        }
        if self.kind == Kind::WritePipe {
            return self.reader_left();
        }
        let received = self.io.with_read_buffer(|buffer| {
            let received = match &*self.file.borrow() {
                Some(file) => rustix::io::read(file, &mut *buffer),
                None => return Ok(None),
            };
            match received {
                Ok(0) => Ok(Some(0)),
                Ok(n) => {
                    // Less than asked for is all there was, unless the end is there as well.
                    if n == buffer.len() || self.io.read_closed(self.fd) {
                        self.io.renew(&self.core, self.fd);
                    }
                    self.deliver(&buffer[..n]);
                    Ok(Some(n))
                }
                Err(error) => Err(io::Error::from(error)),
            }
        });
        match received {
            Ok(Some(0)) => self.end_received(),
            Ok(_) => {}
            Err(error) if may_be_tried_again(&error) => {}
            Err(error) => self.fatal(error.into(), "Fatal read error on socket transport"),
        }
    }

    #[inline]
    fn deliver(&self, data: &[u8]) {
        let Some(protocol) = self.current() else { return };
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| protocol.data_received(data))) {
            let error = Error::from_panic(payload);
            self.fatal(error, "Fatal error: protocol.data_received() call failed.");
        }
    }

    fn end_received(&self) {
        let Some(protocol) = self.current() else { return };
        if self.kind == Kind::ReadPipe {
            self.closing.set(true);
            self.unwatch(Direction::Read);
            self.soon(move |_| {
                protocol.eof_received();
            });
            return self.lose(None);
        }
        match catch_unwind(AssertUnwindSafe(|| protocol.eof_received())) {
            Ok(true) => self.unwatch(Direction::Read),
            Ok(false) => self.close(),
            Err(payload) => {
                let error = Error::from_panic(payload);
                self.fatal(error, "Fatal error: protocol.eof_received() call failed.");
            }
        }
    }

    /// Nobody will read the pipe any more.
    fn reader_left(&self) {
        let unsent = !self.buffer.borrow().is_empty();
        let error = unsent.then(|| io::Error::from(io::ErrorKind::BrokenPipe).into());
        self.force_close(error);
    }

    // ---- writing ----------------------------------------------------------------------------

    fn send(&self, data: &[u8]) -> io::Result<usize> {
        let file = self.file.borrow();
        let file = file.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        match self.kind {
            Kind::Socket => SockRef::from(file).send_with_flags(data, NO_SIGNAL),
            Kind::ReadPipe | Kind::WritePipe => Ok(rustix::io::write(file, data)?),
        }
    }

    fn write_ready(&self) {
        if self.lost.get() {
            return;
        }
        match self.send_buffered() {
            Ok(full) => {
                self.flow.shrunk(self.write_buffer_size(), || {
                    if let Some(protocol) = self.current() {
                        protocol.resume_writing();
                    }
                });
                if !self.buffer.borrow().is_empty() {
                    if !full {
                        // It was written while the protocol resumed; there may be room for it.
                        self.io.renew(&self.core, self.fd);
                    }
                    return;
                }
                self.unwatch(Direction::Write);
                if self.closing.get() {
                    if !self.lost.replace(true) {
                        self.connection_lost(None);
                    }
                } else if self.eof.get() {
                    self.shut_down();
                }
            }
            Err(error) => {
                self.drop_buffer();
                self.fatal(error.into(), "Fatal write error on socket transport");
            }
        }
    }

    /// Whether the system took less than there was.
    fn send_buffered(&self) -> io::Result<bool> {
        let mut buffer = self.buffer.borrow_mut();
        loop {
            let (first, _) = buffer.as_slices();
            let offered = first.len();
            if offered == 0 {
                return Ok(false);
            }
            match self.send(first) {
                Ok(sent) => {
                    buffer.drain(..sent);
                    if sent < offered {
                        return Ok(true);
                    }
                }
                Err(error) if may_be_tried_again(&error) => return Ok(true),
                Err(error) => return Err(error),
            }
        }
    }

    fn drop_buffer(&self) {
        let was = !self.buffer.take().is_empty();
        if was {
            self.unwatch(Direction::Write);
        }
    }

    fn grown(&self) {
        self.flow.grown(self.write_buffer_size(), || {
            if let Some(protocol) = self.current() {
                protocol.pause_writing();
            }
        });
    }

    fn shut_down(&self) {
        let file = self.file.borrow();
        if let (Some(file), Kind::Socket) = (&*file, self.kind) {
            // Refused where the other side is gone already, which reading finds out.
            let _ = SockRef::from(file).shutdown(Shutdown::Write);
        }
    }

    // ---- the end ----------------------------------------------------------------------------

    fn fatal(&self, error: Error, message: &str) {
        if !error.is::<io::Error>() {
            self.core.report(ExceptionContext::new(message, Some(error.clone())));
        }
        self.force_close(Some(error));
    }

    fn lose(&self, error: Option<Error>) {
        if !self.lost.replace(true) {
            self.io.unclaim(self.fd);
            self.soon(move |this| this.connection_lost(error));
        }
    }

    fn connection_lost(&self, error: Option<Error>) {
        // The rest is done also where the protocol panics.
        let _end = End(self);
        if let Some(protocol) = self.current() {
            protocol.connection_lost(error);
        }
    }
}

struct End<'a>(&'a StreamTransport);

impl Drop for End<'_> {
    fn drop(&mut self) {
        let this = self.0;
        this.io.release(this.fd);
        drop(this.file.take());
        drop(this.protocol.take());
        drop(this.server.take());
    }
}

impl Drop for StreamTransport {
    fn drop(&mut self) {
        if self.file.borrow().is_some() {
            self.io.release(self.fd);
        }
    }
}

fn may_be_tried_again(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

impl Wire for StreamTransport {
    fn write(&self, data: &[u8]) {
        assert!(!self.eof.get(), "Cannot call write() after write_eof()");
        if data.is_empty() || self.lost.get() {
            return;
        }
        let mut left = data;
        if self.buffer.borrow().is_empty() {
            match self.send(data) {
                Ok(sent) if sent == data.len() => return,
                Ok(sent) => left = &data[sent..],
                Err(error) if may_be_tried_again(&error) => {}
                Err(error) => {
                    return self.fatal(error.into(), "Fatal write error on socket transport");
                }
            }
            self.watch(Direction::Write);
        }
        self.buffer.borrow_mut().extend(left);
        self.grown();
    }

    fn writelines(&self, lines: &[&[u8]]) {
        assert!(!self.eof.get(), "Cannot call writelines() after write_eof()");
        if self.buffer.borrow().is_empty() {
            return self.write(&lines.concat());
        }
        lines.iter().for_each(|line| self.write(line));
    }

    fn write_eof(&self) {
        if self.closing.get() || self.eof.get() {
            return;
        }
        if self.kind == Kind::WritePipe {
            return self.close();
        }
        self.eof.set(true);
        if self.buffer.borrow().is_empty() {
            self.shut_down();
        }
    }

    fn close(&self) {
        if self.closing.replace(true) {
            return;
        }
        self.unwatch(Direction::Read);
        if self.buffer.borrow().is_empty() {
            self.lose(None);
        }
    }

    fn force_close(&self, error: Option<Error>) {
        if self.lost.get() {
            return;
        }
        self.drop_buffer();
        if !self.closing.replace(true) {
            self.unwatch(Direction::Read);
        }
        self.lose(error);
    }

    fn is_closing(&self) -> bool {
        self.closing.get()
    }

    fn pause_reading(&self) {
        if self.is_reading() {
            self.paused.set(true);
            self.unwatch(Direction::Read);
        }
    }

    fn resume_reading(&self) {
        if !self.closing.get() && self.paused.replace(false) {
            self.watch(Direction::Read);
        }
    }

    fn is_reading(&self) -> bool {
        !self.closing.get() && !self.paused.get()
    }

    fn set_write_buffer_limits(&self, high: Option<usize>, low: Option<usize>) -> Result<()> {
        self.flow.set_limits(high, low)?;
        self.grown();
        Ok(())
    }

    fn write_buffer_limits(&self) -> (usize, usize) {
        self.flow.limits()
    }

    fn write_buffer_size(&self) -> usize {
        self.buffer.borrow().len()
    }

    fn set_protocol(&self, protocol: Rc<dyn Protocol>) {
        let former = self.protocol.replace(Some(protocol));
        drop(former);
    }

    fn protocol(&self) -> Option<Rc<dyn Protocol>> {
        self.current()
    }

    fn peername(&self) -> Option<Address> {
        self.peername.clone()
    }

    fn sockname(&self) -> Option<Address> {
        self.sockname.clone()
    }
}
