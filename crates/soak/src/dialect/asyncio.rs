//! One loop on a thread of its own, which also serves the web host that behaves.

use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use fourfold::asyncio::{self, Cancellable, Queue, Remote, TaskGroup};
use fourfold::go::chan::{self, Chan};
use fourfold::http::{Body, Request, Server};
use fourfold::net::TcpListener;
use fourfold::{Error, Result};

use crate::operation::{Operation, Work};
use crate::world::World;

pub(crate) struct Asyncio {
    pub(crate) remote: Remote,
    pub(crate) host: std::net::SocketAddr,
    ends: Chan<()>,
    thread: JoinHandle<Result<()>>,
}

impl Asyncio {
    pub(crate) fn begin() -> Result<Asyncio> {
        let (tell, told) = mpsc::channel();
        let ends = chan::make::<()>(0);
        let end = ends.clone();
        let thread = thread::Builder::new().name("asyncio".into()).spawn(move || {
            asyncio::run(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                let address = listener.local_addr()?;
                let host = asyncio::create_task(asyncio::wrap(Server::new(answer).serve(listener)));
                let remote = asyncio::get_running_loop()?.remote();
                let _ = tell.send((remote, address));
                end.recv_async().await;
                host.cancel();
                Ok(())
            })
        })?;
        let (remote, host) = told.recv().map_err(|_| Error::msg("the loop did not start"))?;
        Ok(Asyncio { remote, host, ends, thread })
    }

    /// Tasks that live, the main one and the host not counted.
    pub(crate) fn tasks(&self) -> Result<usize> {
        let count = asyncio::run_coroutine_threadsafe(
            // And not the one that counts.
            || async { Ok(asyncio::all_tasks().len() - 3) },
            &self.remote,
        )?;
        count.result(Some(Duration::from_secs(10)))
    }

    pub(crate) fn end(self) -> Result<()> {
        self.ends.close();
        self.thread.join().unwrap_or_else(|payload| Err(Error::from_panic(payload)))
    }
}

/// `/1234` answers with so many bytes, after a turn of the loop.
async fn answer(request: Request) -> Result<http::Response<Body>> {
    let length = request.uri().path()[1..].parse().unwrap_or(0);
    asyncio::sleep(Duration::ZERO).await?;
    Ok(http::Response::new(vec![b'x'; length].into()))
}

pub(crate) fn start(world: &Arc<World>, operation: Operation) {
    let inner = world.clone();
    let started = world.asyncio().remote.call_soon_threadsafe(move || {
        let Operation { entry, work, cancel_after, chance } = operation;
        let task = asyncio::create_task(async move {
            let result = match work {
                Work::Native => native(chance.clone().below(5)).await,
                work => match work.run(inner, chance).cancellable().await {
                    Ok(result) => result,
                    Err(cancelled) => Err(cancelled),
                },
            };
            entry.end(&result);
            Ok(())
        });
        if let (Some(after), Ok(running)) = (cancel_after, asyncio::get_running_loop()) {
            running.call_later(after, move || {
                task.cancel();
            });
        }
    });
    if let Err(error) = started {
        world.ledger.breaks(format!("asyncio took no operation: {error}"));
    }
}

/// A group with a producer and a consumer around a queue, a lock, and a time limit.
async fn native(ms: u64) -> Result<()> {
    let queue = Rc::new(Queue::<u64>::new(2));
    let lock = Rc::new(asyncio::Lock::new());
    let sum = TaskGroup::run(async move |group| {
        let (put, held) = (queue.clone(), lock.clone());
        let producer = group.create_task(async move {
            for n in 0..10 {
                let _guard = held.acquire().await?;
                put.put(n).await?;
            }
            Ok(())
        })?;
        let get = queue.clone();
        let consumer = group.create_task(async move {
            let mut sum = 0;
            for _ in 0..10 {
                sum += get.get().await?;
            }
            Ok(sum)
        })?;
        producer.await?;
        consumer.await
    });
    let sum = asyncio::wait_for(sum, Some(Duration::from_secs(10))).await?;
    asyncio::sleep(Duration::from_millis(ms)).await?;
    if sum != 45 { Err(Error::from_panic(Box::new("a queue lost an item"))) } else { Ok(()) }
}

pub(crate) async fn double(world: &Arc<World>, number: u64) -> Result<u64> {
    let reply = chan::make::<u64>(1);
    let sender = reply.clone();
    let entry = world.begin_entry(super::Dialect::Asyncio, "called from elsewhere");
    world.asyncio().remote.call_soon_threadsafe(move || {
        asyncio::create_task(async move {
            asyncio::sleep(Duration::from_millis(number % 3)).await?;
            sender.send_async(2 * number).await;
            entry.end(&Ok(()));
            Ok(())
        });
    })?;
    reply.recv_async().await.ok_or_else(Error::cancelled)
}
