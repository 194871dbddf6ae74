//! Twins of `conformance/asyncio/*.py`: a file for each, under the name of its original, with
//! `pub(crate) fn run()`, and a line in [`TWINS`]:
//!
//! ```text
//! mod py_02_await_and_turns;
//! …
//! Twin { name: "py_02_await_and_turns", run: py_02_await_and_turns::run, differs: &[] },
//! ```
//!
//! `python.rs` has what all of them need to print as Python prints; `differs.rs` has the lines that
//! differ on purpose. Sockets, signals and subprocesses are there on Unix only.
#![cfg_attr(not(unix), allow(dead_code))]

mod differs;
mod python;

mod py_01_lazy_coroutine;
mod py_02_await_and_turns;
mod py_03_create_task;
mod py_03_eager;
#[cfg(unix)]
mod py_04_io_then_timers;
mod py_04_turn_order;
mod py_05_handles;
mod py_06_threadsafe;
mod py_07_future;
mod py_08_never_retrieved;
mod py_09_many_awaiters;
mod py_10_cancel;
mod py_10_cancel_races;
mod py_11_cancel_before_start;
mod py_12_gather;
mod py_12_gather_cancel;
mod py_13_as_completed;
mod py_13_wait;
mod py_14_wait_for;
mod py_15_shield;
mod py_16_timeout;
mod py_16_timeout_nested;
mod py_17_task_group;
mod py_17_task_group_cancel;
mod py_18_contextvars;
mod py_19_barrier;
mod py_19_event_condition;
mod py_19_lock;
mod py_19_semaphore;
mod py_20_queue;
mod py_20_queue_shutdown;
mod py_21_async_generators;
mod py_21_shutdown_asyncgens;
mod py_22_run_leftovers;
#[cfg(unix)]
mod py_22_sigint;
mod py_23_executor;
mod py_23_run_coroutine_threadsafe;
#[cfg(unix)]
mod py_24_start_tls;
#[cfg(unix)]
mod py_24_streams_limit;
#[cfg(unix)]
mod py_24_streams_read;
#[cfg(unix)]
mod py_24_streams_write;
#[cfg(unix)]
mod py_25_datagram;
#[cfg(unix)]
mod py_25_flow_control;
#[cfg(unix)]
mod py_25_protocol;
#[cfg(unix)]
mod py_26_signals;
#[cfg(unix)]
mod py_26_sockets;
#[cfg(unix)]
mod py_26_subprocess;
mod py_27_slow_callback;
mod py_29_loop_control;
mod semantics;

use crate::Twin;

/// All there are.
pub(crate) const TWINS: &[Twin] = &[
    Twin {
        name: "py_01_lazy_coroutine",
        run: py_01_lazy_coroutine::run,
        differs: differs::PY_01_LAZY_COROUTINE,
    },
    Twin { name: "py_02_await_and_turns", run: py_02_await_and_turns::run, differs: &[] },
    Twin {
        name: "py_03_create_task",
        run: py_03_create_task::run,
        differs: differs::PY_03_CREATE_TASK,
    },
    Twin { name: "py_03_eager", run: py_03_eager::run, differs: &[] },
    #[cfg(unix)]
    Twin { name: "py_04_io_then_timers", run: py_04_io_then_timers::run, differs: &[] },
    Twin { name: "py_04_turn_order", run: py_04_turn_order::run, differs: &[] },
    Twin { name: "py_05_handles", run: py_05_handles::run, differs: differs::PY_05_HANDLES },
    Twin { name: "py_06_threadsafe", run: py_06_threadsafe::run, differs: &[] },
    Twin { name: "py_07_future", run: py_07_future::run, differs: differs::PY_07_FUTURE },
    Twin { name: "py_08_never_retrieved", run: py_08_never_retrieved::run, differs: &[] },
    Twin {
        name: "py_09_many_awaiters",
        run: py_09_many_awaiters::run,
        differs: differs::PY_09_MANY_AWAITERS,
    },
    Twin { name: "py_10_cancel", run: py_10_cancel::run, differs: &[] },
    Twin { name: "py_10_cancel_races", run: py_10_cancel_races::run, differs: &[] },
    Twin { name: "py_11_cancel_before_start", run: py_11_cancel_before_start::run, differs: &[] },
    Twin { name: "py_12_gather", run: py_12_gather::run, differs: &[] },
    Twin { name: "py_12_gather_cancel", run: py_12_gather_cancel::run, differs: &[] },
    Twin { name: "py_13_as_completed", run: py_13_as_completed::run, differs: &[] },
    Twin { name: "py_13_wait", run: py_13_wait::run, differs: differs::PY_13_WAIT },
    Twin { name: "py_14_wait_for", run: py_14_wait_for::run, differs: &[] },
    Twin { name: "py_15_shield", run: py_15_shield::run, differs: &[] },
    Twin { name: "py_16_timeout", run: py_16_timeout::run, differs: &[] },
    Twin { name: "py_16_timeout_nested", run: py_16_timeout_nested::run, differs: &[] },
    Twin { name: "py_17_task_group", run: py_17_task_group::run, differs: &[] },
    Twin { name: "py_17_task_group_cancel", run: py_17_task_group_cancel::run, differs: &[] },
    Twin {
        name: "py_18_contextvars",
        run: py_18_contextvars::run,
        differs: differs::PY_18_CONTEXTVARS,
    },
    Twin { name: "py_19_barrier", run: py_19_barrier::run, differs: &[] },
    Twin { name: "py_19_event_condition", run: py_19_event_condition::run, differs: &[] },
    Twin { name: "py_19_lock", run: py_19_lock::run, differs: &[] },
    Twin { name: "py_19_semaphore", run: py_19_semaphore::run, differs: differs::PY_19_SEMAPHORE },
    Twin { name: "py_20_queue", run: py_20_queue::run, differs: &[] },
    Twin { name: "py_20_queue_shutdown", run: py_20_queue_shutdown::run, differs: &[] },
    Twin {
        name: "py_21_async_generators",
        run: py_21_async_generators::run,
        differs: differs::PY_21_ASYNC_GENERATORS,
    },
    Twin { name: "py_21_shutdown_asyncgens", run: py_21_shutdown_asyncgens::run, differs: &[] },
    Twin { name: "py_22_run_leftovers", run: py_22_run_leftovers::run, differs: &[] },
    #[cfg(unix)]
    Twin { name: "py_22_sigint", run: py_22_sigint::run, differs: &[] },
    Twin { name: "py_23_executor", run: py_23_executor::run, differs: &[] },
    Twin {
        name: "py_23_run_coroutine_threadsafe",
        run: py_23_run_coroutine_threadsafe::run,
        differs: differs::PY_23_RUN_COROUTINE_THREADSAFE,
    },
    #[cfg(unix)]
    Twin { name: "py_24_start_tls", run: py_24_start_tls::run, differs: &[] },
    #[cfg(unix)]
    Twin {
        name: "py_24_streams_limit",
        run: py_24_streams_limit::run,
        differs: differs::PY_24_STREAMS_LIMIT,
    },
    #[cfg(unix)]
    Twin {
        name: "py_24_streams_read",
        run: py_24_streams_read::run,
        differs: differs::PY_24_STREAMS_READ,
    },
    #[cfg(unix)]
    Twin { name: "py_24_streams_write", run: py_24_streams_write::run, differs: &[] },
    #[cfg(unix)]
    Twin { name: "py_25_datagram", run: py_25_datagram::run, differs: &[] },
    #[cfg(unix)]
    Twin {
        name: "py_25_flow_control",
        run: py_25_flow_control::run,
        differs: differs::PY_25_FLOW_CONTROL,
    },
    #[cfg(unix)]
    Twin { name: "py_25_protocol", run: py_25_protocol::run, differs: &[] },
    #[cfg(unix)]
    Twin { name: "py_26_signals", run: py_26_signals::run, differs: differs::PY_26_SIGNALS },
    #[cfg(unix)]
    Twin { name: "py_26_sockets", run: py_26_sockets::run, differs: &[] },
    #[cfg(unix)]
    Twin { name: "py_26_subprocess", run: py_26_subprocess::run, differs: &[] },
    Twin {
        name: "py_27_slow_callback",
        run: py_27_slow_callback::run,
        differs: differs::PY_27_SLOW_CALLBACK,
    },
    Twin {
        name: "py_29_loop_control",
        run: py_29_loop_control::run,
        differs: differs::PY_29_LOOP_CONTROL,
    },
    Twin { name: "semantics", run: semantics::run, differs: &[] },
];
