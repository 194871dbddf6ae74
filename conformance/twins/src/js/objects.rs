use std::ops::ControlFlow;

use fourfold::js::events::ERROR;
use fourfold::js::{
    self, AbortController, AbortSignal, AggregateError, AsyncGenerator, AsyncLocalStorage,
    AsyncYielder, Event, EventEmitter, IteratorResult, Promise, Settled, TimerOptions, async_fn,
    async_generator, for_await,
};
use fourfold::{Error, Result};

use super::node::{code, error, name, program, value};

const X: Event<()> = Event::new("x");

fn emitter() -> Result<()> {
    let e = EventEmitter::new();
    e.on(&X, |()| println!("a"));
    e.once(&X, |()| println!("once"));
    e.prepend_listener(&X, |()| println!("pre"));
    let own = e.clone();
    e.on(&X, move |()| {
        own.on(&X, |()| println!("added"));
    });
    println!("{} sync", e.emit(&X, ())?);
    e.remove_all_listeners();
    println!("{}", e.emit(&X, ())?);
    if let Err(er) = e.emit(&ERROR, error("boom")) {
        println!("throws {er}");
    }
    Ok(())
}

fn abort() -> AbortSignal {
    let ac = AbortController::new();
    let signal = ac.signal();
    let own = signal.clone();
    signal.add_event_listener(move |_| {
        let reason = own.reason().expect("it is aborted");
        println!("abort evt {}", name(&reason));
    });
    ac.abort();
    ac.abort();
    let given = AbortSignal::abort_with(value("r")).reason().expect("it is aborted");
    println!("{} {given}", AbortSignal::any([&signal]).aborted());
    if let Err(x) = signal.throw_if_aborted() {
        println!("throwIfAborted {} {}", name(&x), code(&x));
    }
    signal
}

fn shown(settled: &Settled<i32>) -> String {
    match settled {
        Settled::Fulfilled(value) => format!("{{ status: 'fulfilled', value: {value} }}"),
        Settled::Rejected(reason) => format!("{{ status: 'rejected', reason: {reason} }}"),
    }
}

fn g() -> AsyncGenerator<i32> {
    async_generator(async |y: AsyncYielder<i32>| {
        let tried = async {
            y.yield_(1).await?;
            y.yield_(2).await?;
            Ok::<_, Error>(())
        };
        let ended = tried.await;
        println!("gen finally");
        ended
    })
}

/// What an answer has as its value, or whether it is done.
fn value_of(result: &IteratorResult<i32>) -> String {
    match result {
        IteratorResult::Value(value) => value.to_string(),
        IteratorResult::Done(_) => "true".into(),
    }
}

async fn objects(signal: AbortSignal) -> Result<()> {
    let options = TimerOptions::new().signal(&signal);
    if let Err(x) = js::set_timeout_promise_with_options(10, 0, options).await {
        println!("{} {}", name(&x), code(&x));
    }
    let als = AsyncLocalStorage::new();
    let (timer, microtask) = (als.clone(), als.clone());
    let store = |als: &AsyncLocalStorage<i32>| {
        als.get_store().map_or("undefined".into(), |store| store.to_string())
    };
    als.run(1, || {
        js::set_timeout(move || println!("als {}", store(&timer)), 1);
        js::queue_microtask(move || println!("als mt {}", store(&microtask)));
    });
    println!("als out {}", store(&als));
    let settled = Promise::all_settled([Promise::resolve(1), Promise::reject(value("2"))]).await?;
    println!("[\n  {}\n]", settled.iter().map(shown).collect::<Vec<_>>().join(",\n  "));
    if let Err(x) = Promise::any([Promise::<i32>::reject(value("1"))]).await
        && let Some(all) = x.downcast_ref::<AggregateError>()
    {
        let errors: Vec<String> = all.errors().iter().map(Error::to_string).collect();
        println!("{} [ {} ]", name(&x), errors.join(", "));
    }
    for_await(g(), async |v| {
        println!("{v}");
        Ok(ControlFlow::Break(()))
    })
    .await?;
    // The async generator queues requests.
    let h = g();
    let answers = Promise::all([h.next(()), h.next(()), h.next(())]).await?;
    println!("{}", answers.iter().map(value_of).collect::<Vec<_>>().join(" "));
    // It is resolved with itself.
    let (p, r) = Promise::<()>::with_resolvers();
    r.resolve(p.clone());
    p.catch(|x| {
        println!("{}", name(&x));
        Ok(())
    })
    .await?;
    // The order of timers, and what they are rounded to.
    js::set_timeout(|| println!("T1 1ms"), 1);
    js::set_timeout(|| println!("T0 0ms"), 0);
    let t = js::set_interval(|| (), 1e6);
    t.unref();
    println!("hasRef {}", t.has_ref());
    Ok(())
}

pub(crate) fn run() {
    program(async {
        emitter()?;
        let signal = abort();
        async_fn(objects(signal)).await
    });
}
