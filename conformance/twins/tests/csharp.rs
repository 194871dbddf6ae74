//! Each twin against what .NET Core 3.1 printed when it ran the original, so that the comparison
//! needs no .NET. A test's name begins with the row of `docs/semantics.md` it keeps.
//!
//! `cargo xtask conformance csharp` does the same against a .NET that is named, and says more.
#![cfg(unix)]

mod support;

use support::{expected, folder, seen, text, twin};

macro_rules! agree {
    ($($test:ident: $name:literal;)*) => {
        const NAMES: &[&str] = &[$($name),*];

        $(#[test]
        fn $test() {
            assert_eq!(seen(twin(&["csharp", $name])), expected("csharp", "netcore-3.1", $name));
        })*
    };
}

agree! {
    cs_01_hot_start_agrees_with_dotnet: "cs_01_hot_start";
    cs_02_continuations_asynchronously_agrees_with_dotnet: "cs_02_continuations_asynchronously";
    cs_02_inline_order_agrees_with_dotnet: "cs_02_inline_order";
    cs_02_where_inline_ends_agrees_with_dotnet: "cs_02_where_inline_ends";
    cs_03_blocking_agrees_with_dotnet: "cs_03_blocking";
    cs_03_context_agrees_with_dotnet: "cs_03_context";
    cs_03_mixed_agrees_with_dotnet: "cs_03_mixed";
    cs_03_scheduler_agrees_with_dotnet: "cs_03_scheduler";
    cs_04_inline_wait_agrees_with_dotnet: "cs_04_inline_wait";
    cs_04_messages_agrees_with_dotnet: "cs_04_messages";
    cs_04_wait_agrees_with_dotnet: "cs_04_wait";
    cs_05_when_all_agrees_with_dotnet: "cs_05_when_all";
    cs_06_when_any_agrees_with_dotnet: "cs_06_when_any";
    cs_07_cleanup_agrees_with_dotnet: "cs_07_cleanup";
    cs_07_pre_cancelled_agrees_with_dotnet: "cs_07_pre_cancelled";
    cs_07_token_matching_agrees_with_dotnet: "cs_07_token_matching";
    cs_08_callbacks_agrees_with_dotnet: "cs_08_callbacks";
    cs_08_registrations_agrees_with_dotnet: "cs_08_registrations";
    cs_09_cancel_after_agrees_with_dotnet: "cs_09_cancel_after";
    cs_09_linked_agrees_with_dotnet: "cs_09_linked";
    cs_09_tokens_agrees_with_dotnet: "cs_09_tokens";
    cs_10_completion_source_agrees_with_dotnet: "cs_10_completion_source";
    cs_11_cold_agrees_with_dotnet: "cs_11_cold";
    cs_11_status_agrees_with_dotnet: "cs_11_status";
    cs_12_attached_agrees_with_dotnet: "cs_12_attached";
    cs_12_unwrap_agrees_with_dotnet: "cs_12_unwrap";
    cs_13_continue_with_agrees_with_dotnet: "cs_13_continue_with";
    cs_13_options_agrees_with_dotnet: "cs_13_options";
    cs_14_async_void_agrees_with_dotnet: "cs_14_async_void";
    cs_14_async_void_crash_agrees_with_dotnet: "cs_14_async_void_crash";
    cs_14_async_void_ends_agrees_with_dotnet: "cs_14_async_void_ends";
    cs_14_unobserved_agrees_with_dotnet: "cs_14_unobserved";
    cs_15_source_agrees_with_dotnet: "cs_15_source";
    cs_15_value_task_agrees_with_dotnet: "cs_15_value_task";
    cs_16_async_local_agrees_with_dotnet: "cs_16_async_local";
    cs_16_execution_context_agrees_with_dotnet: "cs_16_execution_context";
    cs_17_async_stream_agrees_with_dotnet: "cs_17_async_stream";
    cs_17_await_using_agrees_with_dotnet: "cs_17_await_using";
    cs_17_cancellation_agrees_with_dotnet: "cs_17_cancellation";
    cs_18_bounded_agrees_with_dotnet: "cs_18_bounded";
    cs_18_complete_agrees_with_dotnet: "cs_18_complete";
    cs_18_read_all_agrees_with_dotnet: "cs_18_read_all";
    cs_18_unbounded_agrees_with_dotnet: "cs_18_unbounded";
    cs_19_delay_yield_agrees_with_dotnet: "cs_19_delay_yield";
    cs_19_for_each_agrees_with_dotnet: "cs_19_for_each";
    cs_19_progress_agrees_with_dotnet: "cs_19_progress";
    cs_19_scheduler_pair_agrees_with_dotnet: "cs_19_scheduler_pair";
    cs_19_semaphore_agrees_with_dotnet: "cs_19_semaphore";
    cs_19_timer_agrees_with_dotnet: "cs_19_timer";
    cs_20_more_threads_agrees_with_dotnet: "cs_20_more_threads";
    cs_20_pool_order_agrees_with_dotnet: "cs_20_pool_order";
    cs_20_stealing_agrees_with_dotnet: "cs_20_stealing";
    cs_21_awaitables_agrees_with_dotnet: "cs_21_awaitables";
    cs_21_builders_agrees_with_dotnet: "cs_21_builders";
    cs_21_state_machine_agrees_with_dotnet: "cs_21_state_machine";
    cs_22_limited_scheduler_agrees_with_dotnet: "cs_22_limited_scheduler";
    cs_22_pump_agrees_with_dotnet: "cs_22_pump";
    cs_22_scheduler_calls_agrees_with_dotnet: "cs_22_scheduler_calls";
    inline_agrees_with_dotnet: "inline";
    semantics_agrees_with_dotnet: "semantics";
}

#[test]
fn every_twin_has_a_test() {
    let listed = text(twin(&["--list"]).stdout);
    let listed: Vec<&str> =
        listed.lines().filter_map(|line| line.strip_prefix("csharp ")).collect();
    assert_eq!(listed, NAMES);
}

#[test]
fn every_program_has_a_twin_or_is_known_to_await_one() {
    let mut known: Vec<String> = NAMES.iter().map(|&name| name.into()).collect();
    known.extend(text(twin(&["--awaited", "csharp"]).stdout).lines().map(String::from));
    known.sort();
    let entries = std::fs::read_dir(folder("csharp")).expect("the originals are in the repository");
    let mut programs: Vec<String> = entries
        .flatten()
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".cs")?.into()))
        .collect();
    programs.sort();
    assert_eq!(known, programs);
}
