use fourfold::Result;
use fourfold::csharp::{
    self, AsyncEnumerable, AsyncEnumerator, CancellationToken, Task, TaskCompletionSource,
    async_iterator, async_method, await_foreach,
};

use super::show::{b, exception, of};

/// What an asynchronous iterator of the original returns.
macro_rules! stream {
    () => {
        impl AsyncEnumerable<Item = i32, Enumerator: AsyncEnumerator<Item = i32> + Send> + Send
    };
}

// What stands in a finally part there follows here on the part that yields, whose result is passed on
// after it.

fn numbers(name: &'static str, count: i32) -> stream!() {
    async_iterator(move |yielder, _| async move {
        println!("{name} begins");
        let yields = async {
            for i in 1..=count {
                Task::yield_now().await;
                println!("{name} yields {i}");
                yielder.yield_return(i).await?;
                println!("{name} goes on after {i}");
            }
            Ok(())
        };
        let yielded: Result<()> = yields.await;
        Task::yield_now().await;
        println!("{name} finally");
        yielded?;
        println!("{name} ends");
        Ok(())
    })
}

fn fails(name: &'static str) -> stream!() {
    async_iterator(move |yielder, _| async move {
        let yields = async {
            yielder.yield_return(1).await?;
            Task::yield_now().await;
            Err(exception(&format!("of {name}")))
        };
        let yielded: Result<()> = yields.await;
        println!("{name} finally");
        yielded
    })
}

/// Takes of another, and disposes of it when it is disposed of itself.
fn doubles<S>(numbers: S) -> stream!()
where
    S: AsyncEnumerable<Item = i32, Enumerator: Send> + Send + 'static,
{
    async_iterator(move |yielder, _| async move {
        let yielded = await_foreach!(number in numbers => {
            yielder.yield_return(number * 2).await?;
        });
        println!("doubles finally");
        yielded
    })
}

fn begin<S: AsyncEnumerable>(stream: S) -> S::Enumerator {
    stream.get_async_enumerator(CancellationToken::none())
}

async fn loops() -> Result<()> {
    // Nothing runs before the first step.
    let stream = numbers("lazy", 1);
    println!("made");
    await_foreach!(number in stream => { println!("got {number}") })?;

    // Left early: the finally part runs before the loop is left.
    await_foreach!(number in numbers("left", 3) => {
        println!("got {number}");
        if number == 2 {
            break;
        }
    })?;
    println!("after break");
    let thrown = await_foreach!(_ in numbers("thrown out of", 3) => {
        Err(exception("in the loop"))?;
    });
    println!("caught {}", of(&thrown.unwrap_err()));
    let failed = await_foreach!(number in fails("failing") => { println!("got {number}") });
    println!("caught {}", of(&failed.unwrap_err()));

    // Nested ones: from the outside in to the inside out.
    await_foreach!(number in doubles(numbers("inner", 3)) => {
        println!("got {number}");
        if number == 4 {
            break;
        }
    })
}

async fn by_hand() -> Result<()> {
    let mut walk = begin(numbers("by hand", 2));
    for _ in 0..2 {
        let moved = walk.move_next_async().await?;
        println!("moved: {} {}", b(moved), walk.current());
    }
    println!("moved: {}", b(walk.move_next_async().await?));
    println!("at the end it stays: {}", b(walk.move_next_async().await?));
    walk.dispose_async().await?;

    // Disposed of before it began, and twice: nothing runs.
    let mut walk = begin(numbers("never begun", 2));
    walk.dispose_async().await?;
    walk.dispose_async().await?;
    println!("after it: {}", b(walk.move_next_async().await?));
    // In the middle.
    let mut walk = begin(numbers("in the middle", 2));
    let moved = walk.move_next_async().await?;
    println!("moved: {} {}", b(moved), walk.current());
    walk.dispose_async().await?;
    println!("after it: {}", b(walk.move_next_async().await?));
    // After a failure it has ended.
    let mut walk = begin(fails("failed"));
    let moved = walk.move_next_async().await?;
    println!("moved: {} {}", b(moved), walk.current());
    println!("moved: Faulted {}", of(&walk.move_next_async().await.unwrap_err()));
    println!("after it: {}", b(walk.move_next_async().await?));

    // A step that is not finished: no second one, and no disposal, beside it.
    let gate = TaskCompletionSource::new();
    let task = gate.task();
    let waits = async_iterator(|yielder, _| async move { yielder.yield_return(task.await?).await });
    let mut walk = begin(waits);
    let step = async_method(async move {
        let moved = walk.move_next_async().await?;
        Ok((moved, *walk.current()))
    });
    println!("a step that waits: {}, disposal beside it does not compile", b(step.is_completed()));
    gate.set_result(3)?;
    let (moved, current) = step.await?;
    println!("the step: {} {current}", b(moved));
    Ok(())
}

async fn program() -> Result<()> {
    loops().await?;
    by_hand().await
}

pub(crate) fn run() {
    csharp::run(program()).expect("it handles what it raises");
}
