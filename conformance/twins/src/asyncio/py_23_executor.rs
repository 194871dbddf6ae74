//! `run_in_executor` and `to_thread`: results, failures, contexts, cancelling, shutdown.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, ThreadId};

use fourfold::Result;
use fourfold::asyncio::{self, ContextVar, ThreadPoolExecutor, create_task, to_thread};

use super::python::{Repr, ValueError, run_main, text, turn, type_name};

static VAR: ContextVar<&str> = ContextVar::with_default("var", || "default");

/// `threading.Event`
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn set(&self) {
        *self.0.0.lock().expect("nobody panics with it") = true;
        self.0.1.notify_all();
    }

    fn clear(&self) {
        *self.0.0.lock().expect("nobody panics with it") = false;
    }

    fn wait(&self) -> Result<bool> {
        let open = self.0.0.lock().expect("nobody panics with it");
        let limit = std::time::Duration::from_secs(10);
        let waited = self.0.1.wait_timeout_while(open, limit, |open| !*open);
        Ok(*waited.expect("nobody panics with it").0)
    }
}

fn square(x: i32, main_thread: ThreadId) -> Result<(i32, bool)> {
    Ok((x * x, thread::current().id() == main_thread))
}

fn fails() -> Result<()> {
    Err(ValueError::new("in the thread"))
}

fn named(a: i32, b: i32) -> Result<String> {
    Ok(format!("{a} {b} {}", VAR.get()?))
}

async fn main() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let here = thread::current().id();
    let executor = event_loop.run_in_executor(None, move || square(3, here))?.await?;
    println!("executor {}", executor.repr());
    println!("to_thread {}", to_thread(move || square(4, here)).await?.repr());
    if let Err(e) = to_thread(fails).await {
        println!("{} {}", type_name(&e), text(&e));
    }

    drop(VAR.set("set"));
    println!("to_thread copies the context: {}", to_thread(|| named(1, 2)).await?);
    let without = event_loop.run_in_executor(None, || named(1, 2))?.await?;
    println!("run_in_executor does not: {without}");
    to_thread(|| {
        drop(VAR.set("in the thread"));
        Ok(())
    })
    .await?;
    println!("changes stay there: {}", VAR.get()?);

    // The loop goes on while a thread blocks.
    let gate = Gate::default();
    let wait = |gate: &Gate| {
        let gate = gate.clone();
        move || gate.wait()
    };
    let f = event_loop.run_in_executor(None, wait(&gate))?;
    turn().await?;
    println!("blocked thread, loop alive {}", f.done().repr());
    gate.set();
    println!("released {}", f.await?.repr());

    let pool = ThreadPoolExecutor::new(1, "pool")?;
    gate.clear();
    let first = event_loop.run_in_executor(&pool, wait(&gate))?;
    let log: Arc<Mutex<Vec<String>>> = Arc::default();
    let appending = log.clone();
    let queued = event_loop.run_in_executor(&pool, move || {
        appending.lock().expect("nobody panics with it").push("ran".into());
        Ok(())
    })?;
    turn().await?;
    println!("cancel of a queued call {}", queued.cancel().repr());
    turn().await?; // the cancel reaches the pool with the next turn
    gate.set();
    println!("first {}", first.await?.repr());
    pool.shutdown(true);
    if queued.await.is_err_and(|e| e.is_cancelled()) {
        let log = log.lock().expect("nobody panics with it");
        println!("queued cancelled, body ran {}", log.repr());
    }

    // A running call cannot be stopped; its waiter stops waiting.
    gate.clear();
    let ran = Arc::new(AtomicBool::new(false));
    let started = Gate::default();
    let (running, waiting, end) = (started.clone(), gate.clone(), ran.clone());
    let t = create_task(to_thread(move || {
        running.set();
        waiting.wait()?;
        end.store(true, Ordering::Release);
        Ok(())
    }));
    event_loop.run_in_executor(None, wait(&started))?.await?;
    t.cancel();
    let is_set = || ran.load(Ordering::Acquire).repr();
    if t.await.is_err_and(|e| e.is_cancelled()) {
        println!("waiter cancelled, thread finished {}", is_set());
    }
    gate.set();
    event_loop.shutdown_default_executor(None).await?;
    println!("shutdown waits for it {}", is_set());
    if let Err(e) = event_loop.run_in_executor(None, move || square(1, here)) {
        println!("{} {}", type_name(&e), text(&e));
    }
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
