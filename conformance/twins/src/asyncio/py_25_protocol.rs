//! Order of a protocol's calls over a whole connection.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use fourfold::asyncio::{
    self, Future, Loop, Protocol, Server, Transport, gather, get_running_loop, sleep,
};
use fourfold::{Error, Result};

use super::python::{BytesRepr, Log, Repr, run_main, seconds, text, turn};

struct Recorder {
    name: &'static str,
    log: Log,
    keep_open: bool,
    lost: Future<()>,
    transport: OnceCell<Transport>,
    data: RefCell<Vec<u8>>,
    /// Told when the connection is made.
    made: RefCell<Option<Box<dyn FnOnce()>>>,
}

impl Recorder {
    fn new(event_loop: &Loop, name: &'static str, log: &Log, keep_open: bool) -> Rc<Recorder> {
        Rc::new(Recorder {
            name,
            log: log.clone(),
            keep_open,
            lost: event_loop.create_future(),
            transport: OnceCell::new(),
            data: RefCell::default(),
            made: RefCell::default(),
        })
    }

    fn transport(&self) -> &Transport {
        self.transport.get().expect("the connection was made")
    }
}

impl Protocol for Recorder {
    fn connection_made(&self, transport: Transport) {
        self.transport.set(transport).expect("made once");
        self.log.push(format!("{} made", self.name));
        if let Some(made) = self.made.take() {
            made();
        }
    }

    fn data_received(&self, data: &[u8]) {
        self.data.borrow_mut().extend(data);
        self.log.push(format!("{} data {}", self.name, String::from_utf8_lossy(data)));
    }

    fn eof_received(&self) -> bool {
        self.log.push(format!("{} eof", self.name));
        self.keep_open
    }

    fn connection_lost(&self, error: Option<Error>) {
        let error = error.as_ref().map_or("None".into(), text);
        self.log.push(format!("{} lost {error}", self.name));
        self.lost.set_result(()).expect("lost once");
    }
}

async fn pair(keep_open: bool) -> Result<(Server, Rc<Recorder>, Rc<Recorder>, Log)> {
    let event_loop = get_running_loop()?;
    let log = Log::new();
    let made: Future<Rc<Recorder>> = event_loop.create_future();
    let (serving, served, connected) = (event_loop.clone(), log.clone(), made.clone());
    let factory = move || {
        let recorder = Recorder::new(&serving, "s", &served, keep_open);
        let (made, this) = (connected.clone(), recorder.clone());
        recorder.made.replace(Some(Box::new(move || made.set_result(this).expect("one client"))));
        recorder
    };
    let server = event_loop.create_server(factory, "127.0.0.1", 0).await?;
    let port = server.sockets()[0].port().expect("an Internet address");
    let client = Recorder::new(&event_loop, "c", &log, false);
    let shared = client.clone();
    event_loop.create_connection(move || shared, "127.0.0.1", port).await?;
    Ok((server, made.await?, client, log))
}

fn show(what: &str, log: &Log) {
    for who in ["s", "c"] {
        let own: Vec<String> = log.items().into_iter().filter(|x| x.starts_with(who)).collect();
        println!("{what} {}", own.join(", "));
    }
}

fn has(log: &Log, line: &str) -> bool {
    log.items().iter().any(|x| x == line)
}

async fn both_lost(s: &Recorder, c: &Recorder) -> Result<()> {
    gather([s.lost.clone(), c.lost.clone()]).await?;
    Ok(())
}

async fn main() -> Result<()> {
    let (server, s, c, log) = pair(false).await?;
    c.transport().write(b"hello");
    c.transport().close();
    let last = log.items().last().is_some_and(|x| x == "c lost None");
    println!("closing at once {} {}", c.transport().is_closing().repr(), last.repr());
    c.transport().close();
    both_lost(&s, &c).await?;
    show("close:", &log);
    c.transport().close();
    c.transport().abort();
    turn().await?;
    let count = |line: &str| log.items().iter().filter(|x| *x == line).count();
    println!("lost exactly once {} {}", count("c lost None"), count("s lost None"));
    server.close();

    // Half closed: the side that keeps open can still answer.
    let (server, s, c, log) = pair(true).await?;
    c.transport().write(b"ask");
    c.transport().write_eof();
    while !has(&log, "s eof") {
        sleep(seconds(0.001)).await?;
    }
    println!("server open {}", (!s.transport().is_closing()).repr());
    s.transport().write(b"answer");
    s.transport().close();
    both_lost(&s, &c).await?;
    show("half close:", &log);
    server.close();

    let (server, s, c, log) = pair(false).await?;
    c.transport().abort();
    c.lost.clone().await?;
    let (lost, silent) = (has(&log, "c lost None"), !has(&log, "c eof"));
    println!("abort: {} own side hears no eof {}", lost.repr(), silent.repr());
    s.lost.clone().await?;
    server.close();

    // Paused reading: nothing arrives until it is resumed.
    let (server, s, c, _log) = pair(false).await?;
    s.transport().pause_reading();
    println!("reading {}", s.transport().is_reading().repr());
    c.transport().write(b"held");
    for _ in 0..10 {
        asyncio::sleep(seconds(0.001)).await?;
    }
    println!("paused {}", s.data.borrow().bytes_repr());
    s.transport().resume_reading();
    while s.data.borrow().is_empty() {
        sleep(seconds(0.001)).await?;
    }
    println!("resumed {}", s.data.borrow().bytes_repr());
    c.transport().close();
    both_lost(&s, &c).await?;
    server.close();
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
