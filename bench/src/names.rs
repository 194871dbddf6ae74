//! The runtimes that take part.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One runtime; each is measured in a process of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RuntimeName {
    /// Fourfold's asyncio dialect (feature `fourfold`).
    Fourfold,
    /// tokio, current-thread with a `LocalSet`.
    Tokio,
    /// smol's parts: `async-executor`'s `LocalExecutor`, `async-io`.
    Smol,
    /// CPython's asyncio.
    Cpython,
    /// tokio, multi-thread with two workers.
    #[value(name = "tokio_mt")]
    #[serde(rename = "tokio_mt")]
    TokioMt,
    /// Go, with `GOMAXPROCS` as the workload says.
    Go,
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
    /// A hand-written, level-triggered epoll loop: the floor for `echo`.
    Epoll,
}

impl RuntimeName {
    /// The name on the command line and in every report.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Fourfold => "fourfold",
            Self::Tokio => "tokio",
            Self::Smol => "smol",
            Self::Cpython => "cpython",
            Self::TokioMt => "tokio_mt",
            Self::Go => "go",
            Self::Dotnet => "dotnet",
            Self::Node => "node",
            Self::May => "may",
            Self::Crossbeam => "crossbeam",
            Self::Flume => "flume",
            Self::Epoll => "epoll",
        }
    }
}

impl fmt::Display for RuntimeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
