//! Fourfold: the asyncio dialect on its single-threaded loop.

use crate::deadlines;
use crate::measure::{Measured, Stopwatch};
use crate::runtime::{Runtime, announce};
use crate::versions;
use crate::workload::{Job, MESSAGE_BYTES, Workload};
use fourfold::Result;
use fourfold::asyncio::{Event, Queue, create_task, gather, get_running_loop, sleep};
use fourfold::net::{TcpListener, TcpStream};
use std::cell::Cell;
use std::future::Future;
use std::io;
use std::rc::Rc;
use std::time::Duration;

/// See the module.
pub(super) struct Fourfold;

fn run(main: impl Future<Output = Result<Measured>> + 'static) -> io::Result<Measured> {
    fourfold::asyncio::run(main).map_err(|error| io::Error::other(error.into_std()))
}

impl Runtime for Fourfold {
    fn version(&self) -> String {
        versions::locked(&["fourfold"])
    }

    fn go(&self, workload: Workload, job: Job) -> io::Result<Measured> {
        super::fourfold_go::run(workload, job)
    }

    fn csharp(&self, workload: Workload, job: Job) -> io::Result<Measured> {
        super::fourfold_csharp::run(workload, job)
    }

    fn js(&self, workload: Workload, job: Job) -> io::Result<Measured> {
        super::fourfold_js::run(workload, job)
    }

    fn spawn_join(&self, job: Job) -> io::Result<Measured> {
        run(async move {
            let mut tasks = Vec::with_capacity(job.batch as usize);
            let mut done = 0;
            let watch = Stopwatch::start()?;
            for _ in 0..job.operations / job.batch {
                tasks.extend((0..job.batch).map(|_| create_task(async { Ok(1) })));
                for task in tasks.drain(..) {
                    done += task.await?;
                }
            }
            Ok(watch.stop(done)?)
        })
    }

    fn yields(&self, job: Job) -> io::Result<Measured> {
        let count = job.operations / 2;
        let one = move || async move {
            let mut done = 0;
            for _ in 0..count {
                sleep(Duration::ZERO).await?;
                done += 1;
            }
            Ok(done)
        };
        run(async move {
            let watch = Stopwatch::start()?;
            let (first, second) = (create_task(one()), create_task(one()));
            let done = first.await? + second.await?;
            Ok(watch.stop(done)?)
        })
    }

    fn timers(&self, job: Job) -> io::Result<Measured> {
        let delays = deadlines::delays(job.operations);
        let mut tasks = Vec::with_capacity(delays.len());
        run(async move {
            let mut done = 0;
            let watch = Stopwatch::start()?;
            tasks.extend(
                delays
                    .into_iter()
                    .map(|delay| create_task(async move { sleep(delay).await.map(|()| 1) })),
            );
            for task in tasks {
                done += task.await?;
            }
            Ok(watch.stop(done)?)
        })
    }

    fn parked(&self, job: Job) -> io::Result<Measured> {
        thread_local!(static PARKED: Cell<u64> = const { Cell::new(0) });
        run(async move {
            let gate = Rc::new(Event::new());
            let watch = Stopwatch::start()?;
            for batch in 1..=job.operations / job.batch {
                for _ in 0..job.batch {
                    let gate = Rc::clone(&gate);
                    // Dropping the handle detaches.
                    drop(create_task(async move {
                        PARKED.set(PARKED.get() + 1);
                        gate.wait().await.map(drop)
                    }));
                }
                while PARKED.get() < batch * job.batch {
                    sleep(Duration::ZERO).await?;
                }
            }
            Ok(watch.stop(PARKED.get())?)
        })
    }

    fn echo(&self, job: Job) -> io::Result<Measured> {
        run(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let mut tasks = Vec::new();
            let mut bytes = 0;
            let watch = announce(listener.local_addr()?.port())?;
            for _ in 0..job.batch {
                let (stream, _) = listener.accept().await?;
                tasks.push(create_task(echo_one(stream)));
            }
            for task in tasks {
                bytes += task.await?;
            }
            Ok(watch.stop(bytes / MESSAGE_BYTES as u64)?)
        })
    }

    fn call_soon(&self, job: Job) -> io::Result<Measured> {
        thread_local!(static DONE: Cell<u64> = const { Cell::new(0) });
        run(async move {
            let event_loop = get_running_loop()?;
            let watch = Stopwatch::start()?;
            for _ in 0..job.operations / job.batch {
                for _ in 0..job.batch {
                    event_loop.call_soon(|| DONE.set(DONE.get() + 1));
                }
                sleep(Duration::ZERO).await?;
            }
            Ok(watch.stop(DONE.get())?)
        })
    }

    fn queue(&self, job: Job) -> io::Result<Measured> {
        run(async move {
            let asked = Rc::new(Queue::<Option<u64>>::new(1));
            let answered = Rc::new(Queue::<u64>::new(1));
            let watch = Stopwatch::start()?;
            let server = create_task({
                let (asked, answered) = (Rc::clone(&asked), Rc::clone(&answered));
                async move {
                    while let Some(item) = asked.get().await? {
                        answered.put(item + 1).await?;
                    }
                    Ok(())
                }
            });
            let client = create_task(async move {
                let mut done = 0;
                while done < job.operations {
                    asked.put(Some(done)).await?;
                    done = answered.get().await?;
                }
                asked.put(None).await?;
                Ok(done)
            });
            let done = client.await?;
            server.await?;
            Ok(watch.stop(done)?)
        })
    }

    fn gather(&self, job: Job) -> io::Result<Measured> {
        run(async move {
            let mut done = 0;
            let watch = Stopwatch::start()?;
            for _ in 0..job.operations / job.batch {
                let tasks = (0..job.batch).map(|_| create_task(async { Ok(1) }));
                done += gather(tasks).await?.into_iter().sum::<u64>();
            }
            Ok(watch.stop(done)?)
        })
    }
}

async fn echo_one(stream: TcpStream) -> Result<u64> {
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
