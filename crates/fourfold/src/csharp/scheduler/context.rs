//! A scheduler that posts to a synchronization context.

use std::sync::Arc;

use super::super::ambient;
use super::super::exceptions::InvalidOperationException;
use super::super::synchronization_context::{SendOrPostCallback, SynchronizationContext};
use super::{ScheduledTask, TaskScheduler};
use crate::Result;

struct OnContext(Arc<dyn SynchronizationContext>);

impl TaskScheduler for OnContext {
    fn queue_task(&self, task: ScheduledTask) {
        self.0.post(SendOrPostCallback::new(move || task.execute()));
    }

    fn may_inline(&self) -> bool {
        ambient::is_context(&self.0)
    }

    fn maximum_concurrency_level(&self) -> usize {
        1
    }
}

/// A scheduler whose tasks run on the synchronization context that is current here.
///
/// # Errors
///
/// [`InvalidOperationException`] where there is none.
///
/// The original: `TaskScheduler.FromCurrentSynchronizationContext`.
pub fn from_current_synchronization_context() -> Result<Arc<dyn TaskScheduler>> {
    let Some(context) = ambient::context() else {
        let text = "The current SynchronizationContext may not be used as a TaskScheduler.";
        return Err(InvalidOperationException::new(text).into());
    };
    Ok(Arc::new(OnContext(context)))
}
