use std::future::Future;
use std::sync::Arc;

use fourfold::Result;
use fourfold::csharp::{
    OperationCanceledException, SendOrPostCallback, SynchronizationContext, Task,
    TaskCompletionSource, async_void, set_synchronization_context,
};

use super::pump::Pump;
use super::show::{exception, thrown};

// A method without a task tells its context when it begins and ends, and gives it the exception.

struct Telling(Pump);

impl SynchronizationContext for Telling {
    fn post(&self, callback: SendOrPostCallback) {
        println!("post");
        self.0.post(callback);
    }

    fn operation_started(&self) {
        println!("operation started");
    }

    fn operation_completed(&self) {
        println!("operation completed");
        self.0.complete();
    }
}

async fn completes_at_once(_: Task) -> Result<()> {
    println!("body");
    Ok(())
}

async fn returns(gate: Task) -> Result<()> {
    println!("body 1");
    gate.await?;
    println!("body 2");
    Ok(())
}

async fn fails(gate: Task) -> Result<()> {
    gate.await?;
    Err(exception("later"))
}

async fn fails_at_once(_: Task) -> Result<()> {
    Err(exception("at once"))
}

async fn cancels(gate: Task) -> Result<()> {
    gate.await?;
    Err(OperationCanceledException::new().into())
}

/// Runs what `method` posts, and reports what comes out.
fn run_in<F>(what: &str, method: impl FnOnce(Task) -> F) -> Result<()>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    println!("-- {what}");
    let gate = TaskCompletionSource::new();
    let telling = Arc::new(Telling(Pump::new()));
    set_synchronization_context(Some(telling.clone()));
    let start = || {
        async_void(method(gate.task()));
        Ok(())
    };
    println!("the call throws {}", thrown(start));
    set_synchronization_context(None);
    gate.set_result(())?;
    loop {
        let thrown = thrown(|| {
            telling.0.run();
            Ok(())
        });
        println!("the loop throws {thrown}");
        if thrown == "nothing" {
            return Ok(());
        }
    }
}

fn program() -> Result<()> {
    run_in("completes at once", completes_at_once)?;
    run_in("returns later", returns)?;
    run_in("fails later", fails)?;
    run_in("fails at once", fails_at_once)?;
    run_in("cancels", cancels)
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
