//! The small programs in the Go dialect.

use fourfold::Result;
use fourfold::go::chan::{self, Chan};
use fourfold::go::context::{self, Context};
use fourfold::go::{self, go, select, time};

use super::instruments::{
    Cancelling, Meeting, Moments, NEIGHBOURS, Place, TICK, Ticks, UPDATES, WAITERS,
};
use super::{Arrival, Blocking, Call, Cancellation, Moment, Probed, Races, Sharing};

pub(super) fn probe() -> Result<Probed> {
    Ok(go::run(|| Probed {
        blocking: blocking(),
        races: races(),
        futures: futures(),
        call: call(),
        cancellation: cancellation(),
    }))
}

fn call() -> Call {
    let moments = Moments::default();
    let started = chan::make(1);
    moments.note(Moment::Call);
    {
        let (moments, started) = (moments.clone(), started.clone());
        drop(go(move || {
            moments.note(Moment::FirstLine);
            started.send(());
        }));
    }
    moments.note(Moment::Return);
    // Goroutines are not awaited; it has to begin by itself, or this would wait for ever.
    started.recv();
    moments.note(Moment::Await);
    moments.call()
}

fn blocking() -> Blocking {
    let ticks = Ticks::default();
    let neighbours: Vec<_> = (0..NEIGHBOURS)
        .map(|neighbour| {
            let ticks = ticks.clone();
            go(move || {
                while ticks.tick(neighbour) {
                    time::sleep(TICK);
                }
            })
        })
        .collect();
    while !ticks.all_tick() {
        time::sleep(TICK);
    }
    let [here, there] = [(); 2].map(|()| ticks.clone());
    // A panic in it would have ended the program.
    let _ = go(move || here.block(Place::Task)).join();
    go::blocking(move || there.block(Place::Thread));
    ticks.stop();
    for neighbour in neighbours {
        let _ = neighbour.join();
    }
    ticks.blocking()
}

fn races() -> Races {
    let meeting = Meeting::default();
    let steps: Vec<_> = (0..UPDATES)
        .map(|_| {
            let meeting = meeting.clone();
            go(move || meeting.step())
        })
        .collect();
    for step in steps {
        let _ = step.join();
    }
    meeting.races()
}

fn futures() -> Sharing {
    // What a goroutine has to tell goes over a channel.
    let results = chan::make(0);
    let waiters: Vec<_> = (0..WAITERS)
        .map(|_| {
            let results: Chan<&str> = results.clone();
            go(move || results.recv().is_some())
        })
        .collect();
    results.send("the result");
    // To the others this tells that there is no more.
    results.close();
    let reached = waiters.into_iter().filter_map(|waiter| waiter.join().ok());
    Sharing { of: "value", waiters: WAITERS, reached: reached.filter(|got| *got).count() }
}

fn cancellation() -> Cancellation {
    let noted = Cancelling::default();
    let (ctx, cancel) = context::with_cancel(&context::background());
    let (gate, waiting) = (chan::make(0), chan::make(2));
    let [one, other] = [true, false].map(|passed| {
        let (noted, gate, waiting) = (noted.clone(), gate.clone(), waiting.clone());
        let ctx = if passed { ctx.clone() } else { context::background() };
        go(move || callee(&noted, passed, &ctx, &gate, &waiting))
    });
    waiting.recv();
    waiting.recv();
    noted.request();
    cancel.call();
    let _ = one.join();
    let found = noted.cancellation();
    gate.close();
    let _ = other.join();
    found
}

fn callee(noted: &Cancelling, passed: bool, ctx: &Context, gate: &Chan<()>, waiting: &Chan<()>) {
    noted.waits();
    waiting.send(());
    select! {
        recv(ctx.done()) => {
            let err = ctx.err().map(|err| err.to_string()).unwrap_or_default();
            noted.arrived(passed, Arrival::ClosedChannel, err);
            time::sleep(TICK);
            noted.cleaned_up(passed, true);
        }
        recv(gate) => {}
    }
}
