//! tokio: the current-thread runtime with a `LocalSet`, as an asyncio program would use it.

use crate::deadlines;
use crate::measure::{Measured, Stopwatch};
use crate::runtime::{Runtime, announce};
use crate::versions;
use crate::workload::{Job, MESSAGE_BYTES, Workload};
use futures_util::future::join_all;
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::io;
use std::rc::Rc;
use std::task::Poll;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio::task::{LocalSet, spawn_local};

/// See the module.
pub(super) struct Tokio;

pub(super) fn block_on<T>(main: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(LocalSet::new().block_on(&runtime, main))
}

/// Yields by waking itself. `tokio::task::yield_now` is something else: it defers the wake until
/// the driver has been polled.
pub(super) async fn wake_self() {
    let mut woken = false;
    poll_fn(|context| {
        if woken {
            return Poll::Ready(());
        }
        woken = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl Runtime for Tokio {
    fn version(&self) -> String {
        versions::locked(&["tokio"])
    }

    fn js(&self, workload: Workload, job: Job) -> io::Result<Measured> {
        super::tokio_js::run(workload, job)
    }

    fn spawn_join(&self, job: Job) -> io::Result<Measured> {
        block_on(async {
            let mut handles = Vec::with_capacity(job.batch as usize);
            let mut done = 0;
            let watch = Stopwatch::start()?;
            for _ in 0..job.operations / job.batch {
                handles.extend((0..job.batch).map(|_| spawn_local(async { 1 })));
                for handle in handles.drain(..) {
                    done += handle.await?;
                }
            }
            watch.stop(done)
        })?
    }

    fn yields(&self, job: Job) -> io::Result<Measured> {
        let count = job.operations / 2;
        let one = move || async move {
            let mut done = 0;
            for _ in 0..count {
                wake_self().await;
                done += 1;
            }
            done
        };
        block_on(async {
            let watch = Stopwatch::start()?;
            let (first, second) = (spawn_local(one()), spawn_local(one()));
            let done = first.await? + second.await?;
            watch.stop(done)
        })?
    }

    fn timers(&self, job: Job) -> io::Result<Measured> {
        let delays = deadlines::delays(job.operations);
        let mut handles = Vec::with_capacity(delays.len());
        block_on(async move {
            let mut done = 0;
            let watch = Stopwatch::start()?;
            handles.extend(delays.into_iter().map(|delay| {
                spawn_local(async move {
                    tokio::time::sleep(delay).await;
                    1
                })
            }));
            for handle in handles {
                done += handle.await?;
            }
            watch.stop(done)
        })?
    }

    fn parked(&self, job: Job) -> io::Result<Measured> {
        thread_local!(static PARKED: Cell<u64> = const { Cell::new(0) });
        block_on(async {
            let gate = Rc::new(Notify::new());
            let watch = Stopwatch::start()?;
            for batch in 1..=job.operations / job.batch {
                for _ in 0..job.batch {
                    let gate = Rc::clone(&gate);
                    spawn_local(async move {
                        PARKED.set(PARKED.get() + 1);
                        gate.notified().await;
                    });
                }
                while PARKED.get() < batch * job.batch {
                    tokio::task::yield_now().await;
                }
            }
            watch.stop(PARKED.get())
        })?
    }

    fn echo(&self, job: Job) -> io::Result<Measured> {
        block_on(async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let mut handles = Vec::new();
            let mut bytes = 0;
            let watch = announce(listener.local_addr()?.port())?;
            for _ in 0..job.batch {
                let (stream, _) = listener.accept().await?;
                handles.push(spawn_local(echo_one(stream)));
            }
            for handle in handles {
                bytes += handle.await??;
            }
            watch.stop(bytes / MESSAGE_BYTES as u64)
        })?
    }

    fn queue(&self, job: Job) -> io::Result<Measured> {
        block_on(async {
            let (ask, mut asked) = mpsc::channel::<u64>(1);
            let (answer, mut answered) = mpsc::channel::<u64>(1);
            let watch = Stopwatch::start()?;
            let server = spawn_local(async move {
                while let Some(item) = asked.recv().await {
                    if answer.send(item + 1).await.is_err() {
                        break;
                    }
                }
            });
            let client = spawn_local(async move {
                let mut done = 0;
                while done < job.operations && ask.send(done).await.is_ok() {
                    done = answered.recv().await.expect("the server answers until we stop asking");
                }
                done
            });
            let done = client.await?;
            server.await?;
            watch.stop(done)
        })?
    }

    fn gather(&self, job: Job) -> io::Result<Measured> {
        block_on(async {
            let mut done = 0;
            let watch = Stopwatch::start()?;
            for _ in 0..job.operations / job.batch {
                let handles = (0..job.batch).map(|_| spawn_local(async { 1 }));
                for result in join_all(handles).await {
                    done += result?;
                }
            }
            watch.stop(done)
        })?
    }
}

async fn echo_one(mut stream: TcpStream) -> io::Result<u64> {
    stream.set_nodelay(true)?;
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
