//! The states of a TLS connection, from the handshake to the shutdown.
//!
//! ```text
//!   Waiting ─► Handshaking ─► Wrapped ─► Flushing ─► ShuttingDown ─► Unwrapped
//!                   └──── fails ────────────┴──── lost, aborted ─────────▲
//! ```
//!
//! They are those of
//! [`asyncio.sslproto`](https://github.com/python/cpython/blob/3.13/Lib/asyncio/sslproto.py), and
//! what happens in each is the same, but for what the original leaves undone:
//!
//! * why a handshake failed is sent to the other side before the connection is cut;
//! * a protocol whose connection is upgraded is told that it is lost also where the handshake takes
//!   too long or the connection is lost in the middle of it;
//! * what was encrypted and could not be sent is sent before the connection below is closed;
//! * what arrives behind one's own close is thrown away, and is no error.
//!
//! No borrow is held while one of the neighbours is called.

mod shutdown;

use std::cell::{Cell, OnceCell, RefCell};
use std::io;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use rustls::Connection;

use super::super::event_loop::Loop;
use super::super::flow::Flow;
use super::super::futures::Future;
use super::super::handles::{Callback, In, TimerHandle};
use super::super::loop_core::Core;
use super::super::protocols::Protocol;
use super::super::transports::Transport;
use super::options::Tls;
use super::session::Session;
use crate::tls::TlsError;
use crate::{Error, Result};

/// Where the user is asked to pause writing.
const WRITE_HIGH: usize = 512 * 1024;
/// While the user reads nothing, so much is received and kept, until the other side has to wait.
const READ_HIGH: usize = 256 * 1024;
const READ_LOW: usize = READ_HIGH / 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// For the connection below.
    Waiting,
    Handshaking,
    Wrapped,
    /// The other side has ended, and what it sent is still to be read.
    Flushing,
    /// Waits for the other side to say that it ends, too.
    ShuttingDown,
    Unwrapped,
}

/// What the user's protocol was told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    Made,
    Eof,
}

pub(super) struct TlsProtocol {
    this: Weak<TlsProtocol>,
    core: Arc<Core>,
    pub(super) app: RefCell<Option<Rc<dyn Protocol>>>,
    pub(super) raw: OnceCell<Transport>,
    pub(super) session: RefCell<Session>,
    pub(super) state: Cell<State>,
    told: Cell<Told>,
    pub(super) flow: Flow,
    pub(super) closed: Cell<bool>,
    pub(super) reading_paused: Cell<bool>,
    raw_reading_paused: Cell<bool>,
    raw_writing_paused: Cell<bool>,
    /// The connection below has ended.
    eof: Cell<bool>,
    waiter: RefCell<Option<Future<()>>>,
    timer: RefCell<Option<TimerHandle>>,
    handshake_timeout: Duration,
    shutdown_timeout: Duration,
}

impl TlsProtocol {
    /// `made` says whether the protocol knows of its connection already, as in an upgrade.
    pub(super) fn new<S>(
        core: &Arc<Core>,
        app: Rc<dyn Protocol>,
        tls: &Tls<S>,
        (host, connection): (String, Connection),
        waiter: Option<Future<()>>,
        made: bool,
    ) -> Rc<TlsProtocol> {
        Rc::new_cyclic(|this| TlsProtocol {
            this: this.clone(),
            core: core.clone(),
            app: RefCell::new(Some(app)),
            raw: OnceCell::new(),
            session: RefCell::new(Session::new(host, connection)),
            state: Cell::new(State::Waiting),
            told: Cell::new(if made { Told::Made } else { Told::Nothing }),
            flow: Flow::with_high(WRITE_HIGH),
            closed: Cell::new(false),
            reading_paused: Cell::new(false),
            raw_reading_paused: Cell::new(false),
            raw_writing_paused: Cell::new(false),
            eof: Cell::new(false),
            waiter: RefCell::new(waiter),
            timer: RefCell::new(None),
            handshake_timeout: tls.handshake_timeout,
            shutdown_timeout: tls.shutdown_timeout,
        })
    }

    #[track_caller]
    pub(super) fn soon(&self, f: impl FnOnce(&TlsProtocol) + 'static) {
        let Some(this) = self.this.upgrade() else { return };
        let values = super::super::context::snapshot();
        self.core.queue_call(Callback::new(move || f(&this), In::Copy(values), Location::caller()));
    }

    fn arm(&self, delay: Duration, f: impl FnOnce(&TlsProtocol) + 'static) {
        let this = self.this.clone();
        let call = move || {
            if let Some(this) = this.upgrade() {
                f(&this);
            }
        };
        let timer = Loop::from_core(self.core.clone()).call_later(delay, call);
        self.timer.replace(Some(timer));
    }

    fn disarm(&self) {
        let timer = self.timer.take();
        if let Some(mut timer) = timer {
            timer.cancel();
        }
    }

    fn raw(&self) -> &Transport {
        self.raw.get().expect("states behind Waiting have a connection below")
    }

    fn current(&self) -> Option<Rc<dyn Protocol>> {
        self.app.borrow().clone()
    }

    fn wake(&self, outcome: Result<()>) {
        let waiter = self.waiter.take();
        if let Some(waiter) = waiter.filter(|waiter| !waiter.done()) {
            let _ = match outcome {
                Ok(()) => waiter.set_result(()),
                Err(error) => waiter.set_exception(error),
            };
        }
    }

    // ---- the handshake ----------------------------------------------------------------------

    fn handshake_too_long(&self) {
        if self.state.get() == State::Handshaking {
            let text = format!(
                "SSL handshake is taking longer than {:?} seconds: aborting the connection",
                self.handshake_timeout.as_secs_f64()
            );
            let error = io::Error::new(io::ErrorKind::ConnectionAborted, text);
            self.handshake_failed(error.into());
        }
    }

    fn go_on_with_handshake(&self) {
        let done = self.session.borrow_mut().handshake();
        self.send();
        match done {
            Ok(false) => {}
            Ok(true) => self.handshake_done(),
            Err(error) => self.handshake_failed(error.into()),
        }
    }

    fn handshake_failed(&self, error: Error) {
        self.disarm();
        self.state.set(State::Unwrapped);
        self.closed.set(true);
        self.raw().force_close(Some(error.clone()));
        self.wake(Err(error));
    }

    fn handshake_done(&self) {
        self.disarm();
        self.state.set(State::Wrapped);
        if self.told.get() == Told::Nothing {
            self.told.set(Told::Made);
            if let (Some(app), Some(this)) = (self.current(), self.this.upgrade()) {
                app.connection_made(Transport::new(this));
            }
        }
        self.wake(Ok(()));
        if self.state.get() == State::Wrapped {
            self.session.borrow_mut().flush_backlog();
            self.read(&[]);
        }
    }

    // ---- reading ----------------------------------------------------------------------------

    /// Decrypts and delivers, unless the user reads nothing now.
    fn read(&self, data: &[u8]) {
        if !matches!(self.state.get(), State::Wrapped | State::Flushing) {
            return;
        }
        if self.reading_paused.get() {
            self.session.borrow_mut().hold(data);
            return self.control_reading();
        }
        let mut plaintext = Vec::new();
        let ended = self.session.borrow_mut().receive(data, &mut plaintext);
        if !plaintext.is_empty() && !self.deliver(&plaintext) {
            return;
        }
        match ended {
            Ok(false) => {}
            Ok(true) => {
                self.call_eof_received();
                self.start_shutdown();
            }
            Err(error) => {
                // The alert that says why.
                self.send();
                return self.fatal(error.into(), "Fatal error on SSL protocol");
            }
        }
        self.send();
        self.control_reading();
    }

    /// Whether that went well.
    fn deliver(&self, data: &[u8]) -> bool {
        let Some(app) = self.current() else { return true };
        match catch_unwind(AssertUnwindSafe(|| app.data_received(data))) {
            Ok(()) => true,
            Err(payload) => {
                self.fatal(Error::from_panic(payload), "Fatal error on SSL protocol");
                false
            }
        }
    }

    fn call_eof_received(&self) {
        if self.told.get() != Told::Made {
            return;
        }
        self.told.set(Told::Eof);
        let Some(app) = self.current() else { return };
        // To keep the connection open is not possible within TLS.
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| app.eof_received())) {
            self.fatal(Error::from_panic(payload), "Error calling eof_received()");
        }
    }

    fn control_reading(&self) {
        let held = self.session.borrow().held();
        if held >= READ_HIGH && !self.raw_reading_paused.replace(true) {
            self.raw().pause_reading();
        } else if held <= READ_LOW && self.raw_reading_paused.replace(false) {
            self.raw().resume_reading();
        }
    }

    /// The user reads again.
    pub(super) fn resumed(&self) {
        match self.state.get() {
            State::Wrapped => self.read(&[]),
            State::Flushing => self.flush(),
            _ => {}
        }
    }

    // ---- writing ----------------------------------------------------------------------------

    /// Gives the connection below what was encrypted.
    pub(super) fn send(&self) {
        if !self.raw_writing_paused.get() {
            self.send_all();
        }
        self.control_writing();
    }

    fn send_all(&self) {
        let outgoing = self.session.borrow_mut().take_outgoing();
        if !outgoing.is_empty() {
            self.raw().write(&outgoing);
        }
    }

    pub(super) fn control_writing(&self) {
        let Some(app) = self.current() else { return };
        let size = self.session.borrow().unsent();
        self.flow.grown(size, || app.pause_writing());
        self.flow.shrunk(size, || app.resume_writing());
    }
}

/// What the connection below calls.
impl Protocol for TlsProtocol {
    fn connection_made(&self, transport: Transport) {
        // In an upgrade it is known already.
        let _ = self.raw.set(transport);
        if self.state.get() != State::Waiting {
            return;
        }
        self.state.set(State::Handshaking);
        self.arm(self.handshake_timeout, TlsProtocol::handshake_too_long);
        self.go_on_with_handshake();
    }

    fn data_received(&self, data: &[u8]) {
        match self.state.get() {
            State::Waiting => self.session.borrow_mut().hold(data),
            State::Handshaking => {
                self.session.borrow_mut().hold(data);
                self.go_on_with_handshake();
            }
            State::Wrapped | State::Flushing => self.read(data),
            State::ShuttingDown => self.shut_down(data),
            State::Unwrapped => {}
        }
    }

    fn eof_received(&self) -> bool {
        self.eof.set(true);
        match self.state.get() {
            State::Handshaking => {
                let error = self.session.borrow().closed();
                self.handshake_failed(error.into());
            }
            State::Wrapped => {
                self.state.set(State::Flushing);
                if self.reading_paused.get() {
                    return true;
                }
                self.flush();
            }
            State::Flushing => self.flush(),
            State::ShuttingDown => self.shut_down(&[]),
            State::Waiting | State::Unwrapped => {}
        }
        false
    }

    fn connection_lost(&self, error: Option<Error>) {
        self.disarm();
        self.session.borrow_mut().clear();
        self.closed.set(true);
        let handshaking = self.state.replace(State::Unwrapped) == State::Handshaking;
        let app = self.app.take();
        if let Some(app) = app
            && self.told.get() != Told::Nothing
        {
            let error = error.clone();
            self.soon(move |_| app.connection_lost(error));
        }
        let error = error.unwrap_or_else(|| {
            let text = "the connection was closed before the TLS handshake was done";
            io::Error::new(io::ErrorKind::ConnectionAborted, text).into()
        });
        match error.downcast_ref::<io::Error>() {
            Some(below) if handshaking => {
                let named = TlsError::from_io(self.session.borrow().host(), below);
                self.wake(Err(named.into()));
            }
            _ => self.wake(Err(error)),
        }
    }

    fn pause_writing(&self) {
        self.raw_writing_paused.set(true);
    }

    fn resume_writing(&self) {
        if self.raw_writing_paused.replace(false) {
            self.send();
        } else if let Some(app) = self.current() {
            // It was paused before the upgrade.
            app.resume_writing();
        }
    }
}
