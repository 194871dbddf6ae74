//! A terminal to run a program on: programs show colours only where there is one.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};

use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

const ROWS: u16 = 50;

/// Runs `command` on a terminal this wide; gives what it wrote.
pub(super) fn run(command: Command, columns: u16) -> Result<String, String> {
    let written = on_terminal(command, columns);
    let bytes = written.map_err(|error| format!("the program could not be run: {error}"))?;
    String::from_utf8(bytes).map_err(|error| format!("it wrote no UTF-8: {error}"))
}

fn on_terminal(mut command: Command, columns: u16) -> io::Result<Vec<u8>> {
    let (ours, theirs) = open_pair()?;
    let size = Winsize { ws_row: ROWS, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&theirs, size)?;
    command.env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8");
    command.env_remove("NO_COLOR").env_remove("COLUMNS");
    command.stdin(Stdio::null()).stdout(theirs.try_clone()?).stderr(theirs);
    let mut child = command.spawn()?;
    // The reading ends when nobody has the other side any more, and `command` has it.
    drop(command);
    let mut bytes = Vec::new();
    match File::from(ours).read_to_end(&mut bytes) {
        // Linux's way of saying that the other side is closed.
        Err(error) if error.raw_os_error() == Some(Errno::IO.raw_os_error()) => {}
        read => drop(read?),
    }
    let status = child.wait()?;
    if status.success() {
        Ok(bytes)
    } else {
        let text = String::from_utf8_lossy(&bytes);
        Err(io::Error::other(format!("it ended with {status}:\n{text}")))
    }
}

fn open_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let name = ptsname(&ours, Vec::new())?;
    let theirs = open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty())?;
    Ok((ours, theirs))
}
