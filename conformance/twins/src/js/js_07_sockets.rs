use std::net::Shutdown;
use std::rc::Rc;

use fourfold::Result;
use fourfold::js::{self, async_fn};
use fourfold::net::{TcpListener, TcpStream};

use super::node::program;

// What happens at a socket, and what that queues: ticks and microtasks at once, then immediates, then
// timers.

fn noisy(name: &'static str) {
    js::set_timeout(move || println!("{name}: timer"), 0);
    js::set_immediate(move || println!("{name}: immediate"));
    js::queue_microtask(move || println!("{name}: microtask"));
    js::next_tick(move || println!("{name}: tick"));
}

/// Calls `on_data` with all that comes.
async fn read(socket: &TcpStream, mut on_data: impl FnMut(&str)) -> Result<()> {
    let mut buffer = [0; 64];
    loop {
        let length = socket.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        on_data(std::str::from_utf8(&buffer[..length])?);
    }
}

async fn serve(socket: TcpStream) -> Result<()> {
    let socket = Rc::new(socket);
    read(&socket, |data| {
        println!("server: data {data}");
        noisy("server");
        let socket = socket.clone();
        js::set_timeout(
            move || {
                socket.try_write(b"bye")?;
                socket.shutdown(Shutdown::Write)
            },
            10,
        );
    })
    .await
}

pub(crate) fn run() {
    program(async {
        let server = TcpListener::bind("127.0.0.1:0").await?;
        let address = server.local_addr()?;
        println!("listening");
        async_fn(async move {
            let client = Rc::new(TcpStream::connect(address).await?);
            println!("client: connected");
            noisy("connected");
            let writer = client.clone();
            js::set_timeout(move || writer.try_write(b"hello").map(drop), 10);
            let (socket, _) = server.accept().await?;
            async_fn(serve(socket));
            let mut server = Some(server);
            read(&client, |data| {
                println!("client: data {data}");
                noisy("client");
                let server = server.take();
                js::set_timeout(
                    move || {
                        drop(server);
                        println!("server closed");
                    },
                    30,
                );
            })
            .await
        });
        Ok(())
    });
}
