//! Each twin against what CPython 3.13 printed when it ran the original, so that the comparison
//! needs no Python. A test's name begins with the row of `docs/semantics.md` it keeps.
//!
//! `cargo xtask conformance` does the same against a Python that is found, and says more.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;

/// Runs a twin, or asks for its declared differences.
fn twin(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_fourfold-conformance"))
        .args(arguments)
        .output()
        .expect("cargo built it");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?} ended with {}:\n{errors}", output.status);
    String::from_utf8(output.stdout).expect("twins print text")
}

/// The recorded output, with the lines that differ on purpose put in place.
fn expected(name: &str) -> String {
    let recording = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../asyncio")
        .join(format!("{name}.cpython-3.13.out"));
    let recorded = std::fs::read_to_string(&recording)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", recording.display()));
    let declared = twin(&["--differs", "asyncio", name]);
    let mut differs: Vec<(&str, &str)> = declared
        .lines()
        .map(|line| {
            let mut parts = line.split('\t');
            match (parts.next(), parts.next()) {
                (Some(original), Some(twin)) => (original, twin),
                _ => panic!("not a difference: {line:?}"),
            }
        })
        .collect();
    let mut expected = String::new();
    for line in recorded.lines() {
        match differs.iter().position(|(original, _)| *original == line) {
            Some(at) => expected.push_str(differs.remove(at).1),
            None => expected.push_str(line),
        }
        expected.push('\n');
    }
    assert!(differs.is_empty(), "{name} declares what the original does not print: {differs:?}");
    expected
}

macro_rules! agree {
    ($($test:ident: $name:literal;)*) => {
        const NAMES: &[&str] = &[$($name),*];

        $(#[test]
        fn $test() {
            // Line by line, so that a failure shows the first line that differs.
            let (expected, printed) = (expected($name), twin(&["asyncio", $name]));
            for (number, (expected, printed)) in expected.lines().zip(printed.lines()).enumerate() {
                assert_eq!(printed, expected, "line {} of {}", number + 1, $name);
            }
            assert_eq!(printed, expected);
        })*
    };
}

agree! {
    py_01_lazy_coroutine_agrees_with_cpython: "py_01_lazy_coroutine";
    py_02_await_and_turns_agrees_with_cpython: "py_02_await_and_turns";
    py_03_create_task_agrees_with_cpython: "py_03_create_task";
    py_03_eager_agrees_with_cpython: "py_03_eager";
    py_04_io_then_timers_agrees_with_cpython: "py_04_io_then_timers";
    py_04_turn_order_agrees_with_cpython: "py_04_turn_order";
    py_05_handles_agrees_with_cpython: "py_05_handles";
    py_06_threadsafe_agrees_with_cpython: "py_06_threadsafe";
    py_07_future_agrees_with_cpython: "py_07_future";
    py_08_never_retrieved_agrees_with_cpython: "py_08_never_retrieved";
    py_09_many_awaiters_agrees_with_cpython: "py_09_many_awaiters";
    py_10_cancel_agrees_with_cpython: "py_10_cancel";
    py_10_cancel_races_agrees_with_cpython: "py_10_cancel_races";
    py_11_cancel_before_start_agrees_with_cpython: "py_11_cancel_before_start";
    py_12_gather_agrees_with_cpython: "py_12_gather";
    py_12_gather_cancel_agrees_with_cpython: "py_12_gather_cancel";
    py_13_as_completed_agrees_with_cpython: "py_13_as_completed";
    py_13_wait_agrees_with_cpython: "py_13_wait";
    py_14_wait_for_agrees_with_cpython: "py_14_wait_for";
    py_15_shield_agrees_with_cpython: "py_15_shield";
    py_16_timeout_agrees_with_cpython: "py_16_timeout";
    py_16_timeout_nested_agrees_with_cpython: "py_16_timeout_nested";
    py_17_task_group_agrees_with_cpython: "py_17_task_group";
    py_17_task_group_cancel_agrees_with_cpython: "py_17_task_group_cancel";
    py_18_contextvars_agrees_with_cpython: "py_18_contextvars";
    py_19_barrier_agrees_with_cpython: "py_19_barrier";
    py_19_event_condition_agrees_with_cpython: "py_19_event_condition";
    py_19_lock_agrees_with_cpython: "py_19_lock";
    py_19_semaphore_agrees_with_cpython: "py_19_semaphore";
    py_20_queue_agrees_with_cpython: "py_20_queue";
    py_20_queue_shutdown_agrees_with_cpython: "py_20_queue_shutdown";
    py_21_async_generators_agrees_with_cpython: "py_21_async_generators";
    py_21_shutdown_asyncgens_agrees_with_cpython: "py_21_shutdown_asyncgens";
    py_22_run_leftovers_agrees_with_cpython: "py_22_run_leftovers";
    py_22_sigint_agrees_with_cpython: "py_22_sigint";
    py_23_executor_agrees_with_cpython: "py_23_executor";
    py_23_run_coroutine_threadsafe_agrees_with_cpython: "py_23_run_coroutine_threadsafe";
    py_24_start_tls_agrees_with_cpython: "py_24_start_tls";
    py_24_streams_limit_agrees_with_cpython: "py_24_streams_limit";
    py_24_streams_read_agrees_with_cpython: "py_24_streams_read";
    py_24_streams_write_agrees_with_cpython: "py_24_streams_write";
    py_25_datagram_agrees_with_cpython: "py_25_datagram";
    py_25_flow_control_agrees_with_cpython: "py_25_flow_control";
    py_25_protocol_agrees_with_cpython: "py_25_protocol";
    py_26_signals_agrees_with_cpython: "py_26_signals";
    py_26_sockets_agrees_with_cpython: "py_26_sockets";
    py_26_subprocess_agrees_with_cpython: "py_26_subprocess";
    py_27_slow_callback_agrees_with_cpython: "py_27_slow_callback";
    py_29_loop_control_agrees_with_cpython: "py_29_loop_control";
    semantics_agrees_with_cpython: "semantics";
}

#[test]
fn every_twin_has_a_test() {
    let listed = twin(&["--list"]);
    let listed: Vec<&str> =
        listed.lines().filter_map(|line| line.strip_prefix("asyncio ")).collect();
    assert_eq!(listed, NAMES);
}
