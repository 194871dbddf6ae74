//! The Rust twins against programs for Node.

mod aplus;
mod node;

use std::path::{Path, PathBuf};

use super::{Options, compare};

const ENDINGS: &[&str] = &["js", "mjs"];

fn folder() -> PathBuf {
    crate::cargo::root().join("conformance/js")
}

fn recording(program: &Path) -> PathBuf {
    program.with_extension(format!("node-{}.out", node::MAJOR))
}

/// Compares, or records; `Ok(false)` if anything differs.
pub(super) fn run(options: &Options) -> Result<bool, String> {
    let node = node::find()?;
    let filter = options.filter.as_deref();
    let with_aplus = !options.record && filter.is_none_or(|filter| aplus::NAME.contains(filter));
    if with_aplus && filter.is_some() {
        return aplus::run(node.as_ref(), true);
    }
    let programs = compare::programs(&folder(), ENDINGS, filter)?;
    if options.record {
        let node = node.ok_or_else(node::missing)?;
        for program in &programs {
            compare::record(&recording(program), &node.run(program)?)?;
        }
        return Ok(true);
    }
    let agree = compare::compare_all("js", &programs, |program| match &node {
        Some(node) => Ok((node.to_string(), node.run(program)?)),
        None => compare::recorded(&recording(program)),
    })?;
    Ok(agree & (!with_aplus || aplus::run(node.as_ref(), false)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_names_its_rows_and_has_a_recording() {
        for program in compare::programs(&folder(), ENDINGS, None).unwrap() {
            let source = std::fs::read_to_string(&program).unwrap();
            assert!(source.starts_with("// rows: js-"), "{}", program.display());
            assert!(recording(&program).exists(), "{}", program.display());
        }
    }

    #[test]
    fn every_recording_has_its_program() {
        for entry in std::fs::read_dir(folder()).unwrap().flatten() {
            let file = entry.file_name();
            let file = file.to_str().unwrap();
            let Some((program, _)) = file.split_once(".node-") else { continue };
            let program = folder().join(program);
            let there = ENDINGS.iter().any(|ending| program.with_extension(ending).exists());
            assert!(there, "{file}");
        }
    }
}
