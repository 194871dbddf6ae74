//! HTTP ping: two lanes at once, the sites of a lane one after another; twice.
//!
//! The idea: the program with which the dialects are compared, in both of JavaScript's manners. First as
//! it was before there was `await`: a lane is a chain of promises that is built in a loop, each link a
//! function; then as async functions. Both do the same. Nothing waits for the end: it comes when
//! nothing is left to do.
//!
//! ```text
//!        / google.fr ──► google.ch  \
//! start <                            > all
//!        \ google.es ──► google.com /
//! ```
//!
//! The hosts are in this program and answer after set delays (120, 80, 100 and 60 ms):
//!
//! ```text
//! -- a chain of promises
//! Real time: 0.20 s
//! Time per site: google.fr: 0.12 s, google.ch: 0.08 s, google.es: 0.10 s, google.com: 0.06 s
//! Total time: 0.36 s
//! -- async and await
//! Real time: 0.20 s
//! Time per site: google.fr: 0.12 s, google.ch: 0.08 s, google.es: 0.10 s, google.com: 0.06 s
//! Total time: 0.36 s
//! ```
//!
//! With lanes on the command line it pings these: `js_http_ping google.fr,google.ch google.es`.

use std::cell::{Cell, RefCell};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use fourfold::Result;
use fourfold::js::{self, Promise, RequestInit, async_fn, fetch_with, set_immediate};
use fourfold::stopwatch::Stopwatch;

/// A site's name, and where it is reached.
#[derive(Clone)]
struct Site {
    name: String,
    address: String,
}

/// How long a site took.
type Times = Vec<(String, Duration)>;

fn ping_site(site: &Site) -> Promise<()> {
    let head = RequestInit::new().method("HEAD");
    fetch_with(format!("http://{}/", site.address), head).then(|_| Ok(()))
}

mod chained {
    use super::*;

    /// What the links of a chain tell each other.
    #[derive(Default)]
    struct Timing {
        chrono: Cell<Option<Stopwatch>>,
        times: RefCell<Times>,
    }

    impl Timing {
        fn on_start(self: &Rc<Self>) -> impl FnOnce(()) -> Result<()> + use<> {
            let timing = self.clone();
            move |()| {
                timing.chrono.set(Some(Stopwatch::start()));
                Ok(())
            }
        }

        fn on_stop(self: &Rc<Self>, site: String) -> impl FnOnce(()) -> Result<()> + use<> {
            let timing = self.clone();
            move |()| {
                let took = timing.chrono.take().map(|chrono| chrono.elapsed());
                timing.times.borrow_mut().push((site, took.unwrap_or_default()));
                Ok(())
            }
        }
    }

    fn ping_one_after_another(lane: Vec<Site>) -> Promise<Times> {
        let timing = Rc::new(Timing::default());
        let mut chain = Promise::resolve(());
        for site in lane {
            let name = site.name.clone();
            chain = chain
                .then(timing.on_start())
                .then(move |()| Ok(ping_site(&site)))
                .then(timing.on_stop(name));
        }
        chain.then(move |()| Ok(timing.times.take()))
    }

    pub(super) fn ping_at_once(lanes: Vec<Vec<Site>>) -> Promise<Times> {
        Promise::all(lanes.into_iter().map(ping_one_after_another))
            .then(|times: Vec<Times>| Ok(times.concat()))
    }
}

mod awaited {
    use super::*;

    async fn ping_one_after_another(lane: Vec<Site>) -> Result<Times> {
        let mut times = Times::new();
        for site in lane {
            let chrono = Stopwatch::start();
            ping_site(&site).await?;
            times.push((site.name, chrono.elapsed()));
        }
        Ok(times)
    }

    pub(super) async fn ping_at_once(lanes: Vec<Vec<Site>>) -> Result<Times> {
        let lanes = lanes.into_iter().map(|lane| async_fn(ping_one_after_another(lane)));
        Ok(Promise::all::<Promise<Times>>(lanes).await?.concat())
    }
}

fn main() -> Result<()> {
    let lanes = match lanes_of_the_command_line() {
        lanes if lanes.is_empty() => start_hosts()?,
        lanes => lanes,
    };
    println!("-- a chain of promises");
    let chained = lanes.clone();
    js::run(async {
        let chrono = Stopwatch::start();
        chained::ping_at_once(chained)
            .then(move |times: Times| {
                report(chrono.elapsed(), &times);
                Ok(())
            })
            .catch(|error| {
                // Thrown in here it would only reject one promise more.
                set_immediate(move || -> Result<()> { Err(error) });
                Ok(())
            });
        Ok(())
    })?;
    println!("-- async and await");
    js::run(async {
        let chrono = Stopwatch::start();
        let times = awaited::ping_at_once(lanes).await?;
        report(chrono.elapsed(), &times);
        Ok(())
    })
}

fn report(real: Duration, times: &Times) {
    let total: Duration = times.iter().map(|(_, time)| time).sum();
    let each: Vec<_> =
        times.iter().map(|(site, time)| format!("{site}: {}", show(*time))).collect();
    println!("Real time: {}", show(real));
    println!("Time per site: {}", each.join(", "));
    println!("Total time: {}", show(total));
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
