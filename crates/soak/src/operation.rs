//! What the dialects are given to do.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use fourfold::compat;
use fourfold::net::TcpStream;
use fourfold::{Error, Result};
use fourfold_kernel::timer::sleep;

use crate::chance::Chance;
use crate::dialect::Dialect;
use crate::ledger::Entry;
use crate::peers::Fault;
use crate::world::{Message, World};

/// What is done. All but the first know no dialect, and so run in each.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    /// What only this dialect has; see its file.
    Native,
    /// From the host that behaves, and the length is right.
    Get,
    /// From a peer that does not, within the client's time limit.
    GetFrom(Fault),
    /// Bytes there and back again.
    Echo,
    /// A task of another dialect is started and awaited.
    Call(Dialect),
    /// A message on the channel that all share.
    Send,
    /// A timer of the kernel's, which is not early.
    Sleep,
    /// A timer of tokio's.
    Tokio,
}

impl Work {
    pub(crate) fn any(chance: &mut Chance) -> Work {
        match chance.below(100) {
            0..15 => Work::Native,
            15..28 => Work::Get,
            28..43 => Work::GetFrom(chance.of(&Fault::ALL)),
            43..53 => Work::Echo,
            53..70 => Work::Call(chance.of(&Dialect::ALL)),
            70..85 => Work::Send,
            85..93 => Work::Sleep,
            _ => Work::Tokio,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Work::Native => "its own",
            Work::Get => "get",
            Work::GetFrom(fault) => fault.name(),
            Work::Echo => "echo",
            Work::Call(Dialect::Asyncio) => "call of asyncio",
            Work::Call(Dialect::Csharp) => "call of csharp",
            Work::Call(Dialect::Js) => "call of js",
            Work::Call(Dialect::Go) => "call of go",
            Work::Send => "send",
            Work::Sleep => "sleep",
            Work::Tokio => "tokio's sleep",
        }
    }

    /// Does it. `Native` is done by its dialect.
    pub(crate) async fn run(self, world: Arc<World>, mut chance: Chance) -> Result<()> {
        match self {
            Work::Native => Ok(()),
            Work::Get => {
                let length = chance.of(&[0, 10, 5_000, 200_000]);
                let url = format!("http://{}/{length}", world.asyncio().host);
                let body = world.client().get(url.as_str()).await?.bytes().await?;
                expect(body.len() == length, "a body of another length")
            }
            Work::GetFrom(fault) => {
                let url = format!("http://{}/", world.peer(fault));
                let body = world.client().get(url.as_str()).await?.bytes().await?;
                expect(
                    fault == Fault::Drip && &body[..] == b"drip",
                    "an answer from one who has none",
                )
            }
            Work::Echo => echo(&world, &mut chance).await,
            Work::Call(dialect) => {
                let number = chance.below(1 << 40);
                let twice = Box::pin(dialect.double(&world, number)).await?;
                expect(twice == 2 * number, "another number came back")
            }
            Work::Send => {
                for _ in 0..=chance.below(4) {
                    let message = Message::new(&world.messages);
                    world.channel().send_async(message).await;
                    world.messages.confirmed.fetch_add(1, Ordering::SeqCst);
                }
                Ok(())
            }
            Work::Sleep => {
                let wanted = Duration::from_micros(chance.below(20_000));
                let began = std::time::Instant::now();
                sleep(wanted).await;
                expect(began.elapsed() >= wanted, "a sleep was too short")
            }
            Work::Tokio => {
                let wanted = Duration::from_millis(chance.below(5));
                compat(async move { tokio::time::sleep(wanted).await }).await;
                Ok(())
            }
        }
    }
}

/// What may not be is told as a panic, which the ledger takes for a failure of the library.
fn expect(holds: bool, otherwise: &'static str) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::from_panic(Box::new(otherwise))) }
}

async fn echo(world: &World, chance: &mut Chance) -> Result<()> {
    let stream = TcpStream::connect(world.echo).await?;
    let mut got = [0; 3000];
    for _ in 0..=chance.below(3) {
        let byte = chance.next() as u8;
        let sent = [byte; 3000];
        stream.write_all(&sent).await?;
        stream.read_exact(&mut got).await?;
        expect(got == sent, "other bytes came back")?;
    }
    if chance.below(4) == 0 {
        // As a client that has had enough.
        stream.set_linger(Some(Duration::ZERO))?;
        return Ok(());
    }
    match stream.shutdown(std::net::Shutdown::Write) {
        Err(error) if error.kind() != io::ErrorKind::NotConnected => return Err(error.into()),
        _ => {}
    }
    expect(stream.read(&mut got).await? == 0, "more came back than was sent")
}

/// One piece of work, for one dialect.
pub(crate) struct Operation {
    pub(crate) entry: Entry,
    pub(crate) work: Work,
    pub(crate) cancel_after: Option<Duration>,
    pub(crate) chance: Chance,
}
