//! Fetching, computing, waiting for all, and the pitfalls: blocking a context, and blocking on a task.
//!
//! The idea: the program of `py_fetch` in C#'s words: `HttpClient`, `Task.Delay`, `Task.WhenAll`,
//! `Task.Run`. It runs on a context of one thread, as the code of a user interface does: each await
//! goes on on that thread. So a call that blocks it holds everybody up, which a heart shows that beats
//! every ten milliseconds. And a task that is blocked on there, and has to go on there, would never
//! end. Where .NET hangs, this is told. The remedy is to await, or to need no context inside of the
//! task.
//!
//! ```text
//! fetched: Hello from /hello
//! computed: 42 in 0.1 s
//! arrived: /third
//! arrived: /second
//! arrived: /first
//! all: Hello from /first, Hello from /second, Hello from /third
//! blocked on the pool: 7, meanwhile 19 heartbeats
//! blocked in the context: 7, meanwhile 0 heartbeats
//! blocked on a task: deadlock, told instead of waiting for ever
//! blocked on a task that needs no context: 42
//! ```

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use fourfold::csharp::{
    CancellationTokenSource, HttpClient, Pump, SyncOverAsyncException, Task, async_method,
};
use fourfold::stopwatch::Stopwatch;
use fourfold::{Error, Result};

async fn compute() -> Result<u32> {
    Task::delay(Duration::from_millis(100)).await?;
    Ok(42)
}

/// As `compute`, and goes on on any thread.
async fn compute_anywhere() -> Result<u32> {
    Task::delay(Duration::from_millis(100)).configure_await(false).await?;
    Ok(42)
}

/// An ordinary function that takes its time, as so many libraries do.
fn blocking_call() -> Result<u32> {
    thread::sleep(Duration::from_millis(250));
    Ok(7)
}

async fn program() -> Result<()> {
    let site = start_site()?;
    let client = Arc::new(HttpClient::new());

    let page = client.get_string_async(&format!("{site}/hello")).await?;
    println!("fetched: {page}");

    let chrono = Stopwatch::start();
    let answer = async_method(compute()).await?;
    println!("computed: {answer} in {:.1} s", chrono.elapsed().as_secs_f64());

    let pages = ["/first", "/second", "/third"].map(|path| {
        let page = client.get_string_async(&format!("{site}{path}"));
        async_method(async move {
            let text = page.await?;
            println!("arrived: {path}");
            Ok(text)
        })
    });
    println!("all: {}", Task::when_all(pages).await?.join(", "));

    let heart = Heart::start();
    let seven = Task::run(blocking_call).await?;
    println!("blocked on the pool: {seven}, meanwhile {} heartbeats", heart.stop()?);

    let heart = Heart::start();
    // Here is the first mistake: an `async` method that does not await, but blocks.
    let seven = blocking_call()?;
    println!("blocked in the context: {seven}, meanwhile {} heartbeats", heart.stop()?);

    // And the second: the delay's continuation is for the thread that waits for it here.
    match async_method(compute()).result() {
        Err(error) if SyncOverAsyncException::of(&error).is_some() => {
            println!("blocked on a task: deadlock, told instead of waiting for ever");
        }
        other => return Err(Error::msg(format!("no deadlock: {other:?}"))),
    }
    let answer = async_method(compute_anywhere()).result()?;
    println!("blocked on a task that needs no context: {answer}");
    Ok(())
}

/// Beats every ten milliseconds, if it is let.
struct Heart {
    beats: Arc<AtomicU32>,
    source: CancellationTokenSource,
}

impl Heart {
    fn start() -> Heart {
        let (beats, source) = (Arc::new(AtomicU32::new(0)), CancellationTokenSource::new());
        let (counted, token) = (beats.clone(), source.token());
        // It ends as cancelled, and nobody waits for it.
        drop(async_method::<(), _>(async move {
            loop {
                Task::delay_with(Duration::from_millis(10), token.clone()).await?;
                counted.fetch_add(1, Ordering::Relaxed);
            }
        }));
        Heart { beats, source }
    }

    fn stop(self) -> Result<u32> {
        let beats = self.beats.load(Ordering::Relaxed);
        self.source.cancel()?;
        Ok(beats)
    }
}

/// A site on this machine: some pages come later than others.
fn start_site() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let site = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // A client that went away is nobody's trouble here.
            thread::spawn(move || drop(answer(&connection)));
        }
    });
    Ok(site)
}

fn answer(mut connection: &TcpStream) -> Result<()> {
    let mut lines = BufReader::new(connection).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let path = first.split(' ').nth(1).unwrap_or("/");
    let delay = match path {
        "/first" => 200,
        "/second" => 100,
        _ => 0,
    };
    thread::sleep(Duration::from_millis(delay));
    let page = format!("Hello from {path}");
    write!(connection, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n", page.len())?;
    write!(connection, "Connection: close\r\n\r\n{page}")?;
    Ok(())
}

fn main() -> Result<()> {
    Pump::new().run(program())
}
