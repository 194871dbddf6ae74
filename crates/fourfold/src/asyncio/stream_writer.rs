//! The writing side of a stream, and the protocol below both sides.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::address::Address;
use super::event_loop::ExceptionContext;
use super::futures::Future;
use super::loop_core::Core;
use super::protocols::Protocol;
use super::sleep::sleep;
use super::stream_reader::StreamReader;
use super::transports::Transport;
use crate::{Error, Result};

/// What wakes those who drain, and those who wait for the end.
pub(crate) struct Draining {
    core: Arc<Core>,
    paused: Cell<bool>,
    lost: Cell<bool>,
    waiters: RefCell<Vec<Future<()>>>,
    closed: Future<()>,
}

impl Draining {
    pub(crate) fn new(core: &Arc<Core>) -> Draining {
        Draining {
            core: core.clone(),
            paused: Cell::new(false),
            lost: Cell::new(false),
            waiters: RefCell::default(),
            closed: Future::new(core),
        }
    }

    pub(crate) fn pause(&self) {
        self.paused.set(true);
    }

    pub(crate) fn resume(&self) {
        self.paused.set(false);
        self.finish(None);
    }

    pub(crate) fn lose(&self, error: Option<&Error>) {
        if !self.closed.done() {
            let _ = match error {
                None => self.closed.set_result(()),
                Some(error) => self.closed.set_exception(error.clone()),
            };
            // To wait for the end is not a duty, so nobody is told of an error nobody waits for.
            self.closed.mark_seen();
        }
        self.lost.set(true);
        if self.paused.get() {
            self.finish(error);
        }
    }

    fn finish(&self, error: Option<&Error>) {
        let waiters = self.waiters.borrow().clone();
        for waiter in waiters.iter().filter(|waiter| !waiter.done()) {
            let _ = match error {
                None => waiter.set_result(()),
                Some(error) => waiter.set_exception(error.clone()),
            };
        }
    }

    async fn drained(&self) -> Result<()> {
        if self.lost.get() {
            let lost = io::Error::new(io::ErrorKind::ConnectionReset, "Connection lost");
            return Err(lost.into());
        }
        if !self.paused.get() {
            return Ok(());
        }
        let waiter = Future::<()>::new(&self.core);
        self.waiters.borrow_mut().push(waiter.clone());
        let _forgotten = Forgotten(self, waiter.clone());
        waiter.await
    }
}

struct Forgotten<'a>(&'a Draining, Future<()>);

impl Drop for Forgotten<'_> {
    fn drop(&mut self) {
        self.0.waiters.borrow_mut().retain(|waiter| !waiter.same(&self.1));
    }
}

/// Called with the two sides of each connection that a server accepts.
pub(crate) type Connected = dyn Fn(StreamReader, StreamWriter) -> super::streams::Handler;

/// Feeds a [`StreamReader`] and tells a [`StreamWriter`] when to go on.
pub(crate) struct StreamProtocol {
    core: Arc<Core>,
    reader: StreamReader,
    draining: Rc<Draining>,
    connected: RefCell<Option<Rc<Connected>>>,
}

impl StreamProtocol {
    pub(crate) fn new(
        core: &Arc<Core>,
        reader: StreamReader,
        connected: Option<Rc<Connected>>,
    ) -> StreamProtocol {
        StreamProtocol {
            core: core.clone(),
            reader,
            draining: Rc::new(Draining::new(core)),
            connected: RefCell::new(connected),
        }
    }

    pub(crate) fn writer(&self, transport: Transport) -> StreamWriter {
        StreamWriter::new(transport, Some(self.reader.clone()), self.draining.clone())
    }

    fn serve(&self, transport: Transport) {
        let Some(connected) = self.connected.take() else { return };
        let writer = self.writer(transport);
        // A handler that does not use the writer would drop it, and close, at once.
        let held = writer.clone();
        let handler = connected(self.reader.clone(), writer);
        let core = self.core.clone();
        let event_loop = super::event_loop::Loop::from_core(core.clone());
        event_loop.create_task(handler).add_done_callback(move |task| match task.exception() {
            Err(_cancelled) => held.close(),
            Ok(Some(error)) => {
                let message = "Unhandled exception in client_connected_cb";
                core.report(ExceptionContext::new(message, Some(error)));
                held.close();
            }
            Ok(None) => {}
        });
    }
}

impl Protocol for StreamProtocol {
    fn connection_made(&self, transport: Transport) {
        self.reader.set_transport(transport.clone());
        self.serve(transport);
    }

    fn data_received(&self, data: &[u8]) {
        self.reader.feed_data(data);
    }

    fn eof_received(&self) -> bool {
        self.reader.feed_eof();
        // Within TLS, where there is no half-closed connection, this makes no difference.
        true
    }

    fn connection_lost(&self, error: Option<Error>) {
        match &error {
            None => self.reader.feed_eof(),
            Some(error) => self.reader.set_exception(error.clone()),
        }
        self.draining.lose(error.as_ref());
        self.reader.forget_transport();
    }

    fn pause_writing(&self) {
        self.draining.pause();
    }

    fn resume_writing(&self) {
        self.draining.resume();
    }
}

/// The writing side of a stream. Clones write to the same stream; when the last one is dropped
/// the stream is closed.
///
/// The original is
/// [`asyncio.StreamWriter`](https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamWriter).
#[derive(Clone)]
pub struct StreamWriter(Rc<Inner>);

struct Inner {
    /// Another one after an upgrade to TLS.
    transport: RefCell<Transport>,
    reader: Option<StreamReader>,
    draining: Rc<Draining>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.transport.get_mut().close();
    }
}

impl StreamWriter {
    pub(crate) fn new(
        transport: Transport,
        reader: Option<StreamReader>,
        draining: Rc<Draining>,
    ) -> StreamWriter {
        StreamWriter(Rc::new(Inner { transport: RefCell::new(transport), reader, draining }))
    }

    /// What is written from here on goes through `transport`, and what is read comes from there.
    #[cfg(feature = "tls")]
    pub(crate) fn replace_transport(&self, transport: Transport) {
        if let Some(reader) = &self.0.reader {
            reader.replace_transport(transport.clone());
        }
        let former = self.0.transport.replace(transport);
        drop(former);
    }

    #[cfg(feature = "tls")]
    pub(crate) fn reader(&self) -> Option<&StreamReader> {
        self.0.reader.as_ref()
    }

    /// The transport below.
    pub fn transport(&self) -> Transport {
        self.0.transport.borrow().clone()
    }

    /// As [`Transport::write`]. Follow it with [`drain`](StreamWriter::drain).
    ///
    /// # Panics
    ///
    /// After [`write_eof`](StreamWriter::write_eof).
    pub fn write(&self, data: &[u8]) {
        self.transport().write(data);
    }

    /// As [`Transport::writelines`].
    ///
    /// # Panics
    ///
    /// After [`write_eof`](StreamWriter::write_eof).
    pub fn writelines(&self, lines: &[&[u8]]) {
        self.transport().writelines(lines);
    }

    /// As [`Transport::write_eof`].
    ///
    /// # Panics
    ///
    /// Within TLS.
    pub fn write_eof(&self) {
        self.transport().write_eof();
    }

    /// As [`Transport::can_write_eof`].
    pub fn can_write_eof(&self) -> bool {
        self.transport().can_write_eof()
    }

    /// As [`Transport::close`].
    pub fn close(&self) {
        self.transport().close();
    }

    /// As [`Transport::is_closing`].
    pub fn is_closing(&self) -> bool {
        self.transport().is_closing()
    }

    /// As [`Transport::peername`].
    pub fn peername(&self) -> Option<Address> {
        self.transport().peername()
    }

    /// As [`Transport::sockname`].
    pub fn sockname(&self) -> Option<Address> {
        self.transport().sockname()
    }

    /// Waits while more is buffered than the high water mark allows, until it has fallen to the
    /// low one. If the task is cancelled here, what was written is sent all the same.
    ///
    /// # Errors
    ///
    /// What the connection was lost with; "Connection lost", a `ConnectionReset`, where it was
    /// lost before.
    ///
    /// The original is
    /// [`StreamWriter.drain`](https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamWriter.drain).
    pub async fn drain(&self) -> Result<()> {
        if let Some(error) = self.0.reader.as_ref().and_then(StreamReader::exception) {
            return Err(error);
        }
        if self.is_closing() {
            // Lets `connection_lost` run: who writes and drains in a loop would never see it.
            sleep(Duration::ZERO).await?;
        }
        self.0.draining.drained().await
    }

    /// Waits until the connection is lost.
    ///
    /// # Errors
    ///
    /// What it was lost with.
    pub async fn wait_closed(&self) -> Result<()> {
        self.0.draining.closed.clone().await
    }
}

impl fmt::Debug for StreamWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamWriter").field("transport", &self.transport()).finish()
    }
}
