//! Finding and running the workspace's tests.
//!
//! Cargo builds the test programs and names them in its JSON messages; each is then asked for its
//! list and given the names to run. So a test's result cannot be mistaken for that of another
//! program, and one program that dies does not hide the others. Documentation tests are called by
//! their place in a file, so none can carry a row's id: they are left to `cargo test`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What became of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    Failed,
    Ignored,
    /// It was listed, but no result was printed: not run, or its program died.
    Unknown,
}

impl Outcome {
    /// In words.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Ignored => "ignored",
            Outcome::Unknown => "no result",
        }
    }
}

/// A test program that cargo built.
#[derive(Debug, PartialEq, Eq)]
struct Program {
    executable: PathBuf,
    /// The folder of its package, where cargo would start it.
    folder: PathBuf,
}

/// The test programs named in cargo's JSON messages.
fn programs(messages: &str) -> Vec<Program> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|m| m["reason"] == "compiler-artifact" && m["profile"]["test"] == true)
        .filter_map(|m| {
            let folder = Path::new(m["manifest_path"].as_str()?).parent()?.to_path_buf();
            Some(Program { executable: m["executable"].as_str()?.into(), folder })
        })
        .collect()
}

/// The names in the output of `--list --format terse`.
fn listed(output: &str) -> Vec<String> {
    output.lines().filter_map(|l| l.strip_suffix(": test")).map(String::from).collect()
}

/// The results in the output of a test program.
fn results(output: &str) -> BTreeMap<String, Outcome> {
    output
        .lines()
        .filter_map(|line| {
            let (name, result) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
            // A test's child process that is a test program itself may have begun a line, without
            // ending it, on the same output: "test child ... test parent ... ok".
            let name = name.rsplit_once(" ... test ").map_or(name, |(_, parent)| parent);
            let name = name.trim_end_matches(" - should panic");
            let outcome = match result.split([',', ' ']).next()? {
                "ok" => Outcome::Passed,
                "FAILED" => Outcome::Failed,
                "ignored" => Outcome::Ignored,
                _ => Outcome::Unknown,
            };
            Some((name.to_string(), outcome))
        })
        .collect()
}

fn stdout_of(command: &mut Command) -> Result<String, String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| format!("{} could not be started: {e}", command.get_program().display()))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn build() -> Result<Vec<Program>, String> {
    let output = crate::cargo::command()
        .args(["test", "--workspace", "--no-run", "--quiet"])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| format!("cargo could not be started: {e}"))?;
    if !output.status.success() {
        return Err("the workspace's tests do not build".into());
    }
    Ok(programs(&String::from_utf8_lossy(&output.stdout)))
}

fn in_package(program: &Program) -> Command {
    let mut command = Command::new(&program.executable);
    command.current_dir(&program.folder).env("CARGO_MANIFEST_DIR", &program.folder);
    command
}

/// The outcome of a test whose line could not be read, for want of a better look at it: a process that
/// it started may have written into the middle of the line.
fn alone(program: &Program, name: &str) -> Result<Outcome, String> {
    let output = stdout_of(in_package(program).args(["--exact", name]))?;
    Ok(summary(&output))
}

/// The outcome of the one test that was run.
fn summary(output: &str) -> Outcome {
    let counts = output.lines().rev().find_map(|line| line.strip_prefix("test result: "));
    match counts.and_then(|counts| counts.split_once(". ")) {
        Some(("ok", counts)) if counts.starts_with("1 passed") => Outcome::Passed,
        Some(("ok", _)) => Outcome::Ignored,
        Some(_) => Outcome::Failed,
        None => Outcome::Unknown,
    }
}

/// All tests that are `wanted`, with their outcomes if they are to be run.
///
/// # Errors
///
/// When the tests do not build or a program cannot be started; a test that fails is no error.
pub(crate) fn collect(
    wanted: impl Fn(&str) -> bool,
    run: bool,
) -> Result<Vec<(String, Outcome)>, String> {
    let mut all = Vec::new();
    for program in build()? {
        let list = stdout_of(in_package(&program).args(["--list", "--format", "terse"]))?;
        let names: Vec<String> = listed(&list).into_iter().filter(|n| wanted(n)).collect();
        let mut outcomes = BTreeMap::new();
        if run && !names.is_empty() {
            outcomes = results(&stdout_of(in_package(&program).args(&names).arg("--exact"))?);
            for name in &names {
                if !matches!(outcomes.get(name), None | Some(Outcome::Unknown)) {
                    continue;
                }
                outcomes.insert(name.clone(), alone(&program, name)?);
            }
        }
        all.extend(names.into_iter().map(|name| {
            let outcome = outcomes.get(&name).copied().unwrap_or(Outcome::Unknown);
            (name, outcome)
        }));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_test_programs_are_taken_from_the_messages() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","manifest_path":"/w/a/Cargo.toml","profile":{"test":true},"executable":"/t/a-1"}"#,
            "\n",
            r#"{"reason":"compiler-artifact","manifest_path":"/w/b/Cargo.toml","profile":{"test":false},"executable":"/t/b"}"#,
            "\n",
            r#"{"reason":"compiler-artifact","manifest_path":"/w/c/Cargo.toml","profile":{"test":true},"executable":null}"#,
            "\nnot json\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        let expected = Program { executable: "/t/a-1".into(), folder: "/w/a".into() };
        assert_eq!(programs(messages), [expected]);
    }

    #[test]
    fn the_summary_tells_how_one_test_came_out() {
        let of = |text| summary(&format!("test a ... \nrunning 1 test\nok\n\n{text}\n"));
        assert_eq!(of("test result: ok. 1 passed; 0 failed; 0 ignored"), Outcome::Passed);
        assert_eq!(of("test result: ok. 0 passed; 0 failed; 1 ignored"), Outcome::Ignored);
        assert_eq!(of("test result: FAILED. 0 passed; 1 failed"), Outcome::Failed);
        assert_eq!(of(""), Outcome::Unknown);
    }

    #[test]
    fn benchmarks_are_not_listed_as_tests() {
        let list = "a::py_01_x: test\nb: benchmark\nsrc/lib.rs - f (line 3): test\n\n";
        assert_eq!(listed(list), ["a::py_01_x", "src/lib.rs - f (line 3)"]);
    }

    #[test]
    fn results_are_read_in_all_their_forms() {
        let output = "\nrunning 5 tests\ntest a ... ok\ntest b ... FAILED\n\
                      test c ... ignored, needs a network\ntest d - should panic ... ok\n\
                      test src/l.rs - f (line 3) ... ok\n\ntest result: FAILED. 3 passed\n";
        let expected = [
            ("a", Outcome::Passed),
            ("b", Outcome::Failed),
            ("c", Outcome::Ignored),
            ("d", Outcome::Passed),
            ("src/l.rs - f (line 3)", Outcome::Passed),
        ];
        let expected = expected.iter().map(|(n, o)| (n.to_string(), *o)).collect();
        assert_eq!(results(output), expected);
    }
}
