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
