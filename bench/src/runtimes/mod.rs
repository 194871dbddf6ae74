//! One file for each runtime. The programs of other languages are in `peers`.

mod epoll;
#[cfg(feature = "fourfold")]
mod fourfold;
#[cfg(feature = "fourfold")]
mod fourfold_claims;
#[cfg(feature = "fourfold")]
mod fourfold_csharp;
#[cfg(feature = "fourfold")]
mod fourfold_go;
#[cfg(feature = "fourfold")]
mod fourfold_js;
#[cfg(feature = "fourfold")]
mod fourfold_lifo;
#[cfg(feature = "fourfold")]
mod fourfold_stall;
mod http;
mod may;
mod smol;
mod system_threads;
mod threads;
mod tokio;
mod tokio_js;
mod tokio_mt;
mod tokio_mt_csharp;
mod tokio_mt_lifo;
mod tokio_mt_stall;

use crate::names::RuntimeName;
use crate::runtime::Runtime;

/// The runtime of this name, if it is built into this program.
pub(crate) fn find(name: RuntimeName) -> Option<Box<dyn Runtime>> {
    match name {
        #[cfg(feature = "fourfold")]
        RuntimeName::Fourfold => Some(Box::new(fourfold::Fourfold)),
        #[cfg(feature = "fourfold")]
        RuntimeName::FourfoldGo | RuntimeName::FourfoldGo1 | RuntimeName::FourfoldFuture => {
            Some(Box::new(fourfold_claims::FourfoldClaims(name)))
        }
        #[cfg(not(feature = "fourfold"))]
        RuntimeName::Fourfold
        | RuntimeName::FourfoldGo
        | RuntimeName::FourfoldGo1
        | RuntimeName::FourfoldFuture => None,
        RuntimeName::Tokio => Some(Box::new(tokio::Tokio)),
        RuntimeName::Smol => Some(Box::new(smol::Smol)),
        RuntimeName::Epoll => Some(Box::new(epoll::Epoll)),
        RuntimeName::May => Some(Box::new(may::May)),
        RuntimeName::Crossbeam => Some(Box::new(threads::Crossbeam)),
        RuntimeName::Flume => Some(Box::new(threads::Flume)),
        RuntimeName::TokioMt => Some(Box::new(tokio_mt::TokioMt)),
        RuntimeName::Threads => Some(Box::new(system_threads::SystemThreads)),
        RuntimeName::Cpython
        | RuntimeName::CpythonThreads
        | RuntimeName::CpythonUvloop
        | RuntimeName::Go
        | RuntimeName::Go1
        | RuntimeName::Dotnet
        | RuntimeName::Node => None,
    }
}
