//! The Rust twins against the programs in the original languages.

mod compare;
mod csharp;
mod go;
mod js;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use crate::diff;
use crate::python::{self, Python, Version};

/// What `conformance` can be asked.
#[derive(Args)]
pub(crate) struct Options {
    /// Which originals; all if none is named
    dialect: Option<Dialect>,
    /// Run the originals and write down anew what they print
    #[arg(long)]
    record: bool,
    /// Only programs whose name contains this
    #[arg(long, value_name = "NAME")]
    filter: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Dialect {
    Asyncio,
    Csharp,
    Go,
    Js,
}

/// What a twin answers when there is none; see `conformance/twins/src/main.rs`.
const NO_TWIN: i32 = 3;

/// No program takes longer than this unless it hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// An original program.
struct Program {
    name: String,
    path: PathBuf,
    /// The version it needs, if it says so.
    requires: Option<Version>,
}

/// How one program came out.
enum Verdict {
    Agrees,
    Differs,
    Skipped,
}

/// Reads the line `# requires: 3.14` from a program's opening comments.
fn parse_requires(source: &str) -> Result<Option<Version>, String> {
    let comments = source.lines().take_while(|line| line.starts_with('#'));
    for line in comments {
        if let Some(version) = line.strip_prefix("# requires:") {
            return match python::parse_version(version) {
                Some(version) => Ok(Some(version)),
                None => Err(format!("{line:?} names no version")),
            };
        }
    }
    Ok(None)
}

fn programs(folder: &Path, filter: Option<&str>) -> Result<Vec<Program>, String> {
    let cannot = |e| format!("{} cannot be read: {e}", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        let Some(name) = path.file_name().and_then(|n| n.to_str()?.strip_suffix(".py")) else {
            continue;
        };
        if filter.is_some_and(|filter| !name.contains(filter)) {
            continue;
        }
        let source = std::fs::read_to_string(&path)
            .map_err(|e| format!("{} cannot be read: {e}", path.display()))?;
        let requires = parse_requires(&source).map_err(|e| format!("{name}: {e}"))?;
        found.push(Program { name: name.into(), path, requires });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    if found.is_empty() {
        return Err("no program is called so".into());
    }
    Ok(found)
}

/// The version in the name of a recording, `py_01_x.cpython-3.13.out`, if it is one of `program`.
fn recorded_version(file: &str, program: &str) -> Option<Version> {
    let version = file.strip_prefix(program)?.strip_prefix(".cpython-")?.strip_suffix(".out")?;
    python::parse_version(version)
}

/// The newest recording of a program that is not older than what the program needs.
fn recording(folder: &Path, program: &Program) -> Option<(Version, String)> {
    let newest = std::fs::read_dir(folder)
        .ok()?
        .flatten()
        .filter_map(|e| Some((recorded_version(e.file_name().to_str()?, &program.name)?, e.path())))
        .filter(|(version, _)| program.requires.is_none_or(|needs| needs <= *version))
        .max()?;
    Some((newest.0, std::fs::read_to_string(newest.1).ok()?))
}

/// What a program printed, and how it ended.
struct Run {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

/// Runs a program to its end, and ends it when it does not come to one.
fn run_to_end(command: &mut Command) -> Result<Run, String> {
    let what = command.get_program().display().to_string();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{what} could not be started: {e}"))?;
    // Both pipes are read aside, so that neither can fill up and stop the program.
    let read = |pipe: Option<Box<dyn std::io::Read + Send>>| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            if let Some(mut pipe) = pipe {
                // What was read before an error is still worth showing.
                let _ = pipe.read_to_end(&mut text);
            }
            String::from_utf8_lossy(&text).into_owned()
        })
    };
    let stdout = read(child.stdout.take().map(|p| Box::new(p) as _));
    let stderr = read(child.stderr.take().map(|p| Box::new(p) as _));
    let started = Instant::now();
    let code = loop {
        match child.try_wait().map_err(|e| format!("{what} cannot be waited for: {e}"))? {
            Some(status) => break status.code(),
            None if started.elapsed() > PATIENCE => {
                child.kill().map_err(|e| format!("{what} hangs and cannot be ended: {e}"))?;
                child.wait().map_err(|e| format!("{what} cannot be waited for: {e}"))?;
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let join = |thread: std::thread::JoinHandle<String>| thread.join().unwrap_or_default();
    Ok(Run { stdout: join(stdout), stderr: join(stderr), code })
}

/// What is compared of a run where the code counts: standard output; if a program ends with another
/// code than 0, that code and the first line of its standard error too.
fn seen(run: &Run) -> String {
    seen_with(run, run.stderr.lines().next().unwrap_or_default())
}

/// The same where `told` is what counts of standard error.
fn seen_with(run: &Run, told: &str) -> String {
    let mut text = run.stdout.clone();
    if run.code != Some(0) {
        let code = run.code.map_or_else(|| "by a signal".into(), |code| code.to_string());
        text.push_str(&format!("exit status {code}\n{told}\n"));
    }
    text
}

fn run_original(python: &Python, program: &Program) -> Result<String, String> {
    let mut command = Command::new(&python.program);
    command.arg(&program.path).env_remove("PYTHONASYNCIODEBUG").env("PYTHONDONTWRITEBYTECODE", "1");
    let run = run_to_end(&mut command)?;
    match run.code {
        Some(0) => Ok(run.stdout),
        code => Err(format!("the original {} ended with {code:?}: {}", program.name, run.stderr)),
    }
}

/// Builds the twins and says where the program is.
fn build_twins() -> Result<PathBuf, String> {
    let output = crate::cargo::command()
        .args(["build", "--quiet", "-p", "fourfold-conformance"])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| format!("cargo could not be started: {e}"))?;
    if !output.status.success() {
        return Err("the twins do not build".into());
    }
    executable(&String::from_utf8_lossy(&output.stdout))
        .ok_or_else(|| "cargo did not say where it put the twins".into())
}

/// The twins' program in cargo's JSON messages.
fn executable(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|m| m["target"]["name"] == "fourfold-conformance")
        .find_map(|m| Some(m["executable"].as_str()?.into()))
}

fn record(python: Option<&Python>, programs: &[Program]) -> Result<bool, String> {
    let python =
        python.ok_or("no CPython of 3.13 or newer was found; name one in $FOURFOLD_PYTHON")?;
    let (mut recorded, mut skipped) = (0, 0);
    for program in programs {
        if let Some(needs) = program.requires.filter(|needs| *needs > python.version) {
            println!("skip   {} needs {}.{}", program.name, needs.0, needs.1);
            skipped += 1;
            continue;
        }
        let output = run_original(python, program)?;
        let (major, minor) = python.version;
        let path =
            program.path.with_file_name(format!("{}.cpython-{major}.{minor}.out", program.name));
        let changed = std::fs::read_to_string(&path).ok().as_deref() != Some(&output);
        std::fs::write(&path, &output)
            .map_err(|e| format!("{} cannot be written: {e}", path.display()))?;
        println!("{} {}", if changed { "record" } else { "same  " }, program.name);
        recorded += 1;
    }
    println!("{recorded} recorded, {skipped} skipped");
    Ok(true)
}

fn compare(
    python: Option<&Python>,
    twins: &Path,
    folder: &Path,
    program: &Program,
) -> Result<Verdict, String> {
    let name = &program.name;
    let new_enough =
        |python: &&Python| program.requires.is_none_or(|needs| needs <= python.version);
    let (origin, original) = if let Some(python) = python.filter(new_enough) {
        let (major, minor) = python.version;
        (format!("CPython {major}.{minor}"), run_original(python, program)?)
    } else if let Some(((major, minor), text)) = recording(folder, program) {
        (format!("recording of {major}.{minor}"), text)
    } else if let Some((major, minor)) = program.requires {
        println!("skip   {name}: needs {major}.{minor}, and nothing is recorded");
        return Ok(Verdict::Skipped);
    } else {
        println!("skip   {name}: no original here and nothing recorded");
        return Ok(Verdict::Skipped);
    };

    let twin = run_to_end(Command::new(twins).args(["asyncio", name]))?;
    if twin.code == Some(NO_TWIN) && twin.stdout.is_empty() {
        println!("DIFFER {name}: no twin");
        return Ok(Verdict::Differs);
    }
    let declared = run_to_end(Command::new(twins).args(["--differs", "asyncio", name]))?;
    let declared = diff::parse_declared(&declared.stdout).map_err(|e| format!("{name}: {e}"))?;
    let (expected, unused) = diff::apply(&original, &declared);
    let lines = diff::lines(&expected, &twin.stdout);
    let same = lines.iter().all(|line| matches!(line, diff::Line::Same(_)));
    let agrees = same && unused.is_empty() && twin.code == Some(0);
    println!("{} {name} ({origin})", if agrees { "agree " } else { "DIFFER" });
    for d in &declared {
        println!("    on purpose: {:?} instead of {:?}: {}", d.twin, d.original, d.reason);
    }
    for d in &unused {
        println!("    declared, but the original does not print {:?}", d.original);
    }
    if !same {
        println!("    - the original, + the twin");
        diff::print(&lines);
    }
    if twin.code != Some(0) {
        let ended = twin.code.map_or("did not end by itself".into(), |c| format!("ended with {c}"));
        println!("    the twin {ended}");
    }
    if !agrees {
        for line in twin.stderr.lines() {
            println!("    stderr: {line}");
        }
    }
    Ok(if agrees { Verdict::Agrees } else { Verdict::Differs })
}

/// Compares, or records; `Ok(false)` if anything differs.
pub(crate) fn run(options: &Options) -> Result<bool, String> {
    match options.dialect {
        Some(Dialect::Asyncio) => run_asyncio(options),
        Some(Dialect::Csharp) => csharp::run(options),
        Some(Dialect::Go) => go::run(options),
        Some(Dialect::Js) => js::run(options),
        None => Ok(run_asyncio(options)?
            & csharp::run(options)?
            & go::run(options)?
            & js::run(options)?),
    }
}

fn run_asyncio(options: &Options) -> Result<bool, String> {
    let folder = crate::cargo::root().join("conformance/asyncio");
    let programs = programs(&folder, options.filter.as_deref())?;
    let python = python::find()?;
    if options.record {
        return record(python.as_ref(), &programs);
    }
    let twins = build_twins()?;
    let (mut agree, mut differ, mut skipped) = (0, 0, 0);
    for program in &programs {
        match compare(python.as_ref(), &twins, &folder, program)? {
            Verdict::Agrees => agree += 1,
            Verdict::Differs => differ += 1,
            Verdict::Skipped => skipped += 1,
        }
    }
    println!("{agree} agree, {differ} differ, {skipped} skipped");
    Ok(differ == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_required_version_is_read_from_the_opening_comments_only() {
        assert_eq!(
            parse_requires("# rows: py-28\n# requires: 3.14\nimport x\n"),
            Ok(Some((3, 14)))
        );
        assert_eq!(parse_requires("import x\n# requires: 3.14\n"), Ok(None));
        assert!(parse_requires("# requires: soon\n").is_err());
    }

    #[test]
    fn a_recording_belongs_to_exactly_one_program() {
        assert_eq!(recorded_version("py_01_a.cpython-3.13.out", "py_01_a"), Some((3, 13)));
        assert_eq!(recorded_version("py_01_ab.cpython-3.13.out", "py_01_a"), None);
        assert_eq!(recorded_version("py_01_a.py", "py_01_a"), None);
    }

    #[test]
    fn the_twins_are_found_in_cargos_messages() {
        let messages = "{\"target\":{\"name\":\"fourfold\"},\"executable\":null}\n\
                        {\"target\":{\"name\":\"fourfold-conformance\"},\"executable\":\"/t/fc\"}\n";
        assert_eq!(executable(messages), Some("/t/fc".into()));
        assert_eq!(executable("{}"), None);
    }

    #[test]
    fn a_program_that_fails_gives_its_code_and_both_outputs() {
        let run = run_to_end(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]));
        let run = run.unwrap();
        assert_eq!(
            (run.stdout.as_str(), run.stderr.as_str(), run.code),
            ("out\n", "err\n", Some(3))
        );
    }

    #[test]
    fn code_and_first_line_count_where_a_program_fails() {
        let run = |code| Run { stdout: "a\n".into(), stderr: "b\nc\n".into(), code };
        assert_eq!(seen(&run(Some(0))), "a\n");
        assert_eq!(seen(&run(Some(2))), "a\nexit status 2\nb\n");
    }

    #[test]
    fn every_program_names_its_rows_and_has_a_recording_or_needs_a_newer_version() {
        let folder = crate::cargo::root().join("conformance/asyncio");
        for program in programs(&folder, Some("py_")).unwrap() {
            let source = std::fs::read_to_string(&program.path).unwrap();
            assert!(source.starts_with("# rows: py-"), "{}", program.name);
            let recorded = recording(&folder, &program).is_some();
            assert!(recorded || program.requires.is_some(), "{}", program.name);
        }
    }
}
