//! How encrypted connections are made: opened, served, or upgraded in the middle.

use std::future::Future as StdFuture;
use std::io;
use std::rc::Rc;

use super::super::event_loop::{Loop, get_running_loop};
use super::super::futures::Future;
use super::super::protocols::Protocol;
use super::super::server::{Factory, Server};
use super::super::stream_reader::{DEFAULT_LIMIT, StreamReader};
use super::super::stream_transport::{Kind, StreamTransport};
use super::super::stream_writer::StreamWriter;
use super::super::streams::{client, served};
use super::super::transports::Transport;
use super::options::{Tls, TlsSide};
use super::protocol::TlsProtocol;
use crate::tls::{Acceptor, Connector};
use crate::{Error, Result};

impl Loop {
    /// Encrypts a connection from here on. Returns the transport that `protocol` has to use
    /// instead; of the former one nothing may be used any more. `connection_made` is not called
    /// again.
    ///
    /// The side is that of `tls`: a [`Connector`], with a
    /// [`server_hostname`](Tls::server_hostname), or an [`Acceptor`].
    ///
    /// If the task is cancelled here the connection is closed.
    ///
    /// # Errors
    ///
    /// A [`TlsError`](crate::tls::TlsError) where the handshake fails, after which the connection
    /// is lost; a `ConnectionAborted` where it takes too long; where there is no
    /// `server_hostname`, or the connection is lost already.
    ///
    /// The original is
    /// [`loop.start_tls`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.start_tls).
    pub async fn start_tls<S: TlsSide>(
        &self,
        transport: &Transport,
        protocol: impl Protocol,
        tls: impl Into<Tls<S>>,
    ) -> Result<Transport> {
        let upgrade = Upgrade::new(self, transport, Rc::new(protocol), &tls.into())?;
        upgrade.run(self, &[]).await
    }

    /// As [`create_connection`](Loop::create_connection), within TLS. `connection_made` is called
    /// when the handshake is done. The certificate has to be for `host`, unless another
    /// [`server_hostname`](Tls::server_hostname) is given.
    ///
    /// If the task is cancelled here the connection is closed.
    ///
    /// # Errors
    ///
    /// As [`create_connection`](Loop::create_connection); a [`TlsError`](crate::tls::TlsError)
    /// where the handshake fails; a `ConnectionAborted` where it takes too long.
    pub async fn create_connection_tls<P: Protocol>(
        &self,
        factory: impl FnOnce() -> P,
        host: &str,
        port: u16,
        tls: impl Into<Tls<Connector>>,
    ) -> Result<(Transport, Rc<P>)> {
        let tls = tls.into().or_hostname(host);
        let connection = tls.connection()?;
        let socket = self.connect(host, port).await?;
        let protocol = Rc::new(factory());
        let waiter = self.create_future();
        let between = TlsProtocol::new(
            self.core(),
            protocol.clone(),
            &tls,
            connection,
            Some(waiter.clone()),
            false,
        );
        let transport = Transport::new(between.clone());
        let (core, file) = (self.core(), socket.into());
        StreamTransport::start(core, file, Kind::Socket, between, None, None, None);
        self.until_made(&transport, waiter).await?;
        Ok((transport, protocol))
    }

    /// As [`create_server`](Loop::create_server), within TLS. A connection whose handshake fails
    /// is closed; the server goes on, and nobody is told.
    ///
    /// # Errors
    ///
    /// As [`create_server`](Loop::create_server).
    pub async fn create_server_tls<P: Protocol>(
        &self,
        factory: impl Fn() -> P + 'static,
        host: &str,
        port: u16,
        tls: impl Into<Tls<Acceptor>>,
    ) -> Result<Server> {
        let factory = encrypted(self, Rc::new(move || Rc::new(factory())), tls.into())?;
        self.serve_inet(factory, host, port).await
    }
}

/// Has each protocol that `factory` makes talk through TLS.
fn encrypted(event_loop: &Loop, factory: Rc<Factory>, tls: Tls<Acceptor>) -> Result<Rc<Factory>> {
    // Says at once, and not at the first connection, what is no good.
    tls.connection()?;
    let core = std::sync::Arc::downgrade(event_loop.core());
    Ok(Rc::new(move || {
        let core = core.upgrade().expect("a server accepts only while its loop runs");
        let connection = tls.connection().expect("one was made from the same when it began");
        TlsProtocol::new(&core, factory(), &tls, connection, None, false)
    }))
}

/// A connection that is on its way from plain to encrypted.
struct Upgrade {
    raw: Transport,
    between: Rc<TlsProtocol>,
    waiter: Future<()>,
}

impl Upgrade {
    fn new<S: TlsSide>(
        event_loop: &Loop,
        raw: &Transport,
        app: Rc<dyn Protocol>,
        tls: &Tls<S>,
    ) -> Result<Upgrade> {
        let connection = tls.connection()?;
        if raw.is_closing() {
            let text = "the connection is closed and cannot be upgraded to TLS";
            return Err(io::Error::new(io::ErrorKind::NotConnected, text).into());
        }
        let waiter = event_loop.create_future();
        let core = event_loop.core();
        let between = TlsProtocol::new(core, app, tls, connection, Some(waiter.clone()), true);
        assert!(between.raw.set(raw.clone()).is_ok(), "it was made just now");
        Ok(Upgrade { raw: raw.clone(), between, waiter })
    }

    fn transport(&self) -> Transport {
        Transport::new(self.between.clone())
    }

    /// `received` is what came early.
    async fn run(self, event_loop: &Loop, received: &[u8]) -> Result<Transport> {
        let transport = self.transport();
        // Nothing may arrive before the handshake has begun.
        self.raw.pause_reading();
        self.raw.set_protocol(self.between.clone());
        self.between.session.borrow_mut().hold(received);
        let (between, raw) = (self.between, self.raw.clone());
        let mut begin = event_loop.call_soon(move || between.connection_made(raw));
        let raw = self.raw.clone();
        let mut resume = event_loop.call_soon(move || raw.resume_reading());
        if let Err(error) = self.waiter.await {
            transport.close();
            begin.cancel();
            resume.cancel();
            return Err(error);
        }
        Ok(transport)
    }
}

impl StreamWriter {
    /// Encrypts the stream from here on, after [`drain`](StreamWriter::drain): this writer, its
    /// clones and its reader go through TLS. What is written before the handshake is done follows
    /// it.
    ///
    /// What was received and not read yet belongs to the handshake. So nobody between the two
    /// sides can put plain text in front of what is read through TLS.
    ///
    /// If the task is cancelled here the connection is closed.
    ///
    /// # Errors
    ///
    /// As [`Loop::start_tls`]; as [`drain`](StreamWriter::drain).
    ///
    /// The original is
    /// [`StreamWriter.start_tls`](https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamWriter.start_tls).
    ///
    /// ```no_run
    /// use fourfold::asyncio::{self, Tls};
    /// use fourfold::tls::Connector;
    ///
    /// # fn main() -> fourfold::Result<()> {
    /// let connector = Connector::new()?;
    /// asyncio::run(async move {
    ///     let (reader, writer) = asyncio::open_connection("mail.example.org", 587).await?;
    ///     reader.readline().await?;
    ///     writer.write(b"STARTTLS\r\n");
    ///     reader.readline().await?;
    ///     writer.start_tls(Tls::from(&connector).server_hostname("mail.example.org")).await?;
    ///     println!("{:?}", writer.tls_info());
    ///     Ok(())
    /// })
    /// # }
    /// ```
    pub async fn start_tls<S: TlsSide>(&self, tls: impl Into<Tls<S>>) -> Result<()> {
        let tls = tls.into();
        tls.check()?;
        self.drain().await?;
        let event_loop = get_running_loop()?;
        let raw = self.transport();
        let app = raw.get_protocol().ok_or_else(|| {
            Error::from(io::Error::new(io::ErrorKind::NotConnected, "the connection is lost"))
        })?;
        let upgrade = Upgrade::new(&event_loop, &raw, app, &tls)?;
        let early = self.reader().map(StreamReader::take_buffered).unwrap_or_default();
        self.replace_transport(upgrade.transport());
        upgrade.run(&event_loop, &early).await?;
        Ok(())
    }

    /// As [`Transport::tls_info`].
    pub fn tls_info(&self) -> Option<super::info::TlsInfo> {
        self.transport().tls_info()
    }
}

/// As [`open_connection`](crate::asyncio::open_connection), within TLS. The certificate has to be
/// for `host`, unless another [`server_hostname`](Tls::server_hostname) is given.
///
/// If the task is cancelled here the connection is closed. For longer lines or a unix socket, open
/// the connection plain and [`start_tls`](StreamWriter::start_tls) at once.
///
/// # Errors
///
/// As [`Loop::create_connection_tls`]; where no loop is running.
///
/// The original is
/// [`asyncio.open_connection(…, ssl=…)`](https://docs.python.org/3/library/asyncio-stream.html#asyncio.open_connection).
pub async fn open_connection_tls(
    host: &str,
    port: u16,
    tls: impl Into<Tls<Connector>>,
) -> Result<(StreamReader, StreamWriter)> {
    let event_loop = get_running_loop()?;
    let (reader, protocol) = client(&event_loop, DEFAULT_LIMIT)?;
    let shared = protocol.clone();
    let (transport, _) = event_loop.create_connection_tls(move || shared, host, port, tls).await?;
    Ok((reader, protocol.writer(transport)))
}

/// As [`start_server`](crate::asyncio::start_server), within TLS. A connection whose handshake
/// fails is closed, without its handler having been called; the server goes on.
///
/// # Errors
///
/// As [`Loop::create_server_tls`]; where no loop is running.
///
/// The original is
/// [`asyncio.start_server(…, ssl=…)`](https://docs.python.org/3/library/asyncio-stream.html#asyncio.start_server).
pub async fn start_server_tls<F, C>(
    connected: F,
    host: &str,
    port: u16,
    tls: impl Into<Tls<Acceptor>>,
) -> Result<Server>
where
    F: Fn(StreamReader, StreamWriter) -> C + 'static,
    C: StdFuture<Output = Result<()>> + 'static,
{
    let event_loop = get_running_loop()?;
    let factory = served(event_loop.core(), DEFAULT_LIMIT, connected)?;
    event_loop.serve_inet(encrypted(&event_loop, factory, tls.into())?, host, port).await
}
