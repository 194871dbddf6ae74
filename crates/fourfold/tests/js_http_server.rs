//! The server of `http` on Node's loop.
#![cfg(feature = "http")]

use fourfold::Result;
use fourfold::http::{Body, Request, Server};
use fourfold::js::{self, Promise, async_fn, fetch};
use fourfold::net::TcpListener;
use http::Response;

async fn hello(_: Request) -> Result<Response<Body>> {
    Ok(Response::new("hello".into()))
}

/// A future that is ready when the promise is settled.
async fn settled(promise: Promise<()>) {
    let _ = promise.await;
}

#[test]
fn js_09_a_server_keeps_the_loop_alive_until_it_is_closed() -> Result<()> {
    let answers = js::run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (closing, close) = Promise::with_resolvers();
        let server = Server::new(hello).serve_until(listener, settled(closing));
        let served: Promise<()> = async_fn(server);
        let page = format!("http://{address}/");
        let answers = [fetch(&page), fetch(&page)];
        let answers = Promise::all(answers).await?;
        let texts = Promise::all(answers.iter().map(|answer| answer.text())).await?;
        close.resolve(());
        // Connections that are idle are closed, so this ends.
        served.await?;
        Ok(texts)
    })?;
    assert_eq!(answers, ["hello", "hello"]);
    Ok(())
}

#[test]
fn js_09_a_server_that_nobody_awaits_goes_on_until_it_is_closed() -> Result<()> {
    js::run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let page = format!("http://{}/", listener.local_addr()?);
        let (closing, close) = Promise::with_resolvers();
        let _detached: Promise<()> =
            async_fn(Server::new(hello).serve_until(listener, settled(closing)));
        // After main has returned.
        js::set_immediate(move || {
            fetch(page).then(|answer| Ok(answer.text())).then(move |text: String| {
                assert_eq!(text, "hello");
                close.resolve(());
                Ok(())
            });
        });
        Ok(())
    })
}
