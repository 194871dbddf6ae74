//! The four, and how an operation is run in the manner of each.

pub(crate) mod asyncio;
pub(crate) mod csharp;
pub(crate) mod go;
pub(crate) mod js;

use std::fmt;
use std::sync::Arc;

use crate::operation::Operation;
use crate::world::World;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Dialect {
    Asyncio,
    Csharp,
    Js,
    Go,
}

impl Dialect {
    pub(crate) const ALL: [Dialect; 4] =
        [Dialect::Asyncio, Dialect::Csharp, Dialect::Js, Dialect::Go];

    /// Has this one run an operation. Any thread.
    pub(crate) fn start(self, world: &Arc<World>, operation: Operation) {
        match self {
            Dialect::Asyncio => asyncio::start(world, operation),
            Dialect::Csharp => csharp::start(world, operation),
            Dialect::Js => js::start(world, operation),
            Dialect::Go => go::start(world, operation),
        }
    }

    /// Has a task of this one double a number, and awaits it.
    pub(crate) async fn double(self, world: &Arc<World>, number: u64) -> fourfold::Result<u64> {
        match self {
            Dialect::Asyncio => asyncio::double(world, number).await,
            Dialect::Csharp => csharp::double(number).await,
            Dialect::Js => js::double(world, number).await,
            Dialect::Go => go::double(world, number).await,
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Dialect::Asyncio => "asyncio",
            Dialect::Csharp => "csharp",
            Dialect::Js => "js",
            Dialect::Go => "go",
        })
    }
}
