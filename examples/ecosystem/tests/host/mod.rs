//! A web host on a thread of its own, which says its address and ends with the test.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use fourfold::asyncio;
use fourfold::http::{Body, Request, Server};
use fourfold::net::TcpListener;
use http_body_util::BodyExt;
use hyper::Response;

/// Ends its thread when it is dropped.
pub(crate) struct Host {
    pub(crate) address: SocketAddr,
    ends: Option<fourfold::go::chan::Chan<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(ends) = self.ends.take() {
            ends.close();
        }
        let ended = self.thread.take().expect("it is dropped once").join();
        if !thread::panicking() {
            ended.expect("the host did not panic");
        }
    }
}

/// `/echo` answers with what was sent, `/never` not at all, the others with their path.
async fn answer(request: Request) -> fourfold::Result<Response<Body>> {
    let path = request.uri().path().to_owned();
    let body = match path.as_str() {
        "/echo" => request.into_body().collect().await?.to_bytes().into(),
        "/never" => std::future::pending().await,
        _ => path.into(),
    };
    Ok(Response::new(body))
}

/// Starts one.
pub(crate) fn host() -> Host {
    let (tell, told) = mpsc::channel();
    let ends = fourfold::go::chan::make::<()>(0);
    let end = ends.clone();
    let thread = thread::spawn(move || {
        asyncio::run(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let _ = tell.send(listener.local_addr()?);
            let ended = async move {
                end.recv_async().await;
            };
            // Not until the last connection is done: a client may keep its own.
            let _ = futures_util::future::select(
                std::pin::pin!(Server::new(answer).serve(listener)),
                std::pin::pin!(ended),
            )
            .await;
            Ok(())
        })
        .expect("the host runs");
    });
    let address = told.recv().expect("the host listens");
    Host { address, ends: Some(ends), thread: Some(thread) }
}
