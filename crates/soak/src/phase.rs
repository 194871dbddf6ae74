//! Load, then quiet, then the checks that only quiet allows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fourfold::go;
use fourfold_kernel::timer::sleep;

use crate::chance::Chance;
use crate::dialect::Dialect;
use crate::exhaust::exhaust;
use crate::measure;
use crate::operation::{Operation, Work};
use crate::world::{BOUND, World};

/// So many operations at once, in all.
const AT_ONCE: usize = 256;
/// How long there are no descriptors.
const EXHAUSTED: Duration = Duration::from_secs(1);
/// How long what has ended may take to leave nothing behind: peers read the end, pools let go.
const SETTLE: Duration = Duration::from_secs(10);

/// What a phase adds to the report.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exhaustion {
    pub(crate) taken: usize,
    /// Operations that ended well meanwhile, in the order of [`Dialect::ALL`].
    pub(crate) ended: [u64; 4],
}

/// Starts operations until `until`, with the descriptors used up in the middle if `exhausting`.
pub(crate) fn load(
    world: &Arc<World>,
    chance: &mut Chance,
    until: Instant,
    exhausting: bool,
) -> Option<Exhaustion> {
    let receivers = receivers(world);
    let middle = Instant::now() + until.saturating_duration_since(Instant::now()) / 3;
    let over = Arc::new(AtomicBool::new(false));
    let exhaustion = exhausting.then(|| {
        let (world, over) = (world.clone(), over.clone());
        thread::spawn(move || {
            thread::sleep(middle.saturating_duration_since(Instant::now()));
            let before = Dialect::ALL.map(|dialect| world.ledger.of(dialect).done);
            let taken = exhaust(EXHAUSTED);
            let ended = Dialect::ALL.map(|dialect| world.ledger.of(dialect).done);
            over.store(true, Ordering::Release);
            let ended = std::array::from_fn(|n| ended[n] - before[n]);
            match taken {
                Ok(taken) => Exhaustion { taken, ended },
                Err(error) => {
                    world.ledger.breaks(format!("descriptors could not be used up: {error}"));
                    Exhaustion::default()
                }
            }
        })
    });
    while Instant::now() < until {
        if !world.ledger.wait_below(AT_ONCE + receivers, Duration::from_millis(100)) {
            continue;
        }
        let dialect = chance.of(&Dialect::ALL);
        let work = Work::any(chance);
        let cancelled = chance.below(4) == 0;
        let cancel_after = cancelled.then(|| Duration::from_micros(chance.below(40_000)));
        let entry = world.begin_entry(dialect, work.name());
        let chance = Chance::new(chance.next());
        dialect.start(world, Operation { entry, work, cancel_after, chance });
    }
    let exhaustion = exhaustion.map(|thread| thread.join().expect("it does not panic"));
    if let Some(exhaustion) = &exhaustion {
        for (dialect, ended) in Dialect::ALL.iter().zip(exhaustion.ended) {
            if ended == 0 {
                world.ledger.breaks(format!("{dialect} stood still without descriptors"));
            }
        }
    }
    // Those who send first, then those who receive.
    world.ledger.wait_below(receivers + 1, 2 * BOUND);
    world.end_phase();
    exhaustion
}

/// One in each dialect, until the channel is closed.
fn receivers(world: &Arc<World>) -> usize {
    for dialect in Dialect::ALL {
        let entry = world.ledger.begin(dialect, "receive", Duration::from_secs(3600));
        let channel = world.channel();
        let receive = async move {
            while let Some(message) = channel.recv_async().await {
                message.receive();
            }
            entry.end(&Ok(()));
        };
        match dialect {
            Dialect::Asyncio => {
                let call = world.asyncio().remote.call_soon_threadsafe(move || {
                    fourfold::asyncio::create_task(async move {
                        receive.await;
                        Ok(())
                    });
                });
                drop(call);
            }
            Dialect::Csharp => {
                fourfold::csharp::Task::run(async move {
                    receive.await;
                    Ok(())
                });
            }
            Dialect::Js => {
                let called = world.js().call(move || {
                    fourfold::js::async_fn(async move {
                        receive.await;
                        Ok(())
                    });
                });
                drop(called);
            }
            Dialect::Go => {
                world.go.go(move || go::wait(receive));
            }
        }
    }
    Dialect::ALL.len()
}

/// Waits until all is quiet, and tells what is not as it was.
pub(crate) fn settle(world: &Arc<World>, base: Option<&[String]>) {
    let ledger = &world.ledger;
    if !ledger.wait_below(1, 2 * BOUND) {
        eprint!("{}", world.dump());
        ledger.breaks(format!("not ended: {}", ledger.all_open().join("; ")));
        return;
    }
    let until = Instant::now() + SETTLE;
    let mut left = world.left();
    let mut more = unexpected(base);
    while !(left.is_empty() && more.is_empty()) && Instant::now() < until {
        thread::sleep(Duration::from_millis(20));
        left = world.left();
        more = unexpected(base);
    }
    if !left.is_empty() {
        eprint!("{}", world.dump());
    }
    for text in left {
        ledger.breaks(format!("left behind: {text}"));
    }
    if !more.is_empty() {
        ledger.breaks(format!("descriptors left open: {}", more.join(", ")));
    }
    let messages = &world.messages;
    let count = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::SeqCst);
    let (made, confirmed) = (count(&messages.made), count(&messages.confirmed));
    let (received, dropped) = (count(&messages.received), count(&messages.dropped));
    if made != received + dropped || received < confirmed {
        ledger.breaks(format!(
            "of {made} messages {confirmed} were sent, {received} received, {dropped} dropped"
        ));
    }
}

/// What is open beyond the base line. Numbers may differ, the count may not.
fn unexpected(base: Option<&[String]>) -> Vec<String> {
    let Some(base) = base else { return Vec::new() };
    let open = measure::descriptors();
    if open.len() <= base.len() {
        return Vec::new();
    }
    open.into_iter().filter(|descriptor| !base.contains(descriptor)).collect()
}

/// Looks for operations that outlive their bound; ends the process with code 1 if one does.
pub(crate) fn watch(world: &Arc<World>) {
    let world = Arc::downgrade(world);
    thread::spawn(move || {
        while let Some(world) = world.upgrade() {
            let overdue = world.ledger.overdue();
            if !overdue.is_empty() {
                eprintln!("soak: {} operations have outlived their bound:", overdue.len());
                overdue.iter().take(50).for_each(|line| eprintln!("  {line}"));
                eprint!("{}", world.dump());
                std::process::exit(1);
            }
            drop(world);
            thread::sleep(Duration::from_millis(200));
        }
    });
}

/// Wakes each dialect once before the base line is taken, so that what it opens lazily is open.
pub(crate) fn warm_up(world: &Arc<World>) -> fourfold::Result<()> {
    for dialect in Dialect::ALL {
        let caller = world.clone();
        let warm = async move {
            sleep(Duration::from_millis(1)).await;
            dialect.double(&caller, 21).await
        };
        let doubled = world.go.go(warm).join()??;
        assert_eq!(doubled, 42, "{dialect} answers");
    }
    Ok(())
}
