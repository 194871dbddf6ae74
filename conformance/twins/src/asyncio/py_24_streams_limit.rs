//! Limits of a `StreamReader` fed by hand: `LimitOverrunError`, `readline` past the limit,
//! exceptions.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use fourfold::asyncio::{
    IncompleteReadError, LimitOverrunError, ReturnWhen, StreamReader, create_task, wait,
};
use fourfold::{Error, Result};

use super::python::{BytesRepr, Repr, ValueError, run_main, text, turn, type_name};

fn attempt(what: &str, outcome: Result<Vec<u8>>) {
    match outcome {
        Ok(data) => println!("{what} -> {}", data.bytes_repr()),
        Err(e) => {
            if let Some(e) = e.downcast_ref::<LimitOverrunError>() {
                println!("{what} ! LimitOverrunError consumed {} {e}", e.consumed);
            } else if let Some(e) = e.downcast_ref::<IncompleteReadError>() {
                let partial = e.partial.bytes_repr();
                println!("{what} ! IncompleteReadError {partial} {}", e.expected.repr());
            } else {
                println!("{what} ! {} {}", type_name(&e), text(&e));
            }
        }
    }
}

fn reader(chunk: &[u8], eof: bool, limit: usize) -> Result<StreamReader> {
    let r = StreamReader::new(limit)?;
    r.feed_data(chunk);
    if eof {
        r.feed_eof();
    }
    Ok(r)
}

fn lost() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "lost")
}

async fn main() -> Result<()> {
    let r = reader(b"0123456789abcdef", false, 8)?;
    attempt("no separator in the limit", r.readuntil(b"\n").await);
    attempt("nothing was taken", r.read(100).await);
    let r = reader(b"0123456789\nrest", false, 8)?;
    attempt("separator beyond the limit", r.readuntil(b"\n").await);
    attempt("nothing was taken", r.read(100).await);

    let r = reader(b"0123456789\nrest\n", false, 8)?;
    attempt("readline drops the long line", r.readline().await);
    attempt("readline goes on", r.readline().await);
    let r = reader(b"0123456789abcdef", false, 8)?;
    attempt("readline without an end drops all", r.readline().await);
    r.feed_data(b"ok\n");
    attempt("readline goes on", r.readline().await);

    let r = reader(b"01234567\n", false, 8)?;
    attempt("exactly the limit", r.readline().await);
    let r = reader(b"0123456789", true, 8)?;
    attempt("readexactly is not limited", r.readexactly(10).await);
    let r = reader(b"0123456789", true, 8)?;
    attempt("readuntil at eof, too long", r.readuntil(b"\n").await);

    let r = reader(b"a\r", false, 100)?;
    let reading = r.clone();
    let t = create_task(async move { reading.readuntil(b"\r\n").await });
    turn().await?;
    r.feed_data(b"\nb");
    println!("separator in two parts -> {}", t.await?.bytes_repr());
    let r = reader(b"x,y;z", false, 100)?;
    let either: [&[u8]; 2] = [b";", b","];
    attempt("several separators", r.readuntil(&either).await);
    attempt("several separators", r.readuntil(&either).await);

    let r = reader(b"kept", false, 8)?;
    r.set_exception(lost());
    attempt("exception first", r.read(10).await);
    attempt("and again", r.readexactly(2).await);
    let exception = r.exception().map_or("None".into(), |e| e.repr());
    println!("at_eof {} exception {exception}", r.at_eof().repr());
    let r = reader(b"", false, 8)?;
    let reading = r.clone();
    let t = create_task(async move {
        attempt("waiting when it comes", reading.read(1).await);
        Ok(())
    });
    turn().await?;
    r.set_exception(ValueError::new("now"));
    t.await?;

    let r = reader(b"", false, 8)?;
    let reading = r.clone();
    let t = create_task(async move { reading.read(10).await });
    turn().await?;
    t.cancel();
    wait([t], ReturnWhen::AllCompleted, None).await?;
    r.feed_data(b"safe");
    attempt("after a cancelled read", r.read(10).await);
    let r = reader(b"last", true, 8)?;
    let (before, data) = (r.at_eof(), r.read_to_end().await?);
    println!(
        "at_eof with data {} {} without {}",
        before.repr(),
        data.bytes_repr(),
        r.at_eof().repr()
    );
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let fed = catch_unwind(AssertUnwindSafe(|| r.feed_data(b"late")));
    std::panic::set_hook(hook);
    if let Err(payload) = fed {
        println!("AssertionError {}", text(&Error::from_panic(payload)));
    }
    if let Err(e) = StreamReader::new(0) {
        println!("ValueError {}", text(&e));
    }
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
