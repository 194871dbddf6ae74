//! The dump of a process that is asked from outside.
//!
//! The handler that the system calls only writes to a pipe (`signal-hook`'s self-pipe); the dump is made by
//! a thread that reads there.

use std::io::{self, Write};
use std::thread;

use signal_hook::consts::SIGQUIT;
use signal_hook::iterator::Signals;

use super::{Dump, observe};
use crate::{Error, Result};

/// The form of a dump that is written to standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DumpFormat {
    /// A table for people.
    #[default]
    Text,
    /// One JSON object.
    Json,
    /// A graph for Graphviz.
    Dot,
}

impl DumpFormat {
    fn named(name: &str) -> DumpFormat {
        match name {
            "json" => DumpFormat::Json,
            "dot" => DumpFormat::Dot,
            _ => DumpFormat::Text,
        }
    }

    fn write(self, dump: &Dump, mut out: impl Write) -> io::Result<()> {
        match self {
            DumpFormat::Text => write!(out, "{dump}"),
            DumpFormat::Json => out.write_all(dump.to_json().as_bytes()),
            DumpFormat::Dot => out.write_all(dump.to_dot().as_bytes()),
        }
    }
}

/// [Observes](observe) from here on, and writes a [dump](super::dump()) to standard error whenever the
/// process gets `signal`. The process goes on.
///
/// The signal for it is SIGQUIT (`Ctrl-\`, `kill -QUIT <pid>`), as for goroutines in Go and threads in the
/// JVM; unlike in Go the process does not end. Where nobody calls this SIGQUIT ends the process, as ever.
///
/// The variable `FOURFOLD_DUMP` has the first runtime of a process do this with SIGQUIT: `1` or `text` for
/// a table, `json`, `dot`; `0` or nothing for none.
///
/// # Errors
///
/// For a signal that cannot be handled, and where the system has no thread or pipe to spare.
///
/// ```
/// fourfold::dump_on_signal(signal_hook::consts::SIGUSR1, fourfold::DumpFormat::Json)?;
/// # Ok::<(), fourfold::Error>(())
/// ```
pub fn dump_on_signal(signal: i32, format: DumpFormat) -> Result<()> {
    if signal_hook::consts::FORBIDDEN.contains(&signal) {
        return Err(Error::msg(format!("signal {signal} cannot be handled")));
    }
    let mut signals = Signals::new([signal]).map_err(Error::new)?;
    let observation = observe();
    let answer = move || {
        for _ in signals.forever() {
            // Without anybody to read it there is nothing to be told.
            let _ = format.write(&observation.dump(), io::stderr().lock());
        }
    };
    // Known to the deadlock report as a thread that wakes nobody.
    thread::Builder::new().name(THREAD.to_owned()).spawn(answer).map_err(Error::new)?;
    Ok(())
}

/// The thread's name, as short as the system wants it.
pub(crate) const THREAD: &str = "fourfold-dump";

/// Does what the variable asks for.
pub(super) fn from_environment() {
    let Some(asked) = std::env::var_os("FOURFOLD_DUMP") else { return };
    let asked = asked.to_string_lossy();
    if asked.is_empty() || asked == "0" {
        return;
    }
    if let Err(error) = dump_on_signal(SIGQUIT, DumpFormat::named(&asked)) {
        eprintln!("fourfold: FOURFOLD_DUMP={asked}: {error}");
    }
}
