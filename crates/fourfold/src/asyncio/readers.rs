//! Callbacks for file descriptors: `add_reader` and `add_writer`.
//!
//! ```text
//!   epoll ─► Reactor::poll ─► Listener::wake ─► Io::ready ─► the loop's queue ─► the callback
//!            (once a turn)    (no allocation)    (looks up      (one handle for
//!                                                 the watch)      each readiness)
//! ```
//!
//! # Level-triggered on an edge-triggered reactor
//!
//! asyncio's selectors tell again, at each poll, of what is left unread. Here the descriptor is
//! registered once more as soon as its event was told: the system then looks at it anew and puts
//! it *before* whatever becomes ready later, which is where a level-triggered poll has it. At the
//! next poll it is told only if it is ready still. Those inside the dialect who know when they
//! have drained a descriptor ask for [`Trigger::Edge`] and save that call.
//!
//! # Invariants
//!
//! 1. A watch is in the table as long as it has a reader or a writer, and is registered exactly
//!    then.
//! 2. A handle that was removed or replaced is marked as cancelled and never runs, also where it
//!    is queued already.

use std::cell::{Cell, RefCell};
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Wake, Waker};

use fourfold_kernel::reactor::{Direction, Interest, Registration};
use mio::unix::SourceFd;

use super::context::{self, Snapshot};
use super::event_loop::Loop;
use super::extras::Part;
use super::handles::{Callback, In};
use super::loop_core::Core;
use super::running;
use crate::{Error, Result};

/// When a callback hears of its descriptor again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// Each turn, as long as it is ready.
    Level,
    /// When something new arrives.
    Edge,
}

/// What a loop watches, by descriptor.
#[derive(Default)]
pub(crate) struct Io {
    /// Descriptors are small numbers, so this is the shortest way from an event to its callback.
    watches: RefCell<Vec<Option<Rc<Watch>>>>,
    /// What transports read into. Taken out while it is in use.
    read_buffer: Cell<Vec<u8>>,
}

/// One descriptor.
struct Watch {
    fd: RawFd,
    /// `None` only while it is being replaced or ended.
    registration: RefCell<Option<Registration>>,
    handlers: RefCell<[Option<Rc<IoHandle>>; 2]>,
    /// A transport's own; others keep their hands off.
    of_transport: Cell<bool>,
}

/// A callback that stays until it is removed.
pub(crate) struct IoHandle {
    call: RefCell<Box<dyn FnMut()>>,
    cancelled: Cell<bool>,
    trigger: Trigger,
    context: Snapshot,
    location: &'static Location<'static>,
}

impl IoHandle {
    pub(crate) fn cancelled(&self) -> bool {
        self.cancelled.get()
    }

    fn run(&self) {
        if !self.cancelled() {
            (self.call.borrow_mut())();
        }
    }
}

/// Woken by the reactor, on the loop's own thread, within the loop's poll.
struct Listener {
    fd: RawFd,
    direction: Direction,
}

impl Wake for Listener {
    fn wake(self: Arc<Self>) {
        running::with_running_loop(|core| {
            if let Some(io) = core.extras().find::<Io>() {
                io.ready(core, self.fd, self.direction);
            }
        });
    }
}

fn interest(handlers: &[Option<Rc<IoHandle>>; 2]) -> Option<Interest> {
    match (&handlers[0], &handlers[1]) {
        (Some(_), Some(_)) => Some(Interest::READABLE | Interest::WRITABLE),
        (Some(_), None) => Some(Interest::READABLE),
        (None, Some(_)) => Some(Interest::WRITABLE),
        (None, None) => None,
    }
}

impl Watch {
    /// Has the system look at the descriptor anew, for whatever it has handlers now.
    fn renew(&self, core: &Core) -> std::io::Result<()> {
        let Some(interest) = interest(&self.handlers.borrow()) else { return Ok(()) };
        let mut registration = self.registration.borrow_mut();
        if let Some(registration) = &*registration {
            match registration.reregister(&mut SourceFd(&self.fd), interest) {
                // The number was closed and given to another file, which is not registered yet.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                done => return done,
            }
        }
        let fresh = core.reactor_handle().register(&mut SourceFd(&self.fd), interest)?;
        for direction in [Direction::Read, Direction::Write] {
            let listener = Waker::from(Arc::new(Listener { fd: self.fd, direction }));
            fresh.set_listener(direction, Some(listener));
        }
        *registration = Some(fresh);
        Ok(())
    }

    fn end(&self) {
        self.of_transport.set(false);
        let handlers = self.handlers.take();
        handlers.iter().flatten().for_each(|handle| handle.cancelled.set(true));
        if let Some(registration) = self.registration.take() {
            // Refused only where the descriptor was closed, and then the system has forgotten it.
            let _ = registration.deregister(&mut SourceFd(&self.fd));
        }
    }
}

impl Io {
    pub(crate) fn of(core: &Core) -> Rc<Io> {
        core.extras().get::<Io>()
    }

    fn watch(&self, fd: RawFd) -> Option<Rc<Watch>> {
        self.watches.borrow().get(usize::try_from(fd).ok()?)?.clone()
    }

    /// The reactor found `fd` ready.
    fn ready(&self, core: &Core, fd: RawFd, direction: Direction) {
        let Some(watch) = self.watch(fd) else { return };
        let Some(handle) = watch.handlers.borrow()[direction as usize].clone() else { return };
        if handle.trigger == Trigger::Level {
            // Where the system refuses, the callback is not told again; the next change says why.
            let _ = watch.renew(core);
        }
        let (context, location) = (handle.context.clone(), handle.location);
        core.queue_call(Callback::new(move || handle.run(), In::Copy(context), location));
    }

    /// Calls `call` whenever `fd` is ready in `direction`, instead of who was called until now.
    pub(crate) fn set(
        &self,
        core: &Core,
        fd: RawFd,
        direction: Direction,
        trigger: Trigger,
        location: &'static Location<'static>,
        call: Box<dyn FnMut()>,
    ) -> Result<Rc<IoHandle>> {
        let handle = Rc::new(IoHandle {
            call: RefCell::new(call),
            cancelled: Cell::new(false),
            trigger,
            context: context::snapshot(),
            location,
        });
        let at =
            usize::try_from(fd).map_err(|_| Error::msg("a file descriptor is not negative"))?;
        let known = self.watch(fd);
        let watch = known.unwrap_or_else(|| {
            let watch = Rc::new(Watch {
                fd,
                registration: RefCell::new(None),
                handlers: RefCell::default(),
                of_transport: Cell::new(false),
            });
            let mut watches = self.watches.borrow_mut();
            if watches.len() <= at {
                watches.resize(at + 1, None);
            }
            watches[at] = Some(watch.clone());
            watch
        });
        let former = watch.handlers.borrow_mut()[direction as usize].replace(handle.clone());
        if let Some(former) = &former {
            former.cancelled.set(true);
        }
        if let Err(error) = watch.renew(core) {
            self.remove(core, fd, direction);
            return Err(error.into());
        }
        Ok(handle)
    }

    /// Calls no one any more. `false`: no one was called.
    pub(crate) fn remove(&self, core: &Core, fd: RawFd, direction: Direction) -> bool {
        let Some(watch) = self.watch(fd) else { return false };
        // Bound to a name: it is dropped, which is foreign code, when all borrows have ended.
        let former = watch.handlers.borrow_mut()[direction as usize].take();
        if let Some(former) = &former {
            former.cancelled.set(true);
        }
        if interest(&watch.handlers.borrow()).is_some() {
            let _ = watch.renew(core);
        } else {
            if !watch.of_transport.get() {
                self.watches.borrow_mut()[fd as usize] = None;
            }
            if let Some(registration) = watch.registration.take() {
                let _ = registration.deregister(&mut SourceFd(&fd));
            }
        }
        former.is_some()
    }

    /// Tells again at the next poll, if `fd` is ready then.
    pub(crate) fn renew(&self, core: &Core, fd: RawFd) {
        if let Some(watch) = self.watch(fd) {
            let _ = watch.renew(core);
        }
    }

    /// Whether the other side has said that it will send no more.
    pub(crate) fn read_closed(&self, fd: RawFd) -> bool {
        let Some(watch) = self.watch(fd) else { return false };
        let registration = watch.registration.borrow();
        let ready = registration.as_ref().and_then(|it| it.readiness(Direction::Read).ok()?);
        ready.is_some_and(|event| event.ready().is_read_closed())
    }

    /// From here on only a transport uses `fd`. What was left of a former user is forgotten.
    pub(crate) fn claim(&self, fd: RawFd) {
        self.release(fd);
        let at = fd as usize;
        let mut watches = self.watches.borrow_mut();
        if watches.len() <= at {
            watches.resize(at + 1, None);
        }
        watches[at] = Some(Rc::new(Watch {
            fd,
            registration: RefCell::new(None),
            handlers: RefCell::default(),
            of_transport: Cell::new(true),
        }));
    }

    /// The transport is closing: what is left to be watched is, but no one is kept away.
    pub(crate) fn unclaim(&self, fd: RawFd) {
        if let Some(watch) = self.watch(fd) {
            watch.of_transport.set(false);
        }
    }

    /// Before `fd` is closed.
    pub(crate) fn release(&self, fd: RawFd) {
        let watch = self.watches.borrow_mut().get_mut(fd as usize).and_then(Option::take);
        if let Some(watch) = watch {
            watch.end();
        }
    }

    pub(crate) fn refuse_transports(&self, fd: RawFd) -> Result<()> {
        if self.watch(fd).is_some_and(|watch| watch.of_transport.get()) {
            return Err(Error::msg(format!(
                "File descriptor {fd} is used by a transport; pause or close the transport and \
                 leave its descriptor to it"
            )));
        }
        Ok(())
    }

    /// Lends the loop's read buffer, which is as long as one read may be.
    pub(crate) fn with_read_buffer<R>(&self, f: impl FnOnce(&mut [u8]) -> R) -> R {
        let mut buffer = self.read_buffer.take();
        buffer.resize(READ_SIZE, 0);
        let result = f(&mut buffer);
        self.read_buffer.set(buffer);
        result
    }
}

/// How much a transport reads at once.
pub(crate) const READ_SIZE: usize = 256 * 1024;

impl Part for Io {
    fn close(&self) {
        let watches = self.watches.take();
        watches.iter().flatten().for_each(|watch| watch.end());
    }
}

impl Loop {
    /// Calls `f` on the loop at each turn in which `fd` has something to read, be it an end or an
    /// error, until [`remove_reader`](Loop::remove_reader). A reader that is there already is
    /// replaced. What is left unread is told again on the next turn.
    ///
    /// `f` runs in a copy of the current context; a panic in it goes to the exception handler, and
    /// it stays. Remove it before `fd` is closed. Only the loop's own thread.
    ///
    /// # Errors
    ///
    /// Where the loop is closed, `fd` belongs to a transport, or the system cannot watch it, as
    /// with a regular file.
    ///
    /// The original is
    /// [`loop.add_reader`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.add_reader).
    ///
    /// ```
    /// use std::io::{Read, Write};
    /// use std::os::unix::net::UnixStream;
    /// use fourfold::asyncio;
    ///
    /// let byte = asyncio::run(async {
    ///     let event_loop = asyncio::get_running_loop()?;
    ///     let (mut here, mut there) = UnixStream::pair()?;
    ///     let received = event_loop.create_future();
    ///     let (set, mut from) = (received.clone(), here.try_clone()?);
    ///     event_loop.add_reader(&here, move || {
    ///         let mut byte = [0];
    ///         from.read_exact(&mut byte).unwrap();
    ///         set.set_result(byte[0]).unwrap();
    ///     })?;
    ///     there.write_all(b"x")?;
    ///     let byte = received.await?;
    ///     event_loop.remove_reader(&here)?;
    ///     Ok(byte)
    /// });
    /// assert_eq!(byte.unwrap(), b'x');
    /// ```
    #[track_caller]
    pub fn add_reader(&self, fd: impl AsFd, f: impl FnMut() + 'static) -> Result<()> {
        self.add_watch(fd.as_fd().as_raw_fd(), Direction::Read, Box::new(f))
    }

    /// Calls `f` at each turn in which `fd` has room to write; otherwise as
    /// [`add_reader`](Loop::add_reader).
    ///
    /// # Errors
    ///
    /// As [`add_reader`](Loop::add_reader).
    ///
    /// The original is
    /// [`loop.add_writer`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.add_writer).
    #[track_caller]
    pub fn add_writer(&self, fd: impl AsFd, f: impl FnMut() + 'static) -> Result<()> {
        self.add_watch(fd.as_fd().as_raw_fd(), Direction::Write, Box::new(f))
    }

    /// Ends what [`add_reader`](Loop::add_reader) began, also where the callback is queued
    /// already. `false`: there was no reader, or the loop is closed.
    ///
    /// # Errors
    ///
    /// Where `fd` belongs to a transport.
    ///
    /// The original is
    /// [`loop.remove_reader`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.remove_reader).
    pub fn remove_reader(&self, fd: impl AsFd) -> Result<bool> {
        self.remove_watch(fd.as_fd().as_raw_fd(), Direction::Read)
    }

    /// Ends what [`add_writer`](Loop::add_writer) began; otherwise as
    /// [`remove_reader`](Loop::remove_reader).
    ///
    /// # Errors
    ///
    /// Where `fd` belongs to a transport.
    ///
    /// The original is
    /// [`loop.remove_writer`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.remove_writer).
    pub fn remove_writer(&self, fd: impl AsFd) -> Result<bool> {
        self.remove_watch(fd.as_fd().as_raw_fd(), Direction::Write)
    }

    #[track_caller]
    fn add_watch(&self, fd: RawFd, direction: Direction, f: Box<dyn FnMut()>) -> Result<()> {
        if self.is_closed() {
            return Err(Error::msg("Event loop is closed"));
        }
        let io = Io::of(self.core());
        io.refuse_transports(fd)?;
        io.set(self.core(), fd, direction, Trigger::Level, Location::caller(), f)?;
        Ok(())
    }

    fn remove_watch(&self, fd: RawFd, direction: Direction) -> Result<bool> {
        if self.is_closed() {
            return Ok(false);
        }
        let io = Io::of(self.core());
        io.refuse_transports(fd)?;
        Ok(io.remove(self.core(), fd, direction))
    }
}
