//! Values that follow the work that was begun with them.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The values of all storages at one place of the program. It never changes: another value makes
/// another frame.
pub(crate) type Frame = Rc<Values>;

pub(crate) type Values = Vec<(u64, Rc<dyn Any>)>;

thread_local! {
    static CURRENT: Cell<Option<Frame>> = const { Cell::new(None) };
    /// Whether there was ever a frame on this thread. Until then there is nothing to keep.
    static USED: Cell<bool> = const { Cell::new(false) };
}

/// The current frame, for what is to run in it later.
#[inline]
pub(crate) fn capture() -> Option<Frame> {
    if USED.get() { current() } else { None }
}

#[cold]
fn current() -> Option<Frame> {
    let frame = CURRENT.take();
    CURRENT.set(frame.clone());
    frame
}

/// Makes `frame` the current one until the guard is dropped; then the former is current again.
#[inline]
pub(crate) fn enter(frame: Option<Frame>) -> Entered {
    Entered(USED.get().then(|| CURRENT.replace(frame)))
}

pub(crate) struct Entered(Option<Option<Frame>>);

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        if let Some(former) = self.0.take() {
            let left = CURRENT.replace(former);
            drop(left);
        }
    }
}

/// A step of an async function, which keeps its frame in `place` while it does not run. Its first step is
/// a part of its caller: what that sets stays set.
#[inline]
pub(crate) fn step(place: &Cell<Option<Frame>>, first: bool) -> Step<'_> {
    if !first && USED.get() {
        let former = CURRENT.replace(place.take());
        Step { place, former: Some(former) }
    } else {
        Step { place, former: None }
    }
}

pub(crate) struct Step<'a> {
    place: &'a Cell<Option<Frame>>,
    former: Option<Option<Frame>>,
}

impl Drop for Step<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        if USED.get() {
            self.leave();
        }
    }
}

impl Step<'_> {
    #[cold]
    fn leave(&mut self) {
        let left = match self.former.take() {
            Some(former) => CURRENT.replace(former),
            None => current(),
        };
        let former = self.place.replace(left);
        drop(former);
    }
}

/// A value that is there for all that a function begins: its callbacks, its timers, the rest of its async
/// functions.
///
/// The original is
/// [`AsyncLocalStorage`](https://nodejs.org/api/async_context.html#class-asynclocalstorage).
///
/// ```
/// use fourfold::js::{self, AsyncLocalStorage};
///
/// let request = AsyncLocalStorage::new();
/// js::run(async move {
///     let inner = request.clone();
///     request.run("request 1", || {
///         js::set_timeout(move || assert_eq!(inner.get_store(), Some("request 1")), 1);
///     });
///     assert_eq!(request.get_store(), None);
///     Ok(())
/// })
/// # ?; Ok::<(), fourfold::Error>(())
/// ```
pub struct AsyncLocalStorage<T> {
    number: u64,
    _values: PhantomData<fn() -> T>,
}

static NUMBERS: AtomicU64 = AtomicU64::new(0);

impl<T: Clone + 'static> AsyncLocalStorage<T> {
    /// A storage that has no value anywhere.
    #[allow(clippy::new_without_default)]
    pub fn new() -> AsyncLocalStorage<T> {
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        AsyncLocalStorage { number, _values: PhantomData }
    }

    /// Calls `f` with `store` as the value here, and has it back as it was when `f` returns.
    pub fn run<R>(&self, store: T, f: impl FnOnce() -> R) -> R {
        USED.set(true);
        let _frame = enter(Some(self.frame_with(Some(store))));
        f()
    }

    /// Calls `f` with no value here.
    pub fn exit<R>(&self, f: impl FnOnce() -> R) -> R {
        USED.set(true);
        let _frame = enter(Some(self.frame_with(None)));
        f()
    }

    /// Makes `store` the value for the rest of what runs now, and all that it begins.
    pub fn enter_with(&self, store: T) {
        USED.set(true);
        let former = CURRENT.replace(Some(self.frame_with(Some(store))));
        drop(former);
    }

    /// The value here.
    pub fn get_store(&self) -> Option<T> {
        let frame = capture()?;
        let (_, value) = frame.iter().find(|(number, _)| *number == self.number)?;
        value.downcast_ref().cloned()
    }

    /// Takes the value away from what runs now.
    pub fn disable(&self) {
        if USED.get() {
            let former = CURRENT.replace(Some(self.frame_with(None)));
            drop(former);
        }
    }

    fn frame_with(&self, store: Option<T>) -> Frame {
        let mut values = capture().map(|frame| (*frame).clone()).unwrap_or_default();
        values.retain(|(number, _)| *number != self.number);
        if let Some(store) = store {
            values.push((self.number, Rc::new(store)));
        }
        Rc::new(values)
    }
}

/// The values of all storages here, to call functions with elsewhere.
///
/// The original is
/// [`AsyncLocalStorage.snapshot`](https://nodejs.org/api/async_context.html#static-method-asynclocalstoragesnapshot),
/// and an `AsyncResource`.
#[derive(Clone)]
pub struct Snapshot(Option<Frame>);

/// Takes the values of all storages here.
pub fn snapshot() -> Snapshot {
    Snapshot(capture())
}

impl Snapshot {
    /// Calls `f` with the values of this snapshot.
    ///
    /// The original is
    /// [`asyncResource.runInAsyncScope`](https://nodejs.org/api/async_context.html#asyncresourceruninasyncscopefn-thisarg-args).
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        let _frame = enter(self.0.clone());
        f()
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Snapshot(..)")
    }
}

impl<T> Clone for AsyncLocalStorage<T> {
    fn clone(&self) -> Self {
        AsyncLocalStorage { number: self.number, _values: PhantomData }
    }
}

impl<T> fmt::Debug for AsyncLocalStorage<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AsyncLocalStorage").field(&self.number).finish()
    }
}
