//! What the dialects have in common whose programs may end with another code than 0: finding the
//! programs, and comparing each with its twin.
//!
//! What is compared is what [`super::seen`] tells, or what a dialect makes of a run in its place. A
//! program that still awaits its twin is neither an agreement nor a difference, but it has to be in
//! the twins' list of those.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{build_twins, run_to_end, seen};
use crate::diff;

/// The files in `folder` that have one of `endings`, in the order of their names.
pub(super) fn sources(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| format!("{} cannot be read: {error}", folder.display()))?;
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted))
        })
        .collect();
    found.sort();
    Ok(found)
}

/// The programs among [`sources`] whose name contains `filter`.
pub(super) fn programs(
    folder: &Path,
    endings: &[&str],
    filter: Option<&str>,
) -> Result<Vec<PathBuf>, String> {
    let mut found = sources(folder, endings)?;
    found.retain(|path| filter.is_none_or(|filter| name(path).contains(filter)));
    if found.is_empty() { Err("no program is called so".into()) } else { Ok(found) }
}

/// A program's name, which is its twin's too.
pub(super) fn name(program: &Path) -> &str {
    program.file_stem().and_then(|name| name.to_str()).unwrap_or_default()
}

/// Writes down what a program printed.
pub(super) fn record(recording: &Path, output: &str) -> Result<(), String> {
    std::fs::write(recording, output)
        .map_err(|error| format!("{} cannot be written: {error}", recording.display()))?;
    println!("record {}", recording.display());
    Ok(())
}

/// What was recorded, and what to call it.
pub(super) fn recorded(recording: &Path) -> Result<(String, String), String> {
    std::fs::read_to_string(recording)
        .map(|text| ("recording".into(), text))
        .map_err(|error| format!("{} cannot be read: {error}", recording.display()))
}

/// How one program came out.
enum Verdict {
    Agrees,
    Differs,
    Awaited,
}

/// Compares each program with its twin; `Ok(false)` if anything differs. `original` gives what the
/// original prints, after what is to be said of where that comes from.
pub(super) fn compare_all(
    dialect: &str,
    programs: &[PathBuf],
    original: impl Fn(&Path) -> Result<(String, String), String>,
) -> Result<bool, String> {
    let twins = build_twins()?;
    let awaited = run_to_end(Command::new(&twins).args(["--awaited", dialect]))?.stdout;
    let awaited: Vec<&str> = awaited.lines().collect();
    let (mut agree, mut differ, mut await_twin) = (0, 0, 0);
    for program in programs {
        let name = name(program);
        let verdict = if awaited.contains(&name) {
            println!("await  {name}");
            Verdict::Awaited
        } else {
            let (origin, original) = original(program)?;
            compare(&twins, dialect, name, &origin, &original)?
        };
        match verdict {
            Verdict::Agrees => agree += 1,
            Verdict::Differs => differ += 1,
            Verdict::Awaited => await_twin += 1,
        }
    }
    match await_twin {
        0 => println!("{agree} agree, {differ} differ"),
        _ => println!("{agree} agree, {differ} differ, {await_twin} await their twin"),
    }
    Ok(differ == 0)
}

fn compare(
    twins: &Path,
    dialect: &str,
    name: &str,
    origin: &str,
    original: &str,
) -> Result<Verdict, String> {
    let twin = seen(&run_to_end(Command::new(twins).args([dialect, name]))?);
    let declared = run_to_end(Command::new(twins).args(["--differs", dialect, name]))?;
    let declared = diff::parse_declared(&declared.stdout).map_err(|e| format!("{name}: {e}"))?;
    let (expected, unused) = diff::apply(original, &declared);
    let lines = diff::lines(&expected, &twin);
    let agrees = unused.is_empty() && lines.iter().all(|line| matches!(line, diff::Line::Same(_)));
    println!("{} {name} ({origin})", if agrees { "agree " } else { "DIFFER" });
    for d in &declared {
        println!("    on purpose: {:?} instead of {:?}: {}", d.twin, d.original, d.reason);
    }
    for d in &unused {
        println!("    declared, but the original does not print {:?}", d.original);
    }
    if !agrees {
        println!("    - the original, + the twin");
        diff::print(&lines);
    }
    Ok(if agrees { Verdict::Agrees } else { Verdict::Differs })
}
