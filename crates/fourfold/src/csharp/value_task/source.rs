//! What may stand behind a value task.

use std::fmt;
use std::ops::BitOr;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::super::relay::Relay;
use crate::Result;

/// An operation that is used again and again, for one [`ValueTask`](super::ValueTask) after another.
///
/// `token` says which use is meant; the source gives each a new one, and answers an older one by an
/// [`InvalidOperationException`](crate::csharp::InvalidOperationException). Most sources pass all of it
/// on to a [`ManualResetValueTaskSourceCore`](super::ManualResetValueTaskSourceCore):
///
/// ```
/// use std::sync::Arc;
/// use std::task::{Context, Poll};
/// use fourfold::Result;
/// use fourfold::csharp::{
///     self, AwaitState, ManualResetValueTaskSourceCore, ValueTask, ValueTaskSource,
///     ValueTaskSourceOnCompletedFlags, ValueTaskSourceStatus, async_method,
/// };
///
/// #[derive(Default)]
/// struct Readings(ManualResetValueTaskSourceCore<u32>);
///
/// impl Readings {
///     fn next(self: &Arc<Self>) -> ValueTask<u32> {
///         self.0.reset();
///         ValueTask::from_source(self.clone(), self.0.version())
///     }
/// }
///
/// impl ValueTaskSource<u32> for Readings {
///     fn get_status(&self, token: u64) -> Result<ValueTaskSourceStatus> {
///         self.0.get_status(token)
///     }
///
///     fn get_result(&self, token: u64) -> Result<u32> {
///         self.0.get_result(token)
///     }
///
///     fn on_completed(
///         &self,
///         continuation: Box<dyn FnOnce() + Send>,
///         token: u64,
///         flags: ValueTaskSourceOnCompletedFlags,
///     ) -> Result<()> {
///         self.0.on_completed(continuation, token, flags)
///     }
///
///     // Without this an await that is pending allocates.
///     fn poll_completed(
///         &self,
///         token: u64,
///         state: &mut AwaitState,
///         context: &mut Context<'_>,
///     ) -> Poll<Result<()>> {
///         self.0.poll_completed(token, state, context)
///     }
/// }
///
/// let readings = Arc::new(Readings::default());
/// let source = readings.clone();
/// let sum = async_method(async move { Ok(source.next().await? + source.next().await?) });
/// readings.0.set_result(1)?;
/// readings.0.set_result(2)?;
/// assert_eq!(sum.result()?, 3);
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// The original: [`IValueTaskSource<TResult>`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.sources.ivaluetasksource-1),
/// whose tokens have 16 bits.
pub trait ValueTaskSource<T>: Send + Sync + 'static {
    /// How it stands with the use that has this token.
    ///
    /// # Errors
    ///
    /// `InvalidOperationException` for a token of another use.
    fn get_status(&self, token: u64) -> Result<ValueTaskSourceStatus>;

    /// The result, once.
    ///
    /// # Errors
    ///
    /// What the operation failed with; `InvalidOperationException` for a token of another use, and
    /// before the end.
    fn get_result(&self, token: u64) -> Result<T>;

    /// Has `continuation` called at the end, or soon where that has been.
    ///
    /// # Errors
    ///
    /// `InvalidOperationException` for a token of another use, and where somebody waits already.
    fn on_completed(
        &self,
        continuation: Box<dyn FnOnce() + Send>,
        token: u64,
        flags: ValueTaskSourceOnCompletedFlags,
    ) -> Result<()>;

    /// What whoever awaits it waits for, in the words of dumps and traces.
    fn waited_for_as(&self) -> &'static str {
        "value task"
    }

    /// What an await polls: ready at the end, and for a misuse. `state` is the await's own. Unless it is
    /// overridden it calls [`on_completed`](ValueTaskSource::on_completed) once.
    fn poll_completed(
        &self,
        token: u64,
        state: &mut AwaitState,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        if state.relay.is_none() {
            let relay = Relay::new(context.waker().clone());
            let woken = relay.clone();
            self.on_completed(Box::new(move || woken.wake()), token, state.flags())?;
            state.relay = Some(relay);
        }
        let relay = state.relay.as_ref().expect("just set");
        relay.poll(context).map(Ok)
    }

    /// The value task of this token was dropped, or its await was, before the result was asked for.
    fn abandoned(&self, _token: u64) {}
}

/// How it stands with a use of a source.
///
/// The original: [`ValueTaskSourceStatus`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.sources.valuetasksourcestatus).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueTaskSourceStatus {
    /// It has not ended.
    Pending,
    /// It has a result.
    Succeeded,
    /// It failed.
    Faulted,
    /// It was cancelled.
    Canceled,
}

/// How a continuation is to be called; combined by `|`.
///
/// The original: [`ValueTaskSourceOnCompletedFlags`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.sources.valuetasksourceoncompletedflags).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ValueTaskSourceOnCompletedFlags(u8);

impl ValueTaskSourceOnCompletedFlags {
    /// Anywhere.
    pub const NONE: ValueTaskSourceOnCompletedFlags = ValueTaskSourceOnCompletedFlags(0);
    /// On the synchronization context, or the scheduler, that is current.
    pub const USE_SCHEDULING_CONTEXT: ValueTaskSourceOnCompletedFlags =
        ValueTaskSourceOnCompletedFlags(1);
    /// With the values that are current.
    pub const FLOW_EXECUTION_CONTEXT: ValueTaskSourceOnCompletedFlags =
        ValueTaskSourceOnCompletedFlags(2);

    /// Whether all of `others` are among these.
    pub const fn has(self, others: ValueTaskSourceOnCompletedFlags) -> bool {
        self.0 & others.0 == others.0
    }
}

impl BitOr for ValueTaskSourceOnCompletedFlags {
    type Output = ValueTaskSourceOnCompletedFlags;

    fn bitor(self, other: ValueTaskSourceOnCompletedFlags) -> ValueTaskSourceOnCompletedFlags {
        ValueTaskSourceOnCompletedFlags(self.0 | other.0)
    }
}

impl fmt::Debug for ValueTaskSourceOnCompletedFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            0 => "None",
            1 => "UseSchedulingContext",
            2 => "FlowExecutionContext",
            _ => "UseSchedulingContext, FlowExecutionContext",
        })
    }
}

/// What the await of a value task keeps between its polls.
pub struct AwaitState {
    /// The source has its waker.
    pub(super) registered: bool,
    /// It does not mind where it goes on.
    pub(super) anywhere: bool,
    relay: Option<Arc<Relay>>,
}

impl AwaitState {
    #[inline]
    pub(super) fn new(captures: bool) -> AwaitState {
        AwaitState { registered: false, anywhere: !captures, relay: None }
    }

    fn flags(&self) -> ValueTaskSourceOnCompletedFlags {
        if self.anywhere {
            ValueTaskSourceOnCompletedFlags::NONE
        } else {
            ValueTaskSourceOnCompletedFlags::USE_SCHEDULING_CONTEXT
        }
    }
}

impl fmt::Debug for AwaitState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwaitState").field("flags", &self.flags()).finish_non_exhaustive()
    }
}
