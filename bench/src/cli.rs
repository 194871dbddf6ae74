//! The command line.

use crate::names::RuntimeName;
use crate::report::Format;
use crate::workload::{Job, Protocol, Workload};
use crate::{client, driver, keep, measure::Sample, pages, report, runtime, runtimes, server};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::error::Error;
use std::path::PathBuf;

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
    /// Measure only these; without any, everything, and then write the pages.
    workloads: Vec<Workload>,
    /// Fewer operations, to see that it works; the pages are written only with --out.
    #[arg(long)]
    quick: bool,
    /// Measured rounds, after one warm-up [default: as many as begin within 25 s, 3 to 15; with
    /// --quick 3].
    #[arg(long, value_name = "N")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: Option<u32>,
    /// Go on where a run was cut off: what this same build has measured is not measured again.
    #[arg(long)]
    resume: bool,
    /// Measure nothing, write the pages from the results that were kept.
    #[arg(long, conflicts_with_all = ["workloads", "resume"])]
    render: bool,
    /// Where the pages are written [default: docs of the project].
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Print exactly one JSON object.
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print the tables as Markdown.
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
        /// Operations in one batch [default: the workload's].
        #[arg(long)]
        batch: Option<u64>,
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
        #[arg(long)]
        connections: u64,
    },
}

/// Reads the command line and does what it says. Whether all went well.
pub(crate) fn run() -> Result<bool, Box<dyn Error>> {
    let cli = Cli::parse();
    match cli.command {
        Some(Command::Worker { runtime, workload, n, batch, server }) => {
            let n = n.unwrap_or_else(|| workload.job(runtime, false).operations);
            let batch = batch.unwrap_or_else(|| workload.job(runtime, false).batch);
            worker(runtime, workload, Job { server, ..job_of(n, batch)? })?;
        }
        Some(Command::Server) => server::run()?,
        Some(Command::Client { protocol, port, n, connections }) => {
            let report = client::run(protocol, port, job_of(n, connections)?)?;
            println!("{}", serde_json::to_string(&report)?);
        }
        None => return compare(&cli.compare),
    }
    Ok(true)
}

fn compare(args: &Compare) -> Result<bool, Box<dyn Error>> {
    if cfg!(debug_assertions) {
        eprintln!("bench: built without optimisation; use --release for figures");
    }
    let everything = args.workloads.is_empty();
    let workloads = if everything { Workload::value_variants() } else { &args.workloads };
    let &Compare { quick, subject, resume, .. } = args;
    let rounds = match args.runs {
        Some(runs) => driver::Rounds::exactly(runs),
        None if quick => driver::Rounds::exactly(3),
        None => driver::Rounds::USUAL,
    };
    let comparison = if args.render {
        driver::kept(workloads, quick, subject)
    } else {
        driver::run(&driver::Plan { workloads, quick, rounds, subject, resume })?
    };
    if everything && (!quick || args.out.is_some()) {
        let folder = args.out.clone().unwrap_or_else(|| keep::project().join("docs"));
        for page in pages::write(&comparison, &folder)? {
            eprintln!("wrote {}", page.display());
        }
    }
    let format = match (args.json, args.markdown) {
        (true, _) => Some(Format::Json),
        (false, true) => Some(Format::Markdown),
        // The page says it all.
        (false, false) => (!args.render).then_some(Format::Text),
    };
    if let Some(format) = format {
        print!("{}", report::render(&comparison, format)?);
    }
    Ok(comparison.unmeasured.is_empty())
}

fn worker(name: RuntimeName, workload: Workload, job: Job) -> Result<(), Box<dyn Error>> {
    let runtime = runtimes::find(name)
        .ok_or_else(|| format!("{name} is not built into this program (see README.md)"))?;
    let measured = runtime::run(runtime.as_ref(), workload, job)?;
    let sample = Sample::new(name, runtime.version(), workload, measured)?;
    println!("{}", serde_json::to_string(&sample)?);
    Ok(())
}

fn job_of(operations: u64, batch: u64) -> Result<Job, String> {
    if operations == 0 || batch == 0 || !operations.is_multiple_of(batch) {
        return Err(format!("--n is {operations}, but has to be a multiple of {batch}"));
    }
    Ok(Job { operations, batch, server: None })
}
