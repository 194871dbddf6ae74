//! `fetch`: what it sends, what it gives, what its failures are, and what ends it. Expected is what Node
//! 26 does, but for the headers with which that names itself.
#![cfg(feature = "http")]

#[path = "support/keeping_host.rs"]
mod keeping_host;

use std::net::{SocketAddr, TcpListener};
use std::ops::ControlFlow;

use bytes::Bytes;
use fourfold::http::{ExchangeError, FailureKind};
use fourfold::js::{
    self, AbortController, AsyncIterator, Body, Headers, Inbox, Promise, Redirect, RequestInit,
    Response, TypeError, fetch, fetch_with,
};
use fourfold::{Error, Result};
use futures_util::StreamExt;
use futures_util::stream;
use keeping_host::{Answer, Seen, host, response};

fn ok(body: &str) -> Answer {
    Answer::Keep(response("200 OK", "", body))
}

fn at(address: SocketAddr, path: &str) -> String {
    format!("http://{address}{path}")
}

/// The text of a `TypeError`, and that of its cause.
fn type_error(error: &Error) -> (String, Option<String>) {
    assert!(error.is::<TypeError>(), "{error:?}");
    (error.to_string(), error.cause().map(ToString::to_string))
}

#[test]
fn the_head_is_there_and_the_body_is_read_once() -> Result<()> {
    let headers = "X-A: 1\r\nx-a: 2\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n";
    let (address, seen) =
        host(move |_, _| Answer::Keep(response("200 Fine", headers, "\u{feff}hi")));
    js::run(async move {
        let response = fetch(at(address, "/p?q#fragment")).await?;
        assert_eq!(response.url(), at(address, "/p?q"));
        assert_eq!((response.ok(), response.status(), response.status_text()), (true, 200, "Fine"));
        assert!(!response.redirected() && !response.body_used());
        let headers: Vec<_> = response.headers().into_iter().collect();
        let expected = [
            ("content-length", "5"),
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
            ("x-a", "1, 2"),
        ];
        assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let text = response.text();
        assert!(response.body_used());
        assert_eq!(text.await?, "hi");
        let again = response.text().await.unwrap_err();
        assert_eq!(type_error(&again).0, "Body is unusable: Body has already been read");
        let clone = response.try_clone().unwrap_err();
        assert_eq!(type_error(&clone).0, "Response.clone: Body has already been consumed.");
        Ok(())
    })?;
    let request = seen.recv().unwrap().asked();
    assert!(request.starts_with("GET /p?q HTTP/1.1\r\n"), "{request}");
    Ok(())
}

#[test]
fn js_09_a_connection_that_is_kept_does_not_keep_the_loop_alive() -> Result<()> {
    let (address, seen) = host(|_, _| ok("hello"));
    js::run(async move { fetch(at(address, "/")).await?.text().await })?;
    // The host closes nothing: it was the loop that ended, and its connections with it.
    seen.recv().unwrap().asked();
    assert_eq!(seen.recv().unwrap(), Seen::Closed);
    js::run(async move {
        assert_eq!(fetch(at(address, "/1")).await?.text().await?, "hello");
        // Nobody reads this one's body, so its connection is closed with it.
        fetch(at(address, "/2")).await?;
        Ok(())
    })?;
    seen.recv().unwrap().asked();
    seen.recv().unwrap().asked();
    assert_eq!(seen.recv().unwrap(), Seen::Closed);
    Ok(())
}

#[test]
fn js_09_what_nobody_reads_on_does_not_keep_the_loop_alive() {
    let (address, _seen) =
        host(|_, _| Answer::Keep("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc".into()));
    let end = js::run(async move {
        let response = fetch(at(address, "/")).await?;
        let mut body = response.body().unwrap();
        assert_eq!(body.next().await.unwrap()?, "abc");
        // What main awaits can never be settled, though its connection is open.
        Promise::<()>::with_resolvers().0.await
    });
    assert_eq!(end.unwrap_err().downcast_ref::<js::Exit>().unwrap().code(), 13);
}

#[test]
fn connections_are_used_again() -> Result<()> {
    let (address, _seen) = host(|number, _| ok(&number.to_string()));
    js::run(async move {
        for _ in 0..3 {
            assert_eq!(fetch(at(address, "/")).await?.text().await?, "0");
        }
        let two = [fetch(at(address, "/")), fetch(at(address, "/"))];
        let mut texts = Vec::new();
        for response in Promise::all(two).await? {
            texts.push(response.text().await?);
        }
        assert_eq!(texts, ["0", "1"]);
        Ok(())
    })
}

#[test]
fn what_is_sent() -> Result<()> {
    let (address, seen) = host(|_, _| ok(""));
    let ask = move |init: RequestInit| {
        js::run(async move { fetch_with(at(address, "/"), init).await.map(drop) }).unwrap();
        loop {
            if let Seen::Asked(request) = seen.recv().unwrap() {
                return request.to_lowercase();
            }
        }
    };
    let request = ask(RequestInit::new().method("post").body("hé"));
    assert!(request.starts_with("post / http/1.1\r\n"), "{request}");
    assert!(request.contains("\r\ncontent-type: text/plain;charset=utf-8\r\n"), "{request}");
    assert!(
        request.contains("\r\ncontent-length: 3\r\n") && request.ends_with("\r\n\r\nhé"),
        "{request}"
    );

    let own = RequestInit::new().method("PUT").header("Content-Type", "a/b").body("text");
    let request = ask(own);
    assert!(request.contains("\r\ncontent-type: a/b\r\n"), "{request}");

    let request = ask(RequestInit::new().method("POST").body(vec![b'x', b'y']));
    assert!(!request.contains("content-type") && request.ends_with("\r\n\r\nxy"), "{request}");

    let request = ask(RequestInit::new().method("POST"));
    assert!(request.contains("\r\ncontent-length: 0\r\n"), "{request}");

    let headers = Headers::of([("X-One", "1"), ("x-one", " 2 ")])?;
    let request = ask(RequestInit::new().method("DELETE").headers(headers));
    assert!(request.contains("\r\nx-one: 1\r\nx-one: 2\r\n"), "{request}");

    let pieces = stream::iter(["one", "two"].map(|piece| Ok(Bytes::from(piece))));
    let request = ask(RequestInit::new().method("POST").body(Body::stream(pieces)));
    assert!(request.contains("\r\ntransfer-encoding: chunked\r\n"), "{request}");
    assert!(request.ends_with("\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"), "{request}");
    Ok(())
}

#[cfg(feature = "json")]
#[test]
fn bodies_as_json() -> Result<()> {
    let (address, seen) =
        host(|_, request| if request.starts_with("POST") { ok("[1, 2]") } else { ok("hello") });
    js::run(async move {
        let init = RequestInit::new().method("POST").body(Body::json(&["a"])?);
        let numbers: Vec<u32> = fetch_with(at(address, "/"), init).await?.json().await?;
        assert_eq!(numbers, [1, 2]);
        let none = fetch(at(address, "/")).await?.json::<Vec<u32>>().await.unwrap_err();
        assert!(none.is::<js::SyntaxError>(), "{none}");
        Ok(())
    })?;
    let request = seen.recv().unwrap().asked();
    assert!(request.ends_with("\r\n\r\n[\"a\"]"), "{request}");
    assert!(request.to_lowercase().contains("\r\ncontent-type: application/json\r\n"), "{request}");
    Ok(())
}

#[test]
fn what_cannot_be_sent_is_a_type_error() -> Result<()> {
    js::run(async {
        let init = RequestInit::new;
        let here = "http://127.0.0.1/";
        let cases = [
            ("page", init(), "Failed to parse URL from page"),
            (
                "http://a:b@x/",
                init(),
                "Request cannot be constructed from a URL that includes credentials: http://a:b@x/",
            ),
            (here, init().method("a b"), "'a b' is not a valid HTTP method."),
            (here, init().method("Trace"), "'Trace' HTTP method is unsupported."),
            (here, init().body("x"), "Request with GET/HEAD method cannot have body."),
            (
                here,
                init().header("bad name", "x"),
                "Headers.append: \"bad name\" is an invalid header name.",
            ),
            (
                here,
                init().header("a", "€"),
                "Cannot convert argument to a ByteString because the character at index 0 has a value \
                 of 8364 which is greater than 255.",
            ),
        ];
        for (url, init, text) in cases {
            let error = fetch_with(url, init).await.unwrap_err();
            assert_eq!(type_error(&error).0, text);
        }
        let error = fetch("ftp://x/").await.unwrap_err();
        assert_eq!(type_error(&error), ("fetch failed".into(), Some("unknown scheme".into())));
        Ok(())
    })
}

#[test]
fn what_fails_on_the_way_is_the_cause() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let nobody = listener.local_addr()?;
    drop(listener);
    let (cutting, _seen) =
        host(|_, _| Answer::Close("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc".into()));
    js::run(async move {
        let refused = fetch(at(nobody, "/")).await.unwrap_err();
        assert_eq!(type_error(&refused).0, "fetch failed");
        let cause = refused.cause().and_then(|cause| cause.downcast_ref::<ExchangeError>());
        assert_eq!(cause.unwrap().kind, FailureKind::Refused);

        let cut = fetch(at(cutting, "/")).await?.text().await.unwrap_err();
        assert_eq!(type_error(&cut).0, "terminated");
        let cause = cut.cause().and_then(|cause| cause.downcast_ref::<ExchangeError>());
        assert_eq!(cause.unwrap().kind, FailureKind::ClosedWithinBody);

        let pieces = stream::iter([Ok(Bytes::from("one")), Err(Error::msg("boom"))]);
        let init = RequestInit::new().method("POST").body(Body::stream(pieces));
        let error = fetch_with(at(cutting, "/"), init).await.unwrap_err();
        assert_eq!(type_error(&error), ("fetch failed".into(), Some("boom".into())));
        Ok(())
    })
}

#[test]
fn redirects_are_followed_unless_told_otherwise() -> Result<()> {
    let to = |path: &str, status: &str| {
        Answer::Keep(response(status, &format!("Location: {path}\r\n"), ""))
    };
    let (address, _seen) = host(move |_, request| match request.split(' ').nth(1).unwrap() {
        "/redirects" => to("/target", "302 Found"),
        "/keeps" => to("/target", "307 Temporary Redirect"),
        "/loops" => to("/loops", "302 Found"),
        "/leaves" => to("ftp://x/", "302 Found"),
        _ => ok(request),
    });
    let ask = move |path: &str, init: RequestInit| fetch_with(at(address, path), init);
    js::run(async move {
        let post = || RequestInit::new().method("POST").header("Content-Type", "a/b").body("text");
        let response = ask("/redirects", post()).await?;
        assert_eq!((response.url(), response.redirected()), (&*at(address, "/target"), true));
        let echo = response.text().await?;
        assert!(echo.starts_with("GET /target ") && !echo.contains("a/b"), "{echo}");

        let echo = ask("/keeps", post()).await?.text().await?;
        assert!(echo.starts_with("POST /target ") && echo.ends_with("\r\n\r\ntext"), "{echo}");

        let manual = RequestInit::new().redirect(Redirect::Manual);
        let response = ask("/redirects", manual).await?;
        assert_eq!((response.status(), response.redirected()), (302, false));
        assert_eq!(response.headers().get("location").as_deref(), Some("/target"));

        let error = ask("/redirects", RequestInit::new().redirect(Redirect::Error)).await;
        let text = |cause: &str| ("fetch failed".to_owned(), Some(cause.to_owned()));
        assert_eq!(type_error(&error.unwrap_err()), text("unexpected redirect"));
        let error = fetch(at(address, "/loops")).await.unwrap_err();
        assert_eq!(type_error(&error), text("redirect count exceeded"));
        let error = fetch(at(address, "/leaves")).await.unwrap_err();
        assert_eq!(type_error(&error).0, "fetch failed");

        let pieces = Body::stream(stream::iter([Ok(Bytes::from("one"))]));
        let error = ask("/keeps", RequestInit::new().method("POST").body(pieces)).await;
        assert_eq!(type_error(&error.unwrap_err()).0, "fetch failed");
        Ok(())
    })
}

#[test]
fn an_abort_rejects_with_the_reason_and_closes_the_connection() -> Result<()> {
    let (address, seen) = host(|_, _| Answer::Never);
    js::run(async move {
        let aborted = AbortController::new();
        aborted.abort();
        let error = fetch_with(at(address, "/"), RequestInit::new().signal(&aborted.signal()));
        assert_eq!(error.await.unwrap_err().to_string(), "This operation was aborted");

        let controller = AbortController::new();
        let asked = fetch_with(at(address, "/"), RequestInit::new().signal(&controller.signal()));
        let inbox = Inbox::new(move |(), inbox: &Inbox<()>| {
            controller.abort();
            inbox.close(|| {});
        });
        let sender = inbox.sender();
        std::thread::spawn(move || {
            seen.recv().unwrap().asked();
            sender.send(()).unwrap();
            assert_eq!(seen.recv().unwrap(), Seen::Closed);
        });
        assert_eq!(asked.await.unwrap_err().to_string(), "This operation was aborted");
        Ok(())
    })
}

#[test]
fn an_abort_ends_the_reading_too() -> Result<()> {
    let half = || Answer::Keep("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc".into());
    let (address, _seen) = host(move |_, _| half());
    js::run(async move {
        let controller = AbortController::new();
        let init = RequestInit::new().signal(&controller.signal());
        let response = fetch_with(at(address, "/"), init).await?;
        let body = response.body().unwrap();
        assert_eq!(body.read().await?.unwrap(), "abc");
        js::set_immediate(move || controller.abort());
        assert_eq!(body.read().await.unwrap_err().to_string(), "This operation was aborted");
        Ok(())
    })
}

#[test]
fn a_body_is_read_in_pieces_and_by_two() -> Result<()> {
    let chunks =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n";
    let (address, _seen) = host(move |_, request| match request.starts_with("HEAD") {
        true => Answer::Keep("HTTP/1.1 204 No Content\r\n\r\n".into()),
        false => Answer::Keep(chunks.into()),
    });
    let all = |response: Response| async move {
        let mut pieces = String::new();
        let mut body = response.body().unwrap();
        while let Some(piece) = body.next().await {
            pieces.push_str(std::str::from_utf8(&piece?).unwrap());
        }
        Ok::<_, Error>(pieces)
    };
    js::run(async move {
        let response = fetch(at(address, "/")).await?;
        let (twin, third) = (response.try_clone()?, response.try_clone()?);
        assert_eq!(twin.array_buffer().await?, "onetwo");
        assert!(twin.body_used() && !response.body_used());
        // Two who read at the same time.
        let both = (third.text(), js::async_fn(all(response.clone())));
        assert_eq!(both.0.await?, "onetwo");
        assert_eq!(both.1.await?, "onetwo");
        assert!(response.body_used());

        let none = fetch_with(at(address, "/"), RequestInit::new().method("HEAD")).await?;
        assert!(none.body().is_none());
        assert_eq!((none.text().await?, none.text().await?), (String::new(), String::new()));
        assert!(!none.body_used());
        Ok(())
    })
}

#[test]
fn js_12_a_loop_that_is_left_early_closes_the_connection() -> Result<()> {
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc";
    let (address, seen) = host(move |_, _| Answer::Keep(half.into()));
    js::run(async move {
        let response = fetch(at(address, "/")).await?;
        let twin = response.try_clone()?;
        let body = response.body().unwrap();
        js::for_await(body.clone(), async |piece: Bytes| {
            assert_eq!(piece, "abc");
            Ok(ControlFlow::Break(()))
        })
        .await?;
        assert!(body.next_result().await?.done());
        // The twin could have been read on.
        let piece = twin.body().unwrap().read().await?;
        assert_eq!(piece.unwrap(), "abc");
        seen.recv().unwrap().asked();
        assert!(seen.try_recv().is_err());
        twin.body().unwrap().cancel();
        // Both responses are still here.
        assert_eq!(seen.recv().unwrap(), Seen::Closed);
        assert!(response.body_used() && twin.body_used());
        Ok(())
    })
}

#[test]
fn headers_have_no_case_and_an_order() -> Result<()> {
    let mut headers = Headers::of([("B", "2"), ("a", " 1 "), ("b", "3")])?;
    headers.append("Set-Cookie", "x=1")?;
    headers.append("set-cookie", "y=2")?;
    let entries: Vec<_> = headers.entries().collect();
    let expected = [("a", "1"), ("b", "2, 3"), ("set-cookie", "x=1"), ("set-cookie", "y=2")];
    assert_eq!(entries, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(headers.get("SET-COOKIE").as_deref(), Some("x=1, y=2"));
    assert_eq!(headers.get_set_cookie(), ["x=1", "y=2"]);
    headers.set("B", "ü")?;
    assert_eq!(headers.get("b").as_deref(), Some("ü"));
    headers.delete("b");
    assert!(!headers.has("B") && headers.get("b").is_none());
    let error = headers.set("a", "x\ny").unwrap_err();
    assert_eq!(type_error(&error).0, "Headers.set: \"x\ny\" is an invalid header value.");
    Ok(())
}
