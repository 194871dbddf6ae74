//! Calling cargo, and finding the workspace.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The cargo that runs us, in the workspace's folder.
pub(crate) fn command() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs the benchmarks, a workspace of their own.
pub(crate) fn bench(arguments: &[String]) -> Result<bool, String> {
    let manifest = root().join("bench/Cargo.toml");
    if !manifest.exists() {
        return Err(format!("{} is not there", manifest.display()));
    }
    let cargo = |order: &str| {
        let mut command = command();
        command.args([order, "--release", "--quiet", "--features", "fourfold", "--manifest-path"]);
        command.arg(&manifest);
        command
    };
    // All of its programs: one of them is started by another.
    let built = cargo("build").status().map_err(|e| format!("cargo could not be started: {e}"))?;
    if !built.success() {
        return Ok(false);
    }
    let status = cargo("run")
        .arg("--")
        .args(arguments)
        .status()
        .map_err(|e| format!("cargo could not be started: {e}"))?;
    Ok(status.success())
}
