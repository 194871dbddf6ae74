//! Two threads of the system and a channel between them: what others call a fast channel, without
//! a runtime.

use crate::measure::{Measured, Stopwatch};
use crate::runtime::Runtime;
use crate::versions;
use crate::workload::{Job, Workload};
use std::io;
use std::thread;

/// The crates' calls are the same, their types are not.
macro_rules! peer {
    ($(#[$doc:meta])* $peer:ident, $channel:ident, $name:literal) => {
        $(#[$doc])*
        pub(super) struct $peer;

        impl Runtime for $peer {
            fn version(&self) -> String {
                versions::locked(&[$name])
            }

            fn go(&self, workload: Workload, job: Job) -> io::Result<Measured> {
                match workload {
                    Workload::GoUnbuffered2 => {
                        let (there, from) = $channel::bounded::<u64>(0);
                        let (to, back) = $channel::bounded::<u64>(0);
                        // It ends when `there` is dropped.
                        thread::spawn(move || from.iter().try_for_each(|value| to.send(value + 1)));
                        let watch = Stopwatch::start()?;
                        let mut done = 0;
                        for value in 0..job.operations {
                            there.send(value).map_err(io::Error::other)?;
                            done += u64::from(back.recv() == Ok(value + 1));
                        }
                        watch.stop(done)
                    }
                    Workload::GoBuffered2 => {
                        let (to, values) = $channel::bounded::<u64>(1024);
                        let watch = Stopwatch::start()?;
                        thread::spawn(move || {
                            (0..job.operations).try_for_each(|value| to.send(value))
                        });
                        let done = values.iter().count() as u64;
                        watch.stop(done)
                    }
                    other => Err(io::Error::other(format!("no {}", other.as_str()))),
                }
            }
        }
    };
}

peer!(
    /// crossbeam-channel.
    Crossbeam,
    crossbeam_channel,
    "crossbeam-channel"
);
peer!(
    /// flume.
    Flume,
    flume,
    "flume"
);
