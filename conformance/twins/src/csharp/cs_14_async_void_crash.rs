use std::thread;

use fourfold::Result;
use fourfold::csharp::{InvalidOperationException, Task, TaskCompletionSource, async_void};

// As cs_14_async_void_ends, with nobody to hear of it: the process is ended.

async fn fails(gate: Task) -> Result<()> {
    gate.await?;
    Err(InvalidOperationException::new("of an async void method").into())
}

pub(crate) fn run() {
    let gate = TaskCompletionSource::new();
    async_void(fails(gate.task()));
    println!("the call returned");
    gate.set_result(()).expect("it is not finished");
    loop {
        thread::park();
    }
}
