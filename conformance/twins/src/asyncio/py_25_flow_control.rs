//! `pause_writing` and `resume_writing`: once each per crossing of the marks.

use std::cell::OnceCell;
use std::os::unix::net::UnixStream;

use fourfold::asyncio::{self, Event, Future, Loop, Protocol, Transport};
use fourfold::{Error, Result};

use super::python::{BytesRepr, Log, Repr, run_main, text, type_name};

struct Flow {
    log: Log,
    resumed: Event,
    lost: Future<()>,
    transport: OnceCell<Transport>,
}

impl Flow {
    fn new(event_loop: &Loop) -> Flow {
        Flow {
            log: Log::new(),
            resumed: Event::new(),
            lost: event_loop.create_future(),
            transport: OnceCell::new(),
        }
    }
}

impl Protocol for Flow {
    fn connection_made(&self, transport: Transport) {
        self.transport.set(transport).expect("made once");
        self.log.push("made");
    }

    fn pause_writing(&self) {
        self.log.push("pause");
        self.resumed.clear();
    }

    fn resume_writing(&self) {
        self.log.push("resume");
        self.resumed.set();
    }

    fn connection_lost(&self, error: Option<Error>) {
        self.log.push(format!("lost {}", error.as_ref().map_or("NoneType", type_name)));
        self.lost.set_result(()).expect("lost once");
    }
}

async fn drain(event_loop: &Loop, socket: &UnixStream, n: usize) -> Result<usize> {
    let mut got = 0;
    while got < n {
        got += event_loop.sock_recv(socket, 1 << 16).await?.len();
    }
    Ok(got)
}

async fn main() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let (a, b) = UnixStream::pair()?;
    b.set_nonblocking(true)?;
    let (tr, p) = event_loop.create_connection_on(|| Flow::new(&event_loop), a).await?;
    tr.set_write_buffer_limits(1000, 200)?;
    println!("limits {:?}", tr.get_write_buffer_limits());

    tr.write(b"small");
    println!("small write {} {}", p.log, tr.get_write_buffer_size());
    let size = 2 << 20;
    tr.write(&vec![b'x'; size]);
    println!("large write {}", p.log);
    tr.write(&[b'y'; 1000]);
    tr.write(b"");
    println!("more writes pause no second time {}", p.log);
    let got = drain(&event_loop, &b, 5 + size + 1000).await?;
    p.resumed.wait().await?;
    println!("drained {got} {} {}", p.log, tr.get_write_buffer_size());
    tr.write(&vec![b'z'; size]);
    drain(&event_loop, &b, size).await?;
    p.resumed.wait().await?;
    println!("second round {}", p.log);

    // close() flushes what is buffered before connection_lost.
    tr.write(&vec![b'q'; size]);
    tr.close();
    println!("closing {} {}", tr.is_closing().repr(), p.lost.done().repr());
    tr.write(b"ignored");
    println!("flushed {}", drain(&event_loop, &b, size).await?);
    p.lost.clone().await?;
    println!("{}", p.log);
    println!("then eof {}", event_loop.sock_recv(&b, 10).await?.bytes_repr());
    drop(b);

    if let Err(e) = tr.set_write_buffer_limits(5, 10) {
        println!("ValueError {}", text(&e));
    }
    println!("a mark below zero does not compile");
    tr.set_write_buffer_limits(0, None)?;
    println!("zero {:?}", tr.get_write_buffer_limits());

    // abort() throws buffered data away.
    let (a, b) = UnixStream::pair()?;
    let (tr, p) = event_loop.create_connection_on(|| Flow::new(&event_loop), a).await?;
    tr.write(&vec![b'x'; size]);
    tr.abort();
    println!("abort {} {}", tr.get_write_buffer_size(), p.lost.done().repr());
    p.lost.clone().await?;
    println!("{}", p.log);
    drop(b);
    println!("writing a text does not compile");
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
