//! Which Go to build the peer with, and the program it makes.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The peer's program, built once by the toolchain that `$FOURFOLD_GO` names or that is on the path;
/// `None` where there is none.
pub(crate) fn build() -> Option<PathBuf> {
    let go = env::var_os("FOURFOLD_GO").map_or_else(|| PathBuf::from("go"), PathBuf::from);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (sources, target) = (root.join("peers/go"), root.join("target/peer-go"));
    let program = target.join("peer");
    let mut command = Command::new(&go);
    command.args(["build", "-o"]).arg(&program).arg(".").current_dir(sources);
    command.env("GOCACHE", target.join("cache")).env("GO111MODULE", "off");
    command.env("GOTOOLCHAIN", "local").env("GOFLAGS", "").stdin(Stdio::null());
    let built = command.status().is_ok_and(|status| status.success());
    built.then_some(program)
}
