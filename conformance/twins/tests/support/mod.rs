//! A twin's output, and what its original printed.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) fn twin(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fourfold-conformance"));
    command.args(arguments).env_remove("RUST_BACKTRACE").output().expect("cargo built it")
}

pub(crate) fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("twins print text")
}

/// Where the originals of a dialect are, and their recordings.
pub(crate) fn folder(dialect: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(dialect)
}

/// Standard output; the code and the first line of standard error if it is not 0.
pub(crate) fn seen(output: Output) -> String {
    let (code, errors) = (output.status.code(), text(output.stderr));
    let mut seen = text(output.stdout);
    if code != Some(0) {
        let code = code.map_or_else(|| "by a signal".into(), |code| code.to_string());
        let first = errors.lines().next().unwrap_or_default();
        seen.push_str(&format!("exit status {code}\n{first}\n"));
    }
    seen
}

/// The recorded output, with the lines that differ on purpose put in place.
pub(crate) fn expected(dialect: &str, version: &str, name: &str) -> String {
    let recording = folder(dialect).join(format!("{name}.{version}.out"));
    let recorded = std::fs::read_to_string(&recording)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", recording.display()));
    let mut lines: Vec<String> = recorded.lines().map(|line| format!("{line}\n")).collect();
    for line in text(twin(&["--differs", dialect, name]).stdout).lines() {
        let mut parts = line.split('\t');
        let (Some(original), Some(twin)) = (parts.next(), parts.next()) else {
            panic!("not a difference: {line:?}");
        };
        match lines.iter_mut().find(|line| line.strip_suffix('\n') == Some(original)) {
            Some(line) => *line = format!("{twin}\n"),
            None => panic!("{name}: the original does not print {original:?}"),
        }
    }
    lines.concat()
}
