//! smol's parts on one thread: `async-executor`'s `LocalExecutor`, `futures-lite`, `async-io`.

use crate::deadlines;
use crate::measure::{Measured, Stopwatch};
use crate::runtime::{Runtime, announce};
use crate::versions;
use crate::workload::{Job, MESSAGE_BYTES};
use async_executor::LocalExecutor;
use async_io::{Async, Timer};
use event_listener::Event;
use futures_lite::future::{block_on, yield_now};
use futures_lite::{AsyncReadExt, AsyncWriteExt};
use std::cell::Cell;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::rc::Rc;

/// See the module.
pub(super) struct Smol;

impl Runtime for Smol {
    fn version(&self) -> String {
        versions::locked(&["async-executor", "async-io", "futures-lite"])
    }

    fn spawn_join(&self, job: Job) -> io::Result<Measured> {
        let executor = LocalExecutor::new();
        block_on(executor.run(async {
            let mut handles = Vec::with_capacity(job.batch as usize);
            let mut done = 0;
            let watch = Stopwatch::start()?;
            for _ in 0..job.operations / job.batch {
                handles.extend((0..job.batch).map(|_| executor.spawn(async { 1 })));
                for handle in handles.drain(..) {
                    done += handle.await;
                }
            }
            watch.stop(done)
        }))
    }

    fn yields(&self, job: Job) -> io::Result<Measured> {
        let count = job.operations / 2;
        let one = move || async move {
            let mut done = 0;
            for _ in 0..count {
                yield_now().await;
                done += 1;
            }
            done
        };
        let executor = LocalExecutor::new();
        block_on(executor.run(async {
            let watch = Stopwatch::start()?;
            let (first, second) = (executor.spawn(one()), executor.spawn(one()));
            let done = first.await + second.await;
            watch.stop(done)
        }))
    }

    /// Under `async_io::block_on`, so that the executor's own thread drives the timers.
    fn timers(&self, job: Job) -> io::Result<Measured> {
        let delays = deadlines::delays(job.operations);
        let mut handles = Vec::with_capacity(delays.len());
        let executor = LocalExecutor::new();
        async_io::block_on(executor.run(async {
            let mut done = 0;
            let watch = Stopwatch::start()?;
            handles.extend(delays.into_iter().map(|delay| {
                executor.spawn(async move {
                    Timer::after(delay).await;
                    1
                })
            }));
            for handle in handles {
                done += handle.await;
            }
            watch.stop(done)
        }))
    }

    fn parked(&self, job: Job) -> io::Result<Measured> {
        thread_local!(static PARKED: Cell<u64> = const { Cell::new(0) });
        let executor = LocalExecutor::new();
        block_on(executor.run(async {
            let gate = Rc::new(Event::new());
            let watch = Stopwatch::start()?;
            for batch in 1..=job.operations / job.batch {
                for _ in 0..job.batch {
                    let gate = Rc::clone(&gate);
                    let waiting = async move {
                        PARKED.set(PARKED.get() + 1);
                        gate.listen().await;
                    };
                    executor.spawn(waiting).detach();
                }
                while PARKED.get() < batch * job.batch {
                    yield_now().await;
                }
            }
            watch.stop(PARKED.get())
        }))
    }

    fn echo(&self, job: Job) -> io::Result<Measured> {
        let executor = LocalExecutor::new();
        async_io::block_on(executor.run(async {
            let listener = Async::<TcpListener>::bind(([127, 0, 0, 1], 0))?;
            let mut handles = Vec::new();
            let mut bytes = 0;
            let watch = announce(listener.get_ref().local_addr()?.port())?;
            for _ in 0..job.batch {
                let (stream, _) = listener.accept().await?;
                handles.push(executor.spawn(echo_one(stream)));
            }
            for handle in handles {
                bytes += handle.await?;
            }
            watch.stop(bytes / MESSAGE_BYTES as u64)
        }))
    }
}

async fn echo_one(mut stream: Async<TcpStream>) -> io::Result<u64> {
    stream.get_ref().set_nodelay(true)?;
    let mut buffer = [0; 4 * MESSAGE_BYTES];
    let mut bytes = 0;
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok(bytes);
        }
        stream.write_all(&buffer[..count]).await?;
        bytes += count as u64;
    }
}
