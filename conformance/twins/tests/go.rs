//! Each twin against what Go 1.27 printed when it ran the original, so that the comparison needs no
//! Go. A test's name begins with the row of `docs/semantics.md` it keeps.
//!
//! `cargo xtask conformance go` does the same against a Go that is found, and says more.
#![cfg(unix)]

mod support;

use support::{expected, seen, text, twin};

macro_rules! agree {
    ($($test:ident: $name:literal;)*) => {
        const NAMES: &[&str] = &[$($name),*];

        $(#[test]
        fn $test() {
            assert_eq!(seen(twin(&["go", $name])), expected("go", "go-1.27", $name));
        })*
    };
}

agree! {
    go_01_start_agrees_with_go: "go_01_start";
    go_02_channels_agrees_with_go: "go_02_channels";
    go_03_nil_channel_agrees_with_go: "go_03_nil_channel";
    go_04_closed_agrees_with_go: "go_04_closed";
    go_04_unrecovered_agrees_with_go: "go_04_unrecovered";
    go_05_fifo_agrees_with_go: "go_05_fifo";
    go_06_select_agrees_with_go: "go_06_select";
    go_07_range_agrees_with_go: "go_07_range";
    go_08_memory_agrees_with_go: "go_08_memory";
    go_09_goexit_agrees_with_go: "go_09_goexit";
    go_10_unrecovered_agrees_with_go: "go_10_unrecovered";
    go_11_deadlock_agrees_with_go: "go_11_deadlock";
    go_12_rwmutex_agrees_with_go: "go_12_rwmutex";
    go_12_sync_agrees_with_go: "go_12_sync";
    go_13_causes_agrees_with_go: "go_13_causes";
    go_13_context_agrees_with_go: "go_13_context";
    go_14_errgroup_agrees_with_go: "go_14_errgroup";
    go_14_semaphore_agrees_with_go: "go_14_semaphore";
    go_14_singleflight_agrees_with_go: "go_14_singleflight";
    go_15_resets_agrees_with_go: "go_15_resets";
    go_15_timers_agrees_with_go: "go_15_timers";
    go_16_datagrams_agrees_with_go: "go_16_datagrams";
    go_16_net_agrees_with_go: "go_16_net";
    go_17_blocking_agrees_with_go: "go_17_blocking";
    go_17_exec_agrees_with_go: "go_17_exec";
    go_18_runtime_agrees_with_go: "go_18_runtime";
    go_19_stack_agrees_with_go: "go_19_stack";
    go_20_scope_agrees_with_go: "go_20_scope";
    go_21_synctest_agrees_with_go: "go_21_synctest";
    go_22_workers_agrees_with_go: "go_22_workers";
}

#[test]
fn every_twin_has_a_test() {
    let listed = text(twin(&["--list"]).stdout);
    let listed: Vec<&str> = listed.lines().filter_map(|line| line.strip_prefix("go ")).collect();
    assert_eq!(listed, NAMES);
}
