//! `StreamReader` on loopback: `read`, `readline`, `readexactly`, `readuntil`, `at_eof`.

use fourfold::Result;
use fourfold::asyncio::{
    self, IncompleteReadError, Queue, StreamReader, StreamWriter, create_task,
};

use super::python::{Bytes, BytesRepr, Repr, run_main, text, turn, type_name};

fn attempt(what: &str, outcome: Result<Vec<u8>>) {
    match outcome {
        Ok(data) => println!("{what} -> {}", data.bytes_repr()),
        Err(e) => match e.downcast_ref::<IncompleteReadError>() {
            Some(e) => {
                let partial = e.partial.bytes_repr();
                println!("{what} ! IncompleteReadError {partial} {}", e.expected.repr());
            }
            None => println!("{what} ! {} {}", type_name(&e), text(&e)),
        },
    }
}

type Replies = Queue<Option<&'static [u8]>>;

async fn serve(replies: Replies, writer: StreamWriter) -> Result<()> {
    while let Some(data) = replies.get().await? {
        writer.write(data);
        writer.drain().await?;
    }
    writer.close();
    writer.wait_closed().await
}

fn say<const N: usize>(replies: &Replies, parts: [Option<&'static [u8]>; N]) -> Result<()> {
    parts.into_iter().try_for_each(|part| replies.put_nowait(part))
}

async fn main() -> Result<()> {
    let replies = Replies::new(0);
    let served = replies.clone();
    let server =
        asyncio::start_server(move |_, writer| serve(served.clone(), writer), "127.0.0.1", 0)
            .await?;
    let address = server.sockets()[0].clone();
    let port = address.port().expect("an Internet address");
    let connect = || asyncio::open_connection("127.0.0.1", port);

    let (r, w): (StreamReader, StreamWriter) = connect().await?;
    say(&replies, [Some(b"hello\nworld"), Some(b"!\nrest")])?;
    attempt("readline", r.readline().await);
    attempt("readline", r.readline().await);
    attempt("readexactly", r.readexactly(4).await);
    println!("at_eof {}", r.at_eof().repr());
    attempt("readexactly 0", r.readexactly(0).await);
    println!("readexactly(-1) does not compile");
    say(&replies, [Some(b"a;b|c||d")])?;
    attempt("readuntil ;", r.readuntil(b";").await);
    attempt("readuntil ||", r.readuntil(b"||").await);
    attempt("readuntil empty", r.readuntil(b"").await);
    attempt("read(0)", r.read(0).await);
    attempt("read(100)", r.read(100).await);
    let reading = r.clone();
    let waiting = create_task(async move { reading.readline().await });
    turn().await?;
    attempt("second reader", r.readline().await);
    say(&replies, [Some(b"12345"), None])?;
    println!("eof ends a line {}", waiting.await?.bytes_repr());
    attempt("readline at eof", r.readline().await);
    attempt("readexactly at eof", r.readexactly(3).await);
    attempt("readuntil at eof", r.readuntil(b"x").await);
    attempt("read at eof", r.read_to_end().await);
    println!("at_eof {}", r.at_eof().repr());
    w.close();
    w.wait_closed().await?;

    let (r, w) = connect().await?;
    say(&replies, [Some(b"partial"), None])?;
    attempt("readexactly", r.readexactly(100).await);
    println!("at_eof {}", r.at_eof().repr());
    w.close();

    let (r, w) = connect().await?;
    say(&replies, [Some(b"no end"), None])?;
    attempt("readuntil", r.readuntil(b"\n").await);
    w.close();

    let (r, w) = connect().await?;
    say(&replies, [Some(b"one\ntwo\nthree"), None])?;
    let mut lines = Vec::new();
    loop {
        // `async for line in r`
        let line = r.readline().await?;
        if line.is_empty() {
            break;
        }
        lines.push(Bytes(line));
    }
    println!("async for {}", lines.repr());
    w.close();
    let (r, w) = connect().await?;
    say(&replies, [Some(b"all "), Some(b"of "), Some(b"it"), None])?;
    attempt("read()", r.read_to_end().await);
    // Each piece of extra information is a method here; there is no name to get wrong.
    let peername = w.peername().as_ref() == Some(&address);
    println!("get_extra_info {}", peername.repr());
    w.close();
    server.close();
    server.wait_closed().await?;
    let left = server.sockets().is_empty();
    println!("serving {} {}", server.is_serving().repr(), if left { "()" } else { "sockets" });
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
