//! Four hosts inside the process, each with a set delay, for a run without lanes and without a
//! network.
//!
//! They are as small as servers get: a thread accepts, a thread per connection reads the request,
//! waits, and answers. They live as long as the process.
//!
//! Why threads, where the runtime has a server: on the loop that probes, the hosts' turns would
//! stand between those of the probes, in the times that are measured and in the trace; and on a
//! loop of their own they would need a thread all the same. What is probed shall not be part of
//! what is shown. Four hosts need eight threads at most, each for a tenth of a second.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use fourfold::http::Url;

use crate::plan::Target;

/// The lanes of the demonstration: each host's name with its delay in milliseconds.
const LANES: [[(&str, u64); 2]; 2] =
    [[("google.fr", 120), ("google.ch", 80)], [("google.es", 100), ("google.com", 60)]];

/// A request longer than this is not one of ours.
const LONGEST_REQUEST: u64 = 16 * 1024;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// What the user is told before the run, which is in one dialect or in several.
pub(crate) fn describe(several: bool) -> String {
    let lanes = LANES.map(|lane| lane.map(|(site, ms)| format!("{site} {ms} ms")).join(", "));
    let how = if several { "in four dialects" } else { "with set delays" };
    format!(
        "No lanes given: probing four hosts inside this process, {how}:\n\
         \x20 lane 1  {}\n\
         \x20 lane 2  {}\n\
         The real ones: fourfold ping google.fr,google.ch google.es,google.com",
        lanes[0], lanes[1]
    )
}

/// Starts the four hosts and gives the lanes to probe them.
///
/// # Errors
///
/// If the loopback interface has no free port, or no thread can be started.
pub(crate) fn start() -> io::Result<Vec<Vec<Target>>> {
    LANES
        .iter()
        .map(|lane| lane.iter().map(|&(site, ms)| host(site, Duration::from_millis(ms))).collect())
        .collect()
}

fn host(site: &str, delay: Duration) -> io::Result<Target> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = Url::parse(&listener.local_addr()?.to_string()).map_err(io::Error::other)?;
    thread::Builder::new().name(format!("demo {site}")).spawn(move || {
        for stream in listener.incoming().flatten() {
            // A connection that finds no thread is dropped, and its probe reports that.
            let _ = thread::Builder::new().spawn(move || answer(&stream, delay));
        }
    })?;
    Ok(Target { site: Arc::from(site), url })
}

/// Answers one request. A client that goes away early is its own affair.
fn answer(stream: &TcpStream, delay: Duration) -> io::Result<()> {
    let mut lines = BufReader::new(stream.take(LONGEST_REQUEST));
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        if matches!(&*line, b"\r\n" | b"\n") {
            thread::sleep(delay);
            return (&*stream).write_all(ANSWER);
        }
        line.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn every_host_answers_after_its_delay() {
        let lanes = start().unwrap();
        for (target, (site, ms)) in lanes.iter().flatten().zip(LANES.iter().flatten()) {
            assert_eq!(&*target.site, *site);
            let asked = Instant::now();
            let mut stream = TcpStream::connect(target.url.authority()).unwrap();
            stream.write_all(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).unwrap();
            assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
            assert!(asked.elapsed() >= Duration::from_millis(*ms));
        }
    }
}
