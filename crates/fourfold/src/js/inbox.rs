//! How other threads reach a loop.
//!
//! What is sent is a message and the number of its receiver. The receiver itself, whose functions need
//! not be `Send`, stays on the loop's thread.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use fourfold_kernel::blocking::{Config, Pool};
use fourfold_kernel::task::{Orphan, Runnable};
use fourfold_kernel::trace;

use super::async_local_storage;
use super::callback::{Callback, Outcome};
use super::cell::PromiseData;
use super::core::{self, Core, CoreRef};
use super::microtasks::Job;
use crate::{Error, Result};

/// What other threads send to a loop.
pub(crate) enum Remote {
    Run(Runnable<PromiseData>),
    Orphan(Orphan<PromiseData>),
    /// To the receiver of this number, if there is one still.
    Message(u64, Box<dyn Any + Send>),
    /// What async functions there are.
    Asked(trace::Asked),
    /// Only that the loop is to look up.
    Nothing,
}

/// The receivers of a loop.
#[derive(Default)]
pub(super) struct Receivers {
    numbers: Cell<u64>,
    open: RefCell<HashMap<u64, Rc<dyn Receiver>>>,
}

/// Who takes messages, on the loop's thread.
trait Receiver {
    fn receive(self: Rc<Self>, number: u64, message: Box<dyn Any + Send>) -> Result<()>;
}

impl Receivers {
    fn add(&self, receiver: Rc<dyn Receiver>) -> u64 {
        let number = self.numbers.get();
        self.numbers.set(number + 1);
        self.open.borrow_mut().insert(number, receiver);
        number
    }

    fn remove(&self, number: u64) {
        let gone = self.open.borrow_mut().remove(&number);
        drop(gone);
    }

    pub(super) fn clear(&self) {
        let gone = self.open.take();
        drop(gone);
    }
}

impl Core {
    /// Hands something to the loop from any thread. It comes back where the loop has ended, unless its
    /// own thread would have to take it back, which does not come any more: then it is leaked.
    pub(super) fn send(&self, remote: Remote) -> std::result::Result<(), Box<dyn Any + Send>> {
        match self.door.send(remote) {
            Ok(()) => Ok(()),
            Err(closed) => match closed.0 {
                Remote::Message(_, message) => Err(message),
                Remote::Asked(asked) => Err(Box::new(asked)),
                other => {
                    std::mem::forget(other);
                    Err(Box::new(()))
                }
            },
        }
    }

    /// A message has arrived: a callback of the poll phase.
    pub(super) fn receive(&self, number: u64, message: Box<dyn Any + Send>) {
        let receiver = self.local().receivers.open.borrow().get(&number).cloned();
        if let Some(receiver) = receiver {
            let call = Callback::new(move || receiver.receive(number, message));
            self.run_callback(Job::without_frame(call));
        }
    }
}

/// A place to which other threads send messages, and a function that is called with each, in the poll
/// phase of the loop.
///
/// While it is open the loop goes on, unless told not to by [`unref`](Inbox::unref). A clone is the same
/// inbox; dropping it does not close it.
///
/// The originals are
/// [`MessagePort`](https://nodejs.org/api/worker_threads.html#class-messageport) and, below it, libuv's
/// [`uv_async_t`](https://docs.libuv.org/en/v1.x/async.html); unlike the latter each message counts.
///
/// ```
/// use fourfold::js::{self, Inbox};
///
/// js::run(async {
///     let inbox = Inbox::new(|n: u32, inbox: &Inbox<u32>| {
///         println!("{n}");
///         if n == 2 {
///             inbox.close(|| println!("closed"));
///         }
///     });
///     let sender = inbox.sender();
///     std::thread::spawn(move || (0..3).for_each(|n| sender.send(n).unwrap()));
///     Ok(())
/// })
/// # ?; Ok::<(), fourfold::Error>(())
/// ```
pub struct Inbox<M: 'static> {
    core: CoreRef,
    number: u64,
    shared: Arc<AtomicBool>,
    referenced: Rc<Cell<bool>>,
    _messages: PhantomData<fn(M)>,
}

/// The function of an inbox.
struct Open<M: 'static> {
    inbox: Inbox<M>,
    on_message: OnMessage<M>,
}

type OnMessage<M> = Box<dyn Fn(M, &Inbox<M>) -> Result<()>>;

impl<M: 'static> Receiver for Open<M> {
    fn receive(self: Rc<Self>, _: u64, message: Box<dyn Any + Send>) -> Result<()> {
        match message.downcast::<M>() {
            Ok(message) => (self.on_message)(*message, &self.inbox),
            Err(_) => Ok(()),
        }
    }
}

impl<M: Send + 'static> Inbox<M> {
    /// Opens an inbox of the running loop. What `on_message` throws is an uncaught exception.
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    #[track_caller]
    pub fn new<R: Outcome>(on_message: impl Fn(M, &Inbox<M>) -> R + 'static) -> Inbox<M> {
        core::with_running(|core| {
            let receivers = &core.local().receivers;
            let inbox = Inbox {
                core: CoreRef::new(core),
                number: receivers.numbers.get(),
                shared: Arc::new(AtomicBool::new(false)),
                referenced: Rc::new(Cell::new(true)),
                _messages: PhantomData,
            };
            core.add_references(1);
            receivers.add(Rc::new(Open {
                inbox: inbox.clone(),
                on_message: Box::new(move |message, inbox| {
                    on_message(message, inbox).into_result()
                }),
            }));
            inbox
        })
    }

    /// What other threads send with.
    pub fn sender(&self) -> Sender<M> {
        Sender {
            core: Arc::downgrade(&self.core.this()),
            closed: self.shared.clone(),
            number: self.number,
            _messages: PhantomData,
        }
    }
}

impl<M: 'static> Inbox<M> {
    /// Takes no more messages, and calls `closed` in the close phase. Messages that have not arrived are
    /// dropped. Closing it again changes nothing.
    pub fn close<R: Outcome>(&self, closed: impl FnOnce() -> R + 'static) {
        if self.shared.swap(true, Ordering::AcqRel) {
            return;
        }
        self.unref();
        self.core.owned().receivers.remove(self.number);
        self.core.owned().closing.borrow_mut().push(Job::new(Callback::new(closed)));
    }

    /// Has the loop go on while it is open, which it does unless told otherwise.
    pub fn ref_(&self) {
        if !self.shared.load(Ordering::Acquire) && !self.referenced.replace(true) {
            self.core.add_references(1);
        }
    }

    /// Lets the loop end though it is open.
    pub fn unref(&self) {
        if self.referenced.replace(false) {
            self.core.add_references(-1);
        }
    }

    /// Whether the loop goes on for it.
    pub fn has_ref(&self) -> bool {
        self.referenced.get()
    }
}

impl<M: 'static> Clone for Inbox<M> {
    fn clone(&self) -> Self {
        Inbox {
            core: self.core.clone(),
            number: self.number,
            shared: self.shared.clone(),
            referenced: self.referenced.clone(),
            _messages: PhantomData,
        }
    }
}

impl<M: 'static> fmt::Debug for Inbox<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("has_ref", &self.has_ref()).finish_non_exhaustive()
    }
}

/// Sends messages to an [`Inbox`], from any thread.
pub struct Sender<M> {
    core: std::sync::Weak<Core>,
    closed: Arc<AtomicBool>,
    number: u64,
    _messages: PhantomData<fn(M)>,
}

impl<M: Send + 'static> Sender<M> {
    /// Sends a message. Does not wait.
    ///
    /// # Errors
    ///
    /// The message itself, where the inbox is closed or its loop has ended.
    pub fn send(&self, message: M) -> std::result::Result<(), M> {
        let core = self.core.upgrade().filter(|_| !self.closed.load(Ordering::Acquire));
        let Some(core) = core else { return Err(message) };
        core.send(Remote::Message(self.number, Box::new(message)))
            .map_err(|refused| *refused.downcast().expect("the message that was sent"))
    }
}

impl<M> Clone for Sender<M> {
    fn clone(&self) -> Self {
        Sender {
            core: self.core.clone(),
            closed: self.closed.clone(),
            number: self.number,
            _messages: PhantomData,
        }
    }
}

impl<M> fmt::Debug for Sender<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("closed", &self.closed).finish_non_exhaustive()
    }
}

/// Runs `work` on a thread for what blocks, and then calls `after` with what it gave, in the poll phase.
/// The loop goes on until then.
///
/// What `work` panics with is an error to
/// `after`; what `after` throws is an uncaught exception. There are four such threads for all loops of the
/// process, as in Node. [`promisify`](super::promisify) makes a promise of it.
///
/// The original is libuv's
/// [`uv_queue_work`](https://docs.libuv.org/en/v1.x/threadpool.html).
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread, and where the system refuses a thread.
///
/// ```
/// use fourfold::js;
///
/// js::run(async {
///     js::queue_work(|| Ok(6 * 7), |answer| println!("{}", answer.unwrap()));
///     Ok(())
/// })
/// # ?; Ok::<(), fourfold::Error>(())
/// ```
#[track_caller]
pub fn queue_work<T, R>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
    after: impl FnOnce(Result<T>) -> R + 'static,
) where
    T: Send + 'static,
    R: Outcome,
{
    core::with_running(|core| {
        let frame = async_local_storage::capture();
        let after = move |outcome| {
            let _frame = async_local_storage::enter(frame);
            after(outcome).into_result()
        };
        let receiver: After<T> = After(Cell::new(Some(Box::new(after))));
        let number = core.local().receivers.add(Rc::new(receiver));
        let (outside, core) = (core.outside_work(), core.this());
        let job = move || {
            let outcome = catch_unwind(AssertUnwindSafe(work));
            let outcome = outcome.unwrap_or_else(|panic| Err(Error::from_panic(panic)));
            // Where the loop has ended nobody waits for it.
            let _ = core.send(Remote::Message(number, Box::new(outcome)));
            drop(outside);
        };
        if let Err(refused) = threads().submit(job) {
            panic!("{refused}");
        }
    });
}

/// What is called with the outcome of work.
struct After<T>(Cell<Option<AfterWork<T>>>);

type AfterWork<T> = Box<dyn FnOnce(Result<T>) -> Result<()>>;

impl<T: 'static> Receiver for After<T> {
    fn receive(self: Rc<Self>, number: u64, message: Box<dyn Any + Send>) -> Result<()> {
        core::with_running(|core| core.local().receivers.remove(number));
        match (self.0.take(), message.downcast::<Result<T>>()) {
            (Some(after), Ok(outcome)) => after(*outcome),
            _ => Ok(()),
        }
    }
}

/// The threads of [`queue_work`].
fn threads() -> &'static Pool {
    static THREADS: OnceLock<Pool> = OnceLock::new();
    THREADS.get_or_init(|| {
        let config = Config { name: "js-worker".into(), max_threads: 4, ..Config::default() };
        Pool::new(config).expect("a valid configuration")
    })
}
