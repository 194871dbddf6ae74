//! Four dialects in one process, each waiting for another, and the one report of who waits for whom. Two of
//! them wait for each other.
//!
//! Prints the dump as a table or, if its argument is `json` or `dot`, in that form. With `trace <file>` it
//! writes what happens to a file that <https://ui.perfetto.dev> opens. With `wait` it waits for a line on
//! standard input and leaves the asking to you:
//!
//! ```sh
//! FOURFOLD_DUMP=1 cargo run -p fourfold-examples --bin who_waits -- wait
//! kill -QUIT $(pgrep who_waits)      # in another terminal; or Ctrl-\ in this one
//! ```

use std::future::IntoFuture;
use std::thread;

use fourfold::csharp::{Task, async_method};
use fourfold::go::{Spawn, chan, context};
use fourfold::trace::{Recording, State};
use fourfold::{Dump, Result, asyncio, js};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let form = arguments.first().map_or("text", String::as_str);
    let recording = (form == "trace").then(Recording::start);
    let observation = fourfold::observe();

    // Go: whoever receives on a channel waits for whoever sends.
    let (deliver, delivered) = chan::make::<u32>(0).split();
    let stock = Spawn::new().name("stock").go(move || delivered.recv().unwrap_or(0));

    // C#: a task that awaits the goroutine, and one that awaits that.
    let price: Task<u32> = async_method(async move { Ok(stock.await? * 2) });
    let (for_quote, for_checkout) = (price.clone(), price);
    let quote: Task<u32> = async_method(async move { Ok(for_quote.await? + 1) });

    // asyncio, on a thread of its own: a task that awaits the first of them.
    let asyncio = thread::spawn(move || {
        asyncio::run(async move {
            let checkout = asyncio::Task::builder().name("checkout");
            checkout.spawn(async move { for_checkout.await }).await
        })
    });

    // JavaScript, on another: an async function that awaits the second.
    let js = thread::spawn(move || {
        js::run(async move { js::async_fn(async move { quote.await }).await })
    });

    // And two that wait for each other, until somebody cancels one.
    let (introduce, introduced) = chan::make::<Task<u32>>(1).split();
    let (until, cancel) = context::with_cancel(&context::background());
    let left = Spawn::new().name("left").go(async move {
        let right = introduced.recv_async().await.expect("it is introduced");
        until.run(right.into_future()).await?
    });
    let right: Task<u32> = async_method(async move { left.await? });
    introduce.send(right.clone());

    let dump = all_wait();
    match form {
        "json" => print!("{}", dump.to_json()),
        "dot" => print!("{}", dump.to_dot()),
        "wait" => {
            eprintln!("waiting for a line, or for SIGQUIT, as process {}", std::process::id());
            std::io::stdin().read_line(&mut String::new())?;
        }
        "trace" => {}
        _ => print!("{dump}"),
    }

    cancel.call();
    right.wait().expect_err("it was cancelled");
    deliver.send(20);
    let checkout = asyncio.join().expect("no panic")?;
    let page = js.join().expect("no panic")?;
    assert_eq!((checkout, page), (40, 41));
    drop(observation);
    if let (Some(recording), Some(file)) = (recording, arguments.get(1)) {
        recording.finish().write_chrome_file(file)?;
    }
    Ok(())
}

/// Asks until all of them have come to where they wait.
fn all_wait() -> Dump {
    loop {
        let dump = fourfold::dump();
        // Two goroutines, three tasks of C#, and of each loop the first and the one that it waits for.
        let waiting = dump.tasks().iter().filter(|task| task.state == State::Waiting);
        if waiting.count() == 2 + 3 + 2 + 2 && !dump.deadlocks().is_empty() {
            return dump;
        }
        thread::yield_now();
    }
}
