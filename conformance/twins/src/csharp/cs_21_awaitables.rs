use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use fourfold::Result;
use fourfold::csharp::{
    Action, AsyncLocal, Awaiter, AwaiterFuture, CriticalNotifyCompletion, NotifyCompletion, Task,
    TaskAwaiter, async_method,
};

use super::show::{b, ended, exception};

// Anything with an awaiter can be awaited; what an await asks of it, in which order.

#[derive(Clone, Default)]
struct Simple {
    completed: bool,
    continuation: Arc<Mutex<Option<Action>>>,
}

impl Simple {
    fn call(&self) {
        let continuation = self.continuation.lock().unwrap().take();
        continuation.expect("somebody waits")();
    }
}

struct SimpleAwaiter(Simple);

impl IntoFuture for Simple {
    type Output = &'static str;
    type IntoFuture = AwaiterFuture<SimpleAwaiter>;

    fn into_future(self) -> AwaiterFuture<SimpleAwaiter> {
        println!("get awaiter");
        SimpleAwaiter(self).into_future()
    }
}

impl NotifyCompletion for SimpleAwaiter {
    fn on_completed(&mut self, continuation: Action) {
        println!("on completed");
        *self.0.continuation.lock().unwrap() = Some(continuation);
    }
}

impl Awaiter for SimpleAwaiter {
    type Output = &'static str;

    fn is_completed(&self) -> bool {
        println!("is completed {}", b(self.0.completed));
        self.0.completed
    }

    fn get_result(&mut self) -> &'static str {
        println!("get result");
        "the result"
    }
}

#[derive(Clone, Default)]
struct Critical(Arc<Mutex<Option<Action>>>);

impl IntoFuture for Critical {
    type Output = Result<()>;
    type IntoFuture = AwaiterFuture<Critical>;

    fn into_future(self) -> AwaiterFuture<Critical> {
        self.into_critical_future()
    }
}

impl NotifyCompletion for Critical {
    fn on_completed(&mut self, _: Action) {
        println!("never");
    }
}

impl CriticalNotifyCompletion for Critical {
    fn unsafe_on_completed(&mut self, continuation: Action) {
        println!("unsafe on completed");
        *self.0.lock().unwrap() = Some(continuation);
    }
}

impl Awaiter for Critical {
    type Output = Result<()>;

    fn is_completed(&self) -> bool {
        false
    }

    fn get_result(&mut self) -> Result<()> {
        Err(exception("of get result"))
    }
}

/// Calls its continuation within on_completed.
struct AtOnce(u32);

impl IntoFuture for AtOnce {
    type Output = ();
    type IntoFuture = AwaiterFuture<AtOnce>;

    fn into_future(self) -> AwaiterFuture<AtOnce> {
        Awaiter::into_future(self)
    }
}

impl NotifyCompletion for AtOnce {
    fn on_completed(&mut self, continuation: Action) {
        println!("{} runs it within", self.0);
        continuation();
        println!("{} has run it", self.0);
    }
}

impl Awaiter for AtOnce {
    type Output = ();

    fn is_completed(&self) -> bool {
        false
    }

    fn get_result(&mut self) {}
}

/// What another crate's type would have to be wrapped in.
struct Number(i32);

impl IntoFuture for Number {
    type Output = Result<i32>;
    type IntoFuture = AwaiterFuture<TaskAwaiter<i32>>;

    fn into_future(self) -> AwaiterFuture<TaskAwaiter<i32>> {
        Task::from_result(self.0 * 2).get_awaiter().into_future()
    }
}

async fn awaits(simple: Simple) -> Result<&'static str> {
    let result = simple.await;
    println!("resumed with {result}");
    Ok(result)
}

async fn awaits_critical(critical: Critical) -> Result<()> {
    critical.await?;
    println!("never");
    Ok(())
}

async fn awaits_at_once() -> Result<()> {
    let count = AtomicU32::new(0);
    let next = || AtOnce(count.fetch_add(1, Ordering::Relaxed) + 1);
    next().await;
    println!("resumed");
    next().await;
    println!("resumed again");
    Ok(())
}

static LOCAL: AsyncLocal<&str> = AsyncLocal::new();

async fn flows(simple: Simple) -> Result<()> {
    LOCAL.set_value("flows");
    simple.await;
    println!("resumed, {}", LOCAL.value().unwrap_or("null"));
    Ok(())
}

fn program() -> Result<()> {
    let task = async_method(awaits(Simple { completed: true, ..Simple::default() }));
    println!("complete: {:?}", task.status());
    let simple = Simple::default();
    let task = async_method(awaits(simple.clone()));
    println!("pending: {:?}", task.status());
    simple.call();
    println!("continued: {:?}", task.status());

    let critical = Critical::default();
    let failing = async_method(awaits_critical(critical.clone()));
    let continuation = critical.0.lock().unwrap().take();
    continuation.expect("somebody waits")();
    println!("failed: {}", ended(&failing));

    println!("within: {:?}", async_method(awaits_at_once()).status());
    println!("extended: {}", async_method(async { Number(21).await }).result()?);

    // Whoever calls the continuation, the values are the method's.
    let flowing = Simple::default();
    let flows = async_method(flows(flowing.clone()));
    LOCAL.set_value("the other");
    flowing.call();
    println!("after it: {}, {:?}", LOCAL.value().unwrap_or("null"), flows.status());
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
