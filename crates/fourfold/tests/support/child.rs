//! Runs one test of this binary again in a process of its own, for what ends a process.

#![allow(dead_code)]

use std::process::{Command, Output};

const CHILD: &str = "FOURFOLD_TEST_CHILD";

/// In the child, runs `body`, which should end the process; in the parent, runs the test `name` in
/// a child and returns what came of it.
pub(crate) fn in_child(name: &str, body: impl FnOnce()) -> Option<Output> {
    in_child_with(name, &[], body)
}

/// As [`in_child`], with variables of the environment.
pub(crate) fn in_child_with(
    name: &str,
    variables: &[(&str, &str)],
    body: impl FnOnce(),
) -> Option<Output> {
    if std::env::var_os(CHILD).is_some() {
        body();
        // The test reports itself as passed, with code 0: whoever waits can tell the difference.
        return None;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", name, "--nocapture", "--test-threads=1"]).env(CHILD, "1");
    command.env_remove("RUST_BACKTRACE");
    command.envs(variables.iter().copied());
    Some(command.output().unwrap())
}

/// What the child wrote to its standard error.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What the child wrote to its standard output.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
