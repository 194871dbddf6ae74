//! Finding a Python that is new enough to be the original.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Major and minor version.
pub(crate) type Version = (u32, u32);

/// The oldest Python whose asyncio is the original here.
pub(crate) const OLDEST: Version = (3, 13);

/// An interpreter and its version.
#[derive(Debug, Clone)]
pub(crate) struct Python {
    /// What to start.
    pub(crate) program: PathBuf,
    /// Its version.
    pub(crate) version: Version,
}

/// Reads `3.13` or `3.13.0`.
pub(crate) fn parse_version(text: &str) -> Option<Version> {
    let mut parts = text.trim().split('.');
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next()?.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().ok()?;
    Some((major, minor))
}

fn ask(program: &Path) -> Option<Python> {
    let output = Command::new(program)
        .args([
            "-c",
            "import sys; print('%d.%d %s' % (*sys.version_info[:2], sys.implementation.name))",
        ])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version = parse_version(text.trim().strip_suffix(" cpython")?)?;
    (version >= OLDEST).then(|| Python { program: program.into(), version })
}

/// The first CPython that is new enough: `$FOURFOLD_PYTHON`, the usual names on the path, and
/// pyenv's versions, oldest first. A `$FOURFOLD_PYTHON` that does not serve is an error, so that
/// nobody compares with another interpreter than the one they named.
pub(crate) fn find() -> Result<Option<Python>, String> {
    if let Some(named) = std::env::var_os("FOURFOLD_PYTHON").filter(|v| !v.is_empty()) {
        let named = PathBuf::from(named);
        return match ask(&named) {
            Some(python) => Ok(Some(python)),
            None => Err(format!(
                "$FOURFOLD_PYTHON is {}, which is no CPython of {}.{} or newer; unset it or name another",
                named.display(),
                OLDEST.0,
                OLDEST.1
            )),
        };
    }
    let mut candidates: Vec<PathBuf> =
        ["python3.13", "python3.14", "python3"].iter().map(PathBuf::from).collect();
    candidates.extend(pyenv());
    Ok(candidates.iter().find_map(|program| ask(program)))
}

fn pyenv() -> Vec<PathBuf> {
    let Some(home) = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".pyenv")))
    else {
        return Vec::new();
    };
    let Ok(entries) = std::fs::read_dir(home.join("versions")) else { return Vec::new() };
    let mut found: Vec<(Version, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            Some((parse_version(entry.file_name().to_str()?)?, entry.path().join("bin/python3")))
        })
        .filter(|(version, program)| *version >= OLDEST && program.exists())
        .collect();
    found.sort();
    found.into_iter().map(|(_, program)| program).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_with_and_without_a_patch_are_read() {
        assert_eq!(parse_version("3.13"), Some((3, 13)));
        assert_eq!(parse_version(" 3.14.2\n"), Some((3, 14)));
        assert_eq!(parse_version("3.14t"), Some((3, 14)));
        assert_eq!(parse_version("three"), None);
        assert_eq!(parse_version("3"), None);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(parse_version("3.9") < parse_version("3.13"));
    }
}
