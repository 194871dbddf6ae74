//! The client whose requests are tasks: what it sends, what its failures are, and what ends it.
#![cfg(feature = "http")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use fourfold::csharp::{
    self, ArgumentOutOfRangeException, CancellationToken, CancellationTokenSource, HttpClient,
    HttpContent, HttpRequestException, InvalidOperationException, OperationCanceledException, Pump,
    Task, TaskStatus, TimeoutException,
};
use fourfold::http::{ExchangeError, FailureKind};
use http::{HeaderValue, Request, StatusCode};

/// A host that hands out each request, head and body, and answers it with what `answer` says.
fn host(
    answer: impl Fn(&str) -> Option<String> + Send + 'static,
) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (asked, told) = channel();
    thread::spawn(move || {
        let mut kept = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let request = read(&stream);
            let answer = answer(&request);
            let _ = asked.send(request);
            match answer {
                Some(answer) => drop(stream.write_all(answer.as_bytes())),
                // It never answers, and does not close either.
                None => kept.push(stream),
            }
        }
    });
    (address, told)
}

fn read(stream: &TcpStream) -> String {
    let mut lines = BufReader::new(stream);
    let mut request = String::new();
    let mut length = 0;
    while !request.ends_with("\r\n\r\n") {
        let mut line = String::new();
        if lines.read_line(&mut line).unwrap() == 0 {
            return request;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
        request += &line;
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).unwrap();
    request + &String::from_utf8(body).unwrap()
}

fn answer(status: &str, body: &str) -> Option<String> {
    let length = body.len();
    Some(format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    ))
}

#[test]
fn a_request_is_on_its_way_when_the_call_returns() {
    let (address, asked) = host(|_| answer("200 OK", "hello"));
    let client = HttpClient::new();
    let task = client.get_async(&format!("http://{address}/page"));
    // Nobody awaits the task.
    assert!(asked.recv().unwrap().starts_with("GET /page HTTP/1.1\r\n"));
    let response = task.result().unwrap();
    assert_eq!(response.status_code(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/plain");
    assert_eq!(response.request_uri().path_and_query(), "/page");
    let content = response.content();
    assert_eq!(content.media_type().unwrap(), "text/plain");
    assert_eq!(content.read_as_string_async().result().unwrap(), "hello");
    assert_eq!(content.read_as_byte_array_async().result().unwrap(), "hello");
}

#[test]
fn a_status_fails_where_only_the_content_is_asked_for() {
    let (address, _asked) = host(|_| answer("404 Not Found", "no such page"));
    let page = format!("http://{address}/");
    let (response, errors) = csharp::run(async move {
        let client = HttpClient::new();
        let response = client.get_async(&page).await?;
        let text = client.get_string_async(&page).await.unwrap_err();
        let bytes = client.get_byte_array_async(&page).await.unwrap_err();
        Ok((response, [text, bytes]))
    })
    .unwrap();
    assert!(!response.is_success_status_code());
    let ensured = response.ensure_success_status_code().unwrap_err();
    for error in errors.iter().chain([&ensured]) {
        let exception = HttpRequestException::of(error).unwrap();
        assert_eq!(exception.status_code(), Some(StatusCode::NOT_FOUND));
        let text = "Response status code does not indicate success: 404 (Not Found).";
        assert_eq!(exception.message(), text);
    }
}

#[test]
fn what_is_sent() {
    let (address, asked) = host(|_| answer("200 OK", ""));
    let mut client = HttpClient::new();
    client.set_base_address(&format!("http://{address}/api/")).unwrap();
    let headers = client.default_request_headers_mut();
    headers.insert("x-key", HeaderValue::from_static("by default"));
    headers.insert("x-other", HeaderValue::from_static("by default"));

    let form = HttpContent::form_url_encoded([("a", "b c"), ("d", "é")]);
    client.post_async("form", form).wait().unwrap();
    let request = asked.recv().unwrap().to_lowercase();
    assert!(request.starts_with("post /api/form http/1.1\r\n"), "{request}");
    assert!(request.contains("content-type: application/x-www-form-urlencoded\r\n"), "{request}");
    assert!(request.contains("x-key: by default\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\na=b+c&d=%c3%a9"), "{request}");

    let none = CancellationToken::none();
    let text = HttpContent::string("text").with_media_type(HeaderValue::from_static("text/x-own"));
    client.put_async("/put", text, none.clone()).wait().unwrap();
    let request = asked.recv().unwrap().to_lowercase();
    assert!(request.starts_with("put /put http/1.1\r\n"), "{request}");
    assert!(request.contains("content-type: text/x-own\r\n"), "{request}");

    client.delete_async("thing", none.clone()).wait().unwrap();
    assert!(asked.recv().unwrap().starts_with("DELETE /api/thing HTTP/1.1\r\n"));

    let own = Request::get("/own").header("x-key", "its own").body("").unwrap();
    client.send_async(own, none).wait().unwrap();
    let request = asked.recv().unwrap().to_lowercase();
    assert!(request.contains("x-key: its own\r\n") && request.contains("x-other: by default\r\n"));
    assert!(!request.contains("x-key: by default\r\n"), "{request}");
}

#[test]
fn a_token_cancels_and_is_named() {
    let (address, asked) = host(|_| None);
    let source = CancellationTokenSource::new();
    let client = HttpClient::new();
    let task = client.get_async_with(&format!("http://{address}/"), source.token());
    asked.recv().unwrap();
    source.cancel().unwrap();
    let error = task.result().unwrap_err();
    assert_eq!(task.status(), TaskStatus::Canceled);
    let exception = OperationCanceledException::of(&error.errors()[0]).unwrap();
    assert_eq!(*exception.cancellation_token(), source.token());
    assert!(exception.is_task_canceled());

    let before = client.get_async_with(&format!("http://{address}/"), source.token());
    assert!(before.is_canceled(), "nothing is sent with a cancelled token");
}

#[test]
fn the_timeout_is_a_cancellation_caused_by_a_timeout() {
    let (address, _asked) = host(|_| None);
    let page = format!("http://{address}/");
    let error = csharp::run(async move {
        let mut client = HttpClient::new();
        assert_eq!(client.timeout(), Some(Duration::from_secs(100)));
        let zero = client.set_timeout(Some(Duration::ZERO)).unwrap_err();
        assert!(ArgumentOutOfRangeException::of(&zero).is_some());
        client.set_timeout(Some(Duration::from_millis(20)))?;
        client.get_string_async(&page).await
    })
    .unwrap_err();
    let exception = OperationCanceledException::of(&error).unwrap();
    let text = "The request was canceled due to the configured HttpClient.Timeout of 0.02 seconds \
                elapsing.";
    assert_eq!(exception.message(), text);
    assert!(exception.is_task_canceled());
    assert!(TimeoutException::of(error.cause().unwrap()).is_some());
}

#[test]
fn the_client_cancels_what_is_under_way_and_goes_on() {
    let (address, asked) = host(|request| match request.contains("/silent") {
        true => None,
        false => answer("200 OK", "on"),
    });
    let client = HttpClient::new();
    let pending = client.get_string_async(&format!("http://{address}/silent"));
    asked.recv().unwrap();
    client.cancel_pending_requests();
    assert!(pending.wait().unwrap_err().errors()[0].is_cancelled());
    assert!(pending.is_canceled());
    assert_eq!(client.get_string_async(&format!("http://{address}/")).result().unwrap(), "on");

    let last = client.get_string_async(&format!("http://{address}/silent"));
    drop(client);
    assert!(last.wait().is_err() && last.is_canceled(), "dropped, it is disposed");
}

#[test]
fn what_fails_on_the_way_is_the_cause() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = HttpClient::new();
    let task = client.get_async(&format!("http://{address}/"));
    let error = task.wait().unwrap_err().errors()[0].clone();
    assert_eq!(HttpRequestException::of(&error).unwrap().status_code(), None);
    let cause = error.cause().unwrap().downcast_ref::<ExchangeError>().unwrap();
    assert_eq!(cause.kind, FailureKind::Refused);
    assert!(task.is_faulted());
}

#[test]
fn an_address_without_a_base_must_be_absolute() {
    let client = HttpClient::new();
    let error = client.get_async("page").wait().unwrap_err();
    let exception = InvalidOperationException::of(&error.errors()[0]).unwrap();
    assert!(exception.message().starts_with("An invalid request URI was provided."));
    let request = Request::get("/page").body("").unwrap();
    let error = client.send_async(request, CancellationToken::none()).wait().unwrap_err();
    assert!(InvalidOperationException::of(&error.errors()[0]).is_some());
}

#[test]
fn on_a_context_the_caller_goes_on_there_and_the_client_does_not_need_it() {
    let (address, _asked) = host(|_| answer("200 OK", "hello"));
    let page = format!("http://{address}/");
    Pump::new()
        .run(async move {
            let thread = thread::current().id();
            let client = HttpClient::new();
            // Blocking the context's only thread: the client goes on on the pool.
            assert_eq!(client.get_string_async(&page).result()?, "hello");
            assert_eq!(client.get_string_async(&page).await?, "hello");
            assert_eq!(thread::current().id(), thread);
            Task::completed_task().await
        })
        .unwrap();
}
