//! Which CPython to run.

use crate::names::RuntimeName;
use crate::workload::Workload;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An interpreter that runs.
#[derive(Clone, Debug)]
pub(crate) struct Python {
    /// What to start.
    pub(crate) program: PathBuf,
    /// Major, minor, patch.
    version: [u32; 3],
}

/// Which of the programs does it: `peers/cpython/run_….py`; `None` if the runtime is no CPython.
pub(crate) fn program(runtime: RuntimeName, workload: Workload) -> Option<&'static str> {
    use Workload::{ClaimEcho10, ClaimEcho100, ClaimEcho1000, ClaimHttp, ClaimParked};
    let threads = match runtime {
        RuntimeName::Cpython | RuntimeName::CpythonUvloop => false,
        RuntimeName::CpythonThreads => true,
        _ => return None,
    };
    Some(match workload {
        ClaimEcho10 | ClaimEcho100 | ClaimEcho1000 if threads => "echo_threads",
        ClaimEcho10 | ClaimEcho100 | ClaimEcho1000 => "echo",
        ClaimParked if threads => "parked_threads",
        ClaimParked => "parked",
        ClaimHttp => "http",
        other => other.as_str(),
    })
}

/// The interpreter `$FOURFOLD_PYTHON` names, else the newest of those usually found.
pub(crate) fn find() -> Option<Python> {
    if let Some(named) = env::var_os("FOURFOLD_PYTHON") {
        return probe(Path::new(&named));
    }
    let on_path = ["python3.14", "python3.13", "python3"].map(PathBuf::from);
    // `max_by_key` keeps the last of equals; the path's own come last, so they are preferred.
    pyenv()
        .into_iter()
        .chain(on_path)
        .filter_map(|program| probe(&program))
        .max_by_key(|p| p.version)
}

/// The interpreter `$FOURFOLD_PYTHON_UVLOOP` names, else that of [`find`], if it has uvloop and httptools.
pub(crate) fn find_uvloop() -> Option<Python> {
    let python = match env::var_os("FOURFOLD_PYTHON_UVLOOP") {
        Some(named) => probe(Path::new(&named)),
        None => find(),
    }?;
    let mut command = Command::new(&python.program);
    command.args(["-c", "import uvloop, httptools"]).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success()).then_some(python)
}

fn pyenv() -> Vec<PathBuf> {
    let Some(home) = env::var_os("HOME") else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(Path::new(&home).join(".pyenv/versions")) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("3.1"))
        .map(|entry| entry.path().join("bin/python3"))
        .collect()
}

/// Runs it: a name that exists may still be a shim for nothing, or another implementation.
fn probe(program: &Path) -> Option<Python> {
    let code = "import sys; assert sys.implementation.name == 'cpython'; \
                print(*sys.version_info[:3])";
    let output = Command::new(program).args(["-c", code]).stderr(Stdio::null()).output().ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8(output.stdout).ok()?;
    let mut numbers = text.split_whitespace().map(str::parse::<u32>);
    let mut next = || numbers.next()?.ok();
    Some(Python { program: program.to_owned(), version: [next()?, next()?, next()?] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    #[test]
    fn every_program_is_there() {
        let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/cpython");
        for &workload in Workload::value_variants() {
            for &runtime in workload.runtimes() {
                if let Some(program) = program(runtime, workload) {
                    assert!(programs.join(format!("run_{program}.py")).is_file(), "{program}");
                }
            }
        }
    }
}
