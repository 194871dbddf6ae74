use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use fourfold::js::{self, Promise, async_fn, process};
use fourfold::net::TcpListener;

use super::node::program;
use super::var::Var;

// A server that accepts keeps the loop alive until it is closed; one that does not, does not.

/// Accepts connections until `closed` is settled.
async fn serve(server: TcpListener, closed: Promise<()>) -> fourfold::Result<()> {
    let mut closed = pin!(closed.into_future());
    let mut accepting = pin!(async {
        loop {
            drop(server.accept().await);
        }
    });
    poll_fn(|context| match closed.as_mut().poll(context) {
        Poll::Ready(closed) => Poll::Ready(closed),
        Poll::Pending => accepting.as_mut().poll(context),
    })
    .await
}

pub(crate) fn run() {
    program(async {
        process::on_exit(|_| println!("exit"));
        let server = TcpListener::bind("127.0.0.1:0").await?;
        println!("listening");
        let (promise, close) = Promise::with_resolvers();
        let closed = async_fn(serve(server, promise));
        js::set_timeout(move || close.resolve(()), 5);
        closed.await?;
        println!("closed");
        let left = TcpListener::bind("127.0.0.1:0").await?;
        println!("another, unreferenced");
        Var::new(left);
        Ok(())
    });
}
