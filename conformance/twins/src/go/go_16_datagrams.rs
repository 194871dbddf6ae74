//! Datagrams, and dialling with a context.

use std::io::{self, Read, Write};
use std::time::Duration;

use fourfold::go::net::{self, UdpConn};
use fourfold::go::{self, chan, context, go, time};

fn nil<T>(result: &io::Result<T>) -> String {
    result.as_ref().err().map_or_else(|| "<nil>".into(), ToString::to_string)
}

/// A count, and the error.
fn done(result: &io::Result<usize>) -> String {
    format!("{} {}", result.as_ref().unwrap_or(&0), nil(result))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn datagrams() -> io::Result<()> {
    let server = UdpConn::listen("127.0.0.1:0");
    println!("listens {}", nil(&server));
    let (server, stranger) = (server?, UdpConn::listen("127.0.0.1:0")?);
    let client = UdpConn::dial(server.local_addr()?);
    let there =
        client.as_ref().is_ok_and(|client| client.remote_addr().ok() == server.local_addr().ok());
    println!("dialled {} {there}", nil(&client));
    let client = client?;

    println!("sent {}", done(&stranger.write_to(b"stranger", client.local_addr()?)));
    println!("written {}", done(&client.write(b"hello")));
    let mut buffer = [0; 4];
    let (n, from) = server.read_from(&mut buffer)?;
    println!("what does not fit is lost {}", text(&buffer[..n]));
    println!("answered {}", nil(&server.write_to(b"yes", from)));
    let read = client.read(&mut buffer);
    println!("only from there {} {}", text(&buffer[..*read.as_ref().unwrap_or(&0)]), nil(&read));

    client.set_read_deadline(Some(time::now().add(Duration::from_millis(1))));
    println!("late {}", client.read(&mut buffer).is_err_and(|error| net::is_timeout(&error)));
    println!("written {}", done(&client.write(b"still")));

    let failed = chan::make::<bool>(0);
    let (reading, tell) = (stranger.clone(), failed.clone());
    drop(go(move || {
        tell.send(reading.read_from(&mut [0; 4]).is_err_and(|error| net::is_closed(&error)));
    }));
    time::sleep(Duration::from_millis(5));
    println!("closed {}", nil(&stranger.close()));
    println!("told {} {}", failed.recv().unwrap_or_default(), stranger.close().is_err());
    Ok(())
}

fn dialling() -> io::Result<()> {
    let listener = net::listen("127.0.0.1:0")?;
    let address = listener.addr()?;
    let (ctx, cancel) = context::with_cancel(&context::background());
    let conn = net::dial_context(&ctx, address);
    println!("connected {}", nil(&conn));
    cancel.call();
    let (mut conn, mut accepted) = (conn?, listener.accept()?);
    println!("the connection stays {}", done(&conn.write(b"x")));
    println!("read {}", done(&accepted.read(&mut [0; 4])));
    let dialled = net::dial_context(&ctx, address);
    println!("{}", nil(&dialled).ends_with("operation was canceled"));
    listener.close()?;
    // The socket is closed with the last handle.
    drop(listener);
    println!("refused {}", net::dial_timeout(address, Duration::from_secs(1)).is_err());
    Ok(())
}

pub(crate) fn run() {
    if let Err(error) = go::run(|| datagrams().and_then(|()| dialling())) {
        println!("{error}");
    }
}
