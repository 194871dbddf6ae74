//! Starting a worker as a process of its own and reading the line it prints.

use crate::client::ClientReport;
use crate::deadlines;
use crate::dotnet::Dotnet;
use crate::measure::Sample;
use crate::names::RuntimeName;
use crate::node;
use crate::python::{self, Python};
use crate::workload::{Job, Protocol, Workload};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::env;
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// Far longer than the slowest run: a worker that is silent for so long hangs.
const SILENCE: Duration = Duration::from_secs(300);

/// How to start the workers.
#[derive(Debug)]
pub(crate) struct Launcher {
    /// The interpreter for CPython's programs.
    pub(crate) python: Option<Python>,
    /// One that has uvloop and httptools.
    pub(crate) uvloop: Option<Python>,
    /// Go's program.
    pub(crate) go: Option<PathBuf>,
    /// .NET's program.
    pub(crate) dotnet: Option<Dotnet>,
    /// Node, for its programs.
    pub(crate) node: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Listening {
    listening: u16,
}

impl Launcher {
    /// One run of `workload` on `runtime`.
    pub(crate) fn run(
        &self,
        runtime: RuntimeName,
        workload: Workload,
        mut job: Job,
    ) -> Result<Sample, Box<dyn Error>> {
        // Ends when this is dropped, at the end of the run.
        let mut _server = None;
        if workload.asks() {
            let (server, port) = start_server()?;
            job.server = Some(port);
            _server = Some(server);
        }
        let what = format!("{runtime} in {}", workload.as_str());
        let mut worker = Process::start(self.command(runtime, workload, job)?, what)?;
        let mut client = None;
        if let Some(protocol) = workload.client() {
            let Listening { listening } = worker.line()?;
            client = Some(run_client(protocol, listening, job)?);
        }
        let mut sample: Sample = worker.line()?;
        worker.finish()?;
        if let Some(client) = client {
            sample.wall_ns = client.wall_ns;
        }
        if (sample.runtime, sample.workload) != (runtime, workload)
            || sample.operations != job.operations
        {
            return Err(format!(
                "{} was to do {} operations and reports {} of {} in {}",
                worker.what,
                job.operations,
                sample.operations,
                sample.runtime,
                sample.workload.as_str(),
            )
            .into());
        }
        let last = match workload {
            Workload::Timers => deadlines::delays(sample.operations).into_iter().max(),
            // Node's clock counts whole milliseconds, so a timer may seem to be one early.
            Workload::JsTimers => deadlines::whole_millis(sample.operations)
                .max()
                .map(|last| last.saturating_sub(Duration::from_millis(1))),
            _ => None,
        };
        check_not_early(&sample, last.unwrap_or_default())?;
        Ok(sample)
    }

    fn command(
        &self,
        runtime: RuntimeName,
        workload: Workload,
        job: Job,
    ) -> Result<Command, Box<dyn Error>> {
        let counts = [job.operations.to_string(), job.batch.to_string()];
        if let Some(program) = python::program(runtime, workload) {
            let uvloop = runtime == RuntimeName::CpythonUvloop;
            let python = if uvloop { &self.uvloop } else { &self.python };
            let python = python.as_ref().ok_or("no python3 was found")?;
            let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/cpython");
            let mut command = Command::new(&python.program);
            // -B: leave no compiled files in the source tree. -E: no settings from outside.
            command.args(["-B", "-E"]).arg(programs.join(format!("run_{program}.py")));
            command.args(counts).args([workload.as_str(), runtime.as_str()]);
            return Ok(command);
        }
        if matches!(runtime, RuntimeName::Go | RuntimeName::Go1) {
            let program = self.go.as_ref().ok_or("no Go toolchain was found")?;
            let mut command = Command::new(program);
            command.arg(workload.as_str()).args(counts).arg(runtime.as_str());
            return Ok(command);
        }
        if workload.counts_allocations() && runtime == RuntimeName::Fourfold {
            let program = env::current_exe()?.with_file_name("allocations");
            if !program.is_file() {
                return Err("`allocations` is not built; `cargo build` in bench builds it".into());
            }
            let mut command = Command::new(program);
            command.args([workload.as_str(), &job.operations.to_string()]);
            return Ok(command);
        }
        if runtime == RuntimeName::Dotnet {
            let mut command = self.dotnet.as_ref().ok_or("no .NET was found")?.command();
            command.arg(workload.as_str()).args(counts);
            return Ok(command);
        }
        if runtime == RuntimeName::Node {
            let node = self.node.as_ref().ok_or("no node was found")?;
            return Ok(node::command(node, workload, job));
        }
        let mut command = Command::new(env::current_exe()?);
        command.args(["worker", "--runtime", runtime.as_str(), "--workload", workload.as_str()]);
        command.args(["--n", &job.operations.to_string(), "--batch", &job.batch.to_string()]);
        if let Some(port) = job.server {
            command.args(["--server", &port.to_string()]);
        }
        Ok(command)
    }
}

/// A runtime that fires timers early does not do the work.
fn check_not_early(sample: &Sample, last: Duration) -> Result<(), String> {
    let wall = Duration::from_nanos(sample.wall_ns);
    if wall < last {
        return Err(format!("{} fired a timer of {last:?} within {wall:?}", sample.runtime));
    }
    Ok(())
}

fn start_server() -> Result<(Process, u16), Box<dyn Error>> {
    let mut command = Command::new(env::current_exe()?);
    command.arg("server");
    let mut server = Process::start(command, "the server".to_owned())?;
    let Listening { listening } = server.line()?;
    Ok((server, listening))
}

fn run_client(protocol: Protocol, port: u16, job: Job) -> Result<ClientReport, Box<dyn Error>> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["client", "--protocol", protocol.as_str(), "--port", &port.to_string()]);
    command.args(["--n", &job.operations.to_string()]);
    command.args(["--connections", &job.batch.to_string()]);
    let mut client = Process::start(command, format!("the {} client", protocol.as_str()))?;
    let report: ClientReport = client.line()?;
    client.finish()?;
    if report.messages != job.operations {
        let sent = job.operations;
        return Err(format!("{sent} messages were sent and {} answered", report.messages).into());
    }
    Ok(report)
}

/// A child and the lines it prints; killed if it is dropped before it has ended.
struct Process {
    child: Child,
    lines: Receiver<std::io::Result<String>>,
    what: String,
}

impl Process {
    fn start(mut command: Command, what: String) -> Result<Self, Box<dyn Error>> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{what} did not start: {error}"))?;
        let stdout = child.stdout.take().expect("stdout is piped");
        let (send, lines) = channel();
        // A thread, because a pipe cannot be read with a time limit. It ends with the child.
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Self { child, lines, what })
    }

    fn line<T: DeserializeOwned>(&mut self) -> Result<T, Box<dyn Error>> {
        let what = &self.what;
        let line = self.lines.recv_timeout(SILENCE).map_err(|_| {
            format!("{what} ended, or was silent for {SILENCE:?}, without a result")
        })??;
        serde_json::from_str(&line)
            .map_err(|error| format!("{what} printed {line:?}: {error}").into())
    }

    fn finish(&mut self) -> Result<(), Box<dyn Error>> {
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("{}: {status}", self.what).into()) }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only if the child has already been waited for.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
