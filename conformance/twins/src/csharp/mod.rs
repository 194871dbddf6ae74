//! Twins of `conformance/csharp/*.cs`: a file for each, under the name of its original, with
//! `pub(crate) fn run()`, and a line in [`TWINS`].
//!
//! A twin may end the process, as its original does: then its code and the first line of its
//! standard error are compared too.

mod cs_01_hot_start;
mod cs_02_continuations_asynchronously;
mod cs_02_inline_order;
mod cs_02_where_inline_ends;
mod cs_03_blocking;
mod cs_03_context;
mod cs_03_mixed;
mod cs_03_scheduler;
mod cs_04_inline_wait;
mod cs_04_messages;
mod cs_04_wait;
mod cs_05_when_all;
mod cs_06_when_any;
mod cs_07_cleanup;
mod cs_07_pre_cancelled;
mod cs_07_token_matching;
mod cs_08_callbacks;
mod cs_08_registrations;
mod cs_09_cancel_after;
mod cs_09_linked;
mod cs_09_tokens;
mod cs_10_completion_source;
mod cs_11_cold;
mod cs_11_status;
mod cs_12_attached;
mod cs_12_unwrap;
mod cs_13_continue_with;
mod cs_13_options;
mod cs_14_async_void;
mod cs_14_async_void_crash;
mod cs_14_async_void_ends;
mod cs_14_unobserved;
mod cs_15_source;
mod cs_15_value_task;
mod cs_16_async_local;
mod cs_16_execution_context;
mod cs_17_async_stream;
mod cs_17_await_using;
mod cs_17_cancellation;
mod cs_18_bounded;
mod cs_18_complete;
mod cs_18_read_all;
mod cs_18_unbounded;
mod cs_19_delay_yield;
mod cs_19_for_each;
mod cs_19_progress;
mod cs_19_scheduler_pair;
mod cs_19_semaphore;
mod cs_19_timer;
mod cs_20_more_threads;
mod cs_20_pool_order;
mod cs_20_stealing;
mod cs_21_awaitables;
mod cs_21_builders;
mod cs_21_state_machine;
mod cs_22_limited_scheduler;
mod cs_22_pump;
mod cs_22_scheduler_calls;
mod differs;
mod inline;
mod pool;
mod pump;
mod semantics;
mod show;
mod threading;

use crate::Twin;

/// Each program's twin.
pub(crate) const TWINS: &[Twin] = &[
    Twin { name: "cs_01_hot_start", run: cs_01_hot_start::run, differs: differs::CS_01_HOT_START },
    Twin {
        name: "cs_02_continuations_asynchronously",
        run: cs_02_continuations_asynchronously::run,
        differs: &[],
    },
    Twin { name: "cs_02_inline_order", run: cs_02_inline_order::run, differs: &[] },
    Twin {
        name: "cs_02_where_inline_ends",
        run: cs_02_where_inline_ends::run,
        differs: differs::CS_02_WHERE_INLINE_ENDS,
    },
    Twin { name: "cs_03_blocking", run: cs_03_blocking::run, differs: differs::CS_03_BLOCKING },
    Twin { name: "cs_03_context", run: cs_03_context::run, differs: differs::CS_03_CONTEXT },
    Twin { name: "cs_03_mixed", run: cs_03_mixed::run, differs: &[] },
    Twin { name: "cs_03_scheduler", run: cs_03_scheduler::run, differs: &[] },
    Twin { name: "cs_04_inline_wait", run: cs_04_inline_wait::run, differs: &[] },
    Twin { name: "cs_04_messages", run: cs_04_messages::run, differs: differs::CS_04_MESSAGES },
    Twin { name: "cs_04_wait", run: cs_04_wait::run, differs: differs::CS_04_WAIT },
    Twin { name: "cs_05_when_all", run: cs_05_when_all::run, differs: differs::CS_05_WHEN_ALL },
    Twin { name: "cs_06_when_any", run: cs_06_when_any::run, differs: differs::CS_06_WHEN_ANY },
    Twin { name: "cs_07_cleanup", run: cs_07_cleanup::run, differs: &[] },
    Twin {
        name: "cs_07_pre_cancelled",
        run: cs_07_pre_cancelled::run,
        differs: differs::CS_07_PRE_CANCELLED,
    },
    Twin {
        name: "cs_07_token_matching",
        run: cs_07_token_matching::run,
        differs: differs::CS_07_TOKEN_MATCHING,
    },
    Twin { name: "cs_08_callbacks", run: cs_08_callbacks::run, differs: differs::CS_08_CALLBACKS },
    Twin {
        name: "cs_08_registrations",
        run: cs_08_registrations::run,
        differs: differs::CS_08_REGISTRATIONS,
    },
    Twin {
        name: "cs_09_cancel_after",
        run: cs_09_cancel_after::run,
        differs: differs::CS_09_CANCEL_AFTER,
    },
    Twin { name: "cs_09_linked", run: cs_09_linked::run, differs: differs::CS_09_LINKED },
    Twin { name: "cs_09_tokens", run: cs_09_tokens::run, differs: differs::CS_09_TOKENS },
    Twin {
        name: "cs_10_completion_source",
        run: cs_10_completion_source::run,
        differs: differs::CS_10_COMPLETION_SOURCE,
    },
    Twin { name: "cs_11_cold", run: cs_11_cold::run, differs: differs::CS_11_COLD },
    Twin { name: "cs_11_status", run: cs_11_status::run, differs: &[] },
    Twin { name: "cs_12_attached", run: cs_12_attached::run, differs: &[] },
    Twin { name: "cs_12_unwrap", run: cs_12_unwrap::run, differs: differs::CS_12_UNWRAP },
    Twin {
        name: "cs_13_continue_with",
        run: cs_13_continue_with::run,
        differs: differs::CS_13_CONTINUE_WITH,
    },
    Twin { name: "cs_13_options", run: cs_13_options::run, differs: differs::CS_13_OPTIONS },
    Twin {
        name: "cs_14_async_void",
        run: cs_14_async_void::run,
        differs: differs::CS_14_ASYNC_VOID,
    },
    Twin {
        name: "cs_14_async_void_crash",
        run: cs_14_async_void_crash::run,
        differs: differs::CS_14_ASYNC_VOID_CRASH,
    },
    Twin {
        name: "cs_14_async_void_ends",
        run: cs_14_async_void_ends::run,
        differs: differs::CS_14_ASYNC_VOID_ENDS,
    },
    Twin { name: "cs_14_unobserved", run: cs_14_unobserved::run, differs: &[] },
    Twin { name: "cs_15_source", run: cs_15_source::run, differs: differs::CS_15_SOURCE },
    Twin {
        name: "cs_15_value_task",
        run: cs_15_value_task::run,
        differs: differs::CS_15_VALUE_TASK,
    },
    Twin { name: "cs_16_async_local", run: cs_16_async_local::run, differs: &[] },
    Twin {
        name: "cs_16_execution_context",
        run: cs_16_execution_context::run,
        differs: differs::CS_16_EXECUTION_CONTEXT,
    },
    Twin {
        name: "cs_17_async_stream",
        run: cs_17_async_stream::run,
        differs: differs::CS_17_ASYNC_STREAM,
    },
    Twin { name: "cs_17_await_using", run: cs_17_await_using::run, differs: &[] },
    Twin { name: "cs_17_cancellation", run: cs_17_cancellation::run, differs: &[] },
    Twin { name: "cs_18_bounded", run: cs_18_bounded::run, differs: differs::CS_18_BOUNDED },
    Twin { name: "cs_18_complete", run: cs_18_complete::run, differs: &[] },
    Twin { name: "cs_18_read_all", run: cs_18_read_all::run, differs: &[] },
    Twin { name: "cs_18_unbounded", run: cs_18_unbounded::run, differs: &[] },
    Twin {
        name: "cs_19_delay_yield",
        run: cs_19_delay_yield::run,
        differs: differs::CS_19_DELAY_YIELD,
    },
    Twin { name: "cs_19_for_each", run: cs_19_for_each::run, differs: &[] },
    Twin { name: "cs_19_progress", run: cs_19_progress::run, differs: differs::CS_19_PROGRESS },
    Twin {
        name: "cs_19_scheduler_pair",
        run: cs_19_scheduler_pair::run,
        differs: differs::CS_19_SCHEDULER_PAIR,
    },
    Twin { name: "cs_19_semaphore", run: cs_19_semaphore::run, differs: differs::CS_19_SEMAPHORE },
    Twin { name: "cs_19_timer", run: cs_19_timer::run, differs: differs::CS_19_TIMER },
    Twin {
        name: "cs_20_more_threads",
        run: cs_20_more_threads::run,
        differs: differs::CS_20_MORE_THREADS,
    },
    Twin { name: "cs_20_pool_order", run: cs_20_pool_order::run, differs: &[] },
    Twin { name: "cs_20_stealing", run: cs_20_stealing::run, differs: &[] },
    Twin {
        name: "cs_21_awaitables",
        run: cs_21_awaitables::run,
        differs: differs::CS_21_AWAITABLES,
    },
    Twin { name: "cs_21_builders", run: cs_21_builders::run, differs: differs::CS_21_BUILDERS },
    Twin { name: "cs_21_state_machine", run: cs_21_state_machine::run, differs: &[] },
    Twin {
        name: "cs_22_limited_scheduler",
        run: cs_22_limited_scheduler::run,
        differs: differs::CS_22_LIMITED_SCHEDULER,
    },
    Twin { name: "cs_22_pump", run: cs_22_pump::run, differs: differs::CS_22_PUMP },
    Twin {
        name: "cs_22_scheduler_calls",
        run: cs_22_scheduler_calls::run,
        differs: differs::CS_22_SCHEDULER_CALLS,
    },
    Twin { name: "inline", run: inline::run, differs: &[] },
    Twin { name: "semantics", run: semantics::run, differs: &[] },
];

/// Programs that have no twin yet. A name leaves this list when its twin enters [`TWINS`].
pub(crate) const AWAITED: &[&str] = &[];
