//! Which Node to run, and how.

use crate::workload::{Job, Workload};
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program `$FOURFOLD_NODE` names, else the `node` on the path, if it is Node 22 or newer.
pub(crate) fn find() -> Option<PathBuf> {
    let program = env::var_os("FOURFOLD_NODE").map_or_else(|| PathBuf::from("node"), PathBuf::from);
    let mut command = start(&program);
    // Older ones lack what the programs use; what imitates Node has a version beside Node's.
    let code = "process.exit(process.release.name === 'node' && Promise.withResolvers ? 0 : 1)";
    command.args(["-e", code]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success()).then_some(program)
}

/// What runs `workload` on it.
pub(crate) fn command(program: &Path, workload: Workload, job: Job) -> Command {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/node");
    let mut command = start(program);
    command.arg(programs.join(format!("{}.mjs", workload.as_str())));
    command.args([job.operations.to_string(), job.batch.to_string()]);
    command.args(job.server.map(|port| port.to_string()));
    command
}

/// Without settings from outside.
fn start(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_remove("NODE_OPTIONS");
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::RuntimeName;
    use clap::ValueEnum;

    #[test]
    fn every_workload_of_node_has_its_program() {
        for &workload in Workload::value_variants() {
            if workload.runtimes().contains(&RuntimeName::Node) {
                let job = workload.job(RuntimeName::Node, true);
                let command = command(Path::new("node"), workload, job);
                let program = command.get_args().next().expect("the program comes first");
                assert!(Path::new(program).is_file(), "{program:?}");
            }
        }
    }
}
