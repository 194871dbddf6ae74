//! Each twin against what Node 26 printed when it ran the original, so that the comparison needs no
//! Node. A test's name begins with the row of `docs/semantics.md` it keeps.
//!
//! `cargo xtask conformance js` does the same against a Node that is found, and says more.
#![cfg(unix)]
// The first twin takes this off.
#![allow(dead_code, unused_imports, unused_macros)]

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

agree! {}

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
