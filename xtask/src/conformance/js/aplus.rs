//! The public cases of Promises/A+, against an addon for Node that is made of the dialect's promises.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::super::run_to_end;
use super::node::{self, Node};

/// What this part is called where programs are named.
pub(super) const NAME: &str = "promises_aplus";

/// How many cases there are.
const CASES: u32 = 872;

/// The package with the cases.
const SUITE: &str = "promises-aplus-tests";
const VERSION: &str = "2.1.2";

fn target() -> PathBuf {
    crate::cargo::root().join("target/conformance-js")
}

/// The folder of the package: the one `$FOURFOLD_APLUS` names, or the one that was, or now is,
/// installed into `target/`.
fn suite() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("FOURFOLD_APLUS").filter(|name| !name.is_empty()) {
        return Ok(named.into());
    }
    let folder = target().join("node_modules").join(SUITE);
    if folder.join("package.json").exists() {
        return Ok(folder);
    }
    std::fs::create_dir_all(target())
        .map_err(|error| format!("{} cannot be made: {error}", target().display()))?;
    let status = Command::new("npm")
        .args(["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
        .arg(target())
        .arg(format!("{SUITE}@{VERSION}"))
        .stdout(Stdio::null())
        .status()
        .map_err(|error| format!("npm could not be started: {error}"))?;
    if status.success() { Ok(folder) } else { Err(format!("npm could not install {SUITE}")) }
}

/// Builds the addon, and puts it where Node takes it for one.
fn addon() -> Result<PathBuf, String> {
    let output = crate::cargo::command()
        .args(["build", "--quiet", "-p", "fourfold-aplus"])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    if !output.status.success() {
        return Err("the addon does not build".into());
    }
    let library = library(&String::from_utf8_lossy(&output.stdout))
        .ok_or("cargo did not say where it put the addon")?;
    let addon = target().join("aplus.node");
    std::fs::create_dir_all(target())
        .and_then(|()| std::fs::copy(&library, &addon))
        .map_err(|error| format!("{} cannot be made: {error}", addon.display()))?;
    Ok(addon)
}

/// The addon's library in cargo's JSON messages.
fn library(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|m| m["target"]["name"] == "fourfold_aplus")
        .find_map(|m| Some(m["filenames"].as_array()?.first()?.as_str()?.into()))
}

/// Runs the cases; `Ok(false)` if not all of them pass. Without a Node or the package they are
/// skipped, unless they are what was asked for.
pub(super) fn run(node: Option<&Node>, asked_for: bool) -> Result<bool, String> {
    let (node, suite) = match node.ok_or_else(node::missing).and_then(|node| Ok((node, suite()?))) {
        Ok(found) => found,
        Err(missing) if asked_for => return Err(missing),
        Err(missing) => {
            println!("skip   {NAME}: {missing}");
            return Ok(true);
        }
    };
    let addon = addon()?;
    let run = run_to_end(&mut command(node, &addon, &suite))?;
    let passed = passed(&run.stdout);
    let all = passed == Some((CASES, CASES)) && run.code == Some(0);
    let count = passed.map_or("it broke off".into(), |(passed, of)| format!("{passed} of {of}"));
    println!("{} {NAME} ({count})", if all { "agree " } else { "DIFFER" });
    if !all {
        for line in run.stdout.lines().chain(run.stderr.lines()) {
            println!("    {line}");
        }
    }
    Ok(all)
}

fn command(node: &Node, addon: &Path, suite: &Path) -> Command {
    let mut command = node.command();
    // The cases leave rejections unhandled on purpose.
    command.arg("--unhandled-rejections=none");
    command.arg(crate::cargo::root().join("conformance/aplus/run.js"));
    command.arg(addon).arg(suite);
    command
}

/// Reads "872 of 872" at the end of what the cases' runner printed.
fn passed(stdout: &str) -> Option<(u32, u32)> {
    let (passed, of) = stdout.lines().next_back()?.split_once(" of ")?;
    Some((passed.parse().ok()?, of.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_read_from_the_last_line() {
        assert_eq!(passed("2.1.2.1: text\n871 of 872\n"), Some((871, 872)));
        assert_eq!(passed("872 of 872\nRangeError"), None);
        assert_eq!(passed(""), None);
    }

    #[test]
    fn the_addon_is_found_in_cargos_messages() {
        let messages =
            "{\"target\":{\"name\":\"fourfold_aplus\"},\"filenames\":[\"/t/liba.so\"]}\n{}\n";
        assert_eq!(library(messages), Some("/t/liba.so".into()));
        assert_eq!(library("{}"), None);
    }
}
