//! The command line.

use crate::names::RuntimeName;
use crate::report::Format;
use crate::workload::{Job, Protocol, Workload};
use crate::{client, driver, measure::Sample, report, runtime, runtimes, server};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::error::Error;

/// Measures Fourfold side by side with other runtimes, in interleaved runs.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    compare: Compare,
}

#[derive(Args)]
struct Compare {
    /// Measure only this workload.
    workload: Option<Workload>,
    /// Fewer operations and three runs: 2 to 5 minutes in all, to see that it works.
    #[arg(long)]
    quick: bool,
    /// Measured rounds, after one warm-up [default: 5, with --quick 3].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: Option<u32>,
    /// Print exactly one JSON object.
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print the tables for docs/benchmarks.md.
    #[arg(long)]
    markdown: bool,
    /// Whose figures are divided by the others'; targets are Fourfold's alone.
    #[arg(long, value_enum, default_value = "fourfold")]
    subject: RuntimeName,
}

#[derive(Subcommand)]
enum Command {
    /// One run in this process: prints one JSON line (where it serves, first the port).
    #[command(hide = true)]
    Worker {
        #[arg(long)]
        runtime: RuntimeName,
        #[arg(long)]
        workload: Workload,
        /// Operations in all [default: as in a full run].
        #[arg(long)]
        n: Option<u64>,
        /// The port of the server, for workloads that ask one.
        #[arg(long)]
        server: Option<u16>,
    },
    /// The server of the workloads that ask one: prints its port.
    #[command(hide = true)]
    Server,
    /// The client of the workloads that serve.
    #[command(hide = true)]
    Client {
        #[arg(long)]
        protocol: Protocol,
        #[arg(long)]
        port: u16,
        #[arg(long)]
        n: u64,
    },
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let cli = Cli::parse();
    match cli.command {
        Some(Command::Worker { runtime, workload, n, server }) => {
            worker(runtime, workload, n, server)
        }
        Some(Command::Server) => Ok(server::run()?),
        Some(Command::Client { protocol, port, n }) => {
            let report = client::run(protocol, port, job_of(Workload::Echo, n)?)?;
            println!("{}", serde_json::to_string(&report)?);
            Ok(())
        }
        None => compare(&cli.compare),
    }
}

fn compare(args: &Compare) -> Result<(), Box<dyn Error>> {
    if cfg!(debug_assertions) {
        eprintln!("bench: built without optimisation; use --release for figures");
    }
    let workloads = match &args.workload {
        Some(one) => std::slice::from_ref(one),
        None => Workload::value_variants(),
    };
    let plan = driver::Plan {
        workloads,
        quick: args.quick,
        runs: args.runs.unwrap_or(if args.quick { 3 } else { 5 }),
        subject: args.subject,
    };
    let comparison = driver::run(&plan)?;
    let format = match (args.json, args.markdown) {
        (true, _) => Format::Json,
        (false, true) => Format::Markdown,
        (false, false) => Format::Text,
    };
    print!("{}", report::render(&comparison, format)?);
    Ok(())
}

fn worker(
    name: RuntimeName,
    workload: Workload,
    n: Option<u64>,
    server: Option<u16>,
) -> Result<(), Box<dyn Error>> {
    let runtime = runtimes::find(name)
        .ok_or_else(|| format!("{name} is not built into this program (see README.md)"))?;
    let mut job = job_of(workload, n.unwrap_or_else(|| workload.job(name, false).operations))?;
    job.server = server;
    let measured = runtime::run(runtime.as_ref(), workload, job)?;
    let sample = Sample::new(name, runtime.version(), workload, measured)?;
    println!("{}", serde_json::to_string(&sample)?);
    Ok(())
}

fn job_of(workload: Workload, operations: u64) -> Result<Job, String> {
    let batch = workload.batch();
    if operations == 0 || !operations.is_multiple_of(batch) {
        return Err(format!("--n is {operations}, but has to be a multiple of {batch}"));
    }
    Ok(Job { operations, batch, server: None })
}
