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
    /// Probe HTTP hosts, many at once, and show when each ran.
    Ping(Ping),
}

/// Probes HTTP hosts, many at once, and shows when each ran.
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

    /// The manner in which the probes are written
    #[arg(long, value_enum, default_value_t = DialectName::Asyncio)]
    pub(crate) dialect: DialectName,

    /// Print one JSON object instead of the report (--help describes it)
    #[arg(long)]
    pub(crate) json: bool,

    /// Show no progress bar
    #[arg(long)]
    pub(crate) no_progress: bool,

    /// Write when each probe ran to FILE, for chrome://tracing or ui.perfetto.dev
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
}

/// The dialects of the runtime; see [`crate::dialect`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DialectName {
    /// Python's asyncio
    Asyncio,
    /// C# tasks
    Csharp,
    /// JavaScript promises
    Js,
    /// Goroutines
    Go,
}

impl DialectName {
    /// The name as it is written on the command line and in the JSON report.
    pub(crate) fn name(self) -> &'static str {
        match self {
            DialectName::Asyncio => "asyncio",
            DialectName::Csharp => "csharp",
            DialectName::Js => "js",
            DialectName::Go => "go",
        }
    }
}

const AFTER_HELP: &str = "\
Examples:
  fourfold ping
  fourfold ping google.fr,google.ch google.es,google.com
  fourfold ping -n 5 -i 200ms https://example.org/";

const AFTER_LONG_HELP: &str = r#"Examples:
  fourfold ping
  fourfold ping google.fr,google.ch google.es,google.com
  fourfold ping -n 5 -i 200ms https://example.org/
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
