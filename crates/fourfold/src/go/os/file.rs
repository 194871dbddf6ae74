//! Files.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use crate::go::blocking;

/// A call moves this much at most: what is moved is copied once, so that a goroutine that is
/// unwound leaves nothing behind that a thread still writes to.
const CHUNK: usize = 256 << 10;

/// An error with what it was about, in Go's words: `open name: …`.
pub(super) fn naming(error: io::Error, what: &str, path: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("{what} {}: {error}", path.display()))
}

/// An open file. Clones share the place in it. It is closed with the last.
///
/// Reading and writing is done on other threads where a worker would be blocked.
///
/// The original: [`os.File`](https://pkg.go.dev/os#File).
#[derive(Clone, Debug)]
pub struct File {
    file: Arc<fs::File>,
}

impl File {
    /// A file of the standard library's, as one of these.
    pub fn from_std(file: fs::File) -> File {
        File { file: Arc::new(file) }
    }

    /// Opens a file to read.
    ///
    /// The original: [`os.Open`](https://pkg.go.dev/os#Open).
    ///
    /// # Errors
    ///
    /// Those of the system, naming the path.
    pub fn open(path: impl AsRef<Path>) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true);
        File::open_with(path, options)
    }

    /// Makes a file, or makes it anew, to read and write.
    ///
    /// The original: [`os.Create`](https://pkg.go.dev/os#Create).
    ///
    /// # Errors
    ///
    /// Those of the system, naming the path.
    pub fn create(path: impl AsRef<Path>) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true);
        File::open_with(path, options)
    }

    /// Opens a file as `options` say.
    ///
    /// The original: [`os.OpenFile`](https://pkg.go.dev/os#OpenFile).
    ///
    /// # Errors
    ///
    /// Those of the system, naming the path.
    pub fn open_with(path: impl AsRef<Path>, options: OpenOptions) -> io::Result<File> {
        let path = path.as_ref().to_owned();
        blocking(move || {
            let file = options.open(&path).map_err(|error| naming(error, "open", &path))?;
            Ok(File::from_std(file))
        })
    }

    /// Writes what the system still keeps to the disk.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn sync(&self) -> io::Result<()> {
        let file = self.file.clone();
        blocking(move || file.sync_all())
    }

    /// What the system knows of the file.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn stat(&self) -> io::Result<fs::Metadata> {
        let file = self.file.clone();
        blocking(move || file.metadata())
    }

    fn read_some(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let file = self.file.clone();
        let mut chunk = vec![0; buffer.len().min(CHUNK)];
        let (read, chunk) = blocking(move || ((&*file).read(&mut chunk), chunk));
        let read = read?;
        buffer[..read].copy_from_slice(&chunk[..read]);
        Ok(read)
    }

    fn write_some(&self, bytes: &[u8]) -> io::Result<usize> {
        let file = self.file.clone();
        let chunk = bytes[..bytes.len().min(CHUNK)].to_vec();
        blocking(move || (&*file).write(&chunk))
    }

    fn seek_to(&self, to: SeekFrom) -> io::Result<u64> {
        let file = self.file.clone();
        blocking(move || (&*file).seek(to))
    }
}

impl Read for File {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read_some(buffer)
    }
}

impl Read for &File {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read_some(buffer)
    }
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_some(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Write for &File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_some(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for File {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.seek_to(to)
    }
}
