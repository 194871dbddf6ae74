//! What a worker measures of itself, and the line it prints.

use crate::names::RuntimeName;
use crate::workload::Workload;
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use std::io;
use std::time::Instant;

/// One run of one workload in one process: the line a worker prints.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sample {
    /// Who ran.
    pub(crate) runtime: RuntimeName,
    /// Of which version.
    pub(crate) version: String,
    /// What it ran.
    pub(crate) workload: Workload,
    /// Operations counted while running, not copied from the command line.
    pub(crate) operations: u64,
    /// Wall time; where there is a client, the client's; in `lifo_stranded` the sum of the waits.
    pub(crate) wall_ns: u64,
    /// CPU time of the whole process, user and system, over the same stretch.
    pub(crate) cpu_seconds: f64,
    /// The largest resident set of the process so far.
    pub(crate) peak_rss_bytes: u64,
    /// Growth of the resident set over the stretch.
    pub(crate) grown_bytes: u64,
    /// The tails of the latencies, where those are measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tails: Option<Tails>,
    /// Times that a thread of the process went to sleep, where those are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) switches: Option<u64>,
    /// What was allocated, where that is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) allocated: Option<Allocated>,
}

/// What was allocated in one run.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Allocated {
    /// How much in all.
    pub(crate) bytes: u64,
    /// How often, where the runtime tells.
    pub(crate) count: Option<u64>,
}

/// How late things were at the 99th percentile, in one run.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Tails {
    /// While all workers were free.
    pub(crate) quiet_p99_ns: u64,
    /// While one was held.
    pub(crate) stalled_p99_ns: u64,
}

impl Tails {
    /// What the held worker cost: the latter divided by the former.
    pub(crate) fn ratio(self) -> f64 {
        self.stalled_p99_ns as f64 / self.quiet_p99_ns as f64
    }
}

/// What a workload hands back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    /// Operations counted.
    pub(crate) operations: u64,
    /// Wall time.
    pub(crate) wall_ns: u64,
    /// CPU time of the process.
    pub(crate) cpu_ns: u64,
    /// Growth of the resident set.
    pub(crate) grown_bytes: u64,
    /// The tails of the latencies, where those are measured.
    pub(crate) tails: Option<Tails>,
    /// Times that a thread of the process went to sleep, where those are counted.
    pub(crate) switches: Option<u64>,
}

/// Starts when the runtime is up and about to do its first operation.
#[derive(Debug)]
pub(crate) struct Stopwatch {
    resident: u64,
    cpu_ns: u64,
    wall: Instant,
}

impl Stopwatch {
    /// Starts it.
    pub(crate) fn start() -> io::Result<Self> {
        // Reading the resident set is the slow part, so it comes first.
        let resident = resident_bytes()?;
        Ok(Self { resident, cpu_ns: process_cpu_ns(), wall: Instant::now() })
    }

    /// Stops it.
    pub(crate) fn stop(self, operations: u64) -> io::Result<Measured> {
        let wall_ns = u64::try_from(self.wall.elapsed().as_nanos()).expect("less than 584 years");
        let cpu_ns = process_cpu_ns() - self.cpu_ns;
        let grown_bytes = resident_bytes()?.saturating_sub(self.resident);
        Ok(Measured { operations, wall_ns, cpu_ns, grown_bytes, tails: None, switches: None })
    }
}

/// CPU time of the process so far: user and system, as `getrusage` counts them, in nanoseconds.
pub(crate) fn process_cpu_ns() -> u64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    u64::try_from(time.tv_sec * 1_000_000_000 + time.tv_nsec).expect("CPU time is not negative")
}

/// The resident set now.
fn resident_bytes() -> io::Result<u64> {
    status_kib("VmRSS:").map(|kib| kib * 1024)
}

/// The largest resident set so far.
///
/// Not `getrusage`'s `ru_maxrss`: that one survives `exec` and so would report the driver's.
pub(crate) fn peak_resident_bytes() -> io::Result<u64> {
    status_kib("VmHWM:").map(|kib| kib * 1024)
}

/// How often the threads that this process has now went to sleep so far.
///
/// Not `getrusage`, for which there is no safe call in this program's dependencies; the threads
/// of a runtime live as long as it does.
pub(crate) fn voluntary_switches() -> io::Result<u64> {
    let mut sum = 0;
    for thread in std::fs::read_dir("/proc/self/task")? {
        let status = std::fs::read_to_string(thread?.path().join("status"))?;
        sum += number_in(&status, "voluntary_ctxt_switches:")?;
    }
    Ok(sum)
}

fn status_kib(field: &str) -> io::Result<u64> {
    number_in(&std::fs::read_to_string("/proc/self/status")?, field)
}

fn number_in(status: &str, field: &str) -> io::Result<u64> {
    status
        .lines()
        .find_map(|line| line.strip_prefix(field))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| io::Error::other(format!("no {field} in a status of /proc")))
}

impl Sample {
    /// The line for `measured`; takes the peak of the resident set as it is now.
    pub(crate) fn new(
        runtime: RuntimeName,
        version: String,
        workload: Workload,
        measured: Measured,
    ) -> io::Result<Self> {
        Ok(Self {
            runtime,
            version,
            workload,
            operations: measured.operations,
            wall_ns: measured.wall_ns,
            cpu_seconds: measured.cpu_ns as f64 / 1e9,
            peak_rss_bytes: peak_resident_bytes()?,
            grown_bytes: measured.grown_bytes,
            tails: measured.tails,
            switches: measured.switches,
            allocated: None,
        })
    }
}
