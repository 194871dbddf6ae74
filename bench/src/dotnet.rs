//! Which .NET to compile the peer with and to run it on, and the assembly that makes.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A runtime and the peer's program for it.
#[derive(Clone, Debug)]
pub(crate) struct Dotnet {
    runtime: PathBuf,
    assembly: PathBuf,
}

/// How the peer runs: optimised from the first call on, and once more when it is known to be hot.
const SETTINGS: &str = r#"{"runtimeOptions": {
  "framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"},
  "configProperties": {"System.Runtime.TieredCompilation.QuickJit": false}
}}
"#;

/// The peer, compiled by the compiler in the folder that `$FOURFOLD_DOTNET_SDK` names, for the runtime
/// whose program `$FOURFOLD_DOTNET` is; `None` where one is missing or does not serve. Older ones find
/// libraries they need and the system lacks where `$FOURFOLD_DOTNET_LIBS` tells.
pub(crate) fn build() -> Option<Dotnet> {
    let sdk = PathBuf::from(env::var_os("FOURFOLD_DOTNET_SDK")?);
    let runtime = PathBuf::from(env::var_os("FOURFOLD_DOTNET")?);
    let compiler = newest(&sdk.join("sdk"), "Roslyn/bincore/csc.dll")?;
    let pack = newest(&sdk.join("packs/Microsoft.NETCore.App.Ref"), "ref")?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = root.join("target/peer-dotnet");
    std::fs::create_dir_all(&target).ok()?;
    let assembly = target.join("peer.dll");
    std::fs::write(target.join("peer.runtimeconfig.json"), SETTINGS).ok()?;

    let mut command = start(&runtime);
    command.arg(compiler);
    command.args(["-nologo", "-noconfig", "-nostdlib", "-optimize+", "-langversion:8.0"]);
    command.args(["-warn:0", &format!("-out:{}", assembly.display())]);
    for entry in std::fs::read_dir(newest(&pack, "")?).ok()?.flatten() {
        let reference = entry.path();
        if reference.extension().is_some_and(|extension| extension == "dll") {
            command.arg(format!("-r:{}", reference.display()));
        }
    }
    command.arg(root.join("peers/dotnet/Peer.cs"));
    // What it says belongs beside the driver's own words, not among the results.
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let built = command.status().is_ok_and(|status| status.success());
    built.then_some(Dotnet { runtime, assembly })
}

impl Dotnet {
    /// What runs the peer.
    pub(crate) fn command(&self) -> Command {
        let mut command = start(&self.runtime);
        command.arg(&self.assembly);
        command
    }
}

/// The last of `folder/*/inner` that is there.
fn newest(folder: &Path, inner: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    entries.flatten().map(|entry| entry.path().join(inner)).filter(|path| path.exists()).max()
}

fn start(program: &Path) -> Command {
    let mut command = Command::new(program);
    if let Some(mut path) = env::var_os("FOURFOLD_DOTNET_LIBS").filter(|v| !v.is_empty()) {
        if let Some(others) = env::var_os("LD_LIBRARY_PATH").filter(|v| !v.is_empty()) {
            path.push(OsString::from(":"));
            path.push(others);
        }
        command.env("LD_LIBRARY_PATH", path);
    }
    command.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
    command.env("DOTNET_CLI_TELEMETRY_OPTOUT", "1");
    command
}
