//! Fourfold's Go dialect where another dialect, or another of its kinds of goroutines, is measured
//! beside it.

use super::fourfold_go;
use crate::measure::Measured;
use crate::names::RuntimeName;
use crate::runtime::Runtime;
use crate::versions;
use crate::workload::{Job, Workload};
use fourfold::go::Builder;
use std::io;

/// As this one of the names.
pub(super) struct FourfoldClaims(pub(super) RuntimeName);

impl Runtime for FourfoldClaims {
    fn version(&self) -> String {
        versions::locked(&["fourfold"])
    }

    fn claim(&self, workload: Workload, job: Job) -> io::Result<Measured> {
        let workers = if self.0 == RuntimeName::FourfoldGo1 { 1 } else { 2 };
        let futures = self.0 == RuntimeName::FourfoldFuture;
        Builder::new().workers(workers).run(move || match workload {
            Workload::ClaimEcho10 | Workload::ClaimEcho100 | Workload::ClaimEcho1000 => {
                fourfold_go::echo(job)
            }
            Workload::ClaimParked => fourfold_go::parked(job, futures),
            Workload::ClaimHttp => fourfold_go::http_hello(job),
            other => Err(io::Error::other(format!("no {}", other.as_str()))),
        })
    }
}
