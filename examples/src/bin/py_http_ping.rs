//! HTTP ping: two lanes at once, the sites of a lane one after another.
//!
//! The idea: the program with which the dialects are compared. A ping is a connection, the request
//! `HEAD / HTTP/1.0`, and reading until the host closes. The total is the sum of all pings; the
//! real time is that of the slower lane, because the lanes wait at the same time.
//!
//! ```text
//!        / google.fr ──► google.ch  \
//! start <                            > join
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
//! With lanes on the command line it pings these: `py_http_ping google.fr,google.ch google.es`.

use std::time::Duration;

use fourfold::asyncio::{self, StreamReader, StreamWriter};
use fourfold::stopwatch::stopwatch;
use fourfold::{Error, Result};

/// A site's name, and where it is reached.
#[derive(Clone)]
struct Site {
    name: String,
    host: String,
    port: u16,
}

/// How long a site took.
type Times = Vec<(String, Duration)>;

async fn ping_site(site: &Site) -> Result<()> {
    let (reader, writer) = asyncio::open_connection(&site.host, site.port).await?;
    let head = format!("HEAD / HTTP/1.0\r\nHost: {}\r\n\r\n", site.name);
    writer.write(head.as_bytes());
    let response = reader.read_to_end().await?;
    writer.close();
    if response.starts_with(b"HTTP/1.") {
        Ok(())
    } else {
        Err(Error::msg(format!("{} does not answer in HTTP", site.name)))
    }
}

async fn ping_one_after_another(lane: Vec<Site>) -> Result<Times> {
    let mut times = Times::new();
    for site in lane {
        let mut elapsed = Duration::ZERO;
        {
            let _timing = stopwatch(&mut elapsed);
            ping_site(&site).await?;
        }
        times.push((site.name, elapsed));
    }
    Ok(times)
}

async fn ping_at_once(lanes: Vec<Vec<Site>>) -> Result<Times> {
    let times = asyncio::gather(lanes.into_iter().map(ping_one_after_another)).await?;
    Ok(times.concat())
}

async fn program() -> Result<()> {
    let lanes = match lanes_of_the_command_line() {
        lanes if lanes.is_empty() => start_hosts().await?,
        lanes => lanes,
    };
    let mut real = Duration::ZERO;
    let times = {
        let _timing = stopwatch(&mut real);
        ping_at_once(lanes).await?
    };
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
    let site = |name: &str| Site { name: name.to_owned(), host: name.to_owned(), port: 80 };
    std::env::args().skip(1).map(|lane| lane.split(',').map(site).collect()).collect()
}

/// Starts the four hosts on this machine and gives the lanes that lead to them.
async fn start_hosts() -> Result<Vec<Vec<Site>>> {
    Ok(vec![
        vec![start_host("google.fr", 120).await?, start_host("google.ch", 80).await?],
        vec![start_host("google.es", 100).await?, start_host("google.com", 60).await?],
    ])
}

async fn start_host(name: &str, milliseconds: u64) -> Result<Site> {
    let delay = Duration::from_millis(milliseconds);
    let answer = move |reader: StreamReader, writer: StreamWriter| async move {
        reader.readuntil(b"\r\n\r\n").await?;
        asyncio::sleep(delay).await?;
        writer.write(b"HTTP/1.0 200 OK\r\n\r\n");
        writer.close();
        writer.wait_closed().await
    };
    let host = "127.0.0.1";
    // It serves as long as its loop runs.
    let server = asyncio::start_server(answer, host, 0).await?;
    let port = server.sockets().first().and_then(|address| address.port());
    let port = port.ok_or_else(|| Error::msg(format!("{name} listens at no port")))?;
    Ok(Site { name: name.to_owned(), host: host.to_owned(), port })
}

fn main() -> Result<()> {
    asyncio::run(program())
}
