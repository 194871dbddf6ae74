//! The small programs in the JavaScript dialect.

use fourfold::js::{
    self, AbortController, AbortError, AbortSignal, DomException, Promise, Resolvers, TimerOptions,
    async_fn, set_timeout_promise, set_timeout_promise_with, set_timeout_promise_with_options,
};
use fourfold::{Error, Result};

use super::instruments::{
    Cancelling, LONG, Meeting, Moments, NEIGHBOURS, Place, TICK, Ticks, UPDATES, WAITERS,
};
use super::{Arrival, Blocking, Call, Cancellation, Moment, Probed, Races, Sharing};

pub(super) fn probe() -> Result<Probed> {
    js::run(async {
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
    let promise: Promise<()> = async_fn(called(moments.clone()));
    moments.note(Moment::Return);
    set_timeout_promise(TICK).await?;
    moments.note(Moment::Await);
    promise.await?;
    Ok(moments.call())
}

async fn called(moments: Moments) -> Result<()> {
    moments.note(Moment::FirstLine);
    set_timeout_promise(TICK).await
}

async fn blocking() -> Result<Blocking> {
    let ticks = Ticks::default();
    let neighbours: Vec<Promise<()>> = (0..NEIGHBOURS)
        .map(|neighbour| {
            let ticks = ticks.clone();
            async_fn(async move {
                while ticks.tick(neighbour) {
                    set_timeout_promise(TICK).await?;
                }
                Ok(())
            })
        })
        .collect();
    while !ticks.all_tick() {
        set_timeout_promise(TICK).await?;
    }
    let [here, there] = [(); 2].map(|()| ticks.clone());
    let blocked: Promise<()> = async_fn(async move {
        here.block(Place::Task);
        Ok(())
    });
    blocked.await?;
    Promise::new(move |resolvers: Resolvers<()>| {
        let work = move || {
            there.block(Place::Thread);
            Ok(())
        };
        js::queue_work(work, move |_| resolvers.resolve(()));
        Ok(())
    })
    .await?;
    ticks.stop();
    Promise::all(neighbours).await?;
    Ok(ticks.blocking())
}

async fn races() -> Result<Races> {
    let meeting = Meeting::default();
    let steps = (0..UPDATES).map(|_| -> Promise<()> {
        let meeting = meeting.clone();
        async_fn(async move {
            meeting.step();
            Ok(())
        })
    });
    Promise::all(steps.collect::<Vec<_>>()).await?;
    Ok(meeting.races())
}

async fn futures() -> Result<Sharing> {
    let promise = set_timeout_promise_with(TICK, "the result");
    let waiters: Vec<Promise<&str>> = (0..WAITERS)
        .map(|_| {
            let promise = promise.clone();
            async_fn(async move { promise.await })
        })
        .collect();
    let mut reached = 0;
    for waiter in waiters {
        reached += usize::from(waiter.await.is_ok());
    }
    Ok(Sharing { of: "promise", waiters: WAITERS, reached })
}

async fn cancellation() -> Result<Cancellation> {
    let noted = Cancelling::default();
    let controller = AbortController::new();
    let (gate, opener) = Promise::with_resolvers();
    let [one, other] = [true, false].map(|passed| -> Promise<()> {
        async_fn(caller(noted.clone(), passed, controller.signal(), gate.clone()))
    });
    noted.request();
    controller.abort();
    // What it ends with is what arrived.
    let _ = one.await;
    let found = noted.cancellation();
    opener.resolve(());
    other.await?;
    Ok(found)
}

async fn caller(
    noted: Cancelling,
    passed: bool,
    signal: AbortSignal,
    gate: Promise<()>,
) -> Result<()> {
    let outcome = callee(&noted, passed.then_some(signal), gate).await;
    if let Err(error) = &outcome {
        noted.arrived(passed, Arrival::Error, name(error));
        noted.cleaned_up(passed, set_timeout_promise(TICK).await.is_ok());
    }
    outcome
}

async fn callee(noted: &Cancelling, signal: Option<AbortSignal>, gate: Promise<()>) -> Result<()> {
    noted.waits();
    // Without a signal nothing would ever end the timer, nor the loop.
    let Some(signal) = signal else { return gate.await };
    let options = TimerOptions::new().signal(&signal);
    Promise::race([gate, set_timeout_promise_with_options(LONG, (), options)]).await
}

fn name(error: &Error) -> String {
    let of_node = error.downcast_ref::<AbortError>().map(AbortError::name);
    let of_signal = || error.downcast_ref::<DomException>().map(DomException::name);
    match of_node.or_else(of_signal) {
        Some(name) => name.into(),
        None => format!("{:?}", error.kind()),
    }
}
