//! The reading side of a stream: bytes that arrive, and coroutines that wait for them.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use super::futures::Future;
use super::tasks::running_core;
use super::transports::Transport;
use crate::{Error, Result};

/// How long a line may be where nothing else is said: 64 KiB. Twice as much is buffered.
pub const DEFAULT_LIMIT: usize = 64 * 1024;

/// A stream ended in the middle of what was asked for. The cause of an [`Error`]; downcast to it.
///
/// The original is
/// [`asyncio.IncompleteReadError`](https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.IncompleteReadError).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncompleteReadError {
    /// What came before the end.
    pub partial: Vec<u8>,
    /// How many bytes were asked for, if that was known.
    pub expected: Option<usize>,
}

impl fmt::Display for IncompleteReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let read = self.partial.len();
        match self.expected {
            Some(expected) => {
                write!(f, "{read} bytes read on a total of {expected} expected bytes")
            }
            None => write!(f, "{read} bytes read on a total of undefined expected bytes"),
        }
    }
}

impl std::error::Error for IncompleteReadError {}

/// No separator came within the limit of a stream.
///
/// The original is
/// [`asyncio.LimitOverrunError`](https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.LimitOverrunError).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitOverrunError {
    message: &'static str,
    /// How many bytes of the buffer are sure to be in front of a separator. They are still there.
    pub consumed: usize,
}

impl fmt::Display for LimitOverrunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl std::error::Error for LimitOverrunError {}

/// What [`StreamReader::readuntil`] may be given: one separator or several.
pub trait Separators {
    /// The separators. An empty one is refused.
    fn separators(&self) -> Vec<&[u8]>;
}

impl Separators for [u8] {
    fn separators(&self) -> Vec<&[u8]> {
        vec![self]
    }
}

impl<const N: usize> Separators for [u8; N] {
    fn separators(&self) -> Vec<&[u8]> {
        vec![self]
    }
}

impl Separators for [&[u8]] {
    fn separators(&self) -> Vec<&[u8]> {
        self.to_vec()
    }
}

impl<const N: usize> Separators for [&[u8]; N] {
    fn separators(&self) -> Vec<&[u8]> {
        self.to_vec()
    }
}

/// Bytes that arrive, read as they are needed. Clones read from the same stream.
///
/// One coroutine reads at a time. If a read is cancelled nothing is lost. Where more is buffered
/// than twice the limit the connection is paused, so that the other side has to wait.
///
/// The original is
/// [`asyncio.StreamReader`](https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamReader).
///
/// ```
/// use fourfold::asyncio::{self, StreamReader};
///
/// let lines = asyncio::run(async {
///     let reader = StreamReader::new(1024)?;
///     reader.feed_data(b"one\ntwo");
///     reader.feed_eof();
///     Ok((reader.readline().await?, reader.readline().await?))
/// });
/// assert_eq!(lines.unwrap(), (b"one\n".to_vec(), b"two".to_vec()));
/// ```
#[derive(Clone)]
pub struct StreamReader(Rc<Inner>);

struct Inner {
    limit: usize,
    buffer: RefCell<Buffer>,
    eof: Cell<bool>,
    waiter: RefCell<Option<Future<()>>>,
    exception: RefCell<Option<Error>>,
    transport: RefCell<Option<Transport>>,
    paused: Cell<bool>,
}

/// Bytes that are taken from the front. What was taken is given back only when it is much, or
/// each small read would move all that is left.
#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    taken: usize,
}

impl Buffer {
    fn left(&self) -> &[u8] {
        &self.bytes[self.taken..]
    }

    fn push(&mut self, data: &[u8]) {
        if self.taken > self.bytes.len() / 2 {
            self.bytes.drain(..self.taken);
            self.taken = 0;
        }
        self.bytes.extend_from_slice(data);
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let end = self.taken + count.min(self.left().len());
        let data = self.bytes[self.taken..end].to_vec();
        self.skip(data.len());
        data
    }

    fn skip(&mut self, count: usize) {
        self.taken += count;
        if self.taken == self.bytes.len() {
            self.bytes.clear();
            self.taken = 0;
        }
    }
}

fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let haystack = haystack.get(from..)?;
    let at = match needle {
        [byte] => haystack.iter().position(|found| found == byte),
        _ => haystack.windows(needle.len()).position(|found| found == needle),
    };
    at.map(|at| at + from)
}

const NOT_FOUND: &str = "Separator is not found, and chunk exceed the limit";
const TOO_LONG: &str = "Separator is found, but chunk is longer than limit";

impl StreamReader {
    /// A reader that is fed by hand, whose lines are no longer than `limit`.
    ///
    /// # Errors
    ///
    /// Where `limit` is 0.
    pub fn new(limit: usize) -> Result<StreamReader> {
        if limit == 0 {
            return Err(Error::msg("Limit cannot be <= 0"));
        }
        Ok(StreamReader(Rc::new(Inner {
            limit,
            buffer: RefCell::default(),
            eof: Cell::new(false),
            waiter: RefCell::new(None),
            exception: RefCell::new(None),
            transport: RefCell::new(None),
            paused: Cell::new(false),
        })))
    }

    /// The error that ended the stream, if one did.
    pub fn exception(&self) -> Option<Error> {
        self.0.exception.borrow().clone()
    }

    /// Ends the stream with an error, for whoever reads now or later.
    pub fn set_exception(&self, error: impl Into<Error>) {
        let error = error.into();
        self.0.exception.replace(Some(error.clone()));
        if let Some(waiter) = self.0.waiter.take()
            && !waiter.done()
        {
            let _ = waiter.set_exception(error);
        }
    }

    fn wake(&self) {
        if let Some(waiter) = self.0.waiter.take()
            && !waiter.done()
        {
            let _ = waiter.set_result(());
        }
    }

    pub(crate) fn set_transport(&self, transport: Transport) {
        let former = self.0.transport.replace(Some(transport));
        debug_assert!(former.is_none(), "Transport already set");
    }

    /// The connection was upgraded.
    #[cfg(feature = "tls")]
    pub(crate) fn replace_transport(&self, transport: Transport) {
        let former = self.0.transport.replace(Some(transport));
        drop(former);
    }

    /// Takes all that nobody has read, as if it had not come; who does this lets more come.
    #[cfg(feature = "tls")]
    pub(crate) fn take_buffered(&self) -> Vec<u8> {
        self.0.paused.set(false);
        self.0.buffer.borrow_mut().take(usize::MAX)
    }

    /// The connection is lost: it and this reader hold each other no longer.
    pub(crate) fn forget_transport(&self) {
        drop(self.0.transport.take());
    }

    /// Adds bytes. Tests and bridges from other sources feed a reader by hand.
    ///
    /// # Panics
    ///
    /// After [`feed_eof`](StreamReader::feed_eof).
    pub fn feed_data(&self, data: &[u8]) {
        assert!(!self.0.eof.get(), "feed_data after feed_eof");
        if data.is_empty() {
            return;
        }
        let buffered = {
            let mut buffer = self.0.buffer.borrow_mut();
            buffer.push(data);
            buffer.left().len()
        };
        self.wake();
        if !self.0.paused.get() && buffered > self.0.limit.saturating_mul(2) {
            let transport = self.0.transport.borrow().clone();
            if let Some(transport) = transport {
                transport.pause_reading();
                self.0.paused.set(true);
            }
        }
    }

    /// No more bytes will come.
    pub fn feed_eof(&self) {
        self.0.eof.set(true);
        self.wake();
    }

    /// Whether the stream is over and all of it was read.
    pub fn at_eof(&self) -> bool {
        self.0.eof.get() && self.buffered() == 0
    }

    fn buffered(&self) -> usize {
        self.0.buffer.borrow().left().len()
    }

    fn resume(&self) {
        if self.0.paused.replace(false) {
            let transport = self.0.transport.borrow().clone();
            if let Some(transport) = transport {
                transport.resume_reading();
            }
        }
    }

    fn maybe_resume(&self) {
        if self.0.paused.get() && self.buffered() <= self.0.limit {
            self.resume();
        }
    }

    fn check(&self) -> Result<()> {
        self.exception().map_or(Ok(()), Err)
    }

    /// Waits until something arrives, be it the end.
    async fn wait_for_data(&self, who: &str) -> Result<()> {
        if self.0.waiter.borrow().is_some() {
            return Err(Error::msg(format!(
                "{who}() called while another coroutine is already waiting for incoming data"
            )));
        }
        // One who waits while the connection is paused would wait for ever.
        self.resume();
        let waiter = Future::<()>::new(&running_core());
        self.0.waiter.replace(Some(waiter.clone()));
        let _gone = NoWaiter(self, waiter.clone());
        waiter.await
    }

    /// Reads at most `limit` bytes, waiting until there is at least one; none at the end.
    ///
    /// # Errors
    ///
    /// The error that ended the stream; where another coroutine reads already.
    pub async fn read(&self, limit: usize) -> Result<Vec<u8>> {
        self.check()?;
        if limit == 0 {
            return Ok(Vec::new());
        }
        if self.buffered() == 0 && !self.0.eof.get() {
            self.wait_for_data("read").await?;
        }
        let data = self.0.buffer.borrow_mut().take(limit);
        self.maybe_resume();
        Ok(data)
    }

    /// Reads all that is left, until the end. `read()` and `read(-1)` in the original.
    ///
    /// If the task is cancelled here, what was read until then is lost.
    ///
    /// # Errors
    ///
    /// As [`read`](StreamReader::read).
    pub async fn read_to_end(&self) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        loop {
            let block = self.read(self.0.limit).await?;
            if block.is_empty() {
                return Ok(all);
            }
            all.extend(block);
        }
    }

    /// Reads one line with its `\n`; at the end what is left, without one.
    ///
    /// # Errors
    ///
    /// As [`readuntil`](StreamReader::readuntil), but a line that is too long is dropped, with
    /// its end if that was there, and the error is but a text.
    pub async fn readline(&self) -> Result<Vec<u8>> {
        let error = match self.readuntil(b"\n").await {
            Ok(line) => return Ok(line),
            Err(error) => error,
        };
        if let Some(incomplete) = error.downcast_ref::<IncompleteReadError>() {
            return Ok(incomplete.partial.clone());
        }
        let Some(overrun) = error.downcast_ref::<LimitOverrunError>() else { return Err(error) };
        {
            let mut buffer = self.0.buffer.borrow_mut();
            let ended = buffer.left().get(overrun.consumed) == Some(&b'\n');
            let drop = if ended { overrun.consumed + 1 } else { buffer.left().len() };
            buffer.skip(drop);
        }
        self.maybe_resume();
        Err(Error::msg(overrun.message))
    }

    /// Reads up to and with the separator; of several, the one that ends first.
    ///
    /// # Errors
    ///
    /// [`IncompleteReadError`] where the stream ends before; [`LimitOverrunError`] where no
    /// separator comes within the limit, and then nothing was taken; an empty separator; and as
    /// [`read`](StreamReader::read).
    ///
    /// ```
    /// use fourfold::asyncio::{self, StreamReader};
    ///
    /// let parts = asyncio::run(async {
    ///     let reader = StreamReader::new(1024)?;
    ///     reader.feed_data(b"x,y;");
    ///     let either: [&[u8]; 2] = [b";", b","];
    ///     Ok((reader.readuntil(&either).await?, reader.readuntil(&either).await?))
    /// });
    /// assert_eq!(parts.unwrap(), (b"x,".to_vec(), b"y;".to_vec()));
    /// ```
    pub async fn readuntil(&self, separator: &(impl Separators + ?Sized)) -> Result<Vec<u8>> {
        let mut separators = separator.separators();
        separators.sort_by_key(|separator| separator.len());
        let (Some(shortest), Some(longest)) = (separators.first(), separators.last()) else {
            return Err(Error::msg("Separator should contain at least one element"));
        };
        let (shortest, longest) = (shortest.len(), longest.len());
        if shortest == 0 {
            return Err(Error::msg("Separator should be at least one-byte string"));
        }
        self.check()?;
        // No separator begins before this.
        let mut searched = 0;
        let (start, end) = loop {
            let found = {
                let buffer = self.0.buffer.borrow();
                let ends = separators.iter().filter_map(|separator| {
                    let start = find(buffer.left(), separator, searched)?;
                    Some((start, start + separator.len()))
                });
                ends.min_by_key(|(_, end)| *end)
            };
            if let Some(found) = found {
                break found;
            }
            let buffered = self.buffered();
            if buffered >= searched + shortest {
                // The longest one may be here but for its last byte.
                searched = (buffered + 1).saturating_sub(longest);
                if searched > self.0.limit {
                    return Err(LimitOverrunError { message: NOT_FOUND, consumed: searched }.into());
                }
            }
            if self.0.eof.get() {
                let partial = self.0.buffer.borrow_mut().take(usize::MAX);
                return Err(IncompleteReadError { partial, expected: None }.into());
            }
            self.wait_for_data("readuntil").await?;
        };
        if start > self.0.limit {
            return Err(LimitOverrunError { message: TOO_LONG, consumed: start }.into());
        }
        let chunk = self.0.buffer.borrow_mut().take(end);
        self.maybe_resume();
        Ok(chunk)
    }

    /// Reads exactly `count` bytes, which may be more than the limit.
    ///
    /// # Errors
    ///
    /// [`IncompleteReadError`] where the stream ends before; and as [`read`](StreamReader::read).
    pub async fn readexactly(&self, count: usize) -> Result<Vec<u8>> {
        self.check()?;
        while self.buffered() < count {
            if self.0.eof.get() {
                let partial = self.0.buffer.borrow_mut().take(usize::MAX);
                return Err(IncompleteReadError { partial, expected: Some(count) }.into());
            }
            self.wait_for_data("readexactly").await?;
        }
        let data = self.0.buffer.borrow_mut().take(count);
        self.maybe_resume();
        Ok(data)
    }
}

/// The coroutine that waited does so no more, however that came.
struct NoWaiter<'a>(&'a StreamReader, Future<()>);

impl Drop for NoWaiter<'_> {
    fn drop(&mut self) {
        let mut waiter = self.0.0.waiter.borrow_mut();
        if waiter.as_ref().is_some_and(|waiter| waiter.same(&self.1)) {
            let gone = waiter.take();
            drop(waiter);
            drop(gone);
        }
    }
}

impl fmt::Debug for StreamReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamReader")
            .field("buffered", &self.buffered())
            .field("eof", &self.0.eof.get())
            .field("limit", &self.0.limit)
            .field("exception", &self.exception())
            .field("paused", &self.0.paused.get())
            .finish()
    }
}
