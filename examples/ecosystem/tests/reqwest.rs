//! reqwest, which needs tokio's runtime, in a task of each dialect.

mod host;

use std::time::Duration;

use fourfold::{asyncio, compat, csharp, go, js};
use host::host;

async fn get(url: String) -> reqwest::Result<String> {
    reqwest::get(url).await?.error_for_status()?.text().await
}

async fn post(url: String, body: String) -> reqwest::Result<String> {
    let client = reqwest::Client::new();
    client.post(url).body(body).send().await?.text().await
}

#[test]
fn x_05_reqwest_in_an_asyncio_task() {
    let host = host();
    let url = host.url("/python");
    let echo = host.url("/echo");
    asyncio::run(async {
        let task = asyncio::create_task(async { Ok(compat(get(url)).await?) });
        let body = "x".repeat(300_000);
        let echoed = compat(post(echo, body.clone())).await?;
        assert_eq!(echoed, body);
        assert_eq!(task.await?, "/python");
        Ok(())
    })
    .unwrap();
}

#[test]
fn x_05_reqwest_in_goroutines() {
    let host = host();
    let url = host.url("/gopher");
    let answers = go::run(move || {
        let clients: Vec<_> = (0..20)
            .map(|_| {
                let url = url.clone();
                go::go(move || go::wait(compat(get(url))).unwrap())
            })
            .collect();
        let future = go::go(compat(get(url)));
        let mut answers: Vec<_> = clients.into_iter().map(|c| c.join().unwrap()).collect();
        answers.push(future.join().unwrap().unwrap());
        answers
    });
    assert_eq!(answers, ["/gopher"; 21]);
}

#[test]
fn x_05_reqwest_in_a_task_of_csharp_and_an_async_function_of_js() {
    let host = host();
    let url = host.url("/sharp");
    let sharp =
        csharp::run(async { csharp::Task::run(async move { Ok(compat(get(url)).await?) }).await });
    assert_eq!(sharp.unwrap(), "/sharp");
    let url = host.url("/script");
    let script = js::run(async { js::async_fn(async { Ok(compat(get(url)).await?) }).await });
    assert_eq!(script.unwrap(), "/script");
}

#[test]
fn x_05_a_cancelled_request_of_reqwest_ends_and_the_client_goes_on() {
    let host = host();
    let (never, url) = (host.url("/never"), host.url("/after"));
    asyncio::run(async {
        let client = reqwest::Client::new();
        let stuck = client.get(never);
        let stuck = asyncio::wrap(compat(async move { stuck.send().await }));
        let error = asyncio::wait_for(stuck, Some(Duration::from_millis(50))).await.unwrap_err();
        assert!(error.is_timed_out(), "{error}");
        let after = compat(async move { client.get(url).send().await?.text().await }).await?;
        assert_eq!(after, "/after");
        Ok(())
    })
    .unwrap();
}

#[test]
fn x_05_a_failure_of_reqwest_crosses_with_its_type() {
    // Nobody listens where a host has been.
    let gone = host().url("/");
    let error = asyncio::run(async { Ok(compat(get(gone)).await?) }).unwrap_err();
    let error = error.downcast_ref::<reqwest::Error>().expect("it kept its type");
    assert!(error.is_connect(), "{error}");
}
