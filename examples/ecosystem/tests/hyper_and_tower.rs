//! hyper's own server and client on our sockets, without tokio; tower's services around them.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use fourfold::net::{TcpListener, TcpStream};
use fourfold::{Result, asyncio, compat, csharp, go, js};
use futures_util::future::{join, join_all};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode, client, server};
use hyper_util::service::TowerToHyperService;
use tower::{BoxError, Service as _, ServiceBuilder, ServiceExt, service_fn};

/// What a request may take. Wide, for a machine that is busy.
const LIMIT: Duration = Duration::from_secs(1);

type Reply = Response<Full<Bytes>>;

async fn path(request: Request<Incoming>) -> std::result::Result<Reply, Infallible> {
    Ok(Response::new(Full::from(request.uri().path().to_owned())))
}

/// One request on a connection of its own, by hyper's client; its connection is driven here.
async fn ask(address: SocketAddr, path: &str) -> Result<(StatusCode, String)> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = client::conn::http1::handshake(stream).await?;
    let request = Request::get(path).header("host", "here").body(Full::<Bytes>::default())?;
    let asking = async move {
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    };
    let (answer, connection) = join(asking, connection).await;
    connection?;
    answer
}

async fn both_ends() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let serving = async {
        let (stream, _) = listener.accept().await?;
        let service = hyper::service::service_fn(path);
        server::conn::http1::Builder::new().serve_connection(stream, service).await?;
        Ok::<_, fourfold::Error>(())
    };
    let (served, answer) = join(serving, ask(address, "/hyper")).await;
    served?;
    Ok(answer?.1)
}

#[test]
fn x_05_hyper_serves_and_asks_in_each_dialect_without_tokio() {
    let without_tokio = || assert!(tokio::runtime::Handle::try_current().is_err());
    without_tokio();
    assert_eq!(asyncio::run(both_ends()).unwrap(), "/hyper");
    assert_eq!(csharp::run(both_ends()).unwrap(), "/hyper");
    assert_eq!(js::run(both_ends()).unwrap(), "/hyper");
    let go = go::run(|| {
        let future = go::go(async { both_ends().await.unwrap() });
        [go::wait(both_ends()).unwrap(), future.join().unwrap()]
    });
    assert_eq!(go, ["/hyper"; 2]);
}

/// A service that tells how many of it run at once.
#[derive(Clone, Default)]
struct Counted(Arc<(AtomicUsize, AtomicUsize)>);

impl Counted {
    async fn call(self, request: Request<Incoming>) -> std::result::Result<Reply, BoxError> {
        let (now, most) = &*self.0;
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let path = request.uri().path().to_owned();
        if path == "/never" {
            std::future::pending::<()>().await;
        }
        // tower's limits are kept by tokio's timers, and so may the service's own waits be.
        tokio::time::sleep(Duration::from_millis(2)).await;
        now.fetch_sub(1, Ordering::SeqCst);
        Ok(Response::new(Full::from(path)))
    }
}

/// Serves so many connections, each in a task of its own, by a stack of tower's layers.
async fn serve(
    listener: TcpListener,
    connections: usize,
    limit: Duration,
    counted: Counted,
) -> Result<()> {
    let stack = ServiceBuilder::new()
        .concurrency_limit(2)
        .timeout(limit)
        .service(service_fn(move |request| counted.clone().call(request)));
    let service = service_fn(move |request| {
        let stack = stack.clone();
        async move {
            // What a layer refuses is an answer, not a broken connection.
            Ok::<_, Infallible>(stack.oneshot(request).await.unwrap_or_else(|error| {
                let mut refused = Response::new(Full::from(error.to_string()));
                *refused.status_mut() = StatusCode::GATEWAY_TIMEOUT;
                refused
            }))
        }
    });
    let mut serving = Vec::new();
    for _ in 0..connections {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        let connection = server::conn::http1::Builder::new().serve_connection(stream, service);
        serving.push(asyncio::create_task(asyncio::wrap(compat(connection))));
    }
    for task in serving {
        task.await?;
    }
    Ok(())
}

#[test]
fn x_05_a_tower_stack_serves_from_asyncio_what_goroutines_ask() {
    let counted = Counted::default();
    let most = counted.clone();
    let answers = asyncio::run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server = asyncio::create_task(serve(listener, 9, LIMIT, counted));
        let asking: Vec<_> = (0..9)
            .map(|n| {
                let path = if n == 8 { "/never" } else { "/tower" };
                go::go(move || go::wait(ask(address, path)).unwrap())
            })
            .collect();
        let answers = join_all(asking).await.into_iter().collect::<Result<Vec<_>>>()?;
        server.await?;
        Ok(answers)
    })
    .unwrap();
    assert!(answers[..8].iter().all(|(status, text)| *status == 200 && text == "/tower"));
    assert_eq!(answers[8], (StatusCode::GATEWAY_TIMEOUT, "request timed out".to_owned()));
    assert_eq!(most.0.1.load(Ordering::SeqCst), 2, "two at once, and no more");
}

/// Asks by a client that is a service of tower's, with a limit on time and on how many ask at once.
async fn ask_by_tower(address: SocketAddr, path: &'static str) -> Result<String> {
    let asking = move |path: String| async move {
        let answer = ask(address, &path).await;
        answer.map_err(|error| BoxError::from(error.to_string()))
    };
    let mut client =
        ServiceBuilder::new().concurrency_limit(2).timeout(LIMIT).service(service_fn(asking));
    let answer = compat(async move { client.ready().await?.call(path.to_owned()).await }).await;
    Ok(answer.map_err(|error| fourfold::Error::msg(error.to_string()))?.1)
}

#[test]
fn x_05_a_tower_client_asks_in_each_dialect_and_keeps_its_time_limit() {
    let (tell, told) = std::sync::mpsc::channel();
    let host = std::thread::spawn(move || {
        asyncio::run(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let _ = tell.send(listener.local_addr()?);
            serve(listener, 6, 60 * LIMIT, Counted::default()).await
        })
    });
    let address = told.recv().unwrap();
    assert_eq!(asyncio::run(ask_by_tower(address, "/python")).unwrap(), "/python");
    assert_eq!(csharp::run(ask_by_tower(address, "/sharp")).unwrap(), "/sharp");
    assert_eq!(js::run(ask_by_tower(address, "/script")).unwrap(), "/script");
    let go = go::run(move || {
        let future = go::go(ask_by_tower(address, "/future"));
        let stackful = go::wait(ask_by_tower(address, "/gopher")).unwrap();
        let late = go::wait(ask_by_tower(address, "/never")).unwrap_err();
        assert_eq!(late.to_string(), "request timed out");
        [stackful, future.join().unwrap().unwrap()]
    });
    assert_eq!(go, ["/gopher", "/future"]);
    // What is left of the client that did not wait for its answer, for the host.
    let error = host.join().unwrap().unwrap_err();
    let left = error.downcast_ref::<hyper::Error>().expect("it kept its type");
    assert!(left.is_incomplete_message(), "{left}");
}

#[test]
fn x_05_a_tower_service_on_a_stream_of_bytes_is_closed_with_it() {
    // The client leaves in the middle: hyper's connection ends with an error of io, and nothing hangs.
    let ended = asyncio::run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let near = TcpStream::connect(listener.local_addr()?).await?;
        let (far, _) = listener.accept().await?;
        near.write_all(b"GET / HTTP/1.1\r\nhost: a").await?;
        drop(near);
        let service = TowerToHyperService::new(service_fn(path));
        Ok(server::conn::http1::Builder::new().serve_connection(far, service).await)
    });
    let error = ended.unwrap().unwrap_err();
    assert!(error.is_incomplete_message() || io_kind(&error).is_some(), "{error:?}");
}

fn io_kind(error: &hyper::Error) -> Option<io::ErrorKind> {
    let cause = std::error::Error::source(error)?;
    cause.downcast_ref::<io::Error>().map(io::Error::kind)
}
