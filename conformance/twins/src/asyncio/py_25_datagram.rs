//! Datagram endpoints.

use std::cell::OnceCell;
use std::net::SocketAddr;

use fourfold::asyncio::{self, DatagramProtocol, DatagramTransport, Future, Loop, Queue};
use fourfold::{Error, Result};

use super::python::{BytesRepr, Log, Repr, run_main, text, type_name};

struct Peer {
    echo: bool,
    log: Log,
    got: Queue<Option<(Vec<u8>, SocketAddr)>>,
    lost: Future<()>,
    transport: OnceCell<DatagramTransport>,
}

impl Peer {
    fn new(event_loop: &Loop, echo: bool) -> Peer {
        Peer {
            echo,
            log: Log::new(),
            got: Queue::new(0),
            lost: event_loop.create_future(),
            transport: OnceCell::new(),
        }
    }
}

impl DatagramProtocol for Peer {
    fn connection_made(&self, transport: DatagramTransport) {
        self.transport.set(transport).expect("made once");
        self.log.push("made");
    }

    fn datagram_received(&self, data: &[u8], from: SocketAddr) {
        self.log.push(format!("datagram {}", String::from_utf8_lossy(data)));
        self.got.put_nowait(Some((data.to_vec(), from))).expect("there is no bound");
        if self.echo {
            let transport = self.transport.get().expect("made before data comes");
            transport.sendto(&data.to_ascii_uppercase(), from).expect("not connected");
        }
    }

    fn error_received(&self, error: Error) {
        self.log.push(format!("error {}", type_name(&error)));
        self.got.put_nowait(None).expect("there is no bound");
    }

    fn connection_lost(&self, error: Option<Error>) {
        self.log.push(format!("lost {}", error.as_ref().map_or("None".into(), text)));
        self.lost.set_result(()).expect("lost once");
    }
}

async fn main() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let here = ("127.0.0.1", 0);
    let (st, s) =
        event_loop.create_datagram_endpoint(|| Peer::new(&event_loop, true), here, None).await?;
    let address = st.sockname().expect("it is bound");
    let there = ("127.0.0.1", address.port());
    let connect =
        || event_loop.create_datagram_endpoint(|| Peer::new(&event_loop, false), None, there);
    let (ct, c) = connect().await?;
    for message in [b"one".as_slice(), b"two", b"", b"three"] {
        ct.sendto(message, None)?;
    }
    for _ in 0..4 {
        let (data, from) = c.got.get().await?.expect("no error");
        println!("{} {}", data.bytes_repr(), (from == address).repr());
    }
    if ct.sendto(b"x", SocketAddr::from(([127, 0, 0, 1], 1))).is_err() {
        println!("ValueError connected elsewhere");
    }
    ct.sendto(b"same address", address)?;
    println!("{}", c.got.get().await?.expect("no error").0.bytes_repr());
    ct.close();
    ct.close();
    println!("closing {} {}", ct.is_closing().repr(), c.lost.done().repr());
    c.lost.clone().await?;
    println!("{}", s.log);
    println!("{}", c.log);

    // Nobody listens there any more: the error is reported, the endpoint lives on.
    let (ct, c) = connect().await?;
    st.close();
    s.lost.clone().await?;
    ct.sendto(b"lost", None)?;
    c.got.get().await?;
    println!("{} {}", c.log, ct.is_closing().repr());
    ct.abort();
    c.lost.clone().await?;
    println!("{}", c.log);
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
