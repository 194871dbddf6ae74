//! A Node: finding one, running a program on it, and what counts of what it says.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::super::{run_to_end, seen_with};

/// The version that is the original here, and made the recordings. Orders of events changed between
/// versions, so neither an older nor a newer one will do.
pub(super) const MAJOR: u32 = 26;

/// The program and its version.
pub(super) struct Node {
    pub(super) program: PathBuf,
    version: String,
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node {}", self.version)
    }
}

/// The Node that `$FOURFOLD_NODE` names, or the one on the path if it has the right version. One
/// that is named and does not serve is an error.
pub(super) fn find() -> Result<Option<Node>, String> {
    let named = std::env::var_os("FOURFOLD_NODE").filter(|name| !name.is_empty());
    let program = named.as_ref().map_or_else(|| PathBuf::from("node"), PathBuf::from);
    let found = version(&program);
    match found {
        Some(version) if is_right(&version) => Ok(Some(Node { program, version })),
        _ if named.is_none() => Ok(None),
        Some(version) => Err(format!(
            "{} is Node {version}, and the original here is Node {MAJOR}",
            program.display()
        )),
        None => Err(format!("{} is no Node", program.display())),
    }
}

/// What to say where a Node is needed and there is none.
pub(super) fn missing() -> String {
    format!("no Node {MAJOR} was found; name one in $FOURFOLD_NODE")
}

fn version(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").stderr(Stdio::null()).output().ok()?;
    // "v26.10.0"
    Some(String::from_utf8(output.stdout).ok()?.trim().strip_prefix('v')?.into())
}

fn is_right(version: &str) -> bool {
    version.split('.').next().and_then(|major| major.parse().ok()) == Some(MAJOR)
}

impl Node {
    /// Node, given nothing that would change how it behaves.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for variable in ["NODE_OPTIONS", "NODE_NO_WARNINGS", "NODE_DEBUG", "FORCE_COLOR"] {
            command.env_remove(variable);
        }
        command
    }

    /// Runs a program, and gives what is compared of that.
    pub(super) fn run(&self, program: &Path) -> Result<String, String> {
        let run = run_to_end(self.command().arg(program))?;
        Ok(seen_with(&run, told(&run.stderr)))
    }
}

/// The line of standard error that says why a program ended: without the place in the source that
/// goes before it and the trace that follows it.
fn told(stderr: &str) -> &str {
    // An uncaught error: the place, the line there, a mark below it, an empty line, the error.
    let mut lines = stderr.lines();
    let first = stderr.lines().next().unwrap_or_default();
    let told = if is_place(first) {
        let is_mark =
            |line: &&str| line.contains('^') && line.chars().all(|c| c == '^' || c.is_whitespace());
        lines
            .by_ref()
            .find(is_mark)
            .and_then(|_| lines.find(|line| !line.trim().is_empty()))
            .unwrap_or(first)
    } else {
        first
    };
    // "Warning: Detected unsettled top-level await at file:///…:1", and an error that has more to
    // show than its text: "Error: boom {".
    let told = told.split_once(" at file://").map_or(told, |(told, _)| told);
    told.strip_suffix(" {").unwrap_or(told)
}

/// Whether a line ends as a place in a source does, `:12`.
fn is_place(line: &str) -> bool {
    line.rsplit_once(':').is_some_and(|(file, number)| {
        !file.is_empty() && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_uncaught_error_is_told_without_its_place() {
        let stderr = "/p/x.js:3\nthrow new Error('boom');\n^\n\nError: boom\n    at /p/x.js:3:7\n";
        assert_eq!(told(stderr), "Error: boom");
        let stderr = "node:internal/process/promises:394\n      trigger(err);\n      ^\n\n\
                      [UnhandledPromiseRejection: text] {\n  code: 'E'\n}\n";
        assert_eq!(told(stderr), "[UnhandledPromiseRejection: text]");
    }

    #[test]
    fn what_has_no_place_is_told_by_its_first_line() {
        let stderr =
            "Warning: Detected unsettled top-level await at file:///p/x.mjs:2\nawait x\n^\n";
        assert_eq!(told(stderr), "Warning: Detected unsettled top-level await");
        assert_eq!(told("Error: boom\n"), "Error: boom");
        assert_eq!(told(""), "");
    }

    #[test]
    fn only_one_version_is_the_original() {
        assert!(is_right("26.10.0"));
        assert!(!is_right("20.20.2"));
        assert!(!is_right("260.1.0"));
    }
}
