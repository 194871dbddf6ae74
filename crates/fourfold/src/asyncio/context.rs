//! Context variables: values that follow a task and not a thread.
//!
//! The values are an immutable map behind a counted pointer. A *snapshot* is that pointer: making
//! one costs nothing, and setting a variable makes a new map. The map that is current lies in a
//! thread-local; running a task or a callback swaps its own in and out.
//!
//! Values are `Send` and `Sync`, so that a snapshot can go along to a thread: that is what
//! `to_thread` and `call_soon_threadsafe` promise. What belongs to one thread has its place in a
//! thread-local or in what the task owns.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::{Error, Result};

type Values = HashMap<u64, Arc<dyn Any + Send + Sync>>;

/// The values at one moment; nothing for the many programs that have none.
pub(crate) type Snapshot = Option<Arc<Values>>;

thread_local! {
    /// Whether a variable was ever set on this thread. While none was, every context is empty and
    /// need not be swapped.
    static IN_USE: Cell<bool> = const { Cell::new(false) };
    static CURRENT: RefCell<Snapshot> = const { RefCell::new(None) };
    static IDENTITY: Cell<u64> = const { Cell::new(0) };
}

static CONTEXTS: AtomicU64 = AtomicU64::new(1);

/// Says which context is current while it lives; the values are exchanged apart from it.
///
/// Copies share their values until one is changed, so the values cannot tell contexts apart. Only
/// tokens ask, so the common case costs nothing: 0 stands for the running task's own context.
pub(crate) struct Identity(u64);

impl Identity {
    /// The running task's own context.
    pub(crate) fn of_running_task() -> Identity {
        Identity(IDENTITY.replace(0))
    }

    /// A context that nothing else has: a callback's copy.
    #[inline]
    pub(crate) fn fresh() -> Identity {
        // While no variable was ever set there is no token either.
        if in_use() { Identity::of_context(next_context()) } else { Identity::of_running_task() }
    }

    fn of_context(id: u64) -> Identity {
        Identity(IDENTITY.replace(id << 1))
    }

    fn current() -> u64 {
        match IDENTITY.get() {
            0 => super::cell::with_running(|data, _| data.local().id)
                .flatten()
                .map_or(0, |task| (task.get() << 1) | 1),
            context => context,
        }
    }
}

impl Drop for Identity {
    #[inline]
    fn drop(&mut self) {
        IDENTITY.set(self.0);
    }
}

fn next_context() -> u64 {
    CONTEXTS.fetch_add(1, Ordering::Relaxed)
}

/// Whether any context of this thread may have values.
#[inline]
pub(crate) fn in_use() -> bool {
    IN_USE.get()
}

/// Exchanges the current values.
#[inline]
pub(crate) fn swap(values: &mut Snapshot) {
    CURRENT.with(|current| std::mem::swap(&mut *current.borrow_mut(), values));
}

/// The current values.
#[inline]
pub(crate) fn snapshot() -> Snapshot {
    if !in_use() {
        return None;
    }
    CURRENT.with(|current| current.borrow().clone())
}

/// Makes `values` the current ones until the guard is dropped. Changes are forgotten then.
#[inline]
pub(crate) fn enter(mut values: Snapshot) -> EnteredValues {
    // Where no variable was ever set on this thread, both are empty.
    if in_use() {
        swap(&mut values);
    }
    EnteredValues(values)
}

/// As [`enter`], of values that may come from another thread.
pub(crate) fn enter_sent(values: Snapshot) -> EnteredValues {
    mark_in_use(&values);
    enter(values)
}

/// Values that came from another thread are about to be entered on this one.
pub(crate) fn mark_in_use(values: &Snapshot) {
    if values.is_some() {
        IN_USE.set(true);
    }
}

pub(crate) struct EnteredValues(Snapshot);

impl Drop for EnteredValues {
    #[inline]
    fn drop(&mut self) {
        if in_use() {
            swap(&mut self.0);
        }
    }
}

/// A variable whose value belongs to the current context.
///
/// Declare it as a `static`:
///
/// ```
/// use fourfold::asyncio::ContextVar;
///
/// static USER: ContextVar<String> = ContextVar::new("user");
///
/// let token = USER.set("ada".to_string());
/// assert_eq!(USER.get().unwrap(), "ada");
/// USER.reset(token).unwrap();
/// assert!(USER.get().is_err());
/// ```
///
/// The original is
/// [`contextvars.ContextVar`](https://docs.python.org/3/library/contextvars.html#contextvars.ContextVar).
pub struct ContextVar<T: 'static> {
    name: &'static str,
    default: Option<fn() -> T>,
    id: OnceLock<u64>,
    _values: PhantomData<fn() -> T>,
}

static NEXT: AtomicU64 = AtomicU64::new(0);

impl<T: Clone + Send + Sync + 'static> ContextVar<T> {
    /// A variable without a default.
    pub const fn new(name: &'static str) -> ContextVar<T> {
        ContextVar { name, default: None, id: OnceLock::new(), _values: PhantomData }
    }

    /// A variable that has a value where none was set.
    pub const fn with_default(name: &'static str, default: fn() -> T) -> ContextVar<T> {
        ContextVar { name, default: Some(default), id: OnceLock::new(), _values: PhantomData }
    }

    fn id(&self) -> u64 {
        *self.id.get_or_init(|| NEXT.fetch_add(1, Ordering::Relaxed))
    }

    fn lookup(&self) -> Option<T> {
        let value = CURRENT.with(|current| {
            current.borrow().as_ref().and_then(|values| values.get(&self.id()).cloned())
        })?;
        value.downcast_ref::<T>().cloned()
    }

    /// The variable's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The value in the current context, else the default.
    ///
    /// # Errors
    ///
    /// A lookup error where there is neither.
    pub fn get(&self) -> Result<T> {
        self.lookup().or_else(|| self.default.map(|default| default())).ok_or_else(|| {
            Error::msg(format!(
                "context variable '{}' has no value here; set it or give it a default",
                self.name
            ))
        })
    }

    /// The value in the current context, else `default`.
    pub fn get_or(&self, default: T) -> T {
        self.lookup().unwrap_or(default)
    }

    /// Sets the value in the current context; the token sets it back.
    pub fn set(&self, value: T) -> Token<T> {
        let former = self.replace(Some(Arc::new(value)));
        Token { var: self.id(), context: Identity::current(), former, _values: PhantomData }
    }

    /// Sets the value back to what it was before the `set` that gave `token`.
    ///
    /// # Errors
    ///
    /// When the token came from another variable, or from another context.
    pub fn reset(&self, token: Token<T>) -> Result<()> {
        if token.var != self.id() {
            return Err(Error::msg(format!(
                "the token was made by another variable than '{}'",
                self.name
            )));
        }
        if token.context != Identity::current() {
            return Err(Error::msg(format!(
                "the token of '{}' was made in another context",
                self.name
            )));
        }
        drop(self.replace(token.former));
        Ok(())
    }

    fn replace(
        &self,
        value: Option<Arc<dyn Any + Send + Sync>>,
    ) -> Option<Arc<dyn Any + Send + Sync>> {
        let id = self.id();
        IN_USE.set(true);
        // The maps are changed outside the borrow: dropping a value may run foreign code.
        let mut values = snapshot();
        let map = Arc::make_mut(values.get_or_insert_with(Arc::default));
        let former = match value {
            Some(value) => map.insert(id, value),
            None => map.remove(&id),
        };
        swap(&mut values);
        drop(values);
        former
    }
}

impl<T> fmt::Debug for ContextVar<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<ContextVar name={:?}>", self.name)
    }
}

/// Remembers what a [`ContextVar`] was before it was set.
#[must_use = "a token is of use only to reset its variable"]
pub struct Token<T> {
    var: u64,
    context: u64,
    former: Option<Arc<dyn Any + Send + Sync>>,
    _values: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for Token<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").finish_non_exhaustive()
    }
}

/// A set of values that callbacks and tasks can be run in, one at a time.
///
/// The original is
/// [`contextvars.Context`](https://docs.python.org/3/library/contextvars.html#contextvars.Context).
pub struct Context {
    identity: u64,
    values: Cell<Snapshot>,
    entered: Cell<bool>,
}

impl Context {
    /// A context without values.
    pub fn new() -> Context {
        Context::with(None)
    }

    fn with(values: Snapshot) -> Context {
        let values = Cell::new(values);
        Context { identity: next_context(), values, entered: Cell::new(false) }
    }

    /// Calls `f` in this context; what it sets stays in it.
    ///
    /// # Errors
    ///
    /// When the context is entered already.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> Result<R> {
        let _entered = self.enter()?;
        Ok(f())
    }

    /// Another context with the same values.
    pub fn copy(&self) -> Context {
        let values = self.values.take();
        self.values.set(values.clone());
        Context::with(values)
    }

    /// The value a variable has in this context.
    pub fn get<T: Clone + Send + Sync + 'static>(&self, var: &ContextVar<T>) -> Option<T> {
        let values = self.values.take();
        let value = values.as_ref().and_then(|values| values.get(&var.id()).cloned());
        self.values.set(values);
        value.and_then(|value| value.downcast_ref::<T>().cloned())
    }

    pub(crate) fn enter(&self) -> Result<Entered<'_>> {
        if self.entered.replace(true) {
            return Err(Error::msg("cannot enter a context that is entered already"));
        }
        let mut values = self.values.take();
        swap(&mut values);
        let _identity = Identity::of_context(self.identity);
        Ok(Entered { context: self, former: values, _identity })
    }
}

impl Default for Context {
    fn default() -> Self {
        Context::new()
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("entered", &self.entered.get()).finish_non_exhaustive()
    }
}

/// Leaves the context when it is dropped.
pub(crate) struct Entered<'a> {
    context: &'a Context,
    former: Snapshot,
    _identity: Identity,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        swap(&mut self.former);
        self.context.values.set(self.former.take());
        self.context.entered.set(false);
    }
}

/// A copy of the current context.
///
/// The original is
/// [`contextvars.copy_context`](https://docs.python.org/3/library/contextvars.html#contextvars.copy_context).
pub fn copy_context() -> Context {
    Context::with(snapshot())
}
