//! Twins of `conformance/csharp/*.cs`: a file for each, under the name of its original, with
//! `pub(crate) fn run()`, and a line in [`TWINS`].
//!
//! A twin may end the process, as its original does: then its code and the first line of its
//! standard error are compared too.

use crate::Twin;

/// Each program's twin.
pub(crate) const TWINS: &[Twin] = &[];

/// Programs that have no twin yet. A name leaves this list when its twin enters [`TWINS`].
pub(crate) const AWAITED: &[&str] = &[
    "cs_01_hot_start",
    "cs_02_continuations_asynchronously",
    "cs_02_inline_order",
    "cs_02_where_inline_ends",
    "cs_03_blocking",
    "cs_03_context",
    "cs_03_mixed",
    "cs_03_scheduler",
    "cs_04_inline_wait",
    "cs_04_messages",
    "cs_04_wait",
    "cs_05_when_all",
    "cs_06_when_any",
    "cs_07_cleanup",
    "cs_07_pre_cancelled",
    "cs_07_token_matching",
    "cs_08_callbacks",
    "cs_08_registrations",
    "cs_09_cancel_after",
    "cs_09_linked",
    "cs_09_tokens",
    "cs_10_completion_source",
    "cs_11_cold",
    "cs_11_status",
    "cs_12_attached",
    "cs_12_unwrap",
    "cs_13_continue_with",
    "cs_13_options",
    "cs_14_async_void",
    "cs_14_async_void_crash",
    "cs_14_async_void_ends",
    "cs_14_unobserved",
    "cs_15_source",
    "cs_15_value_task",
    "cs_16_async_local",
    "cs_16_execution_context",
    "cs_17_async_stream",
    "cs_17_await_using",
    "cs_17_cancellation",
    "cs_18_bounded",
    "cs_18_complete",
    "cs_18_read_all",
    "cs_18_unbounded",
    "cs_19_delay_yield",
    "cs_19_for_each",
    "cs_19_progress",
    "cs_19_scheduler_pair",
    "cs_19_semaphore",
    "cs_19_timer",
    "cs_20_more_threads",
    "cs_20_pool_order",
    "cs_20_stealing",
    "cs_21_awaitables",
    "cs_21_builders",
    "cs_21_state_machine",
    "cs_22_limited_scheduler",
    "cs_22_pump",
    "cs_22_scheduler_calls",
    "inline",
    "semantics",
];
