//! `add_reader`, `add_writer` and the `sock_*` coroutines.

use std::cell::RefCell;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::rc::Rc;

use fourfold::Result;
use fourfold::asyncio::{self, Address, Future, ReturnWhen, create_task, wait};
use rustix::fs::{OFlags, fcntl_getfl};
use socket2::{Domain, Socket, Type};

use super::python::{BytesRepr, Log, Repr, run_main, text, turn, type_name};

fn tcp() -> Result<Socket> {
    Ok(Socket::new(Domain::IPV4, Type::STREAM, None)?)
}

async fn main() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let (a, b) = UnixStream::pair()?;
    a.set_nonblocking(true)?;
    b.set_nonblocking(true)?;
    let (a, b) = (Rc::new(a), Rc::new(b));
    let log = Log::new();

    let done = event_loop.create_future();
    let (readable, reads, set) = (b.clone(), log.clone(), done.clone());
    event_loop.add_reader(&*b, move || {
        let mut data = [0; 100];
        let n = (&*readable).read(&mut data).expect("it is readable");
        reads.push(String::from_utf8_lossy(&data[..n]));
        set.set_result(()).expect("read once");
    })?;
    (&*a).write_all(b"ping")?;
    done.await?;
    let (first, second) = (event_loop.remove_reader(&*b)?, event_loop.remove_reader(&*b)?);
    println!("reader {log} removed {} {}", first.repr(), second.repr());

    let done: Future<()> = event_loop.create_future();
    let on_write = |n: i32| {
        let (log, a, set, event_loop) = (log.clone(), a.clone(), done.clone(), event_loop.clone());
        move || {
            log.push(format!("writable {n}"));
            event_loop.remove_writer(&*a).expect("the loop is open");
            set.set_result(()).expect("written once");
        }
    };
    event_loop.add_writer(&*a, on_write(1))?;
    event_loop.add_writer(&*a, on_write(2))?;
    done.clone().await?;
    let (written, left) = (log.items()[1..].repr(), event_loop.remove_writer(&*a)?);
    println!("the second add_writer replaces the first {written} {}", left.repr());

    let receive = |limit: usize| {
        let (event_loop, b) = (event_loop.clone(), b.clone());
        async move { event_loop.sock_recv(&*b, limit).await }
    };
    let t = create_task(receive(100));
    turn().await?;
    event_loop.sock_sendall(&*a, b"hello").await?;
    println!("sock_recv {}", t.await?.bytes_repr());
    let t = create_task(receive(100));
    turn().await?;
    t.cancel();
    wait([t], ReturnWhen::AllCompleted, None).await?;
    println!("cancelled recv leaves no reader {}", event_loop.remove_reader(&*b)?.repr());
    event_loop.sock_sendall(&*a, b"later").await?;
    println!("nothing lost {}", receive(100).await?.bytes_repr());
    let mut buffer = [0; 3];
    event_loop.sock_sendall(&*a, b"abcdef").await?;
    let n = event_loop.sock_recv_into(&*b, &mut buffer).await?;
    println!("recv_into {n} {} {}", buffer.bytes_repr(), receive(10).await?.bytes_repr());

    let size = 1 << 20;
    let (sender, all) = (event_loop.clone(), a.clone());
    let send = create_task(async move { sender.sock_sendall(&*all, &vec![b'x'; size]).await });
    let mut got = 0;
    while got < size {
        got += receive(1 << 16).await?.len();
    }
    send.await?;
    println!("sendall larger than the buffers {got}");
    drop((done, a));
    println!("eof {}", receive(1).await?.bytes_repr());
    drop(b);

    let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    server.set_nonblocking(true)?;
    let address = server.local_addr()?;
    let accepting = event_loop.clone();
    let accepted: Rc<RefCell<Option<(Socket, Address)>>> = Rc::default();
    let result = accepted.clone();
    let acc = create_task(async move {
        result.replace(Some(accepting.sock_accept(&server).await?));
        Ok(())
    });
    let c = tcp()?;
    c.set_nonblocking(true)?;
    event_loop.sock_connect(&c, address).await?;
    acc.await?;
    let (conn, from) = accepted.take().expect("the task ended well");
    let own: Option<SocketAddr> = c.local_addr()?.as_socket();
    let same = own.is_some_and(|own| from == own.into());
    // What gettimeout() gives in the original: 0.0 for a socket that does not block.
    let nonblocking = fcntl_getfl(&conn)?.contains(OFlags::NONBLOCK);
    let timeout = if nonblocking { "0.0" } else { "None" };
    println!("accepted {} {timeout}", same.repr());
    event_loop.sock_sendall(&c, b"over tcp").await?;
    println!("{}", event_loop.sock_recv(&conn, 100).await?.bytes_repr());
    drop((conn, c));
    let c = tcp()?;
    c.set_nonblocking(true)?;
    if let Err(e) = event_loop.sock_connect(&c, address).await {
        let errno = e.downcast_ref::<std::io::Error>().and_then(|e| e.raw_os_error());
        println!("{} {}", type_name(&e), errno.repr());
    }
    drop(c);
    let s = tcp()?;
    event_loop.set_debug(true);
    if let Err(e) = event_loop.sock_recv(&s, 1).await {
        println!("ValueError {}", text(&e));
    }
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
