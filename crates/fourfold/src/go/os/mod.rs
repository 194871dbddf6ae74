//! Files and the process, as in Go's package `os`. What blocks does so on other threads.

mod file;

use std::io;
use std::path::Path;

pub use file::File;

use super::blocking;

/// Ends the process with this code, at once. Deferred work is not done.
///
/// The original: [`os.Exit`](https://pkg.go.dev/os#Exit).
pub fn exit(code: i32) -> ! {
    std::process::exit(code)
}

/// All of a file.
///
/// The original: [`os.ReadFile`](https://pkg.go.dev/os#ReadFile).
///
/// # Errors
///
/// Those of the system, naming the path.
pub fn read_file(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    let path = path.as_ref().to_owned();
    blocking(move || std::fs::read(&path).map_err(|error| file::naming(error, "open", &path)))
}

/// Writes a file, which is made or made anew.
///
/// The original: [`os.WriteFile`](https://pkg.go.dev/os#WriteFile).
///
/// # Errors
///
/// Those of the system, naming the path.
pub fn write_file(path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> io::Result<()> {
    let path = path.as_ref().to_owned();
    let contents = contents.as_ref().to_owned();
    blocking(move || {
        std::fs::write(&path, contents).map_err(|error| file::naming(error, "open", &path))
    })
}

/// Removes a file.
///
/// The original: [`os.Remove`](https://pkg.go.dev/os#Remove).
///
/// # Errors
///
/// Those of the system, naming the path.
pub fn remove(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref().to_owned();
    blocking(move || {
        std::fs::remove_file(&path).map_err(|error| file::naming(error, "remove", &path))
    })
}
