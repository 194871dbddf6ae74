//! The Rust twins against programs in C#.

mod dotnet;

use std::path::{Path, PathBuf};

use self::dotnet::Dotnet;
use super::{Options, compare, run_to_end, seen};

/// The version that made the recordings.
const RECORDED: (u32, u32) = (3, 1);

fn folder() -> PathBuf {
    crate::cargo::root().join("conformance/csharp")
}

fn recording(program: &Path, version: (u32, u32)) -> PathBuf {
    program.with_extension(format!("netcore-{}.{}.out", version.0, version.1))
}

fn run_original(dotnet: &Dotnet, program: &Path) -> Result<String, String> {
    let shared = compare::sources(&folder().join("shared"), &["cs"])?;
    let assembly = dotnet.compile(program, &shared)?;
    Ok(seen(&run_to_end(&mut dotnet.run(&assembly))?))
}

/// Compares, or records; `Ok(false)` if anything differs.
pub(super) fn run(options: &Options) -> Result<bool, String> {
    let programs = compare::programs(&folder(), &["cs"], options.filter.as_deref())?;
    let dotnet = dotnet::find()?;
    if options.record {
        let dotnet = dotnet.ok_or(
            "no .NET was named: a folder with a compiler in $FOURFOLD_DOTNET_SDK, a runtime's \
             program in $FOURFOLD_DOTNET",
        )?;
        for program in &programs {
            let output = run_original(&dotnet, program)?;
            compare::record(&recording(program, dotnet.version), &output)?;
        }
        return Ok(true);
    }
    compare::compare_all("csharp", &programs, |program| match &dotnet {
        Some(dotnet) => Ok((dotnet.to_string(), run_original(dotnet, program)?)),
        None => compare::recorded(&recording(program, RECORDED)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_names_its_rows_and_has_a_recording() {
        for program in compare::programs(&folder(), &["cs"], None).unwrap() {
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
