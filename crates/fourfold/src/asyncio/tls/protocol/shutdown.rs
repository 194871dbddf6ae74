//! How a TLS connection ends.
//!
//! ```text
//!   close ─► Flushing ─► close_notify sent ─► ShuttingDown ─► the other side's received ─► closed
//!                                                 └─ 30 s ─► cut off
//! ```
//!
//! Where the other side is first, the same states are passed at once.

use std::io;

use super::super::super::event_loop::ExceptionContext;
use super::{State, TlsProtocol};
use crate::Error;
use crate::tls::TlsError;

impl TlsProtocol {
    pub(in super::super) fn start_shutdown(&self) {
        match self.state.get() {
            State::Waiting | State::Handshaking => self.abort(None),
            // A loop that is closed calls nobody back.
            State::Wrapped if self.core.is_closed() => self.abort(None),
            State::Wrapped => {
                self.closed.set(true);
                self.state.set(State::Flushing);
                self.arm(self.shutdown_timeout, TlsProtocol::shutdown_too_long);
                self.flush();
            }
            State::Flushing | State::ShuttingDown | State::Unwrapped => {}
        }
    }

    fn shutdown_too_long(&self) {
        if matches!(self.state.get(), State::Flushing | State::ShuttingDown) {
            self.raw().force_close(Some(Error::timed_out_with("SSL shutdown timed out")));
        }
    }

    pub(super) fn flush(&self) {
        self.read(&[]);
        if self.state.get() == State::Flushing {
            self.state.set(State::ShuttingDown);
            self.shut_down(&[]);
        }
    }

    pub(super) fn shut_down(&self, data: &[u8]) {
        let ended = {
            let mut session = self.session.borrow_mut();
            if !self.eof.get() {
                session.send_close_notify();
            }
            session.receive(data, &mut Vec::new())
        };
        self.send();
        match ended {
            Err(error) => self.fatal(error.into(), "Fatal error on SSL protocol"),
            Ok(ended) if ended || self.eof.get() => {
                self.call_eof_received();
                if self.state.get() == State::ShuttingDown {
                    self.shutdown_done();
                }
            }
            // What the other side sends before its end has to be received, if only for that.
            Ok(_) => self.control_reading(),
        }
    }

    fn shutdown_done(&self) {
        self.disarm();
        self.send_all();
        self.soon(|this| this.raw().close());
    }

    pub(in super::super) fn abort(&self, error: Option<Error>) {
        self.closed.set(true);
        self.state.set(State::Unwrapped);
        if let Some(raw) = self.raw.get() {
            raw.force_close(error);
        }
    }

    pub(super) fn fatal(&self, error: Error, message: &str) {
        self.abort(Some(error.clone()));
        if !error.is::<io::Error>() && !error.is::<TlsError>() {
            self.core.report(ExceptionContext::new(message, Some(error)));
        }
    }
}
