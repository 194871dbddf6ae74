//! Hosts that refuse, say nothing, say too little, too much, or nonsense. Each is reported with its
//! reason, and none keeps the others from being probed.

mod hosts;

use std::io::Write;
use std::time::{Duration, Instant};

use hosts::{
    OK, answering, host, read_request, refusing, run, run_json, silent, stuck_after, text,
};
use serde_json::Value;

/// Probes `bad` and a good host in one lane; gives the bad one's report once it is seen to have
/// failed with a reason, and the good one to have answered.
fn failure(bad: &str, options: &[&str]) -> Value {
    let lane = format!("{bad},{}", answering(OK));
    let (code, report) = run_json(&[options, &[&lane]].concat());
    let sites = &report["lanes"][0]["sites"];
    assert_eq!(code, 1, "{report}");
    assert_eq!(sites[0]["status"], Value::Null, "{report}");
    assert!(sites[0]["error"].as_str().is_some_and(|error| !error.is_empty()), "{report}");
    assert_eq!(sites[1]["status"], 200, "{report}");
    assert_eq!(sites[1]["error"], Value::Null, "{report}");
    sites[0].clone()
}

fn error(site: &Value) -> &str {
    site["error"].as_str().unwrap()
}

#[test]
fn a_good_host_is_answered() {
    let (code, report) = run_json(&[&answering(OK).to_string()]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(report["lanes"][0]["sites"][0]["status"], 200);
}

#[test]
fn an_error_status_is_an_answer() {
    let gone = answering(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let (code, report) = run_json(&[&gone.to_string()]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(report["lanes"][0]["sites"][0]["status"], 503);
}

#[test]
fn refused() {
    let (address, _reserved) = refusing();
    let site = failure(&address.to_string(), &[]);
    assert!(error(&site).to_lowercase().contains("refused"), "{site}");
    assert!(site["phases"]["first_byte_s"].is_null());
}

#[test]
fn the_reason_stands_in_the_report() {
    let (address, _reserved) = refusing();
    let output = run(&[&address.to_string()]);
    assert_eq!(output.status.code(), Some(1));
    let report = text(&output.stdout);
    assert!(report.contains("failed") && report.to_lowercase().contains("refused"), "{report}");
}

#[test]
fn silent_until_the_timeout() {
    let (address, _asked) = silent();
    let started = Instant::now();
    let site = failure(&address.to_string(), &["--timeout", "300ms"]);
    assert!(error(&site).contains("300ms"), "{site}");
    let time = site["time_s"].as_f64().unwrap();
    assert!((0.3..3.0).contains(&time), "{site}");
    assert!(started.elapsed() < Duration::from_secs(8), "the default timeout was waited for");
    assert!(site["phases"]["connect_s"].is_f64() && site["phases"]["first_byte_s"].is_null());
}

#[test]
fn half_a_header_and_then_nothing() {
    let address = stuck_after(b"HTTP/1.1 200 OK\r\nContent-Le");
    let site = failure(&address.to_string(), &["--timeout", "300ms"]);
    assert!(error(&site).contains("300ms"), "{site}");
    assert!(site["phases"]["first_byte_s"].is_f64(), "the half came: {site}");
}

#[test]
fn half_a_header_and_then_the_end() {
    let site = failure(&answering(b"HTTP/1.1 200 OK\r\nContent-Le").to_string(), &[]);
    assert!(error(&site).contains("half a header"), "{site}");
}

#[test]
fn reset() {
    let address = host(|stream| {
        // Closed with a request in it that nobody read, a connection is reset.
        let _ = stream.peek(&mut [0]);
    });
    let site = failure(&address.to_string(), &[]);
    assert!(error(&site).contains("reset the connection"), "{site}");
    assert!(site["phases"]["connect_s"].is_f64(), "{site}");
}

#[test]
fn nothing_and_then_the_end() {
    let site = failure(&answering(b"").to_string(), &[]);
    assert!(error(&site).contains("closed without an answer"), "{site}");
}

#[test]
fn endless_headers() {
    let address = host(|mut stream| {
        read_request(&stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(b"X-More: and more and more and more\r\n").is_ok() {}
    });
    let site = failure(&address.to_string(), &["--timeout", "5"]);
    assert!(error(&site).contains("headers larger than 64 KiB"), "{site}");
    assert!(site["time_s"].as_f64().unwrap() < 5.0, "{site}");
}

#[test]
fn garbage() {
    let site = failure(&answering(b"\x00\x01\x02 what is this\x1b[31m\r\n\r\n").to_string(), &[]);
    assert!(error(&site).contains("not HTTP"), "{site}");
}

#[test]
fn garbage_does_not_reach_the_terminal() {
    let address = answering(b"\x1b[31mHTTP/1.1 \x1b[2J\r\n\r\n");
    let output = run(&[&address.to_string()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!output.stdout.contains(&0x1b), "{:?}", text(&output.stdout));
}

#[test]
fn a_name_that_does_not_resolve() {
    let site = failure("nope.invalid", &[]);
    assert!(error(&site).contains("nope.invalid cannot be resolved"), "{site}");
    assert!(site["phases"]["connect_s"].is_null(), "{site}");
}
