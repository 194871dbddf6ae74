//! The machine the figures are from.

use rustix::param::clock_ticks_per_second;
use rustix::system::uname;
use serde::{Deserialize, Serialize};
use std::fs::read_to_string;
use std::thread::available_parallelism;
use std::time::Instant;

/// What a reader needs to judge the figures.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// Cores this process may use.
    pub(crate) cores: usize,
    /// The kernel's release.
    pub(crate) kernel: String,
    /// The processor's own name.
    pub(crate) cpu: String,
    /// Memory of the machine.
    pub(crate) memory_bytes: u64,
    /// The architecture.
    pub(crate) architecture: String,
    /// The load over the last minute when the runs began: above 0.3, something else was running.
    pub(crate) load_before: f64,
}

/// Looks at the machine.
pub(crate) fn describe() -> Machine {
    let proc_file = |name: &str| read_to_string(format!("/proc/{name}")).unwrap_or_default();
    let memory_kib = field(&proc_file("meminfo"), "MemTotal")
        .and_then(|value| value.split_whitespace().next()?.parse::<u64>().ok());
    Machine {
        cores: available_parallelism().map_or(1, usize::from),
        kernel: uname().release().to_string_lossy().into_owned(),
        cpu: field(&proc_file("cpuinfo"), "model name").unwrap_or_else(|| "unknown".to_owned()),
        memory_bytes: memory_kib.unwrap_or(0) * 1024,
        architecture: std::env::consts::ARCH.to_owned(),
        load_before: proc_file("loadavg")
            .split_whitespace()
            .next()
            .and_then(|load| load.parse().ok())
            .unwrap_or(0.0),
    }
}

fn field(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}

/// The time that processors have worked so far, for everyone and for this process with all of its
/// children that have ended: what is between two of them and not ours was somebody else's.
#[derive(Debug)]
pub(crate) struct Pulse {
    all: u64,
    ours: u64,
    at: Instant,
}

impl Pulse {
    /// As of now.
    pub(crate) fn take() -> Self {
        // Without the time of interrupts, most of which is our own loopback's; with what the host
        // took away.
        let all = numbers("/proc/stat", "cpu ", &[0, 1, 2, 7]);
        // After the name, which may hold anything: from the state on, `utime` is the twelfth.
        let ours = numbers("/proc/self/stat", "", &[11, 12, 13, 14]);
        Self { all, ours, at: Instant::now() }
    }

    /// How many processors others have kept busy since, on average.
    pub(crate) fn others(&self) -> f64 {
        let now = Self::take();
        let ticks = (now.all - self.all).saturating_sub(now.ours - self.ours) as f64;
        let seconds = (now.at - self.at).as_secs_f64().max(0.01);
        ticks / clock_ticks_per_second() as f64 / seconds
    }
}

/// The sum of some numbers of the line that begins so; nothing where there is no such file.
fn numbers(file: &str, begin: &str, which: &[usize]) -> u64 {
    let text = read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(begin)).unwrap_or_default();
    let fields = line.rsplit_once(')').map_or(line, |(_, rest)| rest);
    let values: Vec<&str> = fields.split_whitespace().collect();
    which.iter().filter_map(|index| values.get(*index)?.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::process_cpu_ns;

    #[test]
    fn work_of_this_process_is_not_that_of_others() {
        let pulse = Pulse::take();
        let begin = process_cpu_ns();
        // Some of the ticks that are counted, however busy the machine is.
        while process_cpu_ns() - begin < 50_000_000 {
            std::hint::spin_loop();
        }
        assert!(Pulse::take().ours > pulse.ours);
        assert!(Pulse::take().all > pulse.all);
    }
}
