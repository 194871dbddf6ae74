//! HTTP ping: two lanes at once, the sites of a lane one after another.
//!
//! The idea: the program with which the dialects are compared; `py_http_ping` is the same one. A
//! ping is a `HEAD` request of an `HttpClient`. Each lane is a task that is under way when the call
//! returns, and the main thread just blocks until all are done. The total is the sum of all pings;
//! the real time is that of the slower lane, because the lanes wait at the same time.
//!
//! ```text
//!        / google.fr ──► google.ch  \
//! start <                            > when_all
//!        \ google.es ──► google.com /
//! ```
//!
//! The hosts are in this program and answer after set delays (120, 80, 100 and 60 ms):
//!
//! ```text
//! Real time: 0.20 s
//! Time per site: google.fr: 0.12 s, google.ch: 0.08 s, google.es: 0.10 s, google.com: 0.06 s
//! Total time: 0.36 s
//! ```
//!
//! With lanes on the command line it pings these: `cs_http_ping google.fr,google.ch google.es`.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{CancellationToken, HttpClient, Task, async_method};
use fourfold::stopwatch::Stopwatch;
use http::Request;

/// A site's name, and where it is reached.
#[derive(Clone)]
struct Site {
    name: String,
    address: String,
}

/// How long a site took.
type Times = Vec<(String, Duration)>;

async fn ping_site(client: &HttpClient, site: &Site) -> Result<()> {
    let request = Request::head(format!("http://{}/", site.address)).body("")?;
    client.send_async(request, CancellationToken::none()).await?;
    Ok(())
}

async fn ping_one_after_another(client: Arc<HttpClient>, lane: Vec<Site>) -> Result<Times> {
    let mut times = Times::new();
    let mut chrono = Stopwatch::start();
    for site in lane {
        chrono.restart();
        ping_site(&client, &site).await?;
        times.push((site.name, chrono.elapsed()));
    }
    Ok(times)
}

async fn ping_at_once(lanes: Vec<Vec<Site>>) -> Result<Times> {
    let client = Arc::new(HttpClient::new());
    let tasks =
        lanes.into_iter().map(|lane| async_method(ping_one_after_another(client.clone(), lane)));
    // In the order of the lanes, whichever comes home first.
    Ok(Task::when_all(tasks).await?.concat())
}

fn main() -> Result<()> {
    let lanes = match lanes_of_the_command_line() {
        lanes if lanes.is_empty() => start_hosts()?,
        lanes => lanes,
    };
    let chrono = Stopwatch::start();
    let times = async_method(ping_at_once(lanes)).result()?;
    let real = chrono.elapsed();
    let total: Duration = times.iter().map(|(_, time)| time).sum();
    let each: Vec<_> =
        times.iter().map(|(site, time)| format!("{site}: {}", show(*time))).collect();
    println!("Real time: {}", show(real));
    println!("Time per site: {}", each.join(", "));
    println!("Total time: {}", show(total));
    Ok(())
}

fn show(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

fn lanes_of_the_command_line() -> Vec<Vec<Site>> {
    let site = |name: &str| Site { name: name.to_owned(), address: name.to_owned() };
    std::env::args().skip(1).map(|lane| lane.split(',').map(site).collect()).collect()
}

/// Starts the four hosts on this machine and gives the lanes that lead to them.
fn start_hosts() -> Result<Vec<Vec<Site>>> {
    Ok(vec![
        vec![start_host("google.fr", 120)?, start_host("google.ch", 80)?],
        vec![start_host("google.es", 100)?, start_host("google.com", 60)?],
    ])
}

/// Starts a host, a thread that answers as long as the program runs.
fn start_host(name: &str, milliseconds: u64) -> Result<Site> {
    let delay = Duration::from_millis(milliseconds);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // A client that went away is nobody's trouble here.
            let _ = answer(&connection, delay);
        }
    });
    Ok(Site { name: name.to_owned(), address })
}

fn answer(mut connection: &TcpStream, delay: Duration) -> Result<()> {
    for line in BufReader::new(connection).lines() {
        if line?.is_empty() {
            break;
        }
    }
    thread::sleep(delay);
    connection.write_all(b"HTTP/1.0 200 OK\r\n\r\n")?;
    Ok(())
}
