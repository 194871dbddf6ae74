use std::{process, thread};

use fourfold::Result;
use fourfold::csharp::{
    InvalidOperationException, Task, TaskCompletionSource, async_void, on_unhandled_exception,
};

use super::show::{of, thrown};

// Without a context its exception is raised where nobody can catch it: the process ends.

async fn fails(gate: Task) -> Result<()> {
    gate.await?;
    Err(InvalidOperationException::new("of an async void method").into())
}

pub(crate) fn run() {
    on_unhandled_exception(|error| {
        println!("unhandled {}", of(error));
        process::exit(3);
    });
    let gate = TaskCompletionSource::new();
    let start = || {
        async_void(fails(gate.task()));
        Ok(())
    };
    assert_eq!(thrown(start), "nothing");
    println!("the call returned");
    gate.set_result(()).expect("it is not finished");
    loop {
        thread::park();
    }
}
