//! Something that waits at a channel, as the source of a value task.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};

use fourfold_kernel::lock::Lock;
use fourfold_kernel::trace::{self, Place};

use super::super::cancellation::{CancellationToken, CancellationTokenRegistration};
use super::super::exceptions::OperationCanceledException;
use super::super::state_machine::Action;
use super::super::value_task::{
    AwaitState, ManualResetValueTaskSourceCore, ValueTask, ValueTaskSource,
    ValueTaskSourceOnCompletedFlags, ValueTaskSourceStatus,
};
use super::shared::Shared;
use super::state::Which;
use crate::Result;

/// One that waits. `R` is what it waits for: an item, nothing, or whether there will be one.
pub(super) struct Operation<T: Send + 'static, R: Send + 'static> {
    core: ManualResetValueTaskSourceCore<R>,
    channel: Weak<Shared<T>>,
    which: Which,
    /// Where it stands in line.
    key: AtomicU64,
    /// What becomes of a result that nobody wants.
    give_back: fn(&Arc<Shared<T>>, R),
    registration: Lock<Option<CancellationTokenRegistration>>,
}

impl<T: Send + 'static, R: Send + 'static> Operation<T, R> {
    pub(super) fn new(
        channel: &Arc<Shared<T>>,
        which: Which,
        give_back: fn(&Arc<Shared<T>>, R),
        asynchronously: bool,
    ) -> Operation<T, R> {
        let core = ManualResetValueTaskSourceCore::new();
        core.set_run_continuations_asynchronously(asynchronously);
        Operation {
            core,
            channel: Arc::downgrade(channel),
            which,
            key: AtomicU64::new(0),
            give_back,
            registration: Lock::new(None),
        }
    }

    /// Ready for the next wait. Nobody else has it.
    pub(super) fn reset(&mut self) {
        self.core.reset();
    }

    /// It stands in line with this key.
    pub(super) fn stands(&self, key: u64) {
        self.key.store(key, Ordering::Relaxed);
    }

    /// The value task of this wait, which the token cancels as long as it is in line.
    pub(super) fn value_task(self: Arc<Self>, token: &CancellationToken) -> ValueTask<R> {
        if token.can_be_canceled() {
            let (operation, of) = (Arc::downgrade(&self), token.clone());
            let registration = token.unsafe_register(move || {
                if let Some(operation) = operation.upgrade() {
                    operation.cancel(of);
                }
            });
            let former = self.registration.lock().replace(registration);
            debug_assert!(former.is_none(), "it is registered once");
        }
        let version = self.core.version();
        ValueTask::from_source(self, version)
    }

    fn cancel(&self, token: CancellationToken) {
        let channel = self.channel.upgrade();
        if channel.is_some_and(|channel| channel.leave(self.which, self.key())) {
            // Out of line it is nobody else's to end.
            drop(self.core.end(Err(OperationCanceledException::with_token(token).into())));
        }
    }

    /// As a trace names it.
    pub(super) fn place(&self) -> Place {
        Place::Hand(std::ptr::from_ref(self).addr())
    }

    fn key(&self) -> u64 {
        self.key.load(Ordering::Relaxed)
    }

    /// Ends the wait. A result that nobody wants any more comes back.
    pub(super) fn end(&self, result: Result<R>) -> std::result::Result<(), Result<R>> {
        self.core.end(result)
    }

    /// Its token cannot cancel it any more.
    fn unregister(&self) {
        let registration = self.registration.lock().take();
        if let Some(registration) = registration {
            registration.unregister();
        }
    }
}

impl<T: Send + 'static, R: Send + 'static> ValueTaskSource<R> for Operation<T, R> {
    fn get_status(&self, token: u64) -> Result<ValueTaskSourceStatus> {
        self.core.get_status(token)
    }

    fn get_result(&self, token: u64) -> Result<R> {
        self.unregister();
        let result = self.core.get_result(token);
        if matches!(self.which, Which::Readers) && result.is_ok() {
            trace::received(|| self.place());
        }
        result
    }

    fn on_completed(
        &self,
        continuation: Action,
        token: u64,
        flags: ValueTaskSourceOnCompletedFlags,
    ) -> Result<()> {
        self.core.on_completed(continuation, token, flags)
    }

    fn waited_for_as(&self) -> &'static str {
        match self.which {
            Which::Readers => "channel read",
            Which::Writers => "channel write",
            Which::LooksToRead => "channel to read",
            Which::LooksToWrite => "channel to write",
        }
    }

    fn poll_completed(
        &self,
        token: u64,
        state: &mut AwaitState,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        self.core.poll_completed(token, state, context)
    }

    fn abandoned(&self, token: u64) {
        self.unregister();
        let Some(channel) = self.channel.upgrade() else { return };
        if channel.leave(self.which, self.key()) {
            return;
        }
        // Somebody ends it, or has.
        if let Some(Ok(result)) = self.core.abandon(token) {
            (self.give_back)(&channel, result);
        }
    }
}
