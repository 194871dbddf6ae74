//! Connections as a pair of a reader and a writer.

use std::future::Future as StdFuture;
use std::path::Path;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use super::event_loop::{Loop, get_running_loop};
use super::loop_core::Core;
use super::protocols::Protocol;
use super::server::{Factory, Server};
use super::stream_reader::{DEFAULT_LIMIT, StreamReader};
use super::stream_writer::{Connected, StreamProtocol, StreamWriter};
use crate::Result;

/// A coroutine that serves one connection.
pub(crate) type Handler = Pin<Box<dyn StdFuture<Output = Result<()>>>>;

/// Connects to `host`, a name or an address, and `port`.
///
/// If the task is cancelled here the connection is closed.
///
/// # Errors
///
/// As [`Loop::create_connection`]; where no loop is running.
///
/// The original is
/// [`asyncio.open_connection`](https://docs.python.org/3/library/asyncio-stream.html#asyncio.open_connection).
///
/// ```
/// use fourfold::asyncio;
///
/// let answer = asyncio::run(async {
///     let server = asyncio::start_server(
///         |reader, writer| async move {
///             let line = reader.readline().await?;
///             writer.write(&line.to_ascii_uppercase());
///             writer.drain().await
///         },
///         "127.0.0.1",
///         0,
///     )
///     .await?;
///     let port = server.sockets()[0].port().unwrap();
///     let (reader, writer) = asyncio::open_connection("127.0.0.1", port).await?;
///     writer.write(b"hello\n");
///     reader.read_to_end().await
/// });
/// assert_eq!(answer.unwrap(), b"HELLO\n");
/// ```
pub async fn open_connection(host: &str, port: u16) -> Result<(StreamReader, StreamWriter)> {
    open_connection_with(DEFAULT_LIMIT, host, port).await
}

/// As [`open_connection`], with a reader whose lines may be `limit` long.
///
/// # Errors
///
/// As [`open_connection`].
pub async fn open_connection_with(
    limit: usize,
    host: &str,
    port: u16,
) -> Result<(StreamReader, StreamWriter)> {
    let event_loop = get_running_loop()?;
    let (reader, protocol) = client(&event_loop, limit)?;
    let shared = protocol.clone();
    let (transport, _) = event_loop.create_connection(move || shared, host, port).await?;
    Ok((reader, protocol.writer(transport)))
}

/// Connects to the unix socket at `path`; otherwise as [`open_connection`].
///
/// # Errors
///
/// As [`Loop::create_unix_connection`].
///
/// The original is
/// [`asyncio.open_unix_connection`](https://docs.python.org/3/library/asyncio-stream.html#asyncio.open_unix_connection).
pub async fn open_unix_connection(path: impl AsRef<Path>) -> Result<(StreamReader, StreamWriter)> {
    let event_loop = get_running_loop()?;
    let (reader, protocol) = client(&event_loop, DEFAULT_LIMIT)?;
    let shared = protocol.clone();
    let (transport, _) = event_loop.create_unix_connection(move || shared, path).await?;
    Ok((reader, protocol.writer(transport)))
}

pub(super) fn client(
    event_loop: &Loop,
    limit: usize,
) -> Result<(StreamReader, Rc<StreamProtocol>)> {
    let reader = StreamReader::new(limit)?;
    let protocol = StreamProtocol::new(event_loop.core(), reader.clone(), None);
    Ok((reader, Rc::new(protocol)))
}

/// Listens at `host` and `port` and runs what `connected` returns as a task for each connection.
///
/// When the handler fails, that is reported to the exception handler and the connection closed;
/// the server goes on. When it returns, its writer is dropped, which closes the connection too.
///
/// # Errors
///
/// As [`Loop::create_server`]; where no loop is running.
///
/// The original is
/// [`asyncio.start_server`](https://docs.python.org/3/library/asyncio-stream.html#asyncio.start_server).
pub async fn start_server<F, C>(connected: F, host: &str, port: u16) -> Result<Server>
where
    F: Fn(StreamReader, StreamWriter) -> C + 'static,
    C: StdFuture<Output = Result<()>> + 'static,
{
    start_server_with(DEFAULT_LIMIT, connected, host, port).await
}

/// As [`start_server`], with readers whose lines may be `limit` long.
///
/// # Errors
///
/// As [`start_server`].
pub async fn start_server_with<F, C>(
    limit: usize,
    connected: F,
    host: &str,
    port: u16,
) -> Result<Server>
where
    F: Fn(StreamReader, StreamWriter) -> C + 'static,
    C: StdFuture<Output = Result<()>> + 'static,
{
    let event_loop = get_running_loop()?;
    let factory = served(event_loop.core(), limit, connected)?;
    event_loop.serve_inet(factory, host, port).await
}

/// Listens at the unix socket `path`; otherwise as [`start_server`].
///
/// # Errors
///
/// As [`Loop::create_unix_server`].
///
/// The original is
/// [`asyncio.start_unix_server`](https://docs.python.org/3/library/asyncio-stream.html#asyncio.start_unix_server).
pub async fn start_unix_server<F, C>(connected: F, path: impl AsRef<Path>) -> Result<Server>
where
    F: Fn(StreamReader, StreamWriter) -> C + 'static,
    C: StdFuture<Output = Result<()>> + 'static,
{
    let event_loop = get_running_loop()?;
    let factory = served(event_loop.core(), DEFAULT_LIMIT, connected)?;
    event_loop.serve_unix(factory, path.as_ref()).await
}

pub(super) fn served<F, C>(core: &Arc<Core>, limit: usize, connected: F) -> Result<Rc<Factory>>
where
    F: Fn(StreamReader, StreamWriter) -> C + 'static,
    C: StdFuture<Output = Result<()>> + 'static,
{
    // Says at once, and not at the first connection, that a limit is no good.
    StreamReader::new(limit)?;
    let connected: Rc<Connected> =
        Rc::new(move |reader, writer| -> Handler { Box::pin(connected(reader, writer)) });
    let core = Arc::downgrade(core);
    Ok(Rc::new(move || {
        let core = core.upgrade().expect("a server accepts only while its loop runs");
        let reader = StreamReader::new(limit).expect("the limit was looked at");
        let protocol = StreamProtocol::new(&core, reader, Some(connected.clone()));
        Rc::new(protocol) as Rc<dyn Protocol>
    }))
}
