//! Calls that block, on one worker.

use std::fmt::Display;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::path::{Path, PathBuf};

use fourfold::go::chan;
use fourfold::go::exec::Command;
use fourfold::go::{Builder, blocking, go, net, os, runtime};

fn nil<T, E: Display>(result: &Result<T, E>) -> String {
    result.as_ref().err().map_or_else(|| "<nil>".into(), ToString::to_string)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Folder> {
        let path = std::env::temp_dir().join(format!("go_17_{}", std::process::id()));
        std::fs::create_dir(&path)?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(unix)]
fn make_pipe(path: &Path) -> io::Result<()> {
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, mode, 0)?;
    Ok(())
}

#[cfg(not(unix))]
fn make_pipe(_: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// To open a pipe waits for its other end, and so does a program that reads it.
fn pipes(pipe: &Path) {
    println!("made {}", nil(&make_pipe(pipe)));
    let read = chan::make::<String>(0);
    let (path, tell) = (pipe.to_owned(), read.clone());
    drop(go(move || {
        let contents = os::read_file(path);
        tell.send(format!("{} {}", text(contents.as_deref().unwrap_or_default()), nil(&contents)));
    }));
    runtime::gosched();
    println!("written {}", nil(&os::write_file(pipe, "through the pipe")));
    println!("{}", read.recv().unwrap_or_default());

    let (path, tell) = (pipe.to_owned(), read.clone());
    drop(go(move || {
        let output = Command::new("cat").arg(path).output();
        let printed = output.as_ref().map_or(&[][..], |output| &output.stdout);
        tell.send(format!("{} {}", text(printed), nil(&output)));
    }));
    runtime::gosched();
    println!("written {}", nil(&os::write_file(pipe, "through a program")));
    println!("{}", read.recv().unwrap_or_default());
}

/// A call the library knows nothing of.
fn unknown((mut reader, mut writer): (PipeReader, PipeWriter)) {
    let read = chan::make::<String>(0);
    let tell = read.clone();
    drop(go(move || {
        let outcome = blocking(move || {
            let mut buffer = [0; 16];
            reader.read(&mut buffer).map(|n| text(&buffer[..n]))
        });
        tell.send(format!("{} {}", outcome.as_deref().unwrap_or_default(), nil(&outcome)));
    }));
    let mut turns = 0;
    for _ in 0..3 {
        runtime::gosched();
        turns += 1;
    }
    println!("turns meanwhile {turns}");
    let written = blocking(move || writer.write(b"raw"));
    println!("written {} {}", written.as_ref().unwrap_or(&0), nil(&written));
    println!("{}", read.recv().unwrap_or_default());
}

fn files(path: &Path) {
    println!("{}", nil(&os::write_file(path, "first\n")));
    let mut options = std::fs::OpenOptions::new();
    options.append(true);
    let opened = os::File::open_with(path, options);
    println!("{}", nil(&opened));
    if let Ok(mut file) = opened {
        let written = file.write(b"second\n");
        // It is closed when it is dropped, and says nothing of it.
        println!("appended {} {} <nil>", written.as_ref().unwrap_or(&0), nil(&written));
    }
    let contents = os::read_file(path);
    println!("{:?} {}", text(contents.as_deref().unwrap_or_default()), nil(&contents));
    println!("removed {}", nil(&os::remove(path)));
    println!("not there {}", is_not_found(&os::read_file(path)));
}

fn is_not_found<T>(result: &io::Result<T>) -> bool {
    result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

pub(crate) fn run() {
    let outcome: io::Result<()> = Builder::new().workers(1).run(|| {
        let folder = Folder::new()?;
        pipes(&folder.0.join("pipe"));
        let ends = io::pipe();
        println!("piped {}", nil(&ends));
        unknown(ends?);
        files(&folder.0.join("file"));

        let addresses = net::lookup_host("localhost");
        let local = addresses.as_ref().is_ok_and(|found| found.contains(&[127, 0, 0, 1].into()));
        println!("found {local} {}", nil(&addresses));
        let status = Command::new("sh").args(["-c", "exit 3"]).run()?;
        println!("ended {} {}", !status.success(), status.code().unwrap_or_default());
        println!("no program {}", is_not_found(&Command::new(folder.0.join("nothing")).run()));
        Ok(())
    });
    if let Err(error) = outcome {
        println!("{error}");
    }
}
