//! The small programs in the asyncio dialect.

use std::time::Duration;

use fourfold::asyncio::{self, create_task, sleep, to_thread};
use fourfold::{Error, Result};

use super::instruments::{
    Cancelling, LONG, Meeting, Moments, NEIGHBOURS, Place, TICK, Ticks, UPDATES, WAITERS,
};
use super::{Arrival, Blocking, Call, Cancellation, Moment, Probed, Races, Sharing};

pub(super) fn probe() -> Result<Probed> {
    asyncio::run(async {
        Ok(Probed {
            blocking: blocking().await?,
            races: races().await?,
            futures: futures().await?,
            call: call().await?,
            cancellation: cancellation().await?,
        })
    })
}

async fn call() -> Result<Call> {
    let moments = Moments::default();
    moments.note(Moment::Call);
    let coroutine = called(moments.clone());
    moments.note(Moment::Return);
    // A whole turn of the loop, in which it could begin by itself.
    sleep(Duration::ZERO).await?;
    moments.note(Moment::Await);
    coroutine.await?;
    Ok(moments.call())
}

async fn called(moments: Moments) -> Result<()> {
    moments.note(Moment::FirstLine);
    sleep(Duration::ZERO).await
}

async fn blocking() -> Result<Blocking> {
    let ticks = Ticks::default();
    let neighbours: Vec<_> = (0..NEIGHBOURS)
        .map(|neighbour| {
            let ticks = ticks.clone();
            create_task(async move {
                while ticks.tick(neighbour) {
                    sleep(TICK).await?;
                }
                Ok(())
            })
        })
        .collect();
    while !ticks.all_tick() {
        sleep(TICK).await?;
    }
    let [here, there] = [(); 2].map(|()| ticks.clone());
    create_task(async move {
        here.block(Place::Task);
        Ok(())
    })
    .await?;
    to_thread(move || {
        there.block(Place::Thread);
        Ok(())
    })
    .await?;
    ticks.stop();
    for neighbour in neighbours {
        neighbour.await?;
    }
    Ok(ticks.blocking())
}

async fn races() -> Result<Races> {
    let meeting = Meeting::default();
    let steps: Vec<_> = (0..UPDATES)
        .map(|_| {
            let meeting = meeting.clone();
            create_task(async move {
                meeting.step();
                Ok(())
            })
        })
        .collect();
    for step in steps {
        step.await?;
    }
    Ok(meeting.races())
}

async fn futures() -> Result<Sharing> {
    let task = create_task(asyncio::sleep_with(TICK, "the result"));
    let waiters: Vec<_> = (0..WAITERS).map(|_| create_task(task.clone())).collect();
    let mut reached = 0;
    for waiter in waiters {
        reached += usize::from(waiter.await.is_ok());
    }
    Ok(Sharing { of: "task", waiters: WAITERS, reached })
}

async fn cancellation() -> Result<Cancellation> {
    let noted = Cancelling::default();
    // There is nothing to pass along, so the two are the same.
    let [one, other] = [true, false].map(|passed| create_task(caller(noted.clone(), passed)));
    while !noted.both_wait() {
        sleep(Duration::ZERO).await?;
    }
    noted.request();
    one.cancel();
    other.cancel();
    // What it ends with is what arrived.
    let _ = one.await;
    let found = noted.cancellation();
    let _ = other.await;
    Ok(found)
}

async fn caller(noted: Cancelling, passed: bool) -> Result<()> {
    let outcome = callee(&noted).await;
    if let Err(error) = &outcome {
        noted.arrived(passed, Arrival::Error, name(error));
        noted.cleaned_up(passed, sleep(TICK).await.is_ok());
    }
    outcome
}

async fn callee(noted: &Cancelling) -> Result<()> {
    noted.waits();
    sleep(LONG).await
}

fn name(error: &Error) -> String {
    format!("{:?}", error.kind())
}
