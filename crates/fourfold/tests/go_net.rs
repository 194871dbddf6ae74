//! Connections: straight-line reading and writing, deadlines, closing.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::time::Duration;

use fourfold::go::net::{self, TcpConn, UdpConn};
use fourfold::go::{self, Builder, chan, context, go, runtime, time};

/// Two ends of a connection.
fn pair() -> (TcpConn, TcpConn) {
    let listener = net::listen("127.0.0.1:0").unwrap();
    let address = listener.addr().unwrap();
    let dialling = go(move || net::dial(address).unwrap());
    let accepted = listener.accept().unwrap();
    (accepted, dialling.join().unwrap())
}

#[test]
fn go_16_straight_line_code_over_read_and_write() {
    go::run(|| {
        let (server, mut client) = pair();
        drop(go(move || -> io::Result<()> {
            let mut lines = BufReader::new(&server);
            let mut line = String::new();
            while lines.read_line(&mut line)? > 0 {
                (&server).write_all(line.to_uppercase().as_bytes())?;
                line.clear();
            }
            Ok(())
        }));
        client.write_all(b"hello\nworld\n").unwrap();
        client.close_write().unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "HELLO\nWORLD\n");
    });
}

#[test]
fn go_16_a_read_parks_the_goroutine_and_not_the_worker() {
    Builder::new().workers(1).run(|| {
        let (mut server, mut client) = pair();
        let reading = go(move || {
            let mut byte = [0];
            server.read_exact(&mut byte).unwrap();
            byte[0]
        });
        for _ in 0..10 {
            runtime::gosched();
        }
        assert!(runtime::stack().contains("[IO wait]"), "{}", runtime::stack());
        client.write_all(b"x").unwrap();
        assert_eq!(reading.join().unwrap(), b'x');
    });
}

#[test]
fn go_16_more_than_the_buffers_hold_goes_through() {
    go::run(|| {
        let (mut server, mut client) = pair();
        let sent: Vec<u8> = (0..4 << 20).map(|byte| (byte % 251) as u8).collect();
        let copy = sent.clone();
        let writing = go(move || {
            client.write_all(&copy).unwrap();
            client.close_write().unwrap();
        });
        let mut received = Vec::new();
        server.read_to_end(&mut received).unwrap();
        writing.join().unwrap();
        assert!(received == sent);
    });
}

#[test]
fn go_16_a_deadline_ends_a_read_that_waits() {
    go::run(|| {
        let (server, _client) = pair();
        server.set_read_deadline(Some(time::now().add(Duration::from_millis(10))));
        let error = (&server).read(&mut [0]).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (ErrorKind::TimedOut, "i/o timeout")
        );
        assert!(net::is_timeout(&error));
        // It has passed for all reads, until another is set.
        assert!(net::is_timeout(&(&server).read(&mut [0]).unwrap_err()));
    });
}

#[test]
fn go_16_a_deadline_that_is_set_while_a_read_waits_counts_for_it() {
    go::run(|| {
        let (server, client) = pair();
        let other = server.clone();
        let (tell, told) = chan::make::<()>(0).split();
        let reading = go(move || {
            tell.send(());
            (&other).read(&mut [0]).unwrap_err()
        });
        told.recv();
        server.set_deadline(Some(time::now()));
        assert!(net::is_timeout(&reading.join().unwrap()));
        server.set_deadline(None);
        (&client).write_all(b"y").unwrap();
        let mut byte = [0];
        (&server).read_exact(&mut byte).unwrap();
        assert_eq!(&byte, b"y");
    });
}

#[test]
fn go_16_close_wakes_readers_and_accepters() {
    go::run(|| {
        let (server, _client) = pair();
        let other = server.clone();
        let reading = go(move || (&other).read(&mut [0]).unwrap_err());
        let listener = net::listen("127.0.0.1:0").unwrap();
        let accepting = listener.clone();
        let accept = go(move || accepting.accept().unwrap_err());
        while runtime::stack().matches("[IO wait]").count() < 2 {
            runtime::gosched();
        }
        server.close().unwrap();
        listener.close().unwrap();
        for error in [reading.join().unwrap(), accept.join().unwrap()] {
            assert_eq!(error.to_string(), "use of closed network connection");
            assert!(net::is_closed(&error));
        }
        assert!(net::is_closed(&(&server).read(&mut [0]).unwrap_err()));
        assert!(net::is_closed(&(&server).write(&[0]).unwrap_err()));
        assert!(net::is_closed(&server.close().unwrap_err()));
        assert!(net::is_closed(&listener.close().unwrap_err()));
    });
}

#[test]
fn go_16_the_other_sides_close_is_the_end() {
    go::run(|| {
        let (mut server, client) = pair();
        client.close().unwrap();
        assert_eq!(server.read(&mut [0]).unwrap(), 0);
    });
}

#[test]
fn go_16_what_cannot_be_dialled_is_named() {
    go::run(|| {
        let listener = net::listen("127.0.0.1:0").unwrap();
        let address = listener.addr().unwrap();
        drop(listener);
        let error = net::dial(address).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        assert!(error.to_string().contains(&address.to_string()), "{error}");
        assert!(net::listen("no address").is_err());
        assert!(net::lookup_host("localhost").unwrap().iter().any(|address| address.is_loopback()));
    });
}

#[test]
fn go_16_futures_and_threads_use_connections_too() {
    go::run(|| {
        let (server, client) = pair();
        let echo = go(async move {
            let mut buffer = [0; 16];
            let read = server.read_async(&mut buffer).await.unwrap();
            server.write_all_async(&buffer[..read]).await.unwrap();
        });
        let (mut reader, mut writer) = (&client, &client);
        writer.write_all(b"future").unwrap();
        let mut answer = [0; 6];
        reader.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"future");
        echo.join().unwrap();
    });
    // On a plain thread, with the default runtime.
    let (mut server, mut client) = pair();
    let thread = std::thread::spawn(move || {
        let mut byte = [0];
        server.read_exact(&mut byte).unwrap();
        byte[0]
    });
    client.write_all(b"z").unwrap();
    assert_eq!(thread.join().unwrap(), b'z');
}

#[test]
fn go_16_datagrams_and_unix_sockets() {
    go::run(|| {
        let (one, two) =
            (UdpConn::listen("127.0.0.1:0").unwrap(), UdpConn::listen("127.0.0.1:0").unwrap());
        one.write_to(b"datagram", two.local_addr().unwrap()).unwrap();
        let mut buffer = [0; 32];
        let (length, from) = two.read_from(&mut buffer).unwrap();
        assert_eq!((&buffer[..length], from), (&b"datagram"[..], one.local_addr().unwrap()));
        let (mut left, mut right) = net::UnixConn::pair().unwrap();
        left.write_all(b"unix").unwrap();
        let mut answer = [0; 4];
        right.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"unix");
    });
}

#[test]
fn go_16_datagrams_of_a_socket_that_was_dialled() {
    go::run(|| {
        let server = UdpConn::listen("127.0.0.1:0").unwrap();
        let stranger = UdpConn::listen("127.0.0.1:0").unwrap();
        let client = UdpConn::dial(server.local_addr().unwrap()).unwrap();
        assert_eq!(client.remote_addr().unwrap(), server.local_addr().unwrap());
        assert!(server.remote_addr().is_err() && server.write(b"to whom?").is_err());
        stranger.write_to(b"stranger", client.local_addr().unwrap()).unwrap();
        client.write(b"hello").unwrap();
        let mut buffer = [0; 16];
        let (length, from) = server.read_from(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"hello");
        server.write_to(b"answer", from).unwrap();
        // What the stranger sent before is not among what is read.
        let length = client.read(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"answer");
        client.set_read_deadline(Some(time::now().add(Duration::from_millis(5))));
        assert!(net::is_timeout(&client.read(&mut buffer).unwrap_err()));
        assert_eq!(client.write(b"still").unwrap(), 5);
        client.set_write_deadline(Some(time::now()));
        assert!(net::is_timeout(&client.write(b"late").unwrap_err()));
        client.close().unwrap();
        assert!(net::is_closed(&client.read(&mut buffer).unwrap_err()));
    });
}

#[test]
fn go_16_futures_send_and_take_datagrams() {
    go::run(|| {
        let (one, two) =
            (UdpConn::listen("127.0.0.1:0").unwrap(), UdpConn::listen("127.0.0.1:0").unwrap());
        let (from, to) = (one.local_addr().unwrap(), two.local_addr().unwrap());
        let taking = go(async move {
            let mut buffer = [0; 16];
            let (length, from) = two.read_from_async(&mut buffer).await.unwrap();
            (buffer[..length].to_vec(), from)
        });
        go(async move { one.write_to_async(b"datagram", to).await }).join().unwrap().unwrap();
        assert_eq!(taking.join().unwrap(), (b"datagram".to_vec(), from));
    });
}

#[test]
fn go_16_dialling_ends_with_its_context() {
    go::run(|| {
        let listener = net::listen("127.0.0.1:0").unwrap();
        let address = listener.addr().unwrap();
        let (ctx, cancel) = context::with_cancel(&context::background());
        let conn = net::dial_context(&ctx, address).unwrap();
        cancel.call();
        // The connection has nothing to do with the context any more.
        let mut accepted = listener.accept().unwrap();
        (&conn).write_all(b"x").unwrap();
        accepted.read_exact(&mut [0]).unwrap();
        let error = net::dial_context(&ctx, address).unwrap_err();
        assert_eq!(error.to_string(), "operation was canceled");
        let (ctx, _cancel) = context::with_deadline(&context::background(), time::now());
        assert!(net::is_timeout(&net::dial_context(&ctx, address).unwrap_err()));
    });
}

#[test]
fn go_16_many_connections_on_two_workers() {
    let total = Builder::new().workers(2).run(|| {
        let listener = net::listen("127.0.0.1:0").unwrap();
        let address = listener.addr().unwrap();
        drop(go(move || {
            for mut conn in listener.incoming() {
                drop(go(move || -> io::Result<()> {
                    let mut buffer = [0; 64];
                    loop {
                        match conn.read(&mut buffer)? {
                            0 => return Ok(()),
                            read => conn.write_all(&buffer[..read])?,
                        }
                    }
                }));
            }
        }));
        let clients: Vec<_> = (0..100)
            .map(|number: u32| {
                go(move || {
                    let mut conn = net::dial(address).unwrap();
                    let mut sum = 0;
                    for round in 0..10 {
                        conn.write_all(&(number + round).to_le_bytes()).unwrap();
                        let mut answer = [0; 4];
                        conn.read_exact(&mut answer).unwrap();
                        assert_eq!(u32::from_le_bytes(answer), number + round);
                        sum += 1;
                    }
                    sum
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).sum::<u32>()
    });
    assert_eq!(total, 1_000);
}
