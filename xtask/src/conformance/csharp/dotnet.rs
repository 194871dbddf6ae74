//! A .NET that was named: its compiler, called without the tools around it, and its runtime.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use super::super::run_to_end;

/// A compiler, what it compiles against, and a runtime.
pub(super) struct Dotnet {
    /// `csc.dll`.
    compiler: PathBuf,
    /// The reference assemblies.
    references: Vec<PathBuf>,
    /// The program `dotnet`.
    program: PathBuf,
    /// Of the runtime.
    pub(super) version: (u32, u32),
}

impl fmt::Display for Dotnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ".NET {}.{}", self.version.0, self.version.1)
    }
}

/// The .NET that `$FOURFOLD_DOTNET_SDK` and `$FOURFOLD_DOTNET` name; `None` if neither is set. One
/// that does not serve is an error, so that nobody compares with another than the one they named.
pub(super) fn find() -> Result<Option<Dotnet>, String> {
    let named = |variable: &str| std::env::var_os(variable).filter(|v| !v.is_empty());
    let (Some(sdk), Some(program)) = (named("FOURFOLD_DOTNET_SDK"), named("FOURFOLD_DOTNET"))
    else {
        return match named("FOURFOLD_DOTNET_SDK").or(named("FOURFOLD_DOTNET")) {
            Some(_) => Err("$FOURFOLD_DOTNET_SDK and $FOURFOLD_DOTNET go together".into()),
            None => Ok(None),
        };
    };
    let (sdk, program) = (PathBuf::from(sdk), PathBuf::from(program));
    let compiler = newest(&sdk.join("sdk"), Path::new("Roslyn/bincore/csc.dll"))
        .ok_or_else(|| format!("{} has no sdk/*/Roslyn/bincore/csc.dll", sdk.display()))?;
    let pack = sdk.join("packs/Microsoft.NETCore.App.Ref");
    let references = newest(&pack, Path::new("ref"))
        .and_then(|folder| newest(&folder, Path::new("")))
        .map(|folder| assemblies(&folder))
        .filter(|references| !references.is_empty())
        .ok_or_else(|| format!("{} has no reference assemblies", pack.display()))?;
    let listed = run_to_end(with_libraries(Command::new(&program)).arg("--list-runtimes"))?.stdout;
    let version = parse_runtimes(&listed)
        .ok_or_else(|| format!("{} lists no Microsoft.NETCore.App", program.display()))?;
    Ok(Some(Dotnet { compiler, references, program, version }))
}

/// The last of `folder/*/inner` that is there.
fn newest(folder: &Path, inner: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    entries.flatten().map(|entry| entry.path().join(inner)).filter(|path| path.exists()).max()
}

fn assemblies(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "dll"))
        .collect();
    found.sort();
    found
}

/// The newest in lines like "Microsoft.NETCore.App 3.1.23 [/usr/share/dotnet/shared/…]".
fn parse_runtimes(listed: &str) -> Option<(u32, u32)> {
    let versions = listed.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let version =
            words.next().filter(|name| *name == "Microsoft.NETCore.App").and(words.next())?;
        let mut numbers = version.split('.').map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    });
    versions.max()
}

/// Old versions want libraries that new systems no longer have; `$FOURFOLD_DOTNET_LIBS` tells where.
fn with_libraries(mut command: Command) -> Command {
    if let Some(mut path) = std::env::var_os("FOURFOLD_DOTNET_LIBS").filter(|v| !v.is_empty()) {
        if let Some(others) = std::env::var_os("LD_LIBRARY_PATH").filter(|v| !v.is_empty()) {
            path.push(OsString::from(":"));
            path.push(others);
        }
        command.env("LD_LIBRARY_PATH", path);
    }
    command.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
    command.env("DOTNET_CLI_TELEMETRY_OPTOUT", "1");
    command
}

impl Dotnet {
    /// Compiles a program along with `shared`, unless that was done since they last changed.
    pub(super) fn compile(&self, program: &Path, shared: &[PathBuf]) -> Result<PathBuf, String> {
        let (major, minor) = self.version;
        let target =
            crate::cargo::root().join(format!("target/conformance-csharp/{major}.{minor}"));
        let assembly = target.join(program.with_extension("dll").file_name().unwrap_or_default());
        let sources: Vec<&Path> =
            [program].into_iter().chain(shared.iter().map(|p| &**p)).collect();
        if is_newer(&assembly, &sources) {
            return Ok(assembly);
        }
        let cannot = |error| format!("{} cannot be made: {error}", target.display());
        std::fs::create_dir_all(&target).map_err(cannot)?;
        // Without the quick compiler's code, in which generic calls allocate: programs tell that they
        // do not.
        let settings = format!(
            r#"{{"runtimeOptions": {{
  "framework": {{"name": "Microsoft.NETCore.App", "version": "{major}.{minor}.0"}},
  "configProperties": {{"System.Runtime.TieredCompilation.QuickJit": false}}
}}}}
"#
        );
        std::fs::write(assembly.with_extension("runtimeconfig.json"), settings).map_err(cannot)?;
        let mut command = with_libraries(Command::new(&self.program));
        command.arg(&self.compiler);
        command.args(["-nologo", "-noconfig", "-nostdlib", "-optimize+", "-langversion:8.0"]);
        command.arg("-warn:0");
        command.arg(option("-out:", &assembly));
        command.args(self.references.iter().map(|reference| option("-r:", reference)));
        command.args(sources);
        let built = run_to_end(&mut command)?;
        if built.code != Some(0) {
            let said = built.stdout + &built.stderr;
            return Err(format!("{} does not compile: {said}", program.display()));
        }
        Ok(assembly)
    }

    /// What runs an assembly; where it may leave a dump if the program crashes.
    pub(super) fn run(&self, assembly: &Path) -> Command {
        let mut command = with_libraries(Command::new(&self.program));
        command.arg(assembly).current_dir(assembly.parent().unwrap_or(assembly));
        command
    }
}

fn option(name: &str, value: &Path) -> OsString {
    let mut option = OsString::from(name);
    option.push(value);
    option
}

/// Whether `made` was made after all of `sources` had last changed.
fn is_newer(made: &Path, sources: &[&Path]) -> bool {
    let changed = |path: &Path| std::fs::metadata(path).and_then(|m| m.modified());
    let Ok(made) = changed(made) else { return false };
    sources.iter().all(|source| changed(source).unwrap_or(SystemTime::now()) < made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_runtime_of_the_right_name_counts() {
        let listed = "Microsoft.AspNetCore.App 9.0.0 [/a]\n\
                      Microsoft.NETCore.App 3.1.23 [/b]\n\
                      Microsoft.NETCore.App 2.2.8 [/c]\n";
        assert_eq!(parse_runtimes(listed), Some((3, 1)));
        assert_eq!(parse_runtimes(""), None);
    }
}
