//! The runtimes that take part.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One runtime; each is measured in a process of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RuntimeName {
    /// Fourfold, in the dialect of the workload (feature `fourfold`).
    Fourfold,
    /// Fourfold's Go dialect on two workers, where another dialect is `fourfold`.
    #[value(name = "fourfold_go")]
    #[serde(rename = "fourfold_go")]
    FourfoldGo,
    /// The same on one worker.
    #[value(name = "fourfold_go_1")]
    #[serde(rename = "fourfold_go_1")]
    FourfoldGo1,
    /// The same with goroutines that are futures.
    #[value(name = "fourfold_future")]
    #[serde(rename = "fourfold_future")]
    FourfoldFuture,
    /// tokio, current-thread with a `LocalSet`.
    Tokio,
    /// smol's parts: `async-executor`'s `LocalExecutor`, `async-io`.
    Smol,
    /// CPython's asyncio.
    Cpython,
    /// CPython's threads.
    #[value(name = "cpython_threads")]
    #[serde(rename = "cpython_threads")]
    CpythonThreads,
    /// CPython with uvloop and httptools.
    #[value(name = "cpython_uvloop")]
    #[serde(rename = "cpython_uvloop")]
    CpythonUvloop,
    /// tokio, multi-thread with two workers.
    #[value(name = "tokio_mt")]
    #[serde(rename = "tokio_mt")]
    TokioMt,
    /// Go, with `GOMAXPROCS` as the workload says.
    Go,
    /// Go, with `GOMAXPROCS` of one.
    #[value(name = "go_1")]
    #[serde(rename = "go_1")]
    Go1,
    /// .NET's tasks.
    Dotnet,
    /// Node, its own loop.
    Node,
    /// may's coroutines.
    May,
    /// Two threads and crossbeam's channel.
    Crossbeam,
    /// Two threads and flume's channel.
    Flume,
    /// A thread of the system for each, and nothing else.
    Threads,
    /// A hand-written, level-triggered epoll loop: the floor for `echo`.
    Epoll,
}

impl RuntimeName {
    /// The name on the command line and in every report.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Fourfold => "fourfold",
            Self::FourfoldGo => "fourfold_go",
            Self::FourfoldGo1 => "fourfold_go_1",
            Self::FourfoldFuture => "fourfold_future",
            Self::Tokio => "tokio",
            Self::Smol => "smol",
            Self::Cpython => "cpython",
            Self::CpythonThreads => "cpython_threads",
            Self::CpythonUvloop => "cpython_uvloop",
            Self::TokioMt => "tokio_mt",
            Self::Go => "go",
            Self::Go1 => "go_1",
            Self::Dotnet => "dotnet",
            Self::Node => "node",
            Self::May => "may",
            Self::Crossbeam => "crossbeam",
            Self::Flume => "flume",
            Self::Threads => "threads",
            Self::Epoll => "epoll",
        }
    }
}

impl fmt::Display for RuntimeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
