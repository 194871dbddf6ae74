//! Streams. Expected values are CPython 3.13's.
#![cfg(unix)]

use std::cell::RefCell;
use std::io::ErrorKind;
use std::rc::Rc;
use std::time::Duration;

use fourfold::asyncio::{
    self, IncompleteReadError, LimitOverrunError, Loop, Server, StreamReader, StreamWriter,
    create_task, get_running_loop, open_connection, open_unix_connection, start_server,
    start_unix_server,
};
use fourfold::{Error, Result};

const NOT_FOUND: &str = "Separator is not found, and chunk exceed the limit";
const TOO_LONG: &str = "Separator is found, but chunk is longer than limit";

fn fed(chunks: &[&[u8]], eof: bool, limit: usize) -> StreamReader {
    let reader = StreamReader::new(limit).unwrap();
    chunks.iter().for_each(|chunk| reader.feed_data(chunk));
    if eof {
        reader.feed_eof();
    }
    reader
}

fn overrun(result: Result<Vec<u8>>) -> (usize, String) {
    let error = result.unwrap_err();
    let overrun = error.downcast_ref::<LimitOverrunError>().expect("LimitOverrunError");
    (overrun.consumed, error.to_string())
}

fn incomplete(result: Result<Vec<u8>>) -> (Vec<u8>, Option<usize>) {
    let error = result.unwrap_err();
    let error = error.downcast_ref::<IncompleteReadError>().expect("IncompleteReadError");
    (error.partial.clone(), error.expected)
}

fn io_kind(error: &Error) -> ErrorKind {
    error.downcast_ref::<std::io::Error>().expect("an I/O error").kind()
}

#[test]
fn py_24_a_separator_beyond_the_limit_takes_nothing() {
    asyncio::run(async {
        let r = fed(&[b"0123456789abcdef"], false, 8);
        assert_eq!(overrun(r.readuntil(b"\n").await), (16, NOT_FOUND.into()));
        assert_eq!(r.read(100).await?, b"0123456789abcdef");
        let r = fed(&[b"0123456789\nrest"], false, 8);
        assert_eq!(overrun(r.readuntil(b"\n").await), (10, TOO_LONG.into()));
        assert_eq!(r.read(100).await?, b"0123456789\nrest");
        let r = fed(&[b"0123456789"], true, 8);
        assert_eq!(overrun(r.readuntil(b"\n").await), (10, NOT_FOUND.into()));
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_24_readline_drops_a_line_that_is_too_long_and_goes_on() {
    asyncio::run(async {
        let r = fed(&[b"0123456789\nrest\n"], false, 8);
        assert_eq!(r.readline().await.unwrap_err().to_string(), TOO_LONG);
        assert_eq!(r.readline().await?, b"rest\n");
        let r = fed(&[b"0123456789abcdef"], false, 8);
        assert_eq!(r.readline().await.unwrap_err().to_string(), NOT_FOUND);
        r.feed_data(b"ok\n");
        assert_eq!(r.readline().await?, b"ok\n");
        assert_eq!(fed(&[b"01234567\n"], false, 8).readline().await?, b"01234567\n");
        assert_eq!(fed(&[b"0123456789"], true, 8).readexactly(10).await?, b"0123456789");
        assert_eq!(StreamReader::new(0).unwrap_err().to_string(), "Limit cannot be <= 0");
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_24_separators_in_two_parts_and_several() {
    asyncio::run(async {
        let r = fed(&[b"a\r"], false, 100);
        let reader = r.clone();
        let t = create_task(async move { reader.readuntil(b"\r\n").await });
        asyncio::sleep(Duration::ZERO).await?;
        r.feed_data(b"\nb");
        assert_eq!(t.await?, b"a\r\n");
        let r = fed(&[b"x,y;z"], false, 100);
        let either: [&[u8]; 2] = [b";", b","];
        assert_eq!(r.readuntil(&either).await?, b"x,");
        assert_eq!(r.readuntil(&either).await?, b"y;");
        let empty = r.readuntil(b"").await.unwrap_err().to_string();
        assert_eq!(empty, "Separator should be at least one-byte string");
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_24_an_exception_comes_first_and_again_and_wakes_who_waits() {
    asyncio::run(async {
        let lost = || std::io::Error::new(ErrorKind::ConnectionReset, "lost");
        let r = fed(&[b"kept"], false, 8);
        r.set_exception(lost());
        assert_eq!(r.read(10).await.unwrap_err().to_string(), "lost");
        assert_eq!(r.readexactly(2).await.unwrap_err().to_string(), "lost");
        assert!(!r.at_eof() && r.exception().is_some());
        let r = fed(&[], false, 8);
        let reader = r.clone();
        let t = create_task(async move { reader.read(1).await });
        asyncio::sleep(Duration::ZERO).await?;
        r.set_exception(Error::msg("now"));
        assert_eq!(t.await.unwrap_err().to_string(), "now");
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_24_a_cancelled_read_loses_nothing_and_a_second_reader_is_refused() {
    asyncio::run(async {
        let r = fed(&[], false, 8);
        let start = || {
            let reader = r.clone();
            create_task(async move { reader.read(10).await })
        };
        let t = start();
        asyncio::sleep(Duration::ZERO).await?;
        t.cancel();
        assert!(t.await.unwrap_err().is_cancelled());
        r.feed_data(b"safe");
        assert_eq!(r.read(10).await?, b"safe");
        let t = start();
        asyncio::sleep(Duration::ZERO).await?;
        assert_eq!(
            r.readline().await.unwrap_err().to_string(),
            "readuntil() called while another coroutine is already waiting for incoming data"
        );
        r.feed_data(b"last");
        r.feed_eof();
        assert!(!r.at_eof());
        assert_eq!(t.await?, b"last");
        assert!(r.at_eof());
        Ok(())
    })
    .unwrap();
}

#[test]
#[should_panic(expected = "feed_data after feed_eof")]
fn py_24_nothing_is_fed_after_the_end() {
    fed(&[], true, 8).feed_data(b"late");
}

/// A server that says `replies`, each when the client has sent a byte, and hangs up.
async fn says(replies: &'static [&'static [u8]]) -> Result<(Server, StreamReader, StreamWriter)> {
    let serve = move |reader: StreamReader, writer: StreamWriter| async move {
        for reply in replies {
            reader.readexactly(1).await?;
            writer.write(reply);
            writer.drain().await?;
        }
        writer.close();
        writer.wait_closed().await
    };
    let server = start_server(serve, "127.0.0.1", 0).await?;
    let (reader, writer) = open_connection("127.0.0.1", port(&server)).await?;
    writer.write(&vec![b'.'; replies.len()]);
    Ok((server, reader, writer))
}

fn port(server: &Server) -> u16 {
    server.sockets()[0].port().unwrap()
}

#[test]
fn py_24_all_ways_of_reading_over_a_connection() {
    asyncio::run(async {
        let (server, r, w) = says(&[b"hello\nworld", b"!\nrest", b"a;b|c||d", b"12345"]).await?;
        assert_eq!(r.readline().await?, b"hello\n");
        assert_eq!(r.readline().await?, b"world!\n");
        assert_eq!(r.readexactly(4).await?, b"rest");
        assert!(!r.at_eof());
        assert_eq!(r.readexactly(0).await?, b"");
        assert_eq!(r.readuntil(b";").await?, b"a;");
        assert_eq!(r.readuntil(b"||").await?, b"b|c||");
        assert_eq!(r.read(0).await?, b"");
        assert_eq!(r.readline().await?, b"d12345", "the end ends a line");
        assert_eq!(r.readline().await?, b"");
        assert_eq!(incomplete(r.readexactly(3).await), (vec![], Some(3)));
        assert_eq!(incomplete(r.readuntil(b"x").await), (vec![], None));
        assert_eq!(r.read_to_end().await?, b"");
        assert!(r.at_eof());
        assert_eq!(w.peername(), Some(server.sockets()[0].clone()));
        w.close();
        w.wait_closed().await?;
        server.close();
        server.wait_closed().await?;
        assert!(!server.is_serving() && server.sockets().is_empty());

        let (_server, r, _w) = says(&[b"partial"]).await?;
        assert_eq!(incomplete(r.readexactly(100).await), (b"partial".to_vec(), Some(100)));
        assert!(r.at_eof());
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_24_drain_waits_from_the_high_mark_to_the_low_one_on_a_unix_socket() {
    const SIZE: usize = 4 << 20;
    let directory = std::env::temp_dir().join(format!("fourfold-streams-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("s");
    let at = path.clone();
    asyncio::run(async move {
        let release = get_running_loop()?.create_future::<()>();
        let released = release.clone();
        let slow = move |reader: StreamReader, writer: StreamWriter| {
            let released = released.clone();
            async move {
                released.await?;
                let data = reader.read_to_end().await?;
                writer.write(format!("{} bytes", data.len()).as_bytes());
                Ok(())
            }
        };
        let server = start_unix_server(slow, &at).await?;
        let (reader, writer) = open_unix_connection(&at).await?;
        let transport = writer.transport();
        assert_eq!(transport.get_write_buffer_limits(), (16384, 65536));
        transport.set_write_buffer_limits(1000, None)?;
        assert_eq!(transport.get_write_buffer_limits(), (250, 1000));
        writer.drain().await?;
        writer.write(&vec![b'x'; SIZE]);
        assert!(transport.get_write_buffer_size() > 1000);
        let draining = writer.clone();
        let drain = create_task(async move { draining.drain().await });
        asyncio::sleep(Duration::ZERO).await?;
        asyncio::sleep(Duration::ZERO).await?;
        assert!(!drain.done());
        release.set_result(())?;
        drain.await?;
        assert!(transport.get_write_buffer_size() <= 250);
        writer.write_eof();
        assert_eq!(reader.read_to_end().await?, b"4194304 bytes");
        writer.close();
        writer.wait_closed().await?;
        assert!(writer.is_closing());
        server.close();
        server.wait_closed().await?;
        assert_eq!(io_kind(&open_unix_connection(&at).await.unwrap_err()), ErrorKind::NotFound);
        Ok(())
    })
    .unwrap();
    assert!(!path.exists(), "the server removes its file");
    std::fs::remove_dir(directory).unwrap();
}

#[test]
fn py_24_drain_fails_once_the_connection_is_lost_and_connect_once_the_server_is_gone() {
    asyncio::run(async {
        let hang_up = |_, writer: StreamWriter| async move {
            writer.transport().abort();
            Ok(())
        };
        let server = start_server(hang_up, "127.0.0.1", 0).await?;
        let port = port(&server);
        let (reader, writer) = open_connection("127.0.0.1", port).await?;
        assert_eq!(reader.read_to_end().await?, b"");
        let drained = async {
            loop {
                writer.write(b"y");
                writer.drain().await?;
                asyncio::sleep(Duration::from_millis(1)).await?;
            }
        };
        let error: Result<()> = drained.await;
        let kind = io_kind(&error.unwrap_err());
        assert!(matches!(kind, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{kind:?}");
        server.close();
        server.wait_closed().await?;
        let refused = open_connection("127.0.0.1", port).await.unwrap_err();
        assert_eq!(io_kind(&refused), ErrorKind::ConnectionRefused);
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_24_a_handler_that_fails_is_reported_and_the_server_goes_on() {
    let event_loop = Loop::new().unwrap();
    let reports = Rc::new(RefCell::new(Vec::new()));
    let seen = reports.clone();
    event_loop.set_exception_handler(Some(Rc::new(move |context| {
        let exception = context.exception.as_ref().map(ToString::to_string);
        seen.borrow_mut().push((context.message.clone(), exception.unwrap()));
    })));
    event_loop
        .run_until_complete(async {
            let fails = |reader: StreamReader, _writer| async move {
                Err(Error::msg(String::from_utf8_lossy(&reader.readline().await?)))
            };
            let server = start_server(fails, "127.0.0.1", 0).await?;
            for line in ["1\n", "2\n"] {
                let (r, w) = open_connection("localhost", port(&server)).await?;
                let (one, rest) = line.as_bytes().split_at(1);
                w.writelines(&[one, rest]);
                assert_eq!(r.read_to_end().await?, b"");
            }
            Ok(())
        })
        .unwrap();
    let message = "Unhandled exception in client_connected_cb".to_string();
    let expected = ["1\n", "2\n"].map(|line| (message.clone(), line.to_string()));
    assert_eq!(*reports.borrow(), expected);
}

/// A peer that floods does not fill the memory of one who does not read.
#[test]
fn py_24_a_flood_is_held_back_while_nobody_reads() {
    const FLOOD: usize = 16 << 20;
    asyncio::run(async {
        let flood = |_, writer: StreamWriter| async move {
            writer.write(&vec![b'f'; FLOOD]);
            writer.drain().await
        };
        let server = start_server(flood, "127.0.0.1", 0).await?;
        let (reader, writer) = open_connection("127.0.0.1", port(&server)).await?;
        while writer.transport().is_reading() {
            asyncio::sleep(Duration::from_millis(1)).await?;
        }
        assert_eq!(reader.read_to_end().await?.len(), FLOOD);
        Ok(())
    })
    .unwrap();
}
