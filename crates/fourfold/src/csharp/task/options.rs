//! What a task is doing, and what can be asked of one.

use std::ops::BitOr;

/// What a task is doing, or how it ended.
///
/// The original: [`TaskStatus`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.taskstatus).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum TaskStatus {
    /// It was made and not started.
    Created,
    /// It has no body, or an asynchronous method, which goes on when what it awaits is done.
    WaitingForActivation,
    /// It is queued.
    WaitingToRun,
    /// Its function runs.
    Running,
    /// Its function has ended, and a child that is attached has not.
    WaitingForChildrenToComplete,
    /// It has a result.
    RanToCompletion,
    /// It was cancelled.
    Canceled,
    /// It failed.
    Faulted,
}

impl TaskStatus {
    pub(crate) fn from_u8(status: u8) -> TaskStatus {
        match status {
            0 => TaskStatus::Created,
            1 => TaskStatus::WaitingForActivation,
            2 => TaskStatus::WaitingToRun,
            3 => TaskStatus::Running,
            4 => TaskStatus::WaitingForChildrenToComplete,
            5 => TaskStatus::RanToCompletion,
            6 => TaskStatus::Canceled,
            _ => TaskStatus::Faulted,
        }
    }
}

macro_rules! options {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $option:ident = $bit:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name(u32);

        impl $name {
            /// None of them.
            pub const NONE: $name = $name(0);
            $($(#[$of])* pub const $option: $name = $name($bit);)*

            /// Whether all of `others` are among these.
            pub const fn has(self, others: $name) -> bool {
                self.0 & others.0 == others.0
            }
        }

        impl BitOr for $name {
            type Output = $name;

            fn bitor(self, other: $name) -> $name {
                $name(self.0 | other.0)
            }
        }
    };
}

options! {
    /// How a task is made; combined by `|`.
    ///
    /// The original: [`TaskCreationOptions`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.taskcreationoptions).
    TaskCreationOptions {
        /// It comes behind what waits for any thread of the pool, also where it is made on one.
        PREFER_FAIRNESS = 0x01;
        /// It runs on a thread of its own.
        LONG_RUNNING = 0x02;
        /// The task that makes it ends after it, and fails with it.
        ATTACHED_TO_PARENT = 0x04;
        /// No task can be attached to it.
        DENY_CHILD_ATTACH = 0x08;
        /// What it starts runs on the pool, whatever scheduler it runs on itself.
        HIDE_SCHEDULER = 0x10;
        /// What follows it never runs inside of the call that ends it.
        RUN_CONTINUATIONS_ASYNCHRONOUSLY = 0x40;
    }
}

options! {
    /// When and how a task that follows another runs; combined by `|`.
    ///
    /// The original: [`TaskContinuationOptions`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.taskcontinuationoptions).
    TaskContinuationOptions {
        /// As [`TaskCreationOptions::PREFER_FAIRNESS`].
        PREFER_FAIRNESS = 0x01;
        /// As [`TaskCreationOptions::LONG_RUNNING`].
        LONG_RUNNING = 0x02;
        /// As [`TaskCreationOptions::ATTACHED_TO_PARENT`].
        ATTACHED_TO_PARENT = 0x04;
        /// As [`TaskCreationOptions::DENY_CHILD_ATTACH`].
        DENY_CHILD_ATTACH = 0x08;
        /// As [`TaskCreationOptions::HIDE_SCHEDULER`].
        HIDE_SCHEDULER = 0x10;
        /// Where its token is cancelled it ends only when the other task has.
        LAZY_CANCELLATION = 0x20;
        /// As [`TaskCreationOptions::RUN_CONTINUATIONS_ASYNCHRONOUSLY`].
        RUN_CONTINUATIONS_ASYNCHRONOUSLY = 0x40;
        /// Not where the other task has a result.
        NOT_ON_RAN_TO_COMPLETION = 0x1_0000;
        /// Not where it failed.
        NOT_ON_FAULTED = 0x2_0000;
        /// Not where it was cancelled.
        NOT_ON_CANCELED = 0x4_0000;
        /// Only where it has a result.
        ONLY_ON_RAN_TO_COMPLETION = 0x6_0000;
        /// Only where it failed.
        ONLY_ON_FAULTED = 0x5_0000;
        /// Only where it was cancelled.
        ONLY_ON_CANCELED = 0x3_0000;
        /// It runs inside of the call that ends the other task, if that has the stack for it.
        EXECUTE_SYNCHRONOUSLY = 0x8_0000;
    }
}

impl TaskContinuationOptions {
    /// What concerns the making of the task.
    pub(super) fn creation(self) -> TaskCreationOptions {
        TaskCreationOptions(self.0 & 0x5f)
    }

    /// Whether a task that follows one with this end is to run.
    pub(super) fn allows(self, status: TaskStatus) -> bool {
        !self.has(match status {
            TaskStatus::Canceled => TaskContinuationOptions::NOT_ON_CANCELED,
            TaskStatus::Faulted => TaskContinuationOptions::NOT_ON_FAULTED,
            _ => TaskContinuationOptions::NOT_ON_RAN_TO_COMPLETION,
        })
    }
}
