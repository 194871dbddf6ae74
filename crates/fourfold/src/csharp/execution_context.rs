//! Values that follow a piece of work through its awaits.
//!
//! The values are an immutable map behind a counted pointer, so to capture a context is to copy a
//! pointer, and to change a value is to make another map: who captured the former one keeps it. The map
//! that is current on a thread lies in [`ambient`](super::ambient); a body that is resumed has its own
//! put there and the thread's put back after it, so what a callee sets does not leak to its caller.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use super::ambient;
use super::exceptions::InvalidOperationException;
use crate::Result;

type Value = Arc<dyn Any + Send + Sync>;

#[derive(Clone, Default)]
struct Values {
    map: HashMap<u64, Value>,
    /// The variables among them that want to know of changes.
    watched: Vec<Arc<dyn Watched>>,
}

/// A variable that has a handler.
trait Watched: Send + Sync {
    fn id(&self) -> u64;
    fn changed(&self, previous: Option<&Value>, current: Option<&Value>, by_context: bool);
}

/// What flows: the values, and whether they do.
#[derive(Clone, Default)]
pub(crate) struct Flow {
    values: Option<Arc<Values>>,
    suppressed: bool,
}

impl Flow {
    pub(crate) const EMPTY: Flow = Flow { values: None, suppressed: false };

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_none() && !self.suppressed
    }

    /// What work that is started now, or goes on later, gets.
    #[inline]
    pub(crate) fn capture() -> Flow {
        if !ambient::has_flow() {
            return Flow::EMPTY;
        }
        ambient::with_flow(|flow| if flow.suppressed { Flow::default() } else { flow.clone() })
    }

    /// Makes this the thread's, until the guard is dropped.
    #[inline]
    pub(crate) fn enter(self) -> Entered {
        Entered { former: replace(self) }
    }

    /// Lets the thread's go on, and puts back what it is now when the guard is dropped.
    #[inline]
    pub(crate) fn keep() -> Entered {
        let former =
            if ambient::has_flow() { ambient::with_flow(|flow| flow.clone()) } else { Flow::EMPTY };
        Entered { former }
    }

    fn is_same(&self, other: &Flow) -> bool {
        match (&self.values, &other.values) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

/// Puts the thread's former flow back.
pub(crate) struct Entered {
    former: Flow,
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        replace(std::mem::take(&mut self.former));
    }
}

/// Changes the thread's flow, and tells those who watch a variable that changed by it.
#[inline]
fn replace(flow: Flow) -> Flow {
    if flow.is_empty() && !ambient::has_flow() {
        return flow;
    }
    let former = ambient::with_flow(|current| std::mem::replace(current, flow));
    if former.values.is_some() || ambient::with_flow(|current| current.values.is_some()) {
        tell(&former);
    }
    former
}

#[cold]
fn tell(former: &Flow) {
    let current = ambient::with_flow(|current| current.clone());
    if former.is_same(&current) {
        return;
    }
    let values = |flow: &Flow| flow.values.clone().unwrap_or_default();
    let (before, after) = (values(former), values(&current));
    let added = after
        .watched
        .iter()
        .filter(|watched| !before.watched.iter().any(|other| other.id() == watched.id()));
    for watched in before.watched.iter().chain(added) {
        let (was, is) = (before.map.get(&watched.id()), after.map.get(&watched.id()));
        let same = match (was, is) {
            (Some(was), Some(is)) => Arc::ptr_eq(was, is),
            (None, None) => true,
            _ => false,
        };
        if !same {
            watched.changed(was, is, true);
        }
    }
}

/// The values that flow with asynchronous work.
///
/// The original: [`ExecutionContext`](https://learn.microsoft.com/dotnet/api/system.threading.executioncontext).
#[derive(Clone, Default)]
pub struct ExecutionContext(Flow);

impl ExecutionContext {
    /// The one that is current here; `None` where its flow is suppressed.
    pub fn capture() -> Option<ExecutionContext> {
        ambient::with_flow(|flow| (!flow.suppressed).then(|| ExecutionContext(flow.clone())))
    }

    /// Calls `f` with this context as the current one. What `f` changes is forgotten.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        let _entered = self.0.clone().enter();
        f()
    }

    /// From here on nothing flows into what this thread starts, until the guard is dropped or
    /// [undone](AsyncFlowControl::undo).
    ///
    /// # Errors
    ///
    /// [`InvalidOperationException`] where it is suppressed already.
    pub fn suppress_flow() -> Result<AsyncFlowControl> {
        ambient::with_flow(|flow| {
            if flow.suppressed {
                return Err(
                    InvalidOperationException::new("Context flow is already suppressed.").into()
                );
            }
            flow.suppressed = true;
            Ok(AsyncFlowControl { _not_send: PhantomData })
        })
    }

    /// Lets it flow again.
    ///
    /// # Errors
    ///
    /// [`InvalidOperationException`] where it is not suppressed.
    pub fn restore_flow() -> Result<()> {
        ambient::with_flow(|flow| {
            if !std::mem::replace(&mut flow.suppressed, false) {
                return Err(InvalidOperationException::new(
                    "Cannot restore context flow when it is not suppressed.",
                )
                .into());
            }
            Ok(())
        })
    }

    /// Whether nothing flows at present.
    pub fn is_flow_suppressed() -> bool {
        ambient::with_flow(|flow| flow.suppressed)
    }
}

impl fmt::Debug for ExecutionContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.0.values.as_ref().map_or(0, |values| values.map.len());
        f.debug_struct("ExecutionContext").field("values", &values).finish()
    }
}

/// Returned by [`ExecutionContext::suppress_flow`].
#[derive(Debug)]
#[must_use = "the flow is suppressed only while this lives"]
pub struct AsyncFlowControl {
    _not_send: PhantomData<*const ()>,
}

impl AsyncFlowControl {
    /// Lets the context flow again.
    pub fn undo(self) {}
}

impl Drop for AsyncFlowControl {
    fn drop(&mut self) {
        ambient::with_flow(|flow| flow.suppressed = false);
    }
}

/// What a handler of an [`AsyncLocal`] is told.
#[derive(Clone, Debug)]
pub struct AsyncLocalValueChangedArgs<T> {
    /// The value before.
    pub previous_value: Option<T>,
    /// The value now.
    pub current_value: Option<T>,
    /// Whether another context became current, and nobody set the value.
    pub thread_context_changed: bool,
}

/// A variable that each flow of work has for itself.
///
/// A task starts with the values of whoever starts it. What it sets is seen by what it starts and
/// awaits from then on, and by nobody else.
///
/// ```
/// use fourfold::csharp::{self, AsyncLocal, Task};
///
/// static NAME: AsyncLocal<&str> = AsyncLocal::new();
///
/// csharp::run(async {
///     NAME.set_value("parent");
///     let child = Task::run(async {
///         let seen = NAME.value();
///         NAME.set_value("child");
///         Ok(seen)
///     });
///     assert_eq!(child.await?, Some("parent"));
///     assert_eq!(NAME.value(), Some("parent"));
///     Ok(())
/// })?;
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// The original: [`AsyncLocal<T>`](https://learn.microsoft.com/dotnet/api/system.threading.asynclocal-1).
pub struct AsyncLocal<T> {
    id: OnceLock<u64>,
    watch: Option<Arc<Watch<T>>>,
    _value: PhantomData<fn() -> T>,
}

type Handler<T> = Box<dyn Fn(AsyncLocalValueChangedArgs<T>) + Send + Sync>;

struct Watch<T> {
    id: u64,
    handler: Handler<T>,
}

fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl<T: Clone + Send + Sync + 'static> Watched for Watch<T> {
    fn id(&self) -> u64 {
        self.id
    }

    fn changed(&self, previous: Option<&Value>, current: Option<&Value>, by_context: bool) {
        let value = |value: Option<&Value>| value.and_then(|value| value.downcast_ref().cloned());
        (self.handler)(AsyncLocalValueChangedArgs {
            previous_value: value(previous),
            current_value: value(current),
            thread_context_changed: by_context,
        });
    }
}

impl<T> AsyncLocal<T> {
    /// A variable without a value. It may be a `static`.
    pub const fn new() -> AsyncLocal<T> {
        AsyncLocal { id: OnceLock::new(), watch: None, _value: PhantomData }
    }
}

impl<T: Clone + Send + Sync + 'static> AsyncLocal<T> {
    /// A variable whose changes `handler` is told of: those by [`set_value`](AsyncLocal::set_value),
    /// and those by another context becoming current on a thread.
    pub fn with_handler(
        handler: impl Fn(AsyncLocalValueChangedArgs<T>) + Send + Sync + 'static,
    ) -> AsyncLocal<T> {
        let id = next_id();
        let watch = Some(Arc::new(Watch { id, handler: Box::new(handler) as Handler<T> }));
        AsyncLocal { id: OnceLock::from(id), watch, _value: PhantomData }
    }

    fn id(&self) -> u64 {
        *self.id.get_or_init(next_id)
    }

    fn get(&self) -> Option<Value> {
        ambient::with_flow(|flow| flow.values.as_ref()?.map.get(&self.id()).cloned())
    }

    /// The value in the current context.
    pub fn value(&self) -> Option<T> {
        self.get()?.downcast_ref::<T>().cloned()
    }

    /// Sets the value in the current context.
    pub fn set_value(&self, value: T) {
        let id = self.id();
        let value: Value = Arc::new(value);
        let before = self.get();
        let values = ambient::with_flow(|flow| flow.values.clone());
        let mut changed = values.as_deref().cloned().unwrap_or_default();
        changed.map.insert(id, value.clone());
        if let Some(watch) = &self.watch
            && before.is_none()
            && !changed.watched.iter().any(|watched| watched.id() == id)
        {
            changed.watched.push(watch.clone());
        }
        let changed = Some(Arc::new(changed));
        let former = ambient::with_flow(|flow| std::mem::replace(&mut flow.values, changed));
        // Dropped after the thread's flow is no more borrowed: values may be anything.
        drop(former);
        if let Some(watch) = &self.watch {
            watch.changed(before.as_ref(), Some(&value), false);
        }
    }
}

impl<T> Default for AsyncLocal<T> {
    fn default() -> AsyncLocal<T> {
        AsyncLocal::new()
    }
}

impl<T> fmt::Debug for AsyncLocal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncLocal").field("id", &self.id.get()).finish()
    }
}
