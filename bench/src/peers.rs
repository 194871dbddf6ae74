//! Who of those that take part is there.

use crate::child::Launcher;
use crate::names::RuntimeName::{
    self, Cpython, CpythonThreads, CpythonUvloop, Dotnet, Fourfold, FourfoldFuture, FourfoldGo,
    FourfoldGo1, Go, Go1, Node,
};
use crate::results::Absent;
use crate::workload::Workload;
use crate::{dotnet, golang, node, python, runtimes};

/// How to start those who are there, and who is not.
#[derive(Debug)]
pub(crate) struct Peers {
    /// Starts them.
    pub(crate) launcher: Launcher,
    /// The others, and why.
    pub(crate) absent: Vec<Absent>,
}

impl Peers {
    /// Looks for all that `workloads` need, and builds what has to be built.
    pub(crate) fn find(workloads: &[Workload]) -> Self {
        let uses = |names: &[RuntimeName]| {
            let needs = |workload: &Workload| workload.runtimes().iter().any(|n| names.contains(n));
            workloads.iter().any(needs)
        };
        let launcher = Launcher {
            python: python::find(),
            uvloop: if uses(&[CpythonUvloop]) { python::find_uvloop() } else { None },
            go: if uses(&[Go, Go1]) { golang::build() } else { None },
            dotnet: if uses(&[Dotnet]) { dotnet::build() } else { None },
            node: if uses(&[Node]) { node::find() } else { None },
        };
        let built_in = runtimes::find(Fourfold).is_some();
        let groups: [(bool, &[RuntimeName], &str); 6] = [
            (
                built_in,
                &[Fourfold, FourfoldGo, FourfoldGo1, FourfoldFuture],
                "built without --features fourfold",
            ),
            (
                launcher.python.is_some(),
                &[Cpython, CpythonThreads],
                "no python3 was found; name one in FOURFOLD_PYTHON",
            ),
            (
                launcher.uvloop.is_some(),
                &[CpythonUvloop],
                "no python3 has uvloop and httptools; name one that does in FOURFOLD_PYTHON_UVLOOP",
            ),
            (
                launcher.go.is_some(),
                &[Go, Go1],
                "no Go toolchain was found; name one in FOURFOLD_GO",
            ),
            (
                launcher.dotnet.is_some(),
                &[Dotnet],
                "no .NET was found; name one in FOURFOLD_DOTNET_SDK and FOURFOLD_DOTNET",
            ),
            (
                launcher.node.is_some(),
                &[Node],
                "no Node of 22 or newer was found; name one in FOURFOLD_NODE",
            ),
        ];
        let mut absent = Vec::new();
        for (present, names, reason) in groups {
            for &runtime in names {
                if !present && uses(&[runtime]) {
                    eprintln!("{runtime} is left out: {reason}");
                    absent.push(Absent { runtime, reason: reason.to_owned() });
                }
            }
        }
        Self { launcher, absent }
    }
}
