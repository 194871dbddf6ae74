//! Synchronous crates become concurrent: rustls's and tungstenite's blocking calls, for a thousand
//! clients at once, on two workers.
//!
//! The idea: a connection of `go::net` implements `std::io::Read` and `Write`, and that is all that
//! `rustls::StreamOwned` and `tungstenite::WebSocket` ask for. Neither knows of a runtime, neither
//! has an `async` in it; [`serve`] and [`Client`] below would run over `std::net::TcpStream` as
//! they are. Where one of them reads what is not there yet, the goroutine is parked, with the
//! crates' frames on its stack, and its worker runs another.
//!
//! Server and clients are in this process. No client says anything before all are connected, so
//! the connections are open at the same time. Prints, but for the figures:
//!
//! ```text
//! 1000 clients, all connected at once over TLS 1.3 and WebSocket: 2000 goroutines on 2 workers
//! connected in 0.50 s; 10000 messages echoed and connections closed in 0.20 s
//! threads that ran both sides: 2; of the whole process, with main and the runtime's own: 4
//! ```
//!
//! A worker that is held up for 10 ms gets another beside it for a while; so on a busy machine
//! there are a few threads more, and it says so.
//!
//! What must not happen while a goroutine reads or writes is that it holds a lock of the standard
//! library, or borrows a thread-local value: the next goroutine on that thread would meet it. These
//! two crates do neither.
//!
//! Another number of clients is its argument: `go_tls_websocket 20`. Each takes two of the files
//! that a process may have open.

use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::{self, ThreadId};
use std::time::Instant;

use fourfold::go::sync::{Mutex, WaitGroup};
use fourfold::go::{self, Goroutine, Spawn, chan, go, net, runtime};
use fourfold::{Error, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};
use rustls::{ProtocolVersion, StreamOwned, crypto::ring};
use tungstenite::client::client_with_config;
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{HandshakeError, Message, WebSocket, accept_with_config};

const CLIENTS: usize = 1000;
const WORKERS: usize = 2;
/// Messages that each client sends; it waits for the answer to each.
const MESSAGES: usize = 10;
/// Address space for a stack; only what is touched takes memory. A handshake calls deep: it needs
/// 40 KiB, and 96 in a build without optimisation. That is other people's code, so there is room
/// left.
const STACK: usize = 256 << 10;

/// A server's side of one connection, in blocking calls. Gives the number of messages it echoed.
fn serve(connection: impl Read + Write, tls: Arc<ServerConfig>) -> Result<usize> {
    let session = ServerConnection::new(tls)?;
    let secure = StreamOwned::new(session, connection);
    let mut socket = accept_with_config(secure, Some(frugal())).map_err(handshake)?;
    let mut echoed = 0;
    loop {
        match socket.read() {
            Ok(message @ (Message::Text(_) | Message::Binary(_))) => {
                socket.send(message)?;
                echoed += 1;
            }
            // Pings and the close are answered by the crate itself.
            Ok(_) => {}
            Err(tungstenite::Error::ConnectionClosed) => break,
            Err(error) => return Err(Error::new(error)),
        }
    }
    let mut secure = socket.into_inner();
    secure.conn.send_close_notify();
    secure.flush()?;
    Ok(echoed)
}

/// A client's side of one connection, in blocking calls.
struct Client<C: Read + Write> {
    socket: WebSocket<StreamOwned<ClientConnection, C>>,
}

impl<C: Read + Write> Client<C> {
    fn connect(connection: C, tls: Arc<ClientConfig>) -> Result<Client<C>> {
        let name = ServerName::try_from("localhost")?;
        let session = ClientConnection::new(tls, name)?;
        let secure = StreamOwned::new(session, connection);
        let connected = client_with_config("wss://localhost/", secure, Some(frugal()));
        let (socket, _response) = connected.map_err(handshake)?;
        Ok(Client { socket })
    }

    /// The version of TLS that the two sides agreed on.
    fn tls_version(&self) -> &'static str {
        match self.socket.get_ref().conn.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
            Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
            _ => "an unknown TLS",
        }
    }

    fn talk(mut self, number: usize) -> Result<()> {
        for count in 0..MESSAGES {
            let message = Message::text(format!("client {number}, message {count}"));
            self.socket.send(message.clone())?;
            let answer = self.socket.read()?;
            if answer != message {
                return Err(Error::msg(format!("{message:?} was answered with {answer:?}")));
            }
        }
        self.socket.close(None)?;
        loop {
            match self.socket.read() {
                Ok(_) => {}
                Err(tungstenite::Error::ConnectionClosed) => return Ok(()),
                Err(error) => return Err(Error::new(error)),
            }
        }
    }
}

/// Small buffers: by default each side of a connection has 256 KiB of them.
fn frugal() -> WebSocketConfig {
    WebSocketConfig::default().read_buffer_size(4 << 10).write_buffer_size(0)
}

fn handshake<R>(error: HandshakeError<R>) -> Error
where
    R: tungstenite::handshake::HandshakeRole,
{
    match error {
        HandshakeError::Failure(error) => Error::new(error),
        HandshakeError::Interrupted(_) => Error::msg("a blocking connection did not block"),
    }
}

/// Both sides' settings, with a certificate made for this run that the client trusts.
fn tls() -> Result<(Arc<ServerConfig>, Arc<ClientConfig>)> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).map_err(Error::msg)?;
    let certificate = made.cert.der().clone();
    let mut trusted = RootCertStore::empty();
    trusted.add(certificate.clone())?;
    let ring = Arc::new(ring::default_provider());
    let server = ServerConfig::builder_with_provider(ring.clone())
        .with_safe_default_protocol_versions()
        .and_then(|server| server.with_no_client_auth().with_single_cert(vec![certificate], key));
    let client = ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .map(|client| client.with_root_certificates(trusted).with_no_client_auth());
    Ok((Arc::new(server?), Arc::new(client?)))
}

/// Which threads ran goroutines of either side.
#[derive(Clone, Default)]
struct Threads(Arc<Mutex<HashSet<ThreadId>>>);

impl Threads {
    fn this_one(&self) {
        self.0.lock().insert(thread::current().id());
    }
}

/// A server: a goroutine that accepts, and one for each connection. It gives what they echoed
/// once the listener is closed and they have ended.
fn start_server(
    listener: net::TcpListener,
    tls: Arc<ServerConfig>,
    threads: Threads,
) -> Goroutine<Result<usize>> {
    go(move || {
        let mut serving = Vec::new();
        loop {
            let connection = match listener.accept() {
                Ok(connection) => connection,
                Err(error) if net::is_closed(&error) => break,
                // It ends the process: clients that nobody accepts would wait for ever.
                Err(error) => panic!("accept: {error}"),
            };
            let (tls, threads) = (tls.clone(), threads.clone());
            serving.push(Spawn::new().name("server").stack_size(STACK).go(move || {
                threads.this_one();
                serve(connection, tls)
            }));
        }
        serving.into_iter().map(|connection| connection.join()?).sum()
    })
}

fn program(clients: usize) -> Result<()> {
    let (server_tls, client_tls) = tls()?;
    let threads = Threads::default();
    let listener = net::listen("127.0.0.1:0")?;
    let address = listener.addr()?;
    let serving = start_server(listener.clone(), server_tls, threads.clone());

    let begun = Instant::now();
    let (connected, gate) = (WaitGroup::new(), chan::make::<()>(0));
    connected.add(clients as i64);
    let talking: Vec<_> = (0..clients)
        .map(|number| {
            let (tls, threads) = (client_tls.clone(), threads.clone());
            let (connected, gate) = (connected.clone(), gate.receiver());
            Spawn::new().name("client").stack_size(STACK).go(move || {
                let client = dial(address, tls);
                // Also if it failed: nobody is to wait for it then.
                connected.done();
                let client = client?;
                let version = client.tls_version();
                gate.recv();
                client.talk(number)?;
                threads.this_one();
                Ok::<_, Error>(version)
            })
        })
        .collect();
    connected.wait();
    let connecting = begun.elapsed();
    // This goroutine, the one that accepts, and two for each client that is connected.
    let goroutines = runtime::num_goroutine() - 2;
    let process = threads_of_the_process();

    let begun = Instant::now();
    gate.close();
    let mut versions = HashSet::new();
    for client in talking {
        versions.insert(client.join()??);
    }
    listener.close()?;
    let echoed = serving.join()??;
    let talking = begun.elapsed();

    let versions: Vec<_> = versions.into_iter().collect();
    println!(
        "{clients} clients, all connected at once over {} and WebSocket: {goroutines} goroutines \
         on {} workers",
        versions.join(" and "),
        runtime::gomaxprocs(),
    );
    println!(
        "connected in {:.2} s; {echoed} messages echoed and connections closed in {:.2} s",
        connecting.as_secs_f64(),
        talking.as_secs_f64(),
    );
    let ran = threads.0.lock().len();
    print!("threads that ran both sides: {ran}");
    match process {
        Some(count) => println!("; of the whole process, with main and the runtime's own: {count}"),
        None => println!(),
    }
    if ran > runtime::gomaxprocs() {
        println!(
            "(a worker that is held up for 10 ms gets another beside it: the machine is busy)"
        );
    }
    Ok(())
}

fn dial(address: SocketAddr, tls: Arc<ClientConfig>) -> Result<Client<net::TcpConn>> {
    Client::connect(net::dial(address)?, tls)
}

/// How many threads this process has; Linux tells.
fn threads_of_the_process() -> Option<usize> {
    Some(std::fs::read_dir("/proc/self/task").ok()?.count())
}

/// Raises the limit on open files as far as it is needed and allowed.
fn make_room(clients: usize) -> Result<()> {
    // Both ends of each connection are here. The rest is for the runtime and the standard streams.
    const OTHERS: u64 = 64;
    let needed = 2 * clients as u64 + OTHERS;
    let now = getrlimit(Resource::Nofile);
    let Some(current) = now.current.filter(|&current| current < needed) else { return Ok(()) };
    let raised = now.maximum.map_or(needed, |hard| hard.min(needed)).max(current);
    let limit = Rlimit { current: Some(raised), maximum: now.maximum };
    setrlimit(Resource::Nofile, limit).map_err(|error| Error::new(io::Error::from(error)))?;
    if raised < needed {
        return Err(Error::msg(format!(
            "{clients} clients need {needed} open files and the system allows {raised}: raise the \
             hard limit (`ulimit -Hn`), or run it with {} clients",
            raised.saturating_sub(OTHERS) / 2,
        )));
    }
    Ok(())
}

fn clients_of_the_command_line() -> Result<usize> {
    match std::env::args().nth(1).map(|text| text.parse()) {
        None => Ok(CLIENTS),
        Some(Ok(clients)) if clients > 0 => Ok(clients),
        Some(_) => Err(Error::msg("how many clients? give a number, such as 20")),
    }
}

fn main() -> ExitCode {
    let outcome = clients_of_the_command_line().and_then(|clients| {
        make_room(clients)?;
        go::Builder::new().workers(WORKERS).run(move || program(clients))
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
