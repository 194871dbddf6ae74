//! What the process holds: descriptors, memory, threads.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::sync::LazyLock;
use std::time::Duration;

/// What is open: number and what it is. The one that lists them is left out.
pub(crate) fn descriptors() -> Vec<String> {
    let Ok(list) = fs::read_dir("/proc/self/fd") else { return Vec::new() };
    let mut open: Vec<String> = list
        .flatten()
        .filter_map(|entry| {
            let target = fs::read_link(entry.path()).ok()?.to_string_lossy().into_owned();
            let itself = target.starts_with("/proc/") && target.ends_with("/fd");
            (!itself).then(|| format!("{} {target}", entry.file_name().to_string_lossy()))
        })
        .collect();
    open.sort();
    open
}

/// A line of `/proc/self/status`, as its number. The file stays open, for when no other can be.
fn status(name: &str) -> Option<u64> {
    static STATUS: LazyLock<Option<File>> = LazyLock::new(|| File::open("/proc/self/status").ok());
    let mut text = [0; 4096];
    let read = STATUS.as_ref()?.read_at(&mut text, 0).ok()?;
    let status = std::str::from_utf8(&text[..read]).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Resident memory, in KiB; none where it cannot be told just now.
pub(crate) fn resident_kib() -> Option<u64> {
    status("VmRSS")
}

pub(crate) fn threads() -> Option<u64> {
    status("Threads")
}

/// Memory over time: one sample whenever all was quiet.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    samples: Vec<(f64, f64)>,
}

/// The line through the second half of the samples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fit {
    /// By how much it grew over that half, in KiB.
    pub(crate) growth_kib: f64,
    pub(crate) mean_kib: f64,
    pub(crate) samples: usize,
}

/// Through fewer samples no line tells a leak from caches that are still being filled.
const ENOUGH: usize = 12;

/// What a run that is too short for a line may grow by, in KiB. A task that is left behind by each
/// operation would take more within a minute.
const SHORT_RUN: f64 = 64.0 * 1024.0;

impl Fit {
    /// Beyond this the memory is not flat: 2 MiB, or a twentieth of it; in a short run 64 MiB.
    pub(crate) fn bound_kib(&self) -> f64 {
        if self.samples < ENOUGH { SHORT_RUN } else { (self.mean_kib / 20.0).max(2048.0) }
    }
}

impl Memory {
    pub(crate) fn sample(&mut self, at: Duration) {
        if let Some(kib) = resident_kib() {
            self.samples.push((at.as_secs_f64(), kib as f64));
        }
    }

    pub(crate) fn first_and_last(&self) -> Option<(f64, f64)> {
        Some((self.samples.first()?.1, self.samples.last()?.1))
    }

    /// Least squares. None of fewer than three.
    pub(crate) fn fit(&self) -> Option<Fit> {
        let half = &self.samples[self.samples.len() / 2..];
        if half.len() < 3 {
            return None;
        }
        let count = half.len() as f64;
        let (x, y) = half.iter().fold((0.0, 0.0), |(x, y), s| (x + s.0, y + s.1));
        let (x, y) = (x / count, y / count);
        let (over, under) = half.iter().fold((0.0, 0.0), |(over, under), s| {
            (over + (s.0 - x) * (s.1 - y), under + (s.0 - x).powi(2))
        });
        let time = half[half.len() - 1].0 - half[0].0;
        let growth_kib = if under > 0.0 { over / under * time } else { 0.0 };
        Some(Fit { growth_kib, mean_kib: y, samples: half.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_in_the_second_half() {
        let early = (0..10).map(|n| (f64::from(n), 1000.0 * f64::from(n)));
        let late = (10..20).map(|n| (f64::from(n), 5000.0 + 10.0 * f64::from(n)));
        let fit = Memory { samples: early.chain(late).collect() }.fit().unwrap();
        assert!((fit.growth_kib - 90.0).abs() < 1e-6, "{fit:?}");
        assert_eq!(fit.samples, 10);
        assert_eq!(fit.bound_kib(), SHORT_RUN);
    }

    #[test]
    fn a_long_run_is_held_to_its_line() {
        let flat = |samples: u32| (0..samples).map(|n| (f64::from(n), 80_000.0));
        assert_eq!(Memory { samples: flat(24).collect() }.fit().unwrap().bound_kib(), 4_000.0);
        assert_eq!(Memory { samples: flat(22).collect() }.fit().unwrap().bound_kib(), SHORT_RUN);
    }

    #[test]
    fn what_is_open_is_listed_without_the_list() {
        let before = descriptors().len();
        let file = fs::File::open("/dev/null").unwrap();
        assert_eq!(descriptors().len(), before + 1);
        drop(file);
    }
}
