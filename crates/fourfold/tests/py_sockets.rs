//! Readers, writers and the `sock_*` coroutines. Expected values are CPython 3.13's.
#![cfg(unix)]

use std::cell::RefCell;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::time::Duration;

use fourfold::asyncio::{self, Loop, get_running_loop};
use fourfold::{Error, Result};
use fourfold_kernel::trace::{self, EventKind};

fn pair() -> (UnixStream, UnixStream) {
    let (a, b) = UnixStream::pair().unwrap();
    a.set_nonblocking(true).unwrap();
    b.set_nonblocking(true).unwrap();
    (a, b)
}

#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn say(&self, text: impl Into<String>) {
        self.0.borrow_mut().push(text.into());
    }

    fn take(&self) -> String {
        self.0.take().join(", ")
    }
}

fn turn(event_loop: &Loop) {
    let stopped = event_loop.clone();
    event_loop.call_soon(move || stopped.stop());
    event_loop.run_forever().unwrap();
}

fn read_some(from: &UnixStream, limit: usize) -> String {
    let mut data = vec![0; limit];
    match (&*from).read(&mut data) {
        Ok(n) => String::from_utf8_lossy(&data[..n]).into_owned(),
        Err(error) => panic!("{error}"),
    }
}

fn reading(
    log: &Log,
    prefix: &'static str,
    from: &Rc<UnixStream>,
    limit: usize,
) -> impl FnMut() + use<> {
    let (log, from) = (log.clone(), from.clone());
    move || log.say(format!("{prefix} {}", read_some(&from, limit)))
}

#[test]
fn py_04_io_is_queued_before_due_timers_and_behind_what_was_ready() {
    let event_loop = Loop::new().unwrap();
    let log = Log::default();
    let (mut a, b) = pair();
    let b = Rc::new(b);
    event_loop.add_reader(&*b, reading(&log, "io", &b, 100)).unwrap();
    turn(&event_loop);
    a.write_all(b"one").unwrap();
    let say = |text: &'static str| {
        let log = log.clone();
        move || log.say(text)
    };
    let before = event_loop.time();
    event_loop.call_later(Duration::ZERO, say("timer"));
    event_loop.call_soon(say("soon"));
    while event_loop.time() == before {}
    turn(&event_loop);
    assert_eq!(log.take(), "soon, io one, timer");
}

#[test]
fn py_04_io_left_unread_is_told_again_on_the_next_turn() {
    let event_loop = Loop::new().unwrap();
    let log = Log::default();
    let (mut a, b) = pair();
    let b = Rc::new(b);
    event_loop.add_reader(&*b, reading(&log, "byte", &b, 1)).unwrap();
    a.write_all(b"xyz").unwrap();
    for expected in ["byte x", "byte y", "byte z", "", ""] {
        turn(&event_loop);
        assert_eq!(log.take(), expected);
    }
    a.write_all(b"w").unwrap();
    turn(&event_loop);
    assert_eq!(log.take(), "byte w");
}

#[test]
fn py_04_io_reader_removed_by_an_earlier_handle_is_not_called() {
    let event_loop = Loop::new().unwrap();
    let log = Log::default();
    let (mut a, b) = pair();
    let b = Rc::new(b);
    event_loop.add_reader(&*b, reading(&log, "io", &b, 1)).unwrap();
    turn(&event_loop);
    a.write_all(b"q").unwrap();
    let (remover, fd, removed) = (event_loop.clone(), b.clone(), log.clone());
    event_loop.call_soon(move || {
        assert!(remover.remove_reader(&*fd).unwrap());
        removed.say("soon removes");
    });
    turn(&event_loop);
    turn(&event_loop);
    assert_eq!(log.take(), "soon removes");
}

#[test]
fn py_04_io_that_stays_ready_comes_in_the_order_of_the_events() {
    let event_loop = Loop::new().unwrap();
    let log = Log::default();
    let pairs: Vec<_> = (0..3).map(|_| pair()).collect();
    for (name, (_, there)) in ["a", "b", "c"].into_iter().zip(&pairs) {
        let log = log.clone();
        event_loop.add_reader(there, move || log.say(name)).unwrap();
    }
    for at in [2, 0, 1] {
        (&pairs[at].0).write_all(b"x").unwrap();
    }
    for _ in 0..3 {
        turn(&event_loop);
        assert_eq!(log.take(), "c, a, b");
    }
}

#[test]
fn py_26_a_reader_is_called_until_it_is_removed() {
    let event_loop = Loop::new().unwrap();
    let (mut a, b) = pair();
    let (done, here) = (event_loop.clone(), Rc::new(b));
    let log = Log::default();
    let outcome = event_loop.run_until_complete({
        let log = log.clone();
        async move {
            let received = done.create_future::<()>();
            let set = received.clone();
            let mut read = reading(&log, "got", &here, 100);
            done.add_reader(&*here, move || {
                read();
                set.set_result(()).unwrap();
            })?;
            a.write_all(b"ping")?;
            received.await?;
            Ok((done.remove_reader(&*here)?, done.remove_reader(&*here)?))
        }
    });
    assert_eq!(outcome.unwrap(), (true, false));
    assert_eq!(log.take(), "got ping");
}

#[test]
fn py_26_the_second_writer_replaces_the_first() {
    let event_loop = Loop::new().unwrap();
    let (a, _b) = pair();
    let log = Log::default();
    for n in 1..=2 {
        let log = log.clone();
        event_loop.add_writer(&a, move || log.say(format!("writable {n}"))).unwrap();
    }
    turn(&event_loop);
    assert_eq!(log.take(), "writable 2");
    assert!(event_loop.remove_writer(&a).unwrap());
    assert!(!event_loop.remove_writer(&a).unwrap());
    turn(&event_loop);
    assert_eq!(log.take(), "");
}

#[test]
fn py_26_a_regular_file_cannot_be_watched_and_a_closed_loop_watches_nothing() {
    let event_loop = Loop::new().unwrap();
    let file = std::fs::File::open("/proc/self/exe").unwrap();
    let refused = event_loop.add_reader(&file, || ()).unwrap_err();
    assert_eq!(
        refused.downcast_ref::<std::io::Error>().unwrap().kind(),
        std::io::ErrorKind::PermissionDenied
    );
    assert!(!event_loop.remove_reader(&file).unwrap());
    event_loop.close().unwrap();
    assert!(event_loop.add_reader(&file, || ()).is_err());
}

#[test]
fn py_26_a_number_that_was_closed_and_used_again_is_watched_anew() {
    let event_loop = Loop::new().unwrap();
    let log = Log::default();
    for name in ["first", "second"] {
        let (mut a, b) = pair();
        // Not removed before it is closed.
        let log_name = log.clone();
        event_loop.add_reader(&b, move || log_name.say(name)).unwrap();
        a.write_all(b"x").unwrap();
        turn(&event_loop);
        assert_eq!(log.take(), name);
        drop((a, b));
    }
}

#[test]
fn py_26_a_receive_waits_and_a_cancelled_one_leaves_no_reader_and_loses_nothing() {
    asyncio::run(async {
        let event_loop = get_running_loop()?;
        let (a, b) = pair();
        let b = Rc::new(b);
        let receive = || {
            let (event_loop, b) = (event_loop.clone(), b.clone());
            asyncio::create_task(async move { event_loop.sock_recv(&*b, 100).await })
        };
        let task = receive();
        asyncio::sleep(Duration::ZERO).await?;
        event_loop.sock_sendall(&a, b"hello").await?;
        assert_eq!(task.await?, b"hello");

        let task = receive();
        asyncio::sleep(Duration::ZERO).await?;
        task.cancel();
        assert!(task.clone().await.unwrap_err().is_cancelled());
        assert!(!event_loop.remove_reader(&*b)?);
        event_loop.sock_sendall(&a, b"later").await?;
        assert_eq!(event_loop.sock_recv(&*b, 100).await?, b"later");

        let mut buffer = [0; 3];
        event_loop.sock_sendall(&a, b"abcdef").await?;
        assert_eq!(event_loop.sock_recv_into(&*b, &mut buffer).await?, 3);
        assert_eq!(&buffer, b"abc");
        assert_eq!(event_loop.sock_recv(&*b, 10).await?, b"def");
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_26_send_all_goes_beyond_the_buffers_and_the_end_is_empty() {
    const SIZE: usize = 1 << 20;
    asyncio::run(async {
        let event_loop = get_running_loop()?;
        let (a, b) = pair();
        let sender = event_loop.clone();
        let send =
            asyncio::create_task(async move { sender.sock_sendall(&a, &vec![b'x'; SIZE]).await });
        let mut got = 0;
        while got < SIZE {
            got += event_loop.sock_recv(&b, 1 << 16).await?.len();
        }
        assert_eq!(got, SIZE);
        send.await?;
        assert_eq!(event_loop.sock_recv(&b, 1).await?, b"");
        Ok(())
    })
    .unwrap();
}

fn unconnected() -> socket2::Socket {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.set_nonblocking(true).unwrap();
    socket
}

#[test]
fn py_26_connect_accept_and_refused() {
    asyncio::run(async {
        let event_loop = get_running_loop()?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let accepting = event_loop.clone();
        let accept = asyncio::create_task(async move {
            let (socket, from) = accepting.sock_accept(&listener).await?;
            Ok(Rc::new((TcpStream::from(socket), from)))
        });
        let client = unconnected();
        event_loop.sock_connect(&client, address).await?;
        let accepted = accept.await?;
        assert_eq!(accepted.1.inet(), client.local_addr()?.as_socket());
        event_loop.sock_sendall(&client, b"over tcp").await?;
        assert_eq!(event_loop.sock_recv(&accepted.0, 100).await?, b"over tcp");

        // The task that accepted has gone, and the listener with it.
        let refused: Error = event_loop.sock_connect(&unconnected(), address).await.unwrap_err();
        let refused = refused.downcast_ref::<std::io::Error>().unwrap();
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_26_datagrams_come_with_their_sender() {
    asyncio::run(async {
        let event_loop = get_running_loop()?;
        let a = std::net::UdpSocket::bind("127.0.0.1:0")?;
        let b = Rc::new(std::net::UdpSocket::bind("127.0.0.1:0")?);
        a.set_nonblocking(true)?;
        b.set_nonblocking(true)?;
        let (receiver, from) = (event_loop.clone(), b.clone());
        let waits = asyncio::create_task(async move { receiver.sock_recvfrom(&*from, 100).await });
        asyncio::sleep(Duration::ZERO).await?;
        assert_eq!(event_loop.sock_sendto(&a, b"to you", b.local_addr()?).await?, 6);
        assert_eq!(waits.await?, (b"to you".to_vec(), a.local_addr()?.into()));
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_26_debug_mode_refuses_a_socket_that_blocks() {
    asyncio::run(async {
        let event_loop = get_running_loop()?;
        event_loop.set_debug(true);
        let (a, _b) = UnixStream::pair()?;
        let refused = event_loop.sock_recv(&a, 1).await.unwrap_err();
        assert_eq!(refused.to_string(), "the socket must be non-blocking");
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_26_a_receive_that_is_dropped_leaves_no_reader() -> Result<()> {
    asyncio::run(async {
        let event_loop = get_running_loop()?;
        let (_a, b) = pair();
        {
            let mut receive = std::pin::pin!(event_loop.sock_recv(&b, 1));
            std::future::poll_fn(|context| {
                assert!(receive.as_mut().poll(context).is_pending());
                std::task::Poll::Ready(())
            })
            .await;
        }
        assert!(!event_loop.remove_reader(&b)?);
        Ok(())
    })
}

/// The seven steps of a receive, from the kernel's own trace.
#[test]
fn py_26_s13_a_receive_is_seven_steps_in_the_trace() {
    let recording = trace::Recording::start();
    // The recording holds the threads of other tests, too.
    trace::instant("this test", format_args!(""));
    asyncio::run(async {
        let event_loop = get_running_loop()?;
        let (mut a, b) = pair();
        let receiver = event_loop.clone();
        let task = asyncio::create_task(async move { receiver.sock_recv(&b, 9).await });
        asyncio::sleep(Duration::ZERO).await?;
        event_loop.call_soon(move || a.write_all(b"x").unwrap());
        assert_eq!(task.await?, b"x");
        Ok(())
    })
    .unwrap();
    let trace = recording.finish();
    let here = trace
        .events()
        .iter()
        .find(|event| matches!(&event.kind, EventKind::Instant { name: "this test", .. }))
        .unwrap()
        .thread;
    let mut steps = Vec::new();
    let mut woken = None;
    for event in trace.events().iter().filter(|event| event.thread == here) {
        match &event.kind {
            // Of several polls the one counts that found something.
            EventKind::SpanStarted("poll") if steps.len() < 2 => steps = vec!["poll waits"],
            EventKind::IoReady { .. } => steps.push("ready"),
            EventKind::Instant { name, .. } if *name != "this test" => steps.push(name),
            EventKind::Woken { task, .. } if steps.len() == 4 => {
                woken = Some(*task);
                steps.push("task called back");
            }
            EventKind::PollStarted(task) if woken == Some(*task) => {
                woken = None;
                steps.push("coroutine resumed");
            }
            _ => {}
        }
    }
    let expected = [
        "poll waits",
        "ready",
        "data moved",
        "result set",
        "task called back",
        "coroutine resumed",
        "data read",
    ];
    assert_eq!(steps, expected);
}
