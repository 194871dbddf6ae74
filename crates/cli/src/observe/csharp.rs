//! The small programs in the C# dialect.

use fourfold::csharp::{
    CancellationToken, CancellationTokenSource, OperationCanceledException, Task,
    TaskCompletionSource, TaskCreationOptions, async_method,
};
use fourfold::{Error, Result};

use super::instruments::{
    Cancelling, LONG, Meeting, Moments, NEIGHBOURS, Place, TICK, Ticks, UPDATES, WAITERS,
};
use super::{Arrival, Blocking, Call, Cancellation, Moment, Probed, Races, Sharing};

pub(super) fn probe() -> Result<Probed> {
    // Each is called, and blocked for, from this thread, which is none of the pool's.
    Ok(Probed {
        blocking: async_method(blocking()).result()?,
        races: async_method(races()).result()?,
        futures: async_method(futures()).result()?,
        call: async_method(call()).result()?,
        cancellation: async_method(cancellation()).result()?,
    })
}

async fn call() -> Result<Call> {
    let moments = Moments::default();
    moments.note(Moment::Call);
    let task = async_method(called(moments.clone()));
    moments.note(Moment::Return);
    Task::delay(TICK).await?;
    moments.note(Moment::Await);
    task.await?;
    Ok(moments.call())
}

async fn called(moments: Moments) -> Result<()> {
    moments.note(Moment::FirstLine);
    Task::delay(TICK).await
}

async fn blocking() -> Result<Blocking> {
    let ticks = Ticks::default();
    let neighbours: Vec<_> = (0..NEIGHBOURS)
        .map(|neighbour| {
            let ticks = ticks.clone();
            Task::run(async move {
                while ticks.tick(neighbour) {
                    Task::delay(TICK).await?;
                }
                Ok(())
            })
        })
        .collect();
    while !ticks.all_tick() {
        Task::delay(TICK).await?;
    }
    let [here, there] = [(); 2].map(|()| ticks.clone());
    Task::run(move || {
        here.block(Place::Task);
        Ok(())
    })
    .await?;
    let thread = Task::factory().options(TaskCreationOptions::LONG_RUNNING);
    thread
        .start_new(move || {
            there.block(Place::Thread);
            Ok(())
        })
        .await?;
    ticks.stop();
    Task::when_all(neighbours).await?;
    Ok(ticks.blocking())
}

async fn races() -> Result<Races> {
    let meeting = Meeting::default();
    let steps = (0..UPDATES).map(|_| {
        let meeting = meeting.clone();
        Task::run(move || {
            meeting.step();
            Ok(())
        })
    });
    Task::when_all(steps.collect::<Vec<_>>()).await?;
    Ok(meeting.races())
}

async fn futures() -> Result<Sharing> {
    let task = async_method(async {
        Task::delay(TICK).await?;
        Ok("the result")
    });
    let waiters: Vec<_> = (0..WAITERS)
        .map(|_| {
            let task = task.clone();
            async_method(async move { task.await })
        })
        .collect();
    let mut reached = 0;
    for waiter in waiters {
        reached += usize::from(waiter.await.is_ok());
    }
    Ok(Sharing { of: "task", waiters: WAITERS, reached })
}

async fn cancellation() -> Result<Cancellation> {
    let noted = Cancelling::default();
    let (source, gate) = (CancellationTokenSource::new(), TaskCompletionSource::new());
    let [one, other] = [true, false]
        .map(|passed| async_method(caller(noted.clone(), passed, source.token(), gate.clone())));
    noted.request();
    source.cancel()?;
    // What it ends with is what arrived.
    let _ = one.await;
    let found = noted.cancellation();
    gate.set_result(())?;
    other.await?;
    Ok(found)
}

async fn caller(
    noted: Cancelling,
    passed: bool,
    token: CancellationToken,
    gate: TaskCompletionSource<()>,
) -> Result<()> {
    let outcome = callee(&noted, passed.then_some(token), &gate).await;
    if let Err(error) = &outcome {
        noted.arrived(passed, Arrival::Error, name(error));
        noted.cleaned_up(passed, Task::delay(TICK).await.is_ok());
    }
    outcome
}

async fn callee(
    noted: &Cancelling,
    token: Option<CancellationToken>,
    gate: &TaskCompletionSource<()>,
) -> Result<()> {
    noted.waits();
    let Some(token) = token else { return gate.task().await };
    let until = [gate.task(), Task::delay_with(LONG, token)];
    Task::when_any(until)?.await?.await
}

fn name(error: &Error) -> String {
    match OperationCanceledException::of(error) {
        Some(canceled) if canceled.is_task_canceled() => "TaskCanceledException".into(),
        Some(_) => "OperationCanceledException".into(),
        None => format!("{:?}", error.kind()),
    }
}
