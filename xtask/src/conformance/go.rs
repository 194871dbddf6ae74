//! The Rust twins against programs in Go.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Options, compare, run_to_end, seen};

/// The oldest Go that is the original here.
const OLDEST: (u32, u32) = (1, 27);

/// A toolchain and its version.
struct Go {
    program: PathBuf,
    version: (u32, u32),
}

/// The Go that `$FOURFOLD_GO` names, or that is on the path, if it is new enough.
fn find() -> Option<Go> {
    let named = std::env::var_os("FOURFOLD_GO").filter(|name| !name.is_empty());
    let program = named.map_or_else(|| PathBuf::from("go"), PathBuf::from);
    let output = Command::new(&program)
        .arg("version")
        .env("GOTOOLCHAIN", "local")
        .stderr(Stdio::null())
        .output()
        .ok()?;
    // "go version go1.27.3 linux/amd64"
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text.split_whitespace().nth(2)?.strip_prefix("go")?;
    let mut numbers = version.split('.').map(str::parse::<u32>);
    let version = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    (version >= OLDEST).then_some(Go { program, version })
}

/// Where the toolchain's sources have packages that are no part of its standard library.
const PACKAGES: [(&str, &str); 3] = [
    ("errgroup", "cmd/vendor/golang.org/x/sync/errgroup"),
    ("semaphore", "cmd/vendor/golang.org/x/sync/semaphore"),
    ("singleflight", "internal/singleflight"),
];

/// Lets programs import them as `golang.org/x/sync/…`.
fn link_packages(go: &Go, path: &Path) -> Result<(), String> {
    let root = run_to_end(Command::new(&go.program).args(["env", "GOROOT"]))?.stdout;
    let sync = path.join("src/golang.org/x/sync");
    let cannot = |error| format!("{} cannot be made: {error}", sync.display());
    std::fs::create_dir_all(&sync).map_err(cannot)?;
    for (name, place) in PACKAGES {
        let link = sync.join(name);
        let sources = Path::new(root.trim()).join("src").join(place);
        if std::fs::read_link(&link).is_ok_and(|target| target == sources) {
            continue;
        }
        if link.is_symlink() {
            std::fs::remove_file(&link).map_err(cannot)?;
        }
        symlink(&sources, &link).map_err(cannot)?;
    }
    Ok(())
}

#[cfg(unix)]
fn symlink(target: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(windows)]
fn symlink(target: &Path, link: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(target, link)
}

fn run_original(go: &Go, program: &Path) -> Result<String, String> {
    let target = crate::cargo::root().join("target/conformance-go");
    let binary = target.join(program.file_stem().unwrap_or_default());
    link_packages(go, &target.join("path"))?;
    let mut build = Command::new(&go.program);
    build.arg("build").arg("-o").arg(&binary).arg(program);
    build.env("GOCACHE", target.join("cache")).env("GO111MODULE", "off");
    build.env("GOPATH", target.join("path"));
    build.env("GOTOOLCHAIN", "local").env("GOFLAGS", "");
    let built = run_to_end(&mut build)?;
    if built.code != Some(0) {
        return Err(format!("{} does not build: {}", program.display(), built.stderr));
    }
    Ok(seen(&run_to_end(&mut Command::new(binary))?))
}

fn recording(program: &Path) -> PathBuf {
    program.with_extension(format!("go-{}.{}.out", OLDEST.0, OLDEST.1))
}

/// Compares, or records; `Ok(false)` if anything differs.
pub(super) fn run(options: &Options) -> Result<bool, String> {
    let folder = crate::cargo::root().join("conformance/go");
    let programs = compare::programs(&folder, &["go"], options.filter.as_deref())?;
    let go = find();
    if options.record {
        let go = go.ok_or("no Go of 1.27 or newer was found; name one in $FOURFOLD_GO")?;
        for program in &programs {
            let (major, minor) = go.version;
            let recording = program.with_extension(format!("go-{major}.{minor}.out"));
            compare::record(&recording, &run_original(&go, program)?)?;
        }
        return Ok(true);
    }
    compare::compare_all("go", &programs, |program| match &go {
        Some(go) => {
            Ok((format!("Go {}.{}", go.version.0, go.version.1), run_original(go, program)?))
        }
        None => compare::recorded(&recording(program)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_names_its_rows_and_has_a_recording() {
        let folder = crate::cargo::root().join("conformance/go");
        for program in compare::programs(&folder, &["go"], None).unwrap() {
            let source = std::fs::read_to_string(&program).unwrap();
            assert!(source.starts_with("// rows: go-"), "{}", program.display());
            assert!(recording(&program).exists(), "{}", program.display());
        }
    }
}
