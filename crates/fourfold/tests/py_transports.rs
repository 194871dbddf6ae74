//! Transports and protocols. Expected values are CPython 3.13's.
#![cfg(unix)]

use std::cell::{Cell, OnceCell, RefCell};
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::time::Duration;

use fourfold::asyncio::{
    self, DatagramProtocol, DatagramTransport, Future, Loop, Protocol, Server, Transport,
    get_running_loop,
};
use fourfold::{Error, Result};

type Log = Rc<RefCell<Vec<String>>>;

/// Notes every call.
struct Recorder {
    name: &'static str,
    log: Log,
    keep_open: bool,
    transport: OnceCell<Transport>,
    data: RefCell<Vec<u8>>,
    made: Future<()>,
    lost: Future<Option<Error>>,
    resumed: RefCell<Future<()>>,
    panic_at: Cell<Option<&'static str>>,
}

impl Recorder {
    fn new(name: &'static str, log: &Log, keep_open: bool) -> Rc<Recorder> {
        let event_loop = get_running_loop().unwrap();
        Rc::new(Recorder {
            name,
            log: log.clone(),
            keep_open,
            transport: OnceCell::new(),
            data: RefCell::default(),
            made: event_loop.create_future(),
            lost: event_loop.create_future(),
            resumed: RefCell::new(event_loop.create_future()),
            panic_at: Cell::new(None),
        })
    }

    fn note(&self, what: &str) {
        self.log.borrow_mut().push(format!("{} {what}", self.name));
        assert!(self.panic_at.get() != Some(self.name), "told to");
    }

    fn transport(&self) -> &Transport {
        self.transport.get().expect("connection_made was called")
    }

    fn has(&self, entry: &str) -> bool {
        self.log.borrow().iter().any(|found| found == entry)
    }
}

impl Protocol for Recorder {
    fn connection_made(&self, transport: Transport) {
        self.transport.set(transport).expect("made once");
        self.note("made");
        self.made.set_result(()).unwrap();
    }

    fn data_received(&self, data: &[u8]) {
        self.data.borrow_mut().extend_from_slice(data);
        self.note(&format!("data {}", String::from_utf8_lossy(data)));
    }

    fn eof_received(&self) -> bool {
        self.note("eof");
        self.keep_open
    }

    fn connection_lost(&self, error: Option<Error>) {
        let text = error.as_ref().map_or("None".into(), ToString::to_string);
        self.note(&format!("lost {text}"));
        self.lost.set_result(error).expect("lost once");
    }

    fn pause_writing(&self) {
        self.note("pause");
        self.resumed.replace(self.made.get_loop().create_future());
    }

    fn resume_writing(&self) {
        self.note("resume");
        self.resumed.borrow().set_result(()).unwrap();
    }
}

struct Pair {
    server: Server,
    s: Rc<Recorder>,
    c: Rc<Recorder>,
    log: Log,
}

async fn pair(keep_open: bool) -> Result<Pair> {
    let event_loop = get_running_loop()?;
    let log = Log::default();
    let accepted = Recorder::new("s", &log, keep_open);
    let s = accepted.clone();
    let server = event_loop.create_server(move || accepted.clone(), "127.0.0.1", 0).await?;
    let port = server.sockets()[0].port().unwrap();
    let c = Recorder::new("c", &log, false);
    let made = c.clone();
    event_loop.create_connection(move || made, "127.0.0.1", port).await?;
    s.made.clone().await?;
    Ok(Pair { server, s, c, log })
}

impl Pair {
    fn of(&self, who: &str) -> String {
        let log = self.log.borrow();
        log.iter().filter(|entry| entry.starts_with(who)).cloned().collect::<Vec<_>>().join(", ")
    }

    async fn both_lost(&self) -> Result<()> {
        self.s.lost.clone().await?;
        self.c.lost.clone().await?;
        Ok(())
    }
}

async fn until(condition: impl Fn() -> bool) -> Result<()> {
    while !condition() {
        asyncio::sleep(Duration::ZERO).await?;
    }
    Ok(())
}

#[test]
fn py_25_close_flushes_and_each_side_is_lost_once() {
    asyncio::run(async {
        let pair = pair(false).await?;
        pair.c.transport().write(b"hello");
        pair.c.transport().close();
        assert!(pair.c.transport().is_closing());
        assert!(!pair.c.lost.done());
        pair.c.transport().close();
        pair.both_lost().await?;
        assert_eq!(pair.of("s"), "s made, s data hello, s eof, s lost None");
        assert_eq!(pair.of("c"), "c made, c lost None");
        pair.c.transport().close();
        pair.c.transport().abort();
        asyncio::sleep(Duration::ZERO).await?;
        assert_eq!(pair.of("c"), "c made, c lost None");
        pair.server.close();
        pair.server.wait_closed().await
    })
    .unwrap();
}

#[test]
fn py_25_a_side_that_keeps_open_can_still_answer() {
    asyncio::run(async {
        let pair = pair(true).await?;
        assert!(pair.c.transport().can_write_eof());
        pair.c.transport().write(b"ask");
        pair.c.transport().write_eof();
        until(|| pair.s.has("s eof")).await?;
        assert!(!pair.s.transport().is_closing());
        pair.s.transport().write(b"answer");
        pair.s.transport().close();
        pair.both_lost().await?;
        assert_eq!(pair.of("s"), "s made, s data ask, s eof, s lost None");
        assert_eq!(pair.of("c"), "c made, c data answer, c eof, c lost None");
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_25_abort_is_lost_without_an_error_and_hears_no_end() {
    asyncio::run(async {
        let pair = pair(false).await?;
        pair.c.transport().abort();
        pair.both_lost().await?;
        assert_eq!(pair.of("c"), "c made, c lost None");
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_25_a_paused_transport_receives_nothing() {
    asyncio::run(async {
        let pair = pair(false).await?;
        pair.s.transport().pause_reading();
        pair.s.transport().pause_reading();
        assert!(!pair.s.transport().is_reading());
        pair.c.transport().write(b"held");
        for _ in 0..10 {
            asyncio::sleep(Duration::from_millis(1)).await?;
        }
        assert_eq!(*pair.s.data.borrow(), b"");
        pair.s.transport().resume_reading();
        until(|| !pair.s.data.borrow().is_empty()).await?;
        assert_eq!(*pair.s.data.borrow(), b"held");
        pair.c.transport().close();
        pair.both_lost().await
    })
    .unwrap();
}

#[test]
fn py_25_a_peer_that_resets_is_lost_with_an_error() {
    asyncio::run(async {
        let event_loop = get_running_loop()?;
        let log = Log::default();
        let recorder = Recorder::new("s", &log, false);
        let accepted = recorder.clone();
        let server = event_loop.create_server(move || accepted.clone(), "127.0.0.1", 0).await?;
        let address = server.sockets()[0].inet().unwrap();
        let client = std::net::TcpStream::connect(address)?;
        recorder.made.clone().await?;
        // An end with something unread, at once, is a reset.
        socket2::SockRef::from(&client).set_linger(Some(Duration::ZERO))?;
        drop(client);
        let error = recorder.lost.clone().await?.expect("a reset is an error");
        let error = error.downcast_ref::<std::io::Error>().unwrap();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_25_a_protocol_that_panics_is_reported_and_loses_its_connection() {
    let event_loop = Loop::new().unwrap();
    let reports = Rc::new(RefCell::new(Vec::new()));
    let seen = reports.clone();
    event_loop.set_exception_handler(Some(Rc::new(move |context| {
        seen.borrow_mut().push(context.message.clone());
    })));
    event_loop
        .run_until_complete(async {
            let pair = pair(false).await?;
            pair.s.panic_at.set(Some("s"));
            pair.c.transport().write(b"x");
            until(|| pair.s.has("s data x")).await?;
            pair.s.panic_at.set(None);
            assert!(pair.s.lost.clone().await?.expect("the panic").is_panic());
            pair.c.lost.clone().await?;
            Ok(())
        })
        .unwrap();
    assert_eq!(*reports.borrow(), ["Fatal error: protocol.data_received() call failed."]);
}

async fn flow() -> Result<(Rc<Recorder>, UnixStream)> {
    let event_loop = get_running_loop()?;
    let (a, b) = UnixStream::pair()?;
    b.set_nonblocking(true)?;
    let recorder = Recorder::new("f", &Log::default(), false);
    let made = recorder.clone();
    event_loop.create_connection_on(move || made, a).await?;
    Ok((recorder, b))
}

async fn drain(from: &UnixStream, count: usize) -> Result<usize> {
    let event_loop = get_running_loop()?;
    let mut got = 0;
    while got < count {
        got += event_loop.sock_recv(from, 1 << 16).await?.len();
    }
    Ok(got)
}

fn calls(recorder: &Recorder) -> String {
    recorder.log.borrow().join(", ").replace("f ", "")
}

const SIZE: usize = 2 << 20;

#[test]
fn py_25_writing_pauses_once_above_the_high_mark_and_resumes_at_the_low_one() {
    asyncio::run(async {
        let (f, b) = flow().await?;
        let transport = f.transport().clone();
        transport.set_write_buffer_limits(1000, 200)?;
        assert_eq!(transport.get_write_buffer_limits(), (200, 1000));
        transport.write(b"small");
        assert_eq!((calls(&f).as_str(), transport.get_write_buffer_size()), ("made", 0));
        transport.write(&vec![b'x'; SIZE]);
        assert_eq!(calls(&f), "made, pause");
        transport.write(&[b'y'; 1000]);
        transport.write(b"");
        assert_eq!(calls(&f), "made, pause");
        assert_eq!(drain(&b, 5 + SIZE + 1000).await?, 2_098_157);
        let resumed = f.resumed.borrow().clone();
        resumed.await?;
        assert_eq!(
            (calls(&f).as_str(), transport.get_write_buffer_size()),
            ("made, pause, resume", 0)
        );
        transport.write(&vec![b'z'; SIZE]);
        drain(&b, SIZE).await?;
        let resumed = f.resumed.borrow().clone();
        resumed.await?;
        assert_eq!(calls(&f), "made, pause, resume, pause, resume");

        transport.write(&vec![b'q'; SIZE]);
        transport.close();
        assert!(transport.is_closing());
        assert!(!f.lost.done());
        transport.write(b"ignored");
        // Written while it closes, it follows what is buffered already.
        drain(&b, SIZE + 7).await?;
        f.lost.clone().await?;
        assert_eq!(calls(&f), "made, pause, resume, pause, resume, pause, resume, lost None");
        assert_eq!(get_running_loop()?.sock_recv(&b, 10).await?, b"");
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_25_abort_throws_away_what_is_buffered() {
    asyncio::run(async {
        let (f, _b) = flow().await?;
        f.transport().write(&vec![b'x'; SIZE]);
        f.transport().abort();
        assert_eq!(f.transport().get_write_buffer_size(), 0);
        assert!(!f.lost.done());
        f.lost.clone().await?;
        assert_eq!(calls(&f), "made, pause, lost None");
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_25_marks_that_cannot_be_are_refused() {
    asyncio::run(async {
        let (f, _b) = flow().await?;
        let refused = f.transport().set_write_buffer_limits(5, 10).unwrap_err();
        assert_eq!(refused.to_string(), "high (5) must be >= low (10) must be >= 0");
        f.transport().set_write_buffer_limits(0, None)?;
        assert_eq!(f.transport().get_write_buffer_limits(), (0, 0));
        f.transport().set_write_buffer_limits(None, 100)?;
        assert_eq!(f.transport().get_write_buffer_limits(), (100, 400));
        f.transport().set_write_buffer_limits(None, None)?;
        assert_eq!(f.transport().get_write_buffer_limits(), (16384, 65536));
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_25_more_than_one_read_holds_comes_in_several_and_then_the_end() {
    asyncio::run(async {
        let (f, b) = flow().await?;
        b.set_nonblocking(false)?;
        let writer = std::thread::spawn(move || (&b).write_all(&vec![b'd'; SIZE]));
        f.lost.clone().await?;
        writer.join().unwrap()?;
        assert_eq!(f.data.borrow().len(), SIZE);
        let log = f.log.borrow();
        assert_eq!(log[log.len() - 2..], ["f eof", "f lost None"]);
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_26_a_transport_keeps_its_descriptor_to_itself() {
    asyncio::run(async {
        let event_loop = get_running_loop()?;
        let (a, b) = UnixStream::pair()?;
        let raw = std::os::fd::AsRawFd::as_raw_fd(&a);
        event_loop.create_connection_on(|| Recorder::new("f", &Log::default(), false), a).await?;
        let refused = {
            // SAFETY: the transport keeps it open while it is borrowed here.
            let fd = unsafe { std::os::fd::BorrowedFd::borrow_raw(raw) };
            event_loop.add_reader(fd, || ()).unwrap_err()
        };
        assert!(refused.to_string().contains("is used by a transport"), "{refused}");
        drop(b);
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_25_a_server_closes_when_serving_forever_is_cancelled() {
    asyncio::run(async {
        let pair = pair(false).await?;
        assert!(pair.server.is_serving());
        let server = pair.server.clone();
        let forever = asyncio::create_task(async move { server.serve_forever().await });
        asyncio::sleep(Duration::ZERO).await?;
        assert!(pair.server.serve_forever().await.is_err());
        forever.cancel();
        asyncio::sleep(Duration::ZERO).await?;
        asyncio::sleep(Duration::ZERO).await?;
        assert!(!pair.server.is_serving());
        assert!(pair.server.sockets().is_empty());
        assert!(!forever.done(), "it waits for its clients");
        pair.server.close_clients();
        assert!(forever.await.unwrap_err().is_cancelled());
        pair.server.wait_closed().await
    })
    .unwrap();
}

/// Notes what comes to a datagram endpoint; a server answers in capitals.
struct Peer {
    echo: bool,
    log: RefCell<Vec<String>>,
    transport: OnceCell<DatagramTransport>,
    lost: Future<()>,
}

impl Peer {
    fn new(echo: bool) -> Peer {
        let lost = get_running_loop().unwrap().create_future();
        Peer { echo, log: RefCell::default(), transport: OnceCell::new(), lost }
    }

    fn log(&self) -> String {
        self.log.borrow().join(", ")
    }
}

impl DatagramProtocol for Peer {
    fn connection_made(&self, transport: DatagramTransport) {
        self.transport.set(transport).unwrap();
        self.log.borrow_mut().push("made".into());
    }

    fn datagram_received(&self, data: &[u8], from: std::net::SocketAddr) {
        self.log.borrow_mut().push(String::from_utf8_lossy(data).into_owned());
        if self.echo {
            self.transport.get().unwrap().sendto(&data.to_ascii_uppercase(), from).unwrap();
        }
    }

    fn error_received(&self, error: Error) {
        let kind = error.downcast_ref::<std::io::Error>().unwrap().kind();
        self.log.borrow_mut().push(format!("error {kind:?}"));
    }

    fn connection_lost(&self, error: Option<Error>) {
        self.log.borrow_mut().push(format!("lost {}", error.is_some()));
        self.lost.set_result(()).unwrap();
    }
}

#[test]
fn py_25_datagrams_go_both_ways_and_a_deaf_port_is_an_error_the_endpoint_survives() {
    asyncio::run(async {
        let event_loop = get_running_loop()?;
        let (st, s) =
            event_loop.create_datagram_endpoint(|| Peer::new(true), ("127.0.0.1", 0), None).await?;
        let address = st.sockname().unwrap();
        let connect = || {
            let remote = ("127.0.0.1", address.port());
            event_loop.create_datagram_endpoint(|| Peer::new(false), None, remote)
        };
        let (ct, c) = connect().await?;
        for data in [&b"one"[..], b"two", b"", b"three"] {
            ct.sendto(data, None)?;
        }
        until(|| c.log.borrow().len() == 5).await?;
        let elsewhere = ct.sendto(b"x", std::net::SocketAddr::from(([127, 0, 0, 1], 1)));
        assert!(elsewhere.unwrap_err().to_string().starts_with("Invalid address: must be None or"));
        ct.sendto(b"same address", address)?;
        until(|| c.log.borrow().len() == 6).await?;
        ct.close();
        ct.close();
        assert!(ct.is_closing() && !c.lost.done());
        c.lost.clone().await?;
        assert_eq!(s.log(), "made, one, two, , three, same address");
        assert_eq!(c.log(), "made, ONE, TWO, , THREE, SAME ADDRESS, lost false");

        let (ct, c) = connect().await?;
        st.close();
        s.lost.clone().await?;
        ct.sendto(b"lost", None)?;
        until(|| c.log.borrow().len() == 2).await?;
        assert_eq!(c.log(), "made, error ConnectionRefused");
        assert!(!ct.is_closing());
        ct.abort();
        c.lost.clone().await?;
        assert_eq!(c.log(), "made, error ConnectionRefused, lost false");
        Ok(())
    })
    .unwrap();
}
