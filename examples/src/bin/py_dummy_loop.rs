//! An event loop in a dozen lines, out of generators alone.
//!
//! The idea: a coroutine yields the future it waits for, all the way through `yield from`, to the
//! loop; the loop waits for the future and sends its value back in. To keep it simple the futures
//! here are ready at once. The loop resumes every coroutine once in an iteration, so that two take
//! turns although neither knows of the other.
//!
//! ```text
//! start outer_async 1
//! start inner 1
//! start another outer_async 2
//! start inner 2
//! ----- event loop iteration ------
//! middle inner 1: some io 1
//! middle inner 2: some io 2
//! ----- event loop iteration ------
//! …
//! ```

use std::cell::Cell;
use std::rc::Rc;

use fourfold::Result;
use fourfold::generator::{Generator, StopIteration, Yielder, generator};

/// What a coroutine hands to the loop, and what it gets back.
type Wait = Yielder<DummyFuture, String>;
type Coroutine = Generator<DummyFuture, String>;

/// Some input or output that is there as soon as somebody asks. The futures of one program count
/// together.
#[derive(Clone, Default)]
struct DummyFuture {
    count: Rc<Cell<u32>>,
}

impl DummyFuture {
    fn wait(&self) -> String {
        self.count.set(self.count.get() + 1);
        format!("some io {}", self.count.get())
    }
}

fn inner_async(id: u32, io: DummyFuture) -> Generator<DummyFuture, String, Vec<String>> {
    generator(async move |y: Wait| {
        println!("start inner {id}");
        let first = y.yield_(io.clone()).await?.unwrap_or_default();
        println!("middle inner {id}: {first}");
        let second = y.yield_(io).await?.unwrap_or_default();
        println!("end inner {id}: {second}");
        Ok(vec![first, second])
    })
}

fn outer_async(id: u32, io: DummyFuture) -> Coroutine {
    generator(async move |y: Wait| {
        println!("start outer_async {id}");
        let results = y.yield_from(inner_async(id, io)).await?;
        println!("end outer_async {id} : {}", list(&results));
        Ok(())
    })
}

fn another_outer_async(id: u32, io: DummyFuture) -> Coroutine {
    generator(async move |y: Wait| {
        println!("start another outer_async {id}");
        let mut results = y.yield_from(inner_async(id, io.clone())).await?;
        println!("middle another outer_async {id} : {}", list(&results));
        results.extend(y.yield_from(inner_async(id, io)).await?);
        println!("end another outer_async {id} : {}", list(&results));
        Ok(())
    })
}

/// Runs the coroutines until all have come to their ends.
fn dummy_event_loop(coroutines: impl IntoIterator<Item = Coroutine>) -> Result<()> {
    let mut waiting = Vec::new();
    for mut coroutine in coroutines {
        let future = coroutine.next()?;
        waiting.push((coroutine, future));
    }
    while !waiting.is_empty() {
        println!("----- event loop iteration ------");
        let mut still_waiting = Vec::new();
        for (mut coroutine, future) in waiting {
            match coroutine.send(future.wait()) {
                Ok(next_future) => still_waiting.push((coroutine, next_future)),
                Err(end) if end.is::<StopIteration>() => {}
                Err(error) => return Err(error),
            }
        }
        waiting = still_waiting;
    }
    Ok(())
}

/// As Python prints a list of texts.
fn list(results: &[String]) -> String {
    let quoted: Vec<String> = results.iter().map(|result| format!("'{result}'")).collect();
    format!("[{}]", quoted.join(", "))
}

fn main() -> Result<()> {
    let io = DummyFuture::default();
    dummy_event_loop([outer_async(1, io.clone()), another_outer_async(2, io)])
}
