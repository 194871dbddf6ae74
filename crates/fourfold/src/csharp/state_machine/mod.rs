//! What a compiler makes of an asynchronous method, by hand.
//!
//! An `async fn` of Rust is compiled into a state machine that is polled. C#'s compiler makes one that
//! calls: it asks an awaiter whether it is done, and if not leaves a callback that moves it on.
//!
//! ```text
//!   builder.start ──► move_next ──► awaiter.is_completed?
//!                        ▲            │ yes: get_result, and go on
//!                        │            │ no:  builder.await_unsafe_on_completed, and return
//!                        └─ callback ◄┘
//!   at the end: builder.set_result, and builder.task() is done
//! ```
//!
//! ```
//! use fourfold::Result;
//! use fourfold::csharp::{
//!     AsyncStateMachine, AsyncTaskMethodBuilder, Awaiter, Task, TaskAwaiter, TaskCompletionSource,
//! };
//!
//! /// async Task<u32> Doubled(Task<u32> task) => 2 * await task;
//! struct Doubled {
//!     builder: AsyncTaskMethodBuilder<u32>,
//!     awaiter: TaskAwaiter<u32>,
//!     waited: bool,
//! }
//!
//! impl Doubled {
//!     fn call(task: Task<u32>) -> Task<u32> {
//!         let builder = AsyncTaskMethodBuilder::create();
//!         let awaiter = task.get_awaiter();
//!         builder.start(Doubled { builder: builder.clone(), awaiter, waited: false });
//!         builder.task()
//!     }
//! }
//!
//! impl AsyncStateMachine for Doubled {
//!     fn move_next(&mut self) {
//!         if !self.waited && !self.awaiter.is_completed() {
//!             self.waited = true;
//!             return self.builder.await_unsafe_on_completed(&mut self.awaiter);
//!         }
//!         let set = match self.awaiter.get_result() {
//!             Ok(value) => self.builder.set_result(2 * value),
//!             Err(error) => self.builder.set_exception(error),
//!         };
//!         set.expect("it is set once");
//!     }
//! }
//!
//! let source = TaskCompletionSource::new();
//! let doubled = Doubled::call(source.task());
//! source.set_result(21)?; // moves the machine on
//! assert_eq!(doubled.result()?, 42);
//! # Ok::<(), fourfold::Error>(())
//! ```
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | the traits of machines and awaiters |
//! | `machine.rs` | the place where a machine lies, and how it is moved on |
//! | `builders.rs` | [`AsyncTaskMethodBuilder`] and its kin |
//! | `awaiters.rs` | [`TaskAwaiter`], [`YieldAwaiter`] |
//! | `awaiting.rs` | awaiting any awaiter |

mod awaiters;
mod awaiting;
mod builders;
mod machine;

pub use awaiters::{TaskAwaiter, YieldAwaiter};
pub use awaiting::AwaiterFuture;
pub use builders::{AsyncTaskMethodBuilder, AsyncValueTaskMethodBuilder, AsyncVoidMethodBuilder};

/// A function without arguments that is called once.
pub type Action = Box<dyn FnOnce() + Send>;

/// The state machine of an asynchronous method.
///
/// The original: [`IAsyncStateMachine`](https://learn.microsoft.com/dotnet/api/system.runtime.compilerservices.iasyncstatemachine).
/// Its `SetStateMachine` has no counterpart: the builder knows where the machine lies.
pub trait AsyncStateMachine: Send + 'static {
    /// Goes on to the next await that is not done, or to the end.
    ///
    /// A panic lets the method fail.
    fn move_next(&mut self);
}

/// Something that tells of its end by a callback.
///
/// The original: [`INotifyCompletion`](https://learn.microsoft.com/dotnet/api/system.runtime.compilerservices.inotifycompletion).
pub trait NotifyCompletion {
    /// Has `continuation` called at the end, with the values that are current here.
    fn on_completed(&mut self, continuation: Action);
}

/// One that can leave the values to whoever is called.
///
/// The original: [`ICriticalNotifyCompletion`](https://learn.microsoft.com/dotnet/api/system.runtime.compilerservices.icriticalnotifycompletion).
pub trait CriticalNotifyCompletion: NotifyCompletion {
    /// As [`on_completed`](NotifyCompletion::on_completed), with whatever values are current where it
    /// is called. Nothing is unsafe about it.
    fn unsafe_on_completed(&mut self, continuation: Action);
}

/// What an await talks to. In C# anything with a `GetAwaiter` can be awaited; here, anything that is
/// [`IntoFuture`], and an awaiter [becomes one](Awaiter::into_future).
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use fourfold::csharp::{Action, Awaiter, AwaiterFuture, NotifyCompletion, async_method};
///
/// /// A door that opens once.
/// #[derive(Clone, Default)]
/// struct Door(Arc<Mutex<(bool, Vec<Action>)>>);
///
/// impl Door {
///     fn open(&self) {
///         let waiting = {
///             let mut door = self.0.lock().unwrap();
///             door.0 = true;
///             std::mem::take(&mut door.1)
///         };
///         waiting.into_iter().for_each(|action| action());
///     }
/// }
///
/// impl NotifyCompletion for Door {
///     fn on_completed(&mut self, continuation: Action) {
///         let mut door = self.0.lock().unwrap();
///         if !door.0 {
///             return door.1.push(continuation);
///         }
///         drop(door);
///         continuation();
///     }
/// }
///
/// impl Awaiter for Door {
///     type Output = &'static str;
///
///     fn is_completed(&self) -> bool {
///         self.0.lock().unwrap().0
///     }
///
///     fn get_result(&mut self) -> &'static str {
///         "in"
///     }
/// }
///
/// impl IntoFuture for Door {
///     type Output = &'static str;
///     type IntoFuture = AwaiterFuture<Door>;
///
///     fn into_future(self) -> AwaiterFuture<Door> {
///         Awaiter::into_future(self)
///     }
/// }
///
/// let door = Door::default();
/// let visitor = async_method({
///     let door = door.clone();
///     async move { Ok(door.await) }
/// });
/// door.open(); // the visitor goes on inside of this
/// assert_eq!(visitor.result()?, "in");
/// # Ok::<(), fourfold::Error>(())
/// ```
pub trait Awaiter: NotifyCompletion {
    /// What an await of it gets.
    type Output;

    /// Whether the result is there, so that nobody has to wait.
    fn is_completed(&self) -> bool;

    /// The result, asked for once it is completed or has called back.
    fn get_result(&mut self) -> Self::Output;

    /// To be awaited. The method goes on inside of the callback, wherever that is called.
    fn into_future(self) -> AwaiterFuture<Self>
    where
        Self: Sized,
    {
        AwaiterFuture::new(self, Self::on_completed)
    }

    /// As [`into_future`](Awaiter::into_future), by
    /// [`unsafe_on_completed`](CriticalNotifyCompletion::unsafe_on_completed), as C#'s compiler prefers.
    fn into_critical_future(self) -> AwaiterFuture<Self>
    where
        Self: CriticalNotifyCompletion + Sized,
    {
        AwaiterFuture::new(self, Self::unsafe_on_completed)
    }
}
