//! rustls with its buffers: bytes in, bytes out, no I/O.
//!
//! ```text
//!   received ─► incoming ─► tls ─► plaintext
//!   written ─► backlog ─► tls ─► outgoing ─► to be sent
//! ```
//!
//! `incoming` is not empty only while the handshake waits for more or the user reads nothing;
//! `backlog` only before the handshake is done.

use std::io::{Read as _, Write as _};

use rustls::Connection;

use super::info::TlsInfo;
use crate::tls::{TlsError, TlsReason};

pub(super) struct Session {
    tls: Connection,
    host: String,
    incoming: Vec<u8>,
    outgoing: Vec<u8>,
    backlog: Vec<u8>,
    close_sent: bool,
}

impl Session {
    pub(super) fn new(host: String, mut tls: Connection) -> Session {
        // What waits is limited by asking the user to pause, and not by taking less.
        tls.set_buffer_limit(None);
        Session {
            tls,
            host,
            incoming: Vec::new(),
            outgoing: Vec::new(),
            backlog: Vec::new(),
            close_sent: false,
        }
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn info(&self) -> Option<TlsInfo> {
        let done = !self.tls.is_handshaking();
        done.then(|| TlsInfo::of(&self.tls, &self.host)).flatten()
    }

    /// Keeps what was received until it is asked for.
    pub(super) fn hold(&mut self, data: &[u8]) {
        self.incoming.extend_from_slice(data);
    }

    /// How much was received and is kept.
    pub(super) fn held(&self) -> usize {
        self.incoming.len()
    }

    /// How much was written and is not yet taken to be sent.
    pub(super) fn unsent(&self) -> usize {
        self.backlog.len() + self.outgoing.len()
    }

    /// Goes on with the handshake; whether it is done.
    pub(super) fn handshake(&mut self) -> Result<bool, TlsError> {
        let incoming = std::mem::take(&mut self.incoming);
        let mut left = incoming.as_slice();
        let done = loop {
            if !self.tls.is_handshaking() {
                break Ok(true);
            }
            if left.is_empty() {
                break Ok(false);
            }
            match self.tls.read_tls(&mut left) {
                Ok(0) => break Err(self.closed()),
                Ok(_) => {}
                Err(error) => break Err(TlsError::from_io(&self.host, &error)),
            }
            match self.tls.process_new_packets() {
                Ok(state) if state.peer_has_closed() && self.tls.is_handshaking() => {
                    break Err(self.closed());
                }
                Ok(_) => {}
                Err(error) => break Err(TlsError::from_rustls(&self.host, &error)),
            }
        };
        self.incoming = left.to_vec();
        self.encrypt();
        done
    }

    /// The other side left within the handshake.
    pub(super) fn closed(&self) -> TlsError {
        TlsError::new(&self.host, TlsReason::Closed)
    }

    /// Decrypts what was held and `data` onto the end of `plaintext`; whether the other side said
    /// that no more follows. An error is met behind what was decrypted.
    pub(super) fn receive(
        &mut self,
        data: &[u8],
        plaintext: &mut Vec<u8>,
    ) -> Result<bool, TlsError> {
        let ended = if self.incoming.is_empty() {
            self.decrypt(data, plaintext)
        } else {
            self.incoming.extend_from_slice(data);
            let incoming = std::mem::take(&mut self.incoming);
            self.decrypt(&incoming, plaintext)
        };
        // An answer to a new key, or an alert.
        self.encrypt();
        ended
    }

    fn decrypt(&mut self, mut data: &[u8], plaintext: &mut Vec<u8>) -> Result<bool, TlsError> {
        loop {
            let state = self
                .tls
                .process_new_packets()
                .map_err(|error| TlsError::from_rustls(&self.host, &error))?;
            let (start, new) = (plaintext.len(), state.plaintext_bytes_to_read());
            plaintext.resize(start + new, 0);
            self.tls
                .reader()
                .read_exact(&mut plaintext[start..])
                .map_err(|error| TlsError::from_io(&self.host, &error))?;
            if state.peer_has_closed() {
                return Ok(true);
            }
            if data.is_empty() {
                return Ok(false);
            }
            match self.tls.read_tls(&mut data) {
                Ok(0) => return Ok(true),
                Ok(_) => {}
                Err(error) => return Err(TlsError::from_io(&self.host, &error)),
            }
        }
    }

    /// Encrypts `data`; before the handshake is done it is kept.
    pub(super) fn write(&mut self, data: &[u8]) {
        if self.tls.is_handshaking() {
            return self.backlog.extend_from_slice(data);
        }
        self.flush_backlog();
        self.encrypt_all(data);
    }

    /// The handshake is done: encrypts what was written meanwhile.
    pub(super) fn flush_backlog(&mut self) {
        let backlog = std::mem::take(&mut self.backlog);
        self.encrypt_all(&backlog);
    }

    fn encrypt_all(&mut self, data: &[u8]) {
        self.tls.writer().write_all(data).expect("a session without a limit takes everything");
        self.encrypt();
    }

    /// Says to the other side, once, that no more follows.
    pub(super) fn send_close_notify(&mut self) {
        if !std::mem::replace(&mut self.close_sent, true) {
            self.tls.send_close_notify();
            self.encrypt();
        }
    }

    fn encrypt(&mut self) {
        while self.tls.wants_write() {
            self.tls.write_tls(&mut self.outgoing).expect("a vector takes everything");
        }
    }

    pub(super) fn take_outgoing(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.outgoing)
    }

    /// The connection is lost: nothing is sent or received any more.
    pub(super) fn clear(&mut self) {
        self.incoming = Vec::new();
        self.outgoing = Vec::new();
        self.backlog = Vec::new();
    }
}
