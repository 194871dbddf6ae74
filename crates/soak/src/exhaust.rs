//! Running out of descriptors on purpose.

use std::fs::File;
use std::io;
use std::time::Duration;

use fourfold::Error;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

const EMFILE: i32 = rustix::io::Errno::MFILE.raw_os_error();

/// Lowers the soft limit to a little above what is open, takes all that is left for `hold`, and gives it
/// back. Says how many it took.
pub(crate) fn exhaust(hold: Duration) -> io::Result<usize> {
    let before = getrlimit(Resource::Nofile);
    let open = crate::measure::descriptors().len() as u64;
    let low = Rlimit { current: Some(open + 64), maximum: before.maximum };
    setrlimit(Resource::Nofile, low)?;
    let mut taken = Vec::new();
    let mut next = File::open("/dev/null");
    while let Ok(file) = next {
        taken.push(file);
        next = File::open("/dev/null");
    }
    let refused = next.err().and_then(|error| error.raw_os_error());
    // What closes meanwhile is taken too, so that there are none for all this time.
    let until = std::time::Instant::now() + hold;
    while std::time::Instant::now() < until {
        match File::open("/dev/null") {
            Ok(file) => taken.push(file),
            Err(_) => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    let count = taken.len();
    drop(taken);
    setrlimit(Resource::Nofile, before)?;
    match refused {
        Some(EMFILE) => Ok(count),
        _ => Err(io::Error::other("the limit on open files was not reached")),
    }
}

/// Whether an operation failed for want of descriptors. The errors of HTTP have it in their text only.
pub(crate) fn is_refusal(error: &Error) -> bool {
    error.to_string().contains("Too many open files")
}
