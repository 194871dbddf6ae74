//! Each twin against what Node 26 printed when it ran the original, so that the comparison needs no
//! Node. A test's name begins with the row of `docs/semantics.md` it keeps.
//!
//! `cargo xtask conformance js` does the same against a Node that is found, and says more.
#![cfg(unix)]

mod support;

use support::{expected, folder, seen, text, twin};

macro_rules! agree {
    ($($test:ident: $name:literal;)*) => {
        const NAMES: &[&str] = &[$($name),*];

        $(#[test]
        fn $test() {
            assert_eq!(seen(twin(&["js", $name])), expected("js", "node-26", $name));
        })*
    };
}

agree! {
    js_01_resolution_agrees_with_node: "js_01_resolution";
    js_01_states_agrees_with_node: "js_01_states";
    js_02_executor_agrees_with_node: "js_02_executor";
    js_02_reactions_agrees_with_node: "js_02_reactions";
    js_02_self_resolution_agrees_with_node: "js_02_self_resolution";
    js_02_then_looked_up_agrees_with_node: "js_02_then_looked_up";
    js_02_thenables_agrees_with_node: "js_02_thenables";
    js_03_async_generator_ticks_agrees_with_node: "js_03_async_generator_ticks";
    js_03_await_places_agrees_with_node: "js_03_await_places";
    js_03_interleave_agrees_with_node: "js_03_interleave";
    js_03_tick_table_agrees_with_node: "js_03_tick_table";
    js_04_all_agrees_with_node: "js_04_all";
    js_04_all_settled_agrees_with_node: "js_04_all_settled";
    js_04_any_agrees_with_node: "js_04_any";
    js_04_race_agrees_with_node: "js_04_race";
    js_04_with_resolvers_try_agrees_with_node: "js_04_with_resolvers_try";
    js_05_exec_go_agrees_with_node: "js_05_exec_go";
    js_05_sync_part_agrees_with_node: "js_05_sync_part";
    js_06_async_in_callbacks_agrees_with_node: "js_06_async_in_callbacks";
    js_06_between_callbacks_agrees_with_node: "js_06_between_callbacks";
    js_06_main_agrees_with_node: "js_06_main";
    js_06_nested_agrees_with_node: "js_06_nested";
    js_06_throwing_agrees_with_node: "js_06_throwing";
    js_07_clear_agrees_with_node: "js_07_clear";
    js_07_close_agrees_with_node: "js_07_close";
    js_07_delays_agrees_with_node: "js_07_delays";
    js_07_immediates_agrees_with_node: "js_07_immediates";
    js_07_io_callback_agrees_with_node: "js_07_io_callback";
    js_07_phases_agrees_with_node: "js_07_phases";
    js_07_refresh_agrees_with_node: "js_07_refresh";
    js_07_sockets_agrees_with_node: "js_07_sockets";
    js_07_throwing_timer_agrees_with_node: "js_07_throwing_timer";
    js_07_timer_order_agrees_with_node: "js_07_timer_order";
    js_08_default_agrees_with_node: "js_08_default";
    js_08_default_caught_agrees_with_node: "js_08_default_caught";
    js_08_default_value_agrees_with_node: "js_08_default_value";
    js_08_derived_agrees_with_node: "js_08_derived";
    js_08_ends_by_itself_agrees_with_node: "js_08_ends_by_itself";
    js_08_exit_code_agrees_with_node: "js_08_exit_code";
    js_08_handled_in_time_agrees_with_node: "js_08_handled_in_time";
    js_08_listener_throws_agrees_with_node: "js_08_listener_throws";
    js_08_order_agrees_with_node: "js_08_order";
    js_08_too_late_agrees_with_node: "js_08_too_late";
    js_08_uncaught_immediate_agrees_with_node: "js_08_uncaught_immediate";
    js_08_uncaught_listener_agrees_with_node: "js_08_uncaught_listener";
    js_08_uncaught_timer_agrees_with_node: "js_08_uncaught_timer";
    js_09_before_exit_agrees_with_node: "js_09_before_exit";
    js_09_ends_agrees_with_node: "js_09_ends";
    js_09_exit_now_agrees_with_node: "js_09_exit_now";
    js_09_ref_agrees_with_node: "js_09_ref";
    js_09_rejected_main_agrees_with_node: "js_09_rejected_main";
    js_09_server_ref_agrees_with_node: "js_09_server_ref";
    js_09_settled_main_agrees_with_node: "js_09_settled_main";
    js_09_unsettled_agrees_with_node: "js_09_unsettled";
    js_09_unsettled_code_agrees_with_node: "js_09_unsettled_code";
    js_10_abort_agrees_with_node: "js_10_abort";
    js_10_callbacks_agrees_with_node: "js_10_callbacks";
    js_10_interval_agrees_with_node: "js_10_interval";
    js_10_timers_promises_agrees_with_node: "js_10_timers_promises";
    js_11_any_agrees_with_node: "js_11_any";
    js_11_cancelling_agrees_with_node: "js_11_cancelling";
    js_11_controller_agrees_with_node: "js_11_controller";
    js_11_listeners_agrees_with_node: "js_11_listeners";
    js_11_timeout_agrees_with_node: "js_11_timeout";
    js_12_async_generators_agrees_with_node: "js_12_async_generators";
    js_12_async_interleave_agrees_with_node: "js_12_async_interleave";
    js_12_async_queue_agrees_with_node: "js_12_async_queue";
    js_12_async_yield_star_agrees_with_node: "js_12_async_yield_star";
    js_12_foo_agrees_with_node: "js_12_foo";
    js_12_for_await_agrees_with_node: "js_12_for_await";
    js_12_generators_agrees_with_node: "js_12_generators";
    js_12_yield_star_agrees_with_node: "js_12_yield_star";
    js_13_capture_rejections_agrees_with_node: "js_13_capture_rejections";
    js_13_emitter_agrees_with_node: "js_13_emitter";
    js_13_error_agrees_with_node: "js_13_error";
    js_13_error_uncaught_agrees_with_node: "js_13_error_uncaught";
    js_13_error_value_uncaught_agrees_with_node: "js_13_error_value_uncaught";
    js_13_events_on_agrees_with_node: "js_13_events_on";
    js_13_events_once_agrees_with_node: "js_13_events_once";
    js_13_meta_events_agrees_with_node: "js_13_meta_events";
    js_14_bind_agrees_with_node: "js_14_bind";
    js_14_enter_with_agrees_with_node: "js_14_enter_with";
    js_14_generators_agrees_with_node: "js_14_generators";
    js_14_promises_agrees_with_node: "js_14_promises";
    js_14_run_agrees_with_node: "js_14_run";
    js_15_callbackify_agrees_with_node: "js_15_callbackify";
    js_15_promisify_agrees_with_node: "js_15_promisify";
    js_t262_async_generator_queue_agrees_with_node: "js_t262_async_generator_queue";
    js_t262_async_generator_return_agrees_with_node: "js_t262_async_generator_return";
    js_t262_async_generator_ticks_agrees_with_node: "js_t262_async_generator_ticks";
    js_t262_combinators_agrees_with_node: "js_t262_combinators";
    js_t262_interleave_agrees_with_node: "js_t262_interleave";
    js_t262_matrix_agrees_with_node: "js_t262_matrix";
    js_t262_reactions_agrees_with_node: "js_t262_reactions";
    js_t262_top_level_ticks_agrees_with_node: "js_t262_top_level_ticks";
    objects_agrees_with_node: "objects";
    ticks_agrees_with_node: "ticks";
}

#[test]
fn every_twin_has_a_test() {
    let listed = text(twin(&["--list"]).stdout);
    let listed: Vec<&str> = listed.lines().filter_map(|line| line.strip_prefix("js ")).collect();
    assert_eq!(listed, NAMES);
}

#[test]
fn every_program_has_a_twin_or_is_known_to_await_one() {
    let mut known: Vec<String> = NAMES.iter().map(|&name| name.into()).collect();
    known.extend(text(twin(&["--awaited", "js"]).stdout).lines().map(String::from));
    known.sort();
    let entries = std::fs::read_dir(folder("js")).expect("the originals are in the repository");
    let mut programs: Vec<String> = entries
        .flatten()
        .filter_map(|entry| {
            let file = entry.file_name();
            let (name, ending) = file.to_str()?.rsplit_once('.')?;
            ["js", "mjs"].contains(&ending).then(|| name.into())
        })
        .collect();
    programs.sort();
    assert_eq!(known, programs);
}
