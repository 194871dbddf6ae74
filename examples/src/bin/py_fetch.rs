//! Fetching, computing, gathering, and the pitfall: a blocking call stops the whole loop.
//!
//! The idea: what C# does with `HttpClient`, `Task.Delay`, `Task.WhenAll` and `Task.Run`, in
//! asyncio's words. A loop has one thread, so a function that blocks it holds everybody up. A
//! heart that beats every ten milliseconds shows it: it goes on while `to_thread` lets another
//! thread block, and stands still while the loop's own is blocked. Debug mode names the culprit
//! while it is at it.
//!
//! ```text
//! fetched: Hello from /hello
//! computed: 42 in 0.1 s
//! arrived: /third
//! arrived: /second
//! arrived: /first
//! gathered: Hello from /first, Hello from /second, Hello from /third
//! blocked in a thread: 7, meanwhile 19 heartbeats
//! reported: careless is blocking the loop
//! blocked in the loop: 7, meanwhile 0 heartbeats
//! ```

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use fourfold::asyncio::{self, Stall};
use fourfold::http::{Client, Request, Server};
use fourfold::net::TcpListener;
use fourfold::stopwatch::Stopwatch;
use fourfold::{Error, Result};

async fn fetch(client: Client, url: String) -> Result<String> {
    let response = client.get(url).await?.error_for_status()?;
    response.text().await
}

async fn compute() -> Result<u32> {
    asyncio::sleep(Duration::from_millis(100)).await?;
    Ok(42)
}

/// An ordinary function that takes its time, as so many libraries do.
fn blocking_call() -> Result<u32> {
    thread::sleep(Duration::from_millis(250));
    Ok(7)
}

async fn program() -> Result<()> {
    let site = start_site().await?;
    let client = Client::new();

    let page = fetch(client.clone(), format!("{site}/hello")).await?;
    println!("fetched: {page}");

    let watch = Stopwatch::start();
    let answer = compute().await?;
    println!("computed: {answer} in {:.1} s", watch.elapsed().as_secs_f64());

    let pages = ["/first", "/second", "/third"].map(|path| {
        let page = fetch(client.clone(), format!("{site}{path}"));
        async move {
            let text = page.await?;
            println!("arrived: {path}");
            Ok(text)
        }
    });
    println!("gathered: {}", asyncio::gather(pages).await?.join(", "));

    let heart = Heart::start();
    let seven = asyncio::to_thread(blocking_call).await?;
    println!("blocked in a thread: {seven}, meanwhile {} heartbeats", heart.stop());

    report_stalls()?;
    let heart = Heart::start();
    // Here is the mistake: an `async` block that does not await, but blocks.
    let careless = asyncio::create_task(async { blocking_call() });
    careless.set_name("careless");
    let seven = careless.await?;
    println!("blocked in the loop: {seven}, meanwhile {} heartbeats", heart.stop());
    Ok(())
}

/// Turns debug mode on and says who is told.
fn report_stalls() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    // While it lasts, on a thread that watches; the loop itself cannot speak then.
    event_loop.set_stall_handler(Some(Arc::new(|stall: &Stall| {
        let task = stall.task.as_deref().unwrap_or("a callback");
        println!("reported: {task} is blocking the loop");
    })));
    // Afterwards, by the loop; to standard error unless somebody handles it.
    event_loop.set_exception_handler(Some(Rc::new(|context| eprintln!("{context}"))));
    event_loop.set_debug(true);
    Ok(())
}

/// Beats every ten milliseconds, if it is let.
struct Heart {
    beats: Rc<Cell<u32>>,
    task: asyncio::Task<()>,
}

impl Heart {
    fn start() -> Heart {
        let beats = Rc::new(Cell::new(0));
        let counted = beats.clone();
        let task = asyncio::create_task(async move {
            loop {
                asyncio::sleep(Duration::from_millis(10)).await?;
                counted.set(counted.get() + 1);
            }
        });
        Heart { beats, task }
    }

    fn stop(self) -> u32 {
        self.task.cancel();
        self.beats.get()
    }
}

/// A site on this machine: some pages come later than others.
async fn start_site() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let site = format!("http://{}", listener.local_addr()?);
    let server = Server::new(|request: Request| async move {
        let path = request.uri().path();
        let delay = match path {
            "/first" => 200,
            "/second" => 100,
            _ => 0,
        };
        asyncio::sleep(Duration::from_millis(delay)).await?;
        let page = format!("Hello from {path}");
        http::Response::builder().body(page).map_err(Error::from)
    });
    // The server is a plain future: `wrap` makes a coroutine of it, which can be cancelled.
    asyncio::create_task(asyncio::wrap(server.serve(listener)));
    Ok(site)
}

fn main() -> Result<()> {
    asyncio::run(program())
}
