//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

use crate::plan::Method;

/// Fourfold: asyncio, C# tasks, JavaScript promises and goroutines on one runtime.
#[derive(Debug, Parser)]
#[command(name = "fourfold", version, about, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    // Without words of its own, so that those of `Ping` are in the help.
    Ping(Ping),
}

/// Probe HTTP hosts, many at once, and show when each ran.
///
/// The hosts of a lane run one after another, the lanes run at once. Without lanes, four hosts
/// with set delays are started inside the process and probed: that works offline.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP, after_long_help = AFTER_LONG_HELP)]
pub(crate) struct Ping {
    /// Hosts or URLs joined by commas; a host without a scheme means http://host/
    #[arg(value_name = "LANE")]
    pub(crate) lanes: Vec<String>,

    /// Read lanes from FILE, one per line, # starts a comment; - is standard input
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: Option<String>,

    /// Walk every lane N times
    #[arg(short = 'n', long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) count: u32,

    /// Pause of a lane between two walks, as 2, 1.5s or 500ms
    #[arg(short, long, value_name = "TIME", default_value = "1s", value_parser = duration)]
    pub(crate) interval: Duration,

    /// How long one probe may take, as 2, 1.5s or 500ms
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = some_duration)]
    pub(crate) timeout: Duration,

    /// The method to ask with
    #[arg(long, value_enum, ignore_case = true, default_value_t = Method::Head)]
    pub(crate) method: Method,

    /// At most N probes at once [default: what the limit on open files allows]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(crate) concurrency: Option<usize>,

    /// Offer HTTP/2 to https hosts
    #[arg(long)]
    pub(crate) http2: bool,

    /// Accept certificates that cannot be verified
    #[arg(long)]
    pub(crate) insecure: bool,

    /// The manner in which the probes are written [default: asyncio; without lanes: all]
    ///
    /// Of all, each timeline is shown, and beneath them what the dialects were observed to do
    /// differently in this run. Lanes of your own are probed in one, so that no host is asked four
    /// times by surprise.
    #[arg(long, value_enum)]
    pub(crate) dialect: Option<DialectChoice>,

    /// Print one JSON object instead of the report (--help describes it)
    #[arg(long)]
    pub(crate) json: bool,

    /// Show no progress bar
    #[arg(long)]
    pub(crate) no_progress: bool,

    /// Write when each probe ran to FILE, for chrome://tracing or ui.perfetto.dev
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,

    /// Write the report as a page for a browser to FILE; it needs nothing else, and no network
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

impl Ping {
    /// The dialects to run, one after another.
    pub(crate) fn dialects(&self) -> &'static [DialectName] {
        let demonstration = self.lanes.is_empty() && self.file.is_none();
        match self.dialect {
            None if demonstration => &DialectName::ALL,
            None => &[DialectName::Asyncio],
            Some(choice) => choice.dialects(),
        }
    }
}

/// What can be asked for by `--dialect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DialectChoice {
    /// Python's asyncio
    Asyncio,
    /// C# tasks
    Csharp,
    /// JavaScript promises
    Js,
    /// Goroutines
    Go,
    /// These four, one after another
    All,
}

impl DialectChoice {
    fn dialects(self) -> &'static [DialectName] {
        match self {
            DialectChoice::Asyncio => &[DialectName::Asyncio],
            DialectChoice::Csharp => &[DialectName::Csharp],
            DialectChoice::Js => &[DialectName::Js],
            DialectChoice::Go => &[DialectName::Go],
            DialectChoice::All => &DialectName::ALL,
        }
    }
}

/// The dialects of the runtime; see [`crate::dialect`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DialectName {
    Asyncio,
    Csharp,
    Js,
    Go,
}

impl DialectName {
    /// In the order in which they run.
    pub(crate) const ALL: [DialectName; 4] =
        [DialectName::Asyncio, DialectName::Csharp, DialectName::Js, DialectName::Go];

    /// The name as it is written on the command line and in the JSON report.
    pub(crate) fn name(self) -> &'static str {
        match self {
            DialectName::Asyncio => "asyncio",
            DialectName::Csharp => "csharp",
            DialectName::Js => "js",
            DialectName::Go => "go",
        }
    }

    /// The name as a reader knows it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            DialectName::Asyncio => "asyncio",
            DialectName::Csharp => "C#",
            DialectName::Js => "JavaScript",
            DialectName::Go => "Go",
        }
    }
}

const AFTER_HELP: &str = "\
Examples:
  fourfold ping
  fourfold ping --html ping.html
  fourfold ping google.fr,google.ch google.es,google.com
  fourfold ping -n 5 -i 200ms https://example.org/";

const AFTER_LONG_HELP: &str = r#"Examples:
  fourfold ping
  fourfold ping --html ping.html
  fourfold ping google.fr,google.ch google.es,google.com
  fourfold ping --dialect go -n 5 -i 200ms https://example.org/
  fourfold ping -f hosts.txt --timeout 2 --json > report.json

JSON: exactly one object on standard output. Times are in seconds.
  {"dialect": "asyncio", "real_time_s": 0.2, "total_time_s": 0.36,
   "lanes": [{"sites": [
     {"site": "google.fr", "url": "http://google.fr/", "status": 200, "error": null,
      "start_s": 0.0, "time_s": 0.12,
      "phases": {"dns_s": 0.001, "connect_s": 0.01, "tls_s": null, "first_byte_s": 0.1}}]}]}
  'status' is null where 'error' says what went wrong, and the other way round. A phase is null
  where it was not completed or not needed; 'start_s' and 'time_s' are null where Ctrl-C came
  first. With -n above 1 a site is
     {"site": "google.fr", "url": "http://google.fr/", "rounds": [{"status": 200, ...}, ...]}
  with one entry for every round that was started.
  Of more dialects than one the object is
     {"dialects": [{"dialect": "asyncio", "real_time_s": 0.2, ..., "observed": {
        "threading": {"threads": 1, "tasks": 3},
        "blocking": {"blocked_s": 0.03, "neighbours": 4, "held_up": 4, "held_up_handed_over": 0},
        "races": {"at_once": 1, "updates": 2, "lost": 0},
        "scheduling": {"turns": 17, "phases": ["poll", "run"], "resumed": 9, "elsewhere": 0},
        "futures": {"of": "task", "waiters": 3, "reached": 3},
        "call": {"order": ["call", "return", "await", "first_line"], "same_thread": true},
        "cancellation": {"arrival": "error", "name": "Cancelled", "cleanup_awaited": true,
                         "reached_unpassed": true, "took_s": 0.0001}}}, ...]}
  with the object above for each of them, and in 'observed' what was seen of it in this run, null
  if Ctrl-C came first. 'order' has "call", "first_line", "return" and "await"; 'arrival' is
  "error", "closed_channel" or "nothing".

What is observed: 'threading' and 'scheduling' of the probes; the rest of small programs that run
after them, the same in all dialects. A task blocks its thread beside four that tick, and then
hands such a call over to a thread (blocking); two tasks read a number, wait for each other
without an await, and write it back plus one (races); three wait for one result (futures); a
function is called (call); two calls that wait are cancelled, one of which was passed a token, a
signal or a context (cancellation).

Exit code: 0 every host answered, whatever the status; 1 some did not; 2 wrong usage; 130 ended
by Ctrl-C, which prints what is there. A second Ctrl-C ends the program at once.

Environment: NO_COLOR turns colours off. COLUMNS is the width where there is no terminal."#;

/// A mistake in what the user wrote: prints it the way clap does and exits with code 2.
pub(crate) fn wrong_usage(message: impl std::fmt::Display) -> ! {
    let mut command = Args::command();
    command.build();
    match command.find_subcommand_mut("ping") {
        Some(ping) => ping.error(ErrorKind::ValueValidation, message).exit(),
        None => command.error(ErrorKind::ValueValidation, message).exit(),
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..) => Ok(number),
        _ => Err("give a whole number from 1".into()),
    }
}

fn some_duration(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("a time above zero is needed".into()),
        time => Ok(time),
    }
}

/// The longest time accepted; further deadlines could not be reckoned with.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads `2` (seconds), `1.5s`, `500ms` or `3m`.
fn duration(text: &str) -> Result<Duration, String> {
    let unit_at = text.find(|char: char| char.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let scale = match unit {
        "" | "s" => 1.0,
        "ms" => 1e-3,
        "m" => 60.0,
        _ => return Err(format!("unknown unit '{unit}'; write seconds as 2 or 1.5s, or 500ms")),
    };
    let wrong = "write seconds as 2 or 1.5s, or 500ms";
    let number: f64 = number.parse().map_err(|_| wrong)?;
    match Duration::try_from_secs_f64(number * scale) {
        Ok(time) if time <= LONGEST => Ok(time),
        Ok(_) => Err("at most one day, 1440m, is accepted".into()),
        Err(_) => Err(wrong.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn durations_are_seconds_unless_they_say_otherwise() {
        assert_eq!(duration("2"), Ok(Duration::from_secs(2)));
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("3m"), Ok(Duration::from_secs(180)));
        assert_eq!(duration("0"), Ok(Duration::ZERO));
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", "s", "-1", "nan", "inf", "1h", "1 s", "1e99", "2000m", "ms"] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert!(some_duration("0ms").is_err());
    }

    #[test]
    fn a_method_may_be_written_small() {
        let args = Args::try_parse_from(["fourfold", "ping", "--method", "get"]).unwrap();
        let Command::Ping(ping) = args.command;
        assert_eq!(ping.method, Method::Get);
    }
}
