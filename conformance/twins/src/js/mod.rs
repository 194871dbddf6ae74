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
mod js_03_async_generator_ticks;
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
mod js_07_clear;
mod js_07_close;
mod js_07_delays;
mod js_07_immediates;
mod js_07_io_callback;
mod js_07_phases;
mod js_07_refresh;
mod js_07_sockets;
mod js_07_throwing_timer;
mod js_07_timer_order;
mod js_08_default;
mod js_08_default_caught;
mod js_08_default_value;
mod js_08_derived;
mod js_08_ends_by_itself;
mod js_08_exit_code;
mod js_08_handled_in_time;
mod js_08_listener_throws;
mod js_08_order;
mod js_08_too_late;
mod js_08_uncaught_immediate;
mod js_08_uncaught_listener;
mod js_08_uncaught_timer;
mod js_09_before_exit;
mod js_09_ends;
mod js_09_exit_now;
mod js_09_ref;
mod js_09_rejected_main;
mod js_09_server_ref;
mod js_09_settled_main;
mod js_09_unsettled;
mod js_09_unsettled_code;
mod js_10_abort;
mod js_10_callbacks;
mod js_10_interval;
mod js_10_timers_promises;
mod js_11_any;
mod js_11_cancelling;
mod js_11_controller;
mod js_11_listeners;
mod js_11_timeout;
mod js_12_async_generators;
mod js_12_async_interleave;
mod js_12_async_queue;
mod js_12_async_yield_star;
mod js_12_foo;
mod js_12_for_await;
mod js_12_generators;
mod js_12_yield_star;
mod js_13_capture_rejections;
mod js_13_emitter;
mod js_13_error;
mod js_13_error_uncaught;
mod js_13_error_value_uncaught;
mod js_13_events_on;
mod js_13_events_once;
mod js_13_meta_events;
mod js_14_bind;
mod js_14_enter_with;
mod js_14_generators;
mod js_14_promises;
mod js_14_run;
mod js_15_callbackify;
mod js_15_promisify;
mod js_t262_async_generator_queue;
mod js_t262_async_generator_return;
mod js_t262_async_generator_ticks;
mod js_t262_combinators;
mod js_t262_interleave;
mod js_t262_matrix;
mod js_t262_reactions;
mod js_t262_top_level_ticks;
mod node;
mod objects;
mod results;
mod ticks;
mod ticks_of;
mod var;

use crate::Twin;

/// All twins, in the order of their names.
pub(crate) const TWINS: &[Twin] = &[
    Twin {
        name: "js_01_resolution",
        run: js_01_resolution::run,
        differs: differs::JS_01_RESOLUTION,
    },
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
    Twin {
        name: "js_03_async_generator_ticks",
        run: js_03_async_generator_ticks::run,
        differs: &[],
    },
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
    Twin { name: "js_07_clear", run: js_07_clear::run, differs: &[] },
    Twin { name: "js_07_close", run: js_07_close::run, differs: differs::JS_07_CLOSE },
    Twin { name: "js_07_delays", run: js_07_delays::run, differs: &[] },
    Twin { name: "js_07_immediates", run: js_07_immediates::run, differs: &[] },
    Twin { name: "js_07_io_callback", run: js_07_io_callback::run, differs: &[] },
    Twin { name: "js_07_phases", run: js_07_phases::run, differs: &[] },
    Twin { name: "js_07_refresh", run: js_07_refresh::run, differs: &[] },
    Twin { name: "js_07_sockets", run: js_07_sockets::run, differs: &[] },
    Twin { name: "js_07_throwing_timer", run: js_07_throwing_timer::run, differs: &[] },
    Twin { name: "js_07_timer_order", run: js_07_timer_order::run, differs: &[] },
    Twin { name: "js_08_default", run: js_08_default::run, differs: &[] },
    Twin {
        name: "js_08_default_caught",
        run: js_08_default_caught::run,
        differs: differs::JS_08_DEFAULT_CAUGHT,
    },
    Twin {
        name: "js_08_default_value",
        run: js_08_default_value::run,
        differs: differs::JS_08_DEFAULT_VALUE,
    },
    Twin { name: "js_08_derived", run: js_08_derived::run, differs: &[] },
    Twin { name: "js_08_ends_by_itself", run: js_08_ends_by_itself::run, differs: &[] },
    Twin { name: "js_08_exit_code", run: js_08_exit_code::run, differs: &[] },
    Twin { name: "js_08_handled_in_time", run: js_08_handled_in_time::run, differs: &[] },
    Twin { name: "js_08_listener_throws", run: js_08_listener_throws::run, differs: &[] },
    Twin { name: "js_08_order", run: js_08_order::run, differs: &[] },
    Twin { name: "js_08_too_late", run: js_08_too_late::run, differs: &[] },
    Twin { name: "js_08_uncaught_immediate", run: js_08_uncaught_immediate::run, differs: &[] },
    Twin { name: "js_08_uncaught_listener", run: js_08_uncaught_listener::run, differs: &[] },
    Twin { name: "js_08_uncaught_timer", run: js_08_uncaught_timer::run, differs: &[] },
    Twin { name: "js_09_before_exit", run: js_09_before_exit::run, differs: &[] },
    Twin { name: "js_09_ends", run: js_09_ends::run, differs: &[] },
    Twin { name: "js_09_exit_now", run: js_09_exit_now::run, differs: &[] },
    Twin { name: "js_09_ref", run: js_09_ref::run, differs: &[] },
    Twin { name: "js_09_rejected_main", run: js_09_rejected_main::run, differs: &[] },
    Twin { name: "js_09_server_ref", run: js_09_server_ref::run, differs: &[] },
    Twin { name: "js_09_settled_main", run: js_09_settled_main::run, differs: &[] },
    Twin { name: "js_09_unsettled", run: js_09_unsettled::run, differs: &[] },
    Twin { name: "js_09_unsettled_code", run: js_09_unsettled_code::run, differs: &[] },
    Twin { name: "js_10_abort", run: js_10_abort::run, differs: &[] },
    Twin { name: "js_10_callbacks", run: js_10_callbacks::run, differs: &[] },
    Twin { name: "js_10_interval", run: js_10_interval::run, differs: &[] },
    Twin { name: "js_10_timers_promises", run: js_10_timers_promises::run, differs: &[] },
    Twin { name: "js_11_any", run: js_11_any::run, differs: &[] },
    Twin { name: "js_11_cancelling", run: js_11_cancelling::run, differs: &[] },
    Twin { name: "js_11_controller", run: js_11_controller::run, differs: &[] },
    Twin { name: "js_11_listeners", run: js_11_listeners::run, differs: &[] },
    Twin { name: "js_11_timeout", run: js_11_timeout::run, differs: &[] },
    Twin { name: "js_12_async_generators", run: js_12_async_generators::run, differs: &[] },
    Twin { name: "js_12_async_interleave", run: js_12_async_interleave::run, differs: &[] },
    Twin { name: "js_12_async_queue", run: js_12_async_queue::run, differs: &[] },
    Twin { name: "js_12_async_yield_star", run: js_12_async_yield_star::run, differs: &[] },
    Twin { name: "js_12_foo", run: js_12_foo::run, differs: &[] },
    Twin { name: "js_12_for_await", run: js_12_for_await::run, differs: &[] },
    Twin { name: "js_12_generators", run: js_12_generators::run, differs: &[] },
    Twin { name: "js_12_yield_star", run: js_12_yield_star::run, differs: &[] },
    Twin { name: "js_13_capture_rejections", run: js_13_capture_rejections::run, differs: &[] },
    Twin { name: "js_13_emitter", run: js_13_emitter::run, differs: differs::JS_13_EMITTER },
    Twin { name: "js_13_error", run: js_13_error::run, differs: differs::JS_13_ERROR },
    Twin { name: "js_13_error_uncaught", run: js_13_error_uncaught::run, differs: &[] },
    Twin {
        name: "js_13_error_value_uncaught",
        run: js_13_error_value_uncaught::run,
        differs: differs::JS_13_ERROR_VALUE_UNCAUGHT,
    },
    Twin { name: "js_13_events_on", run: js_13_events_on::run, differs: &[] },
    Twin { name: "js_13_events_once", run: js_13_events_once::run, differs: &[] },
    Twin {
        name: "js_13_meta_events",
        run: js_13_meta_events::run,
        differs: differs::JS_13_META_EVENTS,
    },
    Twin { name: "js_14_bind", run: js_14_bind::run, differs: &[] },
    Twin { name: "js_14_enter_with", run: js_14_enter_with::run, differs: &[] },
    Twin { name: "js_14_generators", run: js_14_generators::run, differs: &[] },
    Twin { name: "js_14_promises", run: js_14_promises::run, differs: &[] },
    Twin { name: "js_14_run", run: js_14_run::run, differs: &[] },
    Twin {
        name: "js_15_callbackify",
        run: js_15_callbackify::run,
        differs: differs::JS_15_CALLBACKIFY,
    },
    Twin { name: "js_15_promisify", run: js_15_promisify::run, differs: differs::JS_15_PROMISIFY },
    Twin {
        name: "js_t262_async_generator_queue",
        run: js_t262_async_generator_queue::run,
        differs: &[],
    },
    Twin {
        name: "js_t262_async_generator_return",
        run: js_t262_async_generator_return::run,
        differs: &[],
    },
    Twin {
        name: "js_t262_async_generator_ticks",
        run: js_t262_async_generator_ticks::run,
        differs: &[],
    },
    Twin { name: "js_t262_combinators", run: js_t262_combinators::run, differs: &[] },
    Twin { name: "js_t262_interleave", run: js_t262_interleave::run, differs: &[] },
    Twin { name: "js_t262_matrix", run: js_t262_matrix::run, differs: &[] },
    Twin { name: "js_t262_reactions", run: js_t262_reactions::run, differs: &[] },
    Twin { name: "js_t262_top_level_ticks", run: js_t262_top_level_ticks::run, differs: &[] },
    Twin { name: "objects", run: objects::run, differs: &[] },
    Twin { name: "ticks", run: ticks::run, differs: &[] },
];

/// Programs that have no twin yet. A name leaves this list when its twin enters [`TWINS`].
pub(crate) const AWAITED: &[&str] = &["js_t262_from_sync", "js_t262_yield_star"];
