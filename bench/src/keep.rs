//! Results that outlive the driver, one file for each workload, so that a long comparison can go on
//! where it was cut off, and the pages be written again without measuring.
//!
//! What is kept are the samples and not what follows from them: a target that changes needs no
//! other run.

use crate::machine::Machine;
use crate::measure::Sample;
use crate::results::Absent;
use crate::workload::Workload;
use serde::{Deserialize, Serialize};
use std::collections::hash_map::DefaultHasher;
use std::error::Error;
use std::hash::Hasher;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The form of the files; those of another one are taken for none.
const SCHEMA: u32 = 1;

/// One workload's runs.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    schema: u32,
    /// What was measured: see [`Build`].
    pub(crate) build: String,
    /// The commit of the tree, and whether the tree had changes.
    pub(crate) commit: String,
    /// Which.
    pub(crate) workload: Workload,
    /// Whether the counts are the short ones.
    pub(crate) quick: bool,
    /// Measured rounds.
    pub(crate) runs: u32,
    /// Where, and how busy it was before.
    pub(crate) machine: Machine,
    /// How many cores others kept busy meanwhile.
    pub(crate) others_cores: f64,
    /// How long all of it took.
    pub(crate) seconds: f64,
    /// Who was to take part and could not.
    pub(crate) absent: Vec<Absent>,
    /// For each runtime, its measured rounds.
    pub(crate) samples: Vec<Vec<Sample>>,
}

/// What is measured: this program and the peers' programs, byte for byte.
#[derive(Clone, Debug)]
pub(crate) struct Build {
    /// Differs where a byte does.
    pub(crate) id: String,
    /// The commit of the tree.
    pub(crate) commit: String,
}

impl Build {
    /// Of this program.
    pub(crate) fn of_this() -> io::Result<Self> {
        let mut hasher = DefaultHasher::new();
        hasher.write(&std::fs::read(std::env::current_exe()?)?);
        let mut files = Vec::new();
        files_under(&project().join("bench/peers"), &mut files)?;
        files.sort();
        for file in files {
            hasher.write(&std::fs::read(file)?);
        }
        Ok(Self { id: format!("{:016x}", hasher.finish()), commit: commit() })
    }
}

fn files_under(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { files_under(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(project()).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short=10", "HEAD"]) else {
        return "no commit".to_owned();
    };
    let clean =
        git(&["status", "--porcelain", "--", "crates", "bench"]).is_some_and(|s| s.is_empty());
    if clean { commit } else { format!("{commit} with changes") }
}

/// The folder of the project.
pub(crate) fn project() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

impl Kept {
    /// What was measured just now.
    #[expect(clippy::too_many_arguments, reason = "one for each field, and one caller")]
    pub(crate) fn new(
        build: &Build,
        workload: Workload,
        quick: bool,
        runs: u32,
        machine: Machine,
        (others_cores, seconds): (f64, f64),
        absent: Vec<Absent>,
        samples: Vec<Vec<Sample>>,
    ) -> Self {
        let Build { id: build, commit } = build.clone();
        Self {
            schema: SCHEMA,
            build,
            commit,
            workload,
            quick,
            runs,
            machine,
            others_cores,
            seconds,
            absent,
            samples,
        }
    }

    /// Whether it answers for a run of this kind.
    pub(crate) fn serves(&self, build: &Build, runs: u32) -> bool {
        self.build == build.id && self.runs >= runs
    }

    /// Writes it where [`load`] finds it, whole or not at all.
    pub(crate) fn save(&self) -> Result<(), Box<dyn Error>> {
        let path = path(self.workload, self.quick);
        std::fs::create_dir_all(path.parent().expect("it is in a folder"))?;
        let part = path.with_extension("part");
        std::fs::write(&part, serde_json::to_string(self)? + "\n")?;
        Ok(std::fs::rename(part, path)?)
    }
}

/// What is kept of this workload, if anything.
pub(crate) fn load(workload: Workload, quick: bool) -> Option<Kept> {
    let text = std::fs::read_to_string(path(workload, quick)).ok()?;
    let kept: Kept = serde_json::from_str(&text).ok()?;
    let whole = !kept.samples.is_empty() && kept.samples.iter().all(|rounds| !rounds.is_empty());
    (kept.schema == SCHEMA && kept.workload == workload && whole).then_some(kept)
}

/// Quick results stand apart, so that none gets into a page by mistake.
fn path(workload: Workload, quick: bool) -> PathBuf {
    let folder = project().join(if quick { "target/bench/quick" } else { "target/bench" });
    folder.join(format!("{}.json", workload.as_str()))
}
