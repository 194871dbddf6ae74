//! HTTP ping: two lanes at once, the sites of a lane one after another.
//!
//! The idea: the program with which the dialects are compared; `py_http_ping` is the same one. A
//! ping is a connection, the request `HEAD / HTTP/1.0`, and reading until the host closes, all in
//! plain calls. A lane is a goroutine, and what it found comes through a channel. The total is the
//! sum of all pings; the real time is that of the slower lane, because the lanes wait at the same
//! time.
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
//! With lanes on the command line it pings these: `go_http_ping google.fr,google.ch google.es`.

use std::io::{BufRead, BufReader, Read, Write};
use std::time::Duration;

use fourfold::go::chan::Receiver;
use fourfold::go::{self, chan, go, net, time};
use fourfold::{Error, Result};

/// A site's name, and where it is reached.
struct Site {
    name: String,
    address: String,
}

/// How long a site took.
type Times = Vec<(String, Duration)>;

fn ping_site(site: &Site) -> Result<()> {
    let mut connection = net::dial(&*site.address)?;
    write!(connection, "HEAD / HTTP/1.0\r\nHost: {}\r\n\r\n", site.name)?;
    let mut response = Vec::new();
    connection.read_to_end(&mut response)?;
    if response.starts_with(b"HTTP/1.") {
        Ok(())
    } else {
        Err(Error::msg(format!("{} does not answer in HTTP", site.name)))
    }
}

fn ping_one_after_another(lane: Vec<Site>) -> Result<Times> {
    let mut times = Times::new();
    for site in lane {
        let started = time::now();
        ping_site(&site)?;
        times.push((site.name, time::since(started)));
    }
    Ok(times)
}

/// Starts a lane; its times come through the channel.
fn start_lane(lane: Vec<Site>) -> Receiver<Result<Times>> {
    let (tell, told) = chan::make(1).split();
    go(move || tell.send(ping_one_after_another(lane)));
    told
}

fn ping_at_once(lanes: Vec<Vec<Site>>) -> Result<Times> {
    let lanes: Vec<_> = lanes.into_iter().map(start_lane).collect();
    let mut times = Times::new();
    for lane in &lanes {
        // In the order of the lanes, whichever comes home first.
        times.extend(lane.recv().transpose()?.unwrap_or_default());
    }
    Ok(times)
}

fn program() -> Result<()> {
    let lanes = match lanes_of_the_command_line() {
        lanes if lanes.is_empty() => start_hosts()?,
        lanes => lanes,
    };
    let started = time::now();
    let times = ping_at_once(lanes)?;
    let real = time::since(started);
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
    let site = |name: &str| Site { name: name.to_owned(), address: format!("{name}:80") };
    std::env::args().skip(1).map(|lane| lane.split(',').map(site).collect()).collect()
}

/// Starts the four hosts on this machine and gives the lanes that lead to them.
fn start_hosts() -> Result<Vec<Vec<Site>>> {
    Ok(vec![
        vec![start_host("google.fr", 120)?, start_host("google.ch", 80)?],
        vec![start_host("google.es", 100)?, start_host("google.com", 60)?],
    ])
}

/// Starts a host that answers as long as the program runs.
fn start_host(name: &str, milliseconds: u64) -> Result<Site> {
    let delay = Duration::from_millis(milliseconds);
    let listener = net::listen("127.0.0.1:0")?;
    let address = listener.addr()?.to_string();
    go(move || {
        for connection in listener.incoming() {
            go(move || answer(&connection, delay));
        }
    });
    Ok(Site { name: name.to_owned(), address })
}

fn answer(mut connection: &net::TcpConn, delay: Duration) -> Result<()> {
    for line in BufReader::new(connection).lines() {
        if line?.is_empty() {
            break;
        }
    }
    time::sleep(delay);
    connection.write_all(b"HTTP/1.0 200 OK\r\n\r\n")?;
    Ok(())
}

fn main() -> Result<()> {
    go::run(program)
}
