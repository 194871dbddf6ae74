//! What the user's side of a TLS connection calls.

use std::rc::Rc;

use super::super::address::Address;
use super::super::protocols::Protocol;
use super::super::transports::{Transport, Wire};
use super::info::TlsInfo;
use super::protocol::{State, TlsProtocol};
use crate::{Error, Result};

impl Wire for TlsProtocol {
    fn write(&self, data: &[u8]) {
        match self.state.get() {
            State::Waiting | State::Handshaking => {
                self.session.borrow_mut().write(data);
                self.control_writing();
            }
            State::Wrapped => {
                self.session.borrow_mut().write(data);
                self.send();
            }
            State::Flushing | State::ShuttingDown | State::Unwrapped => {}
        }
    }

    fn write_eof(&self) {
        panic!("write_eof() is not possible within TLS; ask can_write_eof(), or close the stream");
    }

    fn can_write_eof(&self) -> bool {
        false
    }

    fn close(&self) {
        if !self.closed.replace(true) {
            self.start_shutdown();
        }
    }

    fn force_close(&self, error: Option<Error>) {
        self.abort(error);
    }

    fn is_closing(&self) -> bool {
        self.closed.get()
    }

    fn pause_reading(&self) {
        self.reading_paused.set(true);
    }

    fn resume_reading(&self) {
        if self.reading_paused.replace(false) {
            self.soon(TlsProtocol::resumed);
        }
    }

    fn is_reading(&self) -> bool {
        !self.closed.get() && !self.reading_paused.get()
    }

    fn set_write_buffer_limits(&self, high: Option<usize>, low: Option<usize>) -> Result<()> {
        self.flow.set_limits(high, low)?;
        self.control_writing();
        Ok(())
    }

    fn write_buffer_limits(&self) -> (usize, usize) {
        self.flow.limits()
    }

    fn write_buffer_size(&self) -> usize {
        self.session.borrow().unsent()
    }

    fn set_protocol(&self, protocol: Rc<dyn Protocol>) {
        let former = self.app.replace(Some(protocol));
        drop(former);
    }

    fn protocol(&self) -> Option<Rc<dyn Protocol>> {
        self.app.borrow().clone()
    }

    fn peername(&self) -> Option<Address> {
        self.raw.get().and_then(Transport::peername)
    }

    fn sockname(&self) -> Option<Address> {
        self.raw.get().and_then(Transport::sockname)
    }

    fn is_encrypted(&self) -> bool {
        true
    }

    fn tls_info(&self) -> Option<TlsInfo> {
        self.session.borrow().info()
    }
}
