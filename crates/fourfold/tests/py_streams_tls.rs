//! Streams within TLS. Where nothing else is said the order is CPython 3.13's.
#![cfg(all(unix, feature = "tls"))]

#[path = "support/certificates.rs"]
mod certificates;

use std::cell::RefCell;
use std::io::ErrorKind;
use std::rc::Rc;
use std::time::Duration;

use certificates::{Authority, self_signed};
use fourfold::asyncio::{
    self, Loop, Protocol, Queue, Runner, Server, StreamReader, StreamWriter, Tls, Transport,
    create_task, get_running_loop, open_connection, open_connection_tls, sleep, start_server,
    start_server_tls,
};
use fourfold::tls::{Acceptor, CertificateProblem, Connector, TlsError, TlsReason};
use fourfold::{Error, Result};

fn port(server: &Server) -> u16 {
    server.sockets()[0].port().expect("an Internet address")
}

fn reason(error: &Error) -> TlsReason {
    error
        .downcast_ref::<TlsError>()
        .unwrap_or_else(|| panic!("no TlsError: {error}"))
        .reason()
        .clone()
}

fn io_kind(error: &Error) -> ErrorKind {
    error.downcast_ref::<std::io::Error>().expect("an I/O error").kind()
}

fn virtual_time<T: 'static>(main: impl Future<Output = Result<T>> + 'static) -> T {
    Runner::new().loop_factory(Loop::with_virtual_time).run(main).unwrap()
}

/// Serves one greeting in plain, then what `then` does.
async fn greeting<F, C>(then: F) -> Result<(Server, StreamReader, StreamWriter)>
where
    F: Fn(StreamReader, StreamWriter) -> C + 'static,
    C: Future<Output = Result<()>> + 'static,
{
    let server = start_server(then, "127.0.0.1", 0).await?;
    let (reader, writer) = open_connection("127.0.0.1", port(&server)).await?;
    Ok((server, reader, writer))
}

async fn echo(reader: StreamReader, writer: StreamWriter) -> Result<()> {
    loop {
        let data = reader.read(65536).await?;
        if data.is_empty() {
            return Ok(());
        }
        writer.write(&data);
        writer.drain().await?;
    }
}

/// Upgrades with `acceptor` and tells how that went.
fn upgrade(
    acceptor: Acceptor,
    outcome: Queue<Result<()>>,
) -> impl Fn(StreamReader, StreamWriter) -> std::pin::Pin<Box<dyn Future<Output = Result<()>>>> {
    move |reader, writer| {
        let (acceptor, outcome) = (acceptor.clone(), outcome.clone());
        Box::pin(async move {
            let upgraded = writer.start_tls(&acceptor).await;
            let went_well = upgraded.is_ok();
            outcome.put(upgraded).await?;
            if went_well { echo(reader, writer).await } else { Ok(()) }
        })
    }
}

#[test]
fn py_24_start_tls_encrypts_an_open_connection_on_both_sides() {
    let authority = Authority::new();
    let acceptor = authority.server(&["localhost"]).with_protocols(&[b"second", b"first"]);
    let connector = authority.client().with_protocols(&[b"first"]);
    asyncio::run(async move {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let server_seen = seen.clone();
        let (_server, reader, writer) = greeting(move |reader, writer| {
            let (acceptor, seen) = (acceptor.clone(), server_seen.clone());
            async move {
                let line = reader.readline().await?;
                seen.borrow_mut().push(line);
                writer.write(b"go ahead\n");
                writer.start_tls(&acceptor).await?;
                let info = writer.tls_info().expect("the handshake is done");
                assert_eq!(info.server_hostname(), Some("localhost"));
                assert!(info.peer_certificates().is_empty());
                let line = reader.readline().await?;
                seen.borrow_mut().push(line);
                writer.write(b"secret answer\n");
                writer.drain().await
            }
        })
        .await?;
        writer.write(b"STARTTLS\n");
        assert_eq!(reader.readline().await?, b"go ahead\n");
        let (peer, own) = (writer.peername(), writer.sockname());
        assert!(!writer.transport().is_encrypted() && writer.tls_info().is_none());
        writer.start_tls(Tls::from(&connector).server_hostname("localhost")).await?;
        assert!(writer.transport().is_encrypted() && !writer.can_write_eof());
        assert_eq!((writer.peername(), writer.sockname()), (peer, own));
        let info = writer.tls_info().expect("the handshake is done");
        assert_eq!(info.version(), "TLSv1.3");
        assert!(info.cipher().starts_with("TLS_"), "{}", info.cipher());
        assert_eq!(info.selected_alpn_protocol(), Some(b"first".as_slice()));
        assert_eq!(info.peer_certificates().len(), 1);
        writer.write(b"secret question\n");
        assert_eq!(reader.readline().await?, b"secret answer\n");
        // The handler returned, which closed its side, and within TLS that closes this one.
        assert_eq!(reader.read(1).await?, b"");
        assert!(reader.at_eof());
        writer.wait_closed().await?;
        assert_eq!(*seen.borrow(), [b"STARTTLS\n".to_vec(), b"secret question\n".to_vec()]);
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_24_start_tls_a_server_within_tls_echoes_much_at_once() {
    let authority = Authority::new();
    let (acceptor, connector) = (authority.server(&["127.0.0.1"]), authority.client());
    asyncio::run(async move {
        let server = start_server_tls(echo, "127.0.0.1", 0, &acceptor).await?;
        let (reader, writer) = open_connection_tls("127.0.0.1", port(&server), &connector).await?;
        let sent: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
        let (all, sender) = (sent.clone(), writer.clone());
        let sending = create_task(async move {
            for piece in all.chunks(100_000) {
                sender.write(piece);
                sender.drain().await?;
            }
            Ok(())
        });
        let echoed = reader.readexactly(sent.len()).await?;
        assert!(echoed == sent, "what came back is not what was sent");
        sending.await?;
        writer.close();
        writer.wait_closed().await?;
        server.close();
        server.wait_closed().await
    })
    .unwrap();
}

#[test]
fn py_24_start_tls_refuses_the_wrong_host_and_the_other_side_hears_why() {
    let authority = Authority::new();
    let (acceptor, connector) = (authority.server(&["localhost"]), authority.client());
    asyncio::run(async move {
        let outcome = Queue::new(0);
        let (_server, reader, writer) = greeting(upgrade(acceptor, outcome.clone())).await?;
        let tls = Tls::from(&connector).server_hostname("example.org");
        let error = writer.start_tls(tls).await.unwrap_err();
        match reason(&error) {
            TlsReason::Certificate(CertificateProblem::WrongHost(found)) => {
                assert!(found.len() == 1 && found[0].contains("localhost"), "{found:?}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(error.downcast_ref::<TlsError>().unwrap().host(), "example.org");
        let error = outcome.get().await?.unwrap_err();
        assert!(matches!(reason(&error), TlsReason::Refused(_)), "{error}");
        // The connection is lost with it, on both sides of the stream.
        let lost = writer.wait_closed().await.unwrap_err();
        assert!(matches!(reason(&lost), TlsReason::Certificate(_)), "{lost}");
        assert!(reader.read(1).await.is_err() && writer.drain().await.is_err());
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_24_start_tls_a_certificate_nobody_signed_is_good_for_who_trusts_it() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let acceptor =
        Acceptor::from_der(vec![made.cert.der().to_vec()], made.signing_key.serialize_der());
    let acceptor = acceptor.unwrap();
    let trusting = Connector::builder().trust_der(made.cert.der().to_vec()).build().unwrap();
    let strange = Authority::new().client();
    asyncio::run(async move {
        let server = start_server_tls(echo, "127.0.0.1", 0, &acceptor).await?;
        let tls = Tls::from(&strange).server_hostname("localhost");
        let error = open_connection_tls("127.0.0.1", port(&server), tls).await.unwrap_err();
        let unknown = TlsReason::Certificate(CertificateProblem::UnknownIssuer);
        assert_eq!(reason(&error), unknown);
        // The server goes on.
        let tls = Tls::from(&trusting).server_hostname("localhost");
        let (reader, writer) = open_connection_tls("127.0.0.1", port(&server), tls).await?;
        writer.write(b"trusted\n");
        assert_eq!(reader.readline().await?, b"trusted\n");
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_24_start_tls_fails_with_a_peer_that_speaks_plain() {
    let authority = Authority::new();
    let (acceptor, connector) = (authority.server(&["localhost"]), authority.client());
    asyncio::run(async move {
        let server = start_server(
            |reader, writer| async move {
                writer.write(b"220 hello, this is no TLS\r\n");
                reader.read(1).await.map(drop)
            },
            "127.0.0.1",
            0,
        )
        .await?;
        let tls = Tls::from(&connector).server_hostname("localhost");
        let error = open_connection_tls("127.0.0.1", port(&server), tls).await.unwrap_err();
        assert_eq!(reason(&error), TlsReason::NotTls);

        let outcome = Queue::new(0);
        let (_server, reader, writer) = greeting(upgrade(acceptor, outcome.clone())).await?;
        writer.write(b"GET / HTTP/1.1\r\n\r\n");
        let error = outcome.get().await?.unwrap_err();
        assert_eq!(reason(&error), TlsReason::NotTls);
        // Nothing but an alert comes back, and then the end.
        assert!(reader.read_to_end().await.is_ok_and(|data| data.len() <= 7));
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_24_start_tls_fails_with_a_peer_that_leaves() {
    let connector = Authority::new().client();
    asyncio::run(async move {
        let leaves = |_reader, _writer| async { Ok(()) };
        let server = start_server(leaves, "127.0.0.1", 0).await?;
        let tls = Tls::from(&connector).server_hostname("localhost");
        let error = open_connection_tls("127.0.0.1", port(&server), tls).await.unwrap_err();
        let left = [TlsReason::Closed, TlsReason::Reset];
        assert!(left.contains(&reason(&error)), "{error}");
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_24_start_tls_waits_for_a_handshake_no_longer_than_a_minute() {
    let connector = Authority::new().client();
    virtual_time(async move {
        let event_loop = get_running_loop()?;
        let silent =
            |reader: StreamReader, _writer| async move { reader.read_to_end().await.map(drop) };
        let (_server, _reader, writer) = greeting(silent).await?;
        let before = event_loop.time();
        let tls = Tls::from(&connector).server_hostname("localhost");
        let error = writer.start_tls(tls).await.unwrap_err();
        assert_eq!(event_loop.time() - before, Duration::from_secs(60));
        assert_eq!(io_kind(&error), ErrorKind::ConnectionAborted);
        assert_eq!(
            error.to_string(),
            "SSL handshake is taking longer than 60.0 seconds: aborting the connection"
        );
        assert_eq!(io_kind(&writer.wait_closed().await.unwrap_err()), ErrorKind::ConnectionAborted);

        let tls = Tls::from(&connector).handshake_timeout(Duration::ZERO);
        let refused = open_connection_tls("127.0.0.1", 1, tls).await.unwrap_err().to_string();
        assert_eq!(refused, "ssl_handshake_timeout should be a positive number, got 0");
        Ok(())
    });
}

#[test]
fn py_24_start_tls_a_close_waits_for_the_other_side_half_a_minute() {
    let authority = Authority::new();
    let (acceptor, connector) = (authority.server(&["localhost"]), authority.client());
    virtual_time(async move {
        let event_loop = get_running_loop()?;
        let (_server, reader, writer) = greeting(move |_reader, writer: StreamWriter| {
            let acceptor = acceptor.clone();
            async move {
                let below = writer.transport();
                writer.start_tls(&acceptor).await?;
                // It will not hear of the close.
                below.pause_reading();
                writer.write(b"x");
                sleep(Duration::from_secs(100)).await
            }
        })
        .await?;
        writer.start_tls(Tls::from(&connector).server_hostname("localhost")).await?;
        assert_eq!(reader.readexactly(1).await?, b"x");
        let before = event_loop.time();
        writer.close();
        let error = writer.wait_closed().await.unwrap_err();
        assert_eq!(event_loop.time() - before, Duration::from_secs(30));
        assert!(error.is_timed_out());
        assert_eq!(error.to_string(), "timed out: SSL shutdown timed out");
        Ok(())
    });
}

#[test]
fn py_24_start_tls_knows_no_half_closed_connection() {
    let authority = Authority::new();
    let (acceptor, connector) = (authority.server(&["localhost"]), authority.client());
    asyncio::run(async move {
        let after_eof = Queue::new(0);
        let told = after_eof.clone();
        let serve = move |reader: StreamReader, writer: StreamWriter| {
            let told = told.clone();
            async move {
                let received = reader.read_to_end().await?;
                told.put((received, writer.is_closing())).await
            }
        };
        let server = start_server_tls(serve, "127.0.0.1", 0, &acceptor).await?;
        let tls = Tls::from(&connector).server_hostname("localhost");
        let (reader, writer) = open_connection_tls("127.0.0.1", port(&server), tls).await?;
        let half = writer.clone();
        let failed = create_task(async move {
            half.write_eof();
            Ok(())
        });
        assert!(failed.await.unwrap_err().is_panic());
        writer.write(b"the last");
        writer.close();
        assert!(writer.is_closing());
        writer.wait_closed().await?;
        assert_eq!(reader.read_to_end().await?, b"");
        assert_eq!(after_eof.get().await?, (b"the last".to_vec(), true));
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_24_start_tls_takes_a_connection_that_ends_without_an_alert_for_ended() {
    let authority = Authority::new();
    let (acceptor, connector) = (authority.server(&["localhost"]), authority.client());
    asyncio::run(async move {
        let (_server, reader, writer) = greeting(move |_reader, writer: StreamWriter| {
            let acceptor = acceptor.clone();
            async move {
                let below = writer.transport();
                writer.start_tls(&acceptor).await?;
                writer.write(b"cut");
                below.close();
                Ok(())
            }
        })
        .await?;
        writer.start_tls(Tls::from(&connector).server_hostname("localhost")).await?;
        assert_eq!(reader.read_to_end().await?, b"cut");
        writer.wait_closed().await
    })
    .unwrap();
}

#[test]
fn py_24_start_tls_hands_what_came_early_to_the_handshake() {
    let authority = Authority::new();
    let (acceptor, connector) = (authority.server(&["localhost"]), authority.client());
    let trusting = connector.clone();
    asyncio::run(async move {
        // The client does not wait for the answer, so its hello is in the reader already.
        let (_server, reader, writer) = greeting(move |reader: StreamReader, writer| {
            let acceptor = acceptor.clone();
            async move {
                assert_eq!(reader.readline().await?, b"STARTTLS\n");
                sleep(Duration::from_millis(20)).await?;
                writer.start_tls(&acceptor).await?;
                echo(reader, writer).await
            }
        })
        .await?;
        writer.write(b"STARTTLS\n");
        // What is written meanwhile follows the handshake.
        let (early, tls) = (writer.clone(), Tls::from(&connector).server_hostname("localhost"));
        let upgrading = create_task(async move { early.start_tls(tls).await });
        sleep(Duration::ZERO).await?;
        writer.write(b"written early\n");
        upgrading.await?;
        assert_eq!(reader.readline().await?, b"written early\n");
        writer.close();
        writer.wait_closed().await
    })
    .unwrap();
    // Somebody in between puts plain text behind the answer.
    asyncio::run(async move {
        let (_server, reader, writer) = greeting(|reader: StreamReader, writer| async move {
            writer.write(b"go ahead\nall is well\n");
            reader.read_to_end().await.map(drop)
        })
        .await?;
        assert_eq!(reader.readline().await?, b"go ahead\n");
        let tls = Tls::from(&trusting).server_hostname("localhost");
        let error = writer.start_tls(tls).await.unwrap_err();
        assert_eq!(reason(&error), TlsReason::NotTls);
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_24_start_tls_asks_a_client_whom_it_expects() {
    let connector = Authority::new().client();
    asyncio::run(async move {
        let (_server, reader, writer) = greeting(echo).await?;
        let error = writer.start_tls(&connector).await.unwrap_err();
        assert!(matches!(reason(&error), TlsReason::Setup(_)), "{error}");
        let error = writer.start_tls(Tls::from(&connector).server_hostname("a b")).await;
        assert_eq!(reason(&error.unwrap_err()), TlsReason::BadName);
        // Nothing was begun.
        writer.write(b"plain\n");
        assert_eq!(reader.readline().await?, b"plain\n");
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_24_start_tls_that_is_cancelled_closes_the_connection() {
    let connector = Authority::new().client();
    asyncio::run(async move {
        let ended = Queue::new(0);
        let told = ended.clone();
        let (_server, _reader, writer) = greeting(move |reader: StreamReader, _writer| {
            let told = told.clone();
            async move { told.put(reader.read_to_end().await?.is_empty()).await }
        })
        .await?;
        let tls = Tls::from(&connector).server_hostname("localhost");
        let upgrading = create_task(async move {
            let outcome = writer.start_tls(tls).await;
            assert!(writer.is_closing());
            outcome
        });
        sleep(Duration::from_millis(5)).await?;
        upgrading.cancel();
        assert!(upgrading.await.unwrap_err().is_cancelled());
        // A hello came, and then the end.
        assert!(!ended.get().await?);
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_24_start_tls_drain_waits_for_a_slow_reader() {
    let authority = Authority::new();
    let (acceptor, connector) = (authority.server(&["localhost"]), authority.client());
    asyncio::run(async move {
        let release = asyncio::Event::new();
        let (released, counted) = (release.clone(), Queue::new(0));
        let count = counted.clone();
        let serve = move |reader: StreamReader, _writer| {
            let (released, count) = (released.clone(), count.clone());
            async move {
                released.wait().await?;
                count.put(reader.read_to_end().await?.len()).await
            }
        };
        let server = start_server_tls(serve, "127.0.0.1", 0, &acceptor).await?;
        let tls = Tls::from(&connector).server_hostname("localhost");
        let (_reader, writer) = open_connection_tls("127.0.0.1", port(&server), tls).await?;
        assert_eq!(writer.transport().get_write_buffer_limits(), (128 * 1024, 512 * 1024));
        writer.transport().set_write_buffer_limits(1000, None)?;
        let size = 32 << 20;
        // The connection below takes one piece that is too much; what follows waits above it.
        writer.write(&vec![b'x'; size - (1 << 20)]);
        writer.write(&vec![b'x'; 1 << 20]);
        assert!(writer.transport().get_write_buffer_size() > 1000);
        let draining = writer.clone();
        let drained = create_task(async move { draining.drain().await });
        sleep(Duration::from_millis(20)).await?;
        assert!(!drained.done());
        release.set();
        drained.await?;
        assert!(writer.transport().get_write_buffer_size() <= 250);
        writer.close();
        writer.wait_closed().await?;
        assert_eq!(counted.get().await?, size);
        Ok(())
    })
    .unwrap();
}

#[derive(Clone, Default)]
struct Recorder(Rc<RefCell<Vec<String>>>);

impl Recorder {
    fn note(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }
}

impl Protocol for Recorder {
    fn connection_made(&self, transport: Transport) {
        self.note(format!("made {}", transport.tls_info().is_some()));
        transport.write(b"hello");
    }

    fn data_received(&self, data: &[u8]) {
        self.note(format!("data {}", String::from_utf8_lossy(data)));
    }

    fn eof_received(&self) -> bool {
        self.note("eof");
        // Has no effect within TLS.
        true
    }

    fn connection_lost(&self, error: Option<Error>) {
        self.note(format!("lost {}", error.is_some()));
    }
}

#[test]
fn py_24_start_tls_calls_a_protocol_in_order() {
    let authority = Authority::new();
    let (acceptor, connector) = (authority.server(&["localhost"]), authority.client());
    asyncio::run(async move {
        let (ours, theirs) = (Recorder::default(), Recorder::default());
        let event_loop = get_running_loop()?;
        let serving = theirs.clone();
        let server =
            event_loop.create_server_tls(move || serving.clone(), "127.0.0.1", 0, &acceptor);
        let server = server.await?;
        let tls = Tls::from(&connector).server_hostname("localhost");
        let factory = || ours.clone();
        let (transport, _) =
            event_loop.create_connection_tls(factory, "127.0.0.1", port(&server), tls).await?;
        while ours.0.borrow().len() < 2 || theirs.0.borrow().len() < 2 {
            sleep(Duration::from_millis(1)).await?;
        }
        transport.close();
        transport.write(b"nothing follows a close");
        server.close();
        server.wait_closed().await?;
        while ours.0.borrow().len() < 4 {
            sleep(Duration::from_millis(1)).await?;
        }
        let expected = ["made true", "data hello", "eof", "lost false"];
        assert_eq!(*ours.0.borrow(), expected);
        assert_eq!(*theirs.0.borrow(), expected);
        assert!(transport.get_protocol().is_none());

        // An upgrade does not tell again of a connection that is known.
        let server = start_server_tls(echo, "127.0.0.1", 0, &self_signed("localhost")).await?;
        let plain = Recorder::default();
        let factory = || plain.clone();
        let at = port(&server);
        let (transport, protocol) = event_loop.create_connection(factory, "127.0.0.1", at).await?;
        let strange = Tls::from(&connector).server_hostname("localhost");
        let error = event_loop.start_tls(&transport, protocol, strange).await.unwrap_err();
        // The server took "hello", in plain, for a bad one.
        assert!(error.is::<TlsError>(), "{error}");
        while plain.0.borrow().len() < 2 {
            sleep(Duration::from_millis(1)).await?;
        }
        assert_eq!(*plain.0.borrow(), ["made false", "lost true"]);
        Ok(())
    })
    .unwrap();
}
