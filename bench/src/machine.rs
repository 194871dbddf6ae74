//! The machine the figures are from.

use rustix::system::uname;
use serde::Serialize;
use std::fs::read_to_string;
use std::thread::available_parallelism;

/// What a reader needs to judge the figures.
#[derive(Clone, Debug, Serialize)]
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
    pub(crate) architecture: &'static str,
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
        architecture: std::env::consts::ARCH,
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
