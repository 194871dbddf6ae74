//! The Rust twins against programs in C#.
//!
//! What is compared is what [`seen`] tells. A program that still awaits its twin is neither an
//! agreement nor a difference, but it has to be in the twins' list of those.

mod dotnet;

use std::path::{Path, PathBuf};
use std::process::Command;

use self::dotnet::Dotnet;
use super::{Options, build_twins, run_to_end, seen};
use crate::diff;

/// The version that made the recordings.
const RECORDED: (u32, u32) = (3, 1);

/// How one program came out.
enum Verdict {
    Agrees,
    Differs,
    Awaited,
}

fn folder() -> PathBuf {
    crate::cargo::root().join("conformance/csharp")
}

fn programs(filter: Option<&str>) -> Result<Vec<PathBuf>, String> {
    let mut found = sources(&folder())?;
    found.retain(|path| filter.is_none_or(|filter| name(path).contains(filter)));
    if found.is_empty() { Err("no program is called so".into()) } else { Ok(found) }
}

/// The C# sources in a folder, in the order of their names.
fn sources(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| format!("{} cannot be read: {error}", folder.display()))?;
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "cs"))
        .collect();
    found.sort();
    Ok(found)
}

fn name(program: &Path) -> &str {
    program.file_stem().and_then(|name| name.to_str()).unwrap_or_default()
}

fn recording(program: &Path, version: (u32, u32)) -> PathBuf {
    program.with_extension(format!("netcore-{}.{}.out", version.0, version.1))
}

fn run_original(dotnet: &Dotnet, program: &Path) -> Result<String, String> {
    let shared = sources(&folder().join("shared"))?;
    let assembly = dotnet.compile(program, &shared)?;
    Ok(seen(&run_to_end(&mut dotnet.run(&assembly))?))
}

/// Compares, or records; `Ok(false)` if anything differs.
pub(super) fn run(options: &Options) -> Result<bool, String> {
    let programs = programs(options.filter.as_deref())?;
    let dotnet = dotnet::find()?;
    if options.record {
        let dotnet = dotnet.ok_or(
            "no .NET was named: a folder with a compiler in $FOURFOLD_DOTNET_SDK, a runtime's \
             program in $FOURFOLD_DOTNET",
        )?;
        for program in &programs {
            let path = recording(program, dotnet.version);
            std::fs::write(&path, run_original(&dotnet, program)?)
                .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
            println!("record {}", path.display());
        }
        return Ok(true);
    }
    let twins = build_twins()?;
    let awaited = run_to_end(Command::new(&twins).args(["--awaited", "csharp"]))?.stdout;
    let awaited: Vec<&str> = awaited.lines().collect();
    let (mut agree, mut differ, mut await_twin) = (0, 0, 0);
    for program in &programs {
        match compare(dotnet.as_ref(), &twins, program, &awaited)? {
            Verdict::Agrees => agree += 1,
            Verdict::Differs => differ += 1,
            Verdict::Awaited => await_twin += 1,
        }
    }
    println!("{agree} agree, {differ} differ, {await_twin} await their twin");
    Ok(differ == 0)
}

fn compare(
    dotnet: Option<&Dotnet>,
    twins: &Path,
    program: &Path,
    awaited: &[&str],
) -> Result<Verdict, String> {
    let name = name(program);
    if awaited.contains(&name) {
        println!("await  {name}");
        return Ok(Verdict::Awaited);
    }
    let (origin, original) = match dotnet {
        Some(dotnet) => (dotnet.to_string(), run_original(dotnet, program)?),
        None => {
            let path = recording(program, RECORDED);
            let text = std::fs::read_to_string(&path)
                .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
            ("recording".into(), text)
        }
    };
    let twin = seen(&run_to_end(Command::new(twins).args(["csharp", name]))?);
    let declared = run_to_end(Command::new(twins).args(["--differs", "csharp", name]))?;
    let declared = diff::parse_declared(&declared.stdout).map_err(|e| format!("{name}: {e}"))?;
    let (expected, unused) = diff::apply(&original, &declared);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_names_its_rows_and_has_a_recording() {
        for program in programs(None).unwrap() {
            let source = std::fs::read_to_string(&program).unwrap();
            assert!(source.starts_with("// rows: cs-"), "{}", program.display());
            assert!(recording(&program, RECORDED).exists(), "{}", program.display());
        }
    }

    #[test]
    fn every_recording_has_its_program() {
        for entry in std::fs::read_dir(folder()).unwrap().flatten() {
            let file = entry.file_name();
            let file = file.to_str().unwrap();
            let Some((program, _)) = file.split_once(".netcore-") else { continue };
            assert!(folder().join(program).with_extension("cs").exists(), "{file}");
        }
    }
}
