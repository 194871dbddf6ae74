//! Where a program is.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use crate::go::blocking;

/// The file that would be run for `program`: itself if it names a folder too, else the first of that
/// name in the folders of the variable `PATH` that can be run.
///
/// ```
/// use fourfold::go::exec;
///
/// assert!(exec::look_path("sh")?.is_absolute());
/// assert!(exec::look_path("no-such-program").is_err());
/// # std::io::Result::Ok(())
/// ```
///
/// The original: [`exec.LookPath`](https://pkg.go.dev/os/exec#LookPath).
///
/// # Errors
///
/// "executable file not found in $PATH", naming the program.
pub fn look_path(program: impl AsRef<Path>) -> io::Result<PathBuf> {
    let program = program.as_ref().to_owned();
    blocking(move || {
        let found = if program.components().count() > 1 || program.is_absolute() {
            Some(program.clone()).filter(|path| can_be_run(path))
        } else {
            let folders = env::var_os("PATH").unwrap_or_default();
            env::split_paths(&folders)
                .map(|folder| folder.join(&program))
                .find(|path| can_be_run(path))
        };
        found.ok_or_else(|| {
            let text = format!("exec: {program:?}: executable file not found in $PATH");
            io::Error::new(io::ErrorKind::NotFound, text)
        })
    })
}

#[cfg(unix)]
fn can_be_run(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
fn can_be_run(path: &Path) -> bool {
    path.is_file()
}
