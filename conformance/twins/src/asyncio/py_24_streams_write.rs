//! `StreamWriter`: `drain` waits above the high water mark; `write_eof`; unix sockets; a server's
//! life.

use std::rc::Rc;

use fourfold::Result;
use fourfold::asyncio::{self, Event, StreamReader, StreamWriter, create_task};

use super::python::{Bytes, BytesRepr, Log, Repr, ValueError, run_main, text, turn, type_name};

async fn slow_reader(
    release: Event,
    received: asyncio::Future<usize>,
    reader: StreamReader,
    writer: StreamWriter,
) -> Result<()> {
    release.wait().await?;
    let data = reader.read_to_end().await?;
    writer.write(format!("{} bytes", data.len()).as_bytes());
    writer.close();
    received.set_result(data.len())
}

async fn fails(reader: StreamReader, _writer: StreamWriter) -> Result<()> {
    let line = Bytes(reader.readline().await?);
    Err(ValueError::new(line.repr()))
}

async fn main() -> Result<()> {
    let release = Event::new();
    let event_loop = asyncio::get_running_loop()?;
    let received = event_loop.create_future();

    let folder = std::env::temp_dir().join(format!("py_24_{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let path = folder.join("s");
    let (released, counted) = (release.clone(), received.clone());
    let serve =
        move |reader, writer| slow_reader(released.clone(), counted.clone(), reader, writer);
    let server = asyncio::start_unix_server(serve, &path).await?;
    let (reader, writer) = asyncio::open_unix_connection(&path).await?;
    let transport = writer.transport();
    println!("limits {:?}", transport.get_write_buffer_limits());
    transport.set_write_buffer_limits(1000, None)?;
    println!("limits {:?}", transport.get_write_buffer_limits());
    writer.drain().await?;
    println!("drain of nothing returns");

    let size = 4 << 20;
    writer.write(&vec![b'x'; size]);
    println!("buffered {}", (transport.get_write_buffer_size() > 1000).repr());
    let draining = writer.clone();
    let d = create_task(async move { draining.drain().await });
    turn().await?;
    turn().await?;
    println!("drain waits {}", (!d.done()).repr());
    release.set();
    d.await?;
    println!("drained to the low mark {}", (transport.get_write_buffer_size() <= 250).repr());
    println!("can_write_eof {}", writer.can_write_eof().repr());
    writer.write_eof();
    let answer = reader.read_to_end().await?.bytes_repr();
    println!("{answer} {}", (received.await? == size).repr());
    writer.close();
    writer.wait_closed().await?;
    println!("closing {}", writer.is_closing().repr());
    writer.wait_closed().await?;
    server.close();
    server.wait_closed().await?;
    if path.exists() {
        println!("socket file left");
    } else {
        std::fs::remove_dir(&folder)?;
    }
    if let Err(e) = asyncio::open_unix_connection(&path).await {
        println!("no server {}", type_name(&e));
    }

    // drain after the peer is gone raises.
    let hangs_up = |_reader, writer: StreamWriter| async move {
        writer.transport().abort();
        Ok(())
    };
    let server = asyncio::start_server(hangs_up, "127.0.0.1", 0).await?;
    let port = server.sockets()[0].port().expect("an Internet address");
    let (reader, writer) = asyncio::open_connection("127.0.0.1", port).await?;
    match reader.read_to_end().await {
        Ok(data) => println!("read {}", data.bytes_repr()),
        Err(e) => println!("read {}", type_name(&e)),
    }
    let drained = async {
        for _ in 0..3 {
            writer.write(b"y");
            writer.drain().await?;
        }
        Ok::<_, fourfold::Error>(())
    };
    match drained.await {
        Ok(()) => println!("drain is quiet"),
        Err(e) => println!("drain {} {}", type_name(&e), text(&e)),
    }
    writer.close();
    server.close();
    server.wait_closed().await?;
    if let Err(e) = asyncio::open_connection("127.0.0.1", port).await {
        let errno = e.downcast_ref::<std::io::Error>().and_then(|e| e.raw_os_error());
        println!("{} {}", type_name(&e), errno.repr());
    }

    // A failing handler is reported, the server goes on.
    let errors: Log<(String, String)> = Log::default();
    let reported = errors.clone();
    event_loop.set_exception_handler(Some(Rc::new(move |context| {
        let exception = context.exception.as_ref().map_or("None".into(), |e| {
            // What the handler made of the line stands in the text already.
            format!("{}({})", type_name(e), text(e))
        });
        reported.push((context.message.clone(), exception));
    })));
    let server = asyncio::start_server(fails, "127.0.0.1", 0).await?;
    let port = server.sockets()[0].port().expect("an Internet address");
    for line in [b"1\n", b"2\n"] {
        let (r, w) = asyncio::open_connection("127.0.0.1", port).await?;
        w.writelines(&[&line[..1], &line[1..]]);
        println!("closed by the server {}", r.read_to_end().await?.bytes_repr());
        w.close();
    }
    server.close();
    println!("{errors}");
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
