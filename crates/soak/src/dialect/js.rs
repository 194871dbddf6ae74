//! One loop of promises on a thread of its own.

use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use fourfold::go::chan;
use fourfold::js::{self, AbortController, AsyncYielder, Inbox, Promise, Sender};
use fourfold::{Error, Result};

use crate::operation::{Operation, Work};
use crate::world::World;

pub(crate) struct Js {
    calls: Sender<Message>,
    thread: JoinHandle<Result<()>>,
}

enum Message {
    Call(Box<dyn FnOnce() + Send>),
    End,
}

impl Js {
    pub(crate) fn begin() -> Result<Js> {
        let (tell, told) = mpsc::channel();
        let thread = thread::Builder::new().name("js".into()).spawn(move || {
            js::run(async move {
                let inbox = Inbox::new(|message, inbox: &Inbox<Message>| match message {
                    Message::Call(call) => call(),
                    Message::End => inbox.close(|| {}),
                });
                let _ = tell.send(inbox.sender());
                Ok(())
            })
        })?;
        let calls = told.recv().map_err(|_| Error::msg("the loop did not start"))?;
        Ok(Js { calls, thread })
    }

    /// Has the loop call a function.
    pub(crate) fn call(&self, call: impl FnOnce() + Send + 'static) -> Result<()> {
        let sent = self.calls.send(Message::Call(Box::new(call)));
        sent.map_err(|_| Error::msg("the loop of JavaScript has ended"))
    }

    /// The loop has to end by itself: nothing may be left that keeps it.
    pub(crate) fn end(self) -> Result<()> {
        let _ = self.calls.send(Message::End);
        self.thread.join().unwrap_or_else(|payload| Err(Error::from_panic(payload)))
    }
}

pub(crate) fn start(world: &Arc<World>, operation: Operation) {
    let inner = world.clone();
    let started = world.js().call(move || {
        let Operation { entry, work, cancel_after, chance } = operation;
        js::async_fn(async move {
            let controller = AbortController::new();
            let signal = controller.signal();
            let timer = cancel_after
                .map(|after| js::set_timeout(move || controller.abort(), after.as_millis() as u64));
            let result = match work {
                Work::Native => native(chance.clone().below(5)).await,
                work => signal.run(work.run(inner, chance)).await,
            };
            if let Some(timer) = timer {
                js::clear_timeout(&timer);
            }
            entry.end(&result);
            Ok(())
        });
    });
    if let Err(error) = started {
        world.ledger.breaks(format!("js took no operation: {error}"));
    }
}

/// Timers gathered, and a generator that awaits them.
async fn native(ms: u64) -> Result<()> {
    let all = Promise::all((0..4_u64).map(|n| js::set_timeout_promise_with(ms, n))).await?;
    let numbers = js::async_generator(async |y: AsyncYielder<u64>| {
        for n in 0..5 {
            js::scheduler::yield_().await?;
            y.yield_(n).await?;
        }
        Ok(())
    });
    let mut sum = all.iter().sum::<u64>();
    while let Some(n) = numbers.next_value().await? {
        sum += n;
    }
    if sum != 16 { Err(Error::from_panic(Box::new("a generator lost a value"))) } else { Ok(()) }
}

pub(crate) async fn double(world: &Arc<World>, number: u64) -> Result<u64> {
    let reply = chan::make::<u64>(1);
    let sender = reply.clone();
    let entry = world.begin_entry(super::Dialect::Js, "called from elsewhere");
    world.js().call(move || {
        js::async_fn(async move {
            js::set_timeout_promise(number % 3).await?;
            sender.send_async(2 * number).await;
            entry.end(&Ok(()));
            Ok(())
        });
    })?;
    reply.recv_async().await.ok_or_else(Error::cancelled)
}
