//! What a program writes, read on another thread while it runs.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fourfold_kernel::fiber;

use crate::go::chan;
use crate::go::{Blocking, blocking_async, go, select, time};

/// Reads until the end, or until it is told to be content with what there is.
pub(super) struct Collector {
    bytes: Arc<Mutex<Vec<u8>>>,
    reading: Blocking<io::Result<()>>,
}

impl Collector {
    pub(super) fn new(mut from: impl Read + Send + 'static) -> Collector {
        let bytes = Arc::<Mutex<Vec<u8>>>::default();
        let into = bytes.clone();
        let reading = blocking_async(move || {
            let mut buffer = [0; 8192];
            loop {
                match from.read(&mut buffer) {
                    Ok(0) => return Ok(()),
                    Ok(read) => into
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .extend_from_slice(&buffer[..read]),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
        });
        Collector { bytes, reading }
    }

    /// What was read, and whether that was all. The program has ended; who has its output still open
    /// is waited for no longer than `patience`.
    pub(super) fn finish(self, patience: Option<Duration>) -> io::Result<(Vec<u8>, bool)> {
        let Collector { bytes, reading } = self;
        let complete = match patience {
            None => fiber::wait(reading).map(|()| true)?,
            Some(patience) => {
                let done = chan::make(1);
                let tell = done.clone();
                drop(go(async move { tell.try_send(reading.await).is_ok() }));
                select! {
                    read = recv(done) => read.transpose()?.is_some(),
                    recv(time::after(patience)) => false,
                }
            }
        };
        let bytes = std::mem::take(&mut *bytes.lock().unwrap_or_else(PoisonError::into_inner));
        Ok((bytes, complete))
    }
}
