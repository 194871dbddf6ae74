//! What all operations share.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, RwLock};
use std::time::Duration;

use fourfold::go::chan::{self, Chan};
use fourfold::go::{self, Deadlock, Runtime};
use fourfold::http::Client;
use fourfold::net::TcpListener;
use fourfold::{Error, Result, compat};

use crate::dialect::Dialect;
use crate::dialect::asyncio::Asyncio;
use crate::dialect::js::Js;
use crate::ledger::{Entry, Ledger};
use crate::peers::{self, Addresses, Fault};

/// Every operation ends within this: the client's limit on time, and room for a busy machine.
pub(crate) const BOUND: Duration = Duration::from_secs(20);

pub(crate) struct World {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) messages: Arc<Messages>,
    pub(crate) go: Runtime,
    pub(crate) echo: SocketAddr,
    asyncio: OnceLock<Asyncio>,
    js: OnceLock<Js>,
    peers: Addresses,
    peers_runtime: Runtime,
    /// New in each phase.
    phase: RwLock<Phase>,
}

struct Phase {
    channel: Chan<Message>,
    client: Client,
}

impl Phase {
    fn new() -> Phase {
        let client = Client::builder()
            .timeout(Duration::from_secs(1))
            .max_body_bytes(1 << 20)
            .idle_per_host(16)
            .build();
        Phase { channel: chan::make(16), client }
    }
}

/// What becomes of messages.
#[derive(Default)]
pub(crate) struct Messages {
    pub(crate) made: AtomicU64,
    /// Their senders heard that they were sent.
    pub(crate) confirmed: AtomicU64,
    pub(crate) received: AtomicU64,
    /// Never received: their sender was cancelled.
    pub(crate) dropped: AtomicU64,
}

/// One message, which is received or dropped.
pub(crate) struct Message {
    messages: Arc<Messages>,
    received: bool,
}

impl Message {
    pub(crate) fn new(messages: &Arc<Messages>) -> Message {
        messages.made.fetch_add(1, Ordering::SeqCst);
        Message { messages: messages.clone(), received: false }
    }

    pub(crate) fn receive(mut self) {
        self.received = true;
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        let count = if self.received { &self.messages.received } else { &self.messages.dropped };
        count.fetch_add(1, Ordering::SeqCst);
    }
}

impl World {
    /// Starts everything.
    pub(crate) fn begin() -> Result<Arc<World>> {
        compat::runtime()?;
        let runtime =
            |workers| go::Builder::new().workers(workers).deadlock(Deadlock::Ignore).build();
        let (go, peers_runtime) = (runtime(2)?, runtime(1)?);
        let echo = go.go(|| {
            let listener = go::wait(TcpListener::bind("127.0.0.1:0"))?;
            let address = listener.local_addr()?;
            go::go(move || peers::accept(&listener, "echo", peers::echo));
            std::io::Result::Ok(address)
        });
        let world = World {
            ledger: Arc::default(),
            messages: Arc::default(),
            echo: echo.join()??,
            go,
            asyncio: OnceLock::from(Asyncio::begin()?),
            js: OnceLock::from(Js::begin()?),
            peers: peers::start(&peers_runtime)?,
            peers_runtime,
            phase: RwLock::new(Phase::new()),
        };
        Ok(Arc::new(world))
    }

    pub(crate) fn begin_entry(&self, dialect: Dialect, kind: &'static str) -> Entry {
        self.ledger.begin(dialect, kind, BOUND)
    }

    pub(crate) fn asyncio(&self) -> &Asyncio {
        self.asyncio.get().expect("it runs until the end")
    }

    pub(crate) fn js(&self) -> &Js {
        self.js.get().expect("it runs until the end")
    }

    pub(crate) fn peer(&self, fault: Fault) -> SocketAddr {
        self.peers[fault as usize]
    }

    pub(crate) fn channel(&self) -> Chan<Message> {
        self.phase.read().expect("nobody panics with it").channel.clone()
    }

    pub(crate) fn client(&self) -> Client {
        self.phase.read().expect("nobody panics with it").client.clone()
    }

    /// Closes the channel and the connections that are kept, and makes new ones.
    pub(crate) fn end_phase(&self) {
        let former = {
            let mut phase = self.phase.write().expect("nobody panics with it");
            std::mem::replace(&mut *phase, Phase::new())
        };
        former.channel.close();
    }

    /// Tasks that live and belong to no one who is to live on, in words; empty where all have ended.
    pub(crate) fn left(&self) -> Vec<String> {
        let mut left = Vec::new();
        match self.asyncio().tasks() {
            Ok(0) => {}
            Ok(tasks) => left.push(format!("{tasks} tasks of asyncio")),
            Err(error) => left.push(format!("asyncio did not say how many tasks it has: {error}")),
        }
        // Those that accept: one for the echo, one for each fault.
        for (pool, name, lasting) in
            [(&self.go, "goroutines", 1), (&self.peers_runtime, "goroutines of the peers", 6)]
        {
            let tasks = pool.pool().tasks();
            if tasks != lasting {
                left.push(format!("{tasks} {name}, of which {lasting} accept"));
            }
        }
        left
    }

    /// All goroutines, for the report of a hang.
    pub(crate) fn dump(&self) -> String {
        let mut text = String::new();
        for runtime in [&self.go, &self.peers_runtime] {
            runtime.pool().for_each_task(|task, state| {
                let reason = task.reason().map_or("", |(reason, _)| reason.text());
                let name = task.name().unwrap_or_default();
                text.push_str(&format!(
                    "goroutine {} {name:?} {state:?} {reason} made at {}\n",
                    task.id().get(),
                    task.location()
                ));
            });
        }
        text
    }

    /// Ends everything. The loops have to end by themselves.
    pub(crate) fn end(self: Arc<World>) -> Result<()> {
        // What has ended is dropped a moment after it is counted.
        let mut shared = self;
        let mut tries = 1000;
        let world = loop {
            match Arc::try_unwrap(shared) {
                Ok(world) => break world,
                Err(again) if tries > 0 => shared = again,
                Err(_) => return Err(Error::msg("something that has ended still holds the world")),
            }
            tries -= 1;
            std::thread::sleep(Duration::from_millis(10));
        };
        world.asyncio.into_inner().expect("it runs").end()?;
        world.js.into_inner().expect("it runs").end()?;
        world.go.shut_down();
        world.peers_runtime.shut_down();
        Ok(())
    }
}
