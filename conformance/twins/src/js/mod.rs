//! Twins of `conformance/js/*.js` and `*.mjs`: a file for each, under the name of its original, with
//! `pub(crate) fn run()`, and a line in [`TWINS`].
//!
//! A twin may end the process, as its original does: then its code and the first line of its
//! standard error are compared too.

mod differs;
mod js_01_resolution;
mod js_01_states;
mod js_02_executor;
mod js_02_reactions;
mod js_02_self_resolution;
mod js_02_then_looked_up;
mod js_02_thenables;
mod js_03_await_places;
mod js_03_interleave;
mod js_03_tick_table;
mod js_04_all;
mod js_04_all_settled;
mod js_04_any;
mod js_04_race;
mod js_04_with_resolvers_try;
mod js_05_exec_go;
mod js_05_sync_part;
mod js_06_async_in_callbacks;
mod js_06_between_callbacks;
mod js_06_main;
mod js_06_nested;
mod js_06_throwing;
mod show;
mod ticks_of;

use crate::Twin;

/// All twins, in the order of their names.
pub(crate) const TWINS: &[Twin] = &[
    Twin { name: "js_01_resolution", run: js_01_resolution::run, differs: &[] },
    Twin { name: "js_01_states", run: js_01_states::run, differs: &[] },
    Twin { name: "js_02_executor", run: js_02_executor::run, differs: &[] },
    Twin { name: "js_02_reactions", run: js_02_reactions::run, differs: &[] },
    Twin { name: "js_02_self_resolution", run: js_02_self_resolution::run, differs: &[] },
    Twin {
        name: "js_02_then_looked_up",
        run: js_02_then_looked_up::run,
        differs: differs::JS_02_THEN_LOOKED_UP,
    },
    Twin { name: "js_02_thenables", run: js_02_thenables::run, differs: &[] },
    Twin { name: "js_03_await_places", run: js_03_await_places::run, differs: &[] },
    Twin { name: "js_03_interleave", run: js_03_interleave::run, differs: &[] },
    Twin { name: "js_03_tick_table", run: js_03_tick_table::run, differs: &[] },
    Twin { name: "js_04_all", run: js_04_all::run, differs: &[] },
    Twin { name: "js_04_all_settled", run: js_04_all_settled::run, differs: &[] },
    Twin { name: "js_04_any", run: js_04_any::run, differs: &[] },
    Twin { name: "js_04_race", run: js_04_race::run, differs: &[] },
    Twin { name: "js_04_with_resolvers_try", run: js_04_with_resolvers_try::run, differs: &[] },
    Twin { name: "js_05_exec_go", run: js_05_exec_go::run, differs: &[] },
    Twin { name: "js_05_sync_part", run: js_05_sync_part::run, differs: &[] },
    Twin { name: "js_06_async_in_callbacks", run: js_06_async_in_callbacks::run, differs: &[] },
    Twin { name: "js_06_between_callbacks", run: js_06_between_callbacks::run, differs: &[] },
    Twin { name: "js_06_main", run: js_06_main::run, differs: &[] },
    Twin { name: "js_06_nested", run: js_06_nested::run, differs: &[] },
    Twin { name: "js_06_throwing", run: js_06_throwing::run, differs: &[] },
];

/// Programs that have no twin yet. A name leaves this list when its twin enters [`TWINS`].
pub(crate) const AWAITED: &[&str] = &[
    "js_03_async_generator_ticks",
    "js_07_clear",
    "js_07_close",
    "js_07_delays",
    "js_07_immediates",
    "js_07_io_callback",
    "js_07_phases",
    "js_07_refresh",
    "js_07_sockets",
    "js_07_throwing_timer",
    "js_07_timer_order",
    "js_08_default",
    "js_08_default_caught",
    "js_08_default_value",
    "js_08_derived",
    "js_08_ends_by_itself",
    "js_08_exit_code",
    "js_08_handled_in_time",
    "js_08_listener_throws",
    "js_08_order",
    "js_08_too_late",
    "js_08_uncaught_immediate",
    "js_08_uncaught_listener",
    "js_08_uncaught_main",
    "js_09_before_exit",
    "js_09_ends",
    "js_09_exit_now",
    "js_09_ref",
    "js_09_rejected_main",
    "js_09_server_ref",
    "js_09_settled_main",
    "js_09_unsettled",
    "js_09_unsettled_code",
    "js_10_abort",
    "js_10_callbacks",
    "js_10_interval",
    "js_10_timers_promises",
    "js_11_any",
    "js_11_cancelling",
    "js_11_controller",
    "js_11_listeners",
    "js_11_timeout",
    "js_12_async_generators",
    "js_12_async_interleave",
    "js_12_async_queue",
    "js_12_async_yield_star",
    "js_12_foo",
    "js_12_for_await",
    "js_12_generators",
    "js_12_yield_star",
    "js_13_capture_rejections",
    "js_13_emitter",
    "js_13_error",
    "js_13_error_uncaught",
    "js_13_error_value_uncaught",
    "js_13_events_on",
    "js_13_events_once",
    "js_13_meta_events",
    "js_14_bind",
    "js_14_enter_with",
    "js_14_generators",
    "js_14_promises",
    "js_14_run",
    "js_15_callbackify",
    "js_15_promisify",
    "js_t262_async_generator_queue",
    "js_t262_async_generator_return",
    "js_t262_async_generator_ticks",
    "js_t262_combinators",
    "js_t262_from_sync",
    "js_t262_interleave",
    "js_t262_matrix",
    "js_t262_reactions",
    "js_t262_top_level_ticks",
    "js_t262_yield_star",
    "objects",
    "ticks",
];
