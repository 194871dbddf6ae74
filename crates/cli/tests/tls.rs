//! Hosts behind TLS: certificates that are accepted and those that are not, and HTTP/2.

mod hosts;
#[path = "hosts/tls.rs"]
mod tls;

use hosts::{json, ping, run_json};
use serde_json::Value;
use tls::{Authority, BY_HTTP1, BY_HTTP2, self_signed};

fn the_site(report: &Value) -> &Value {
    &report["lanes"][0]["sites"][0]
}

fn url(address: std::net::SocketAddr) -> String {
    format!("https://localhost:{}/", address.port())
}

#[test]
fn a_self_signed_certificate_is_named_and_can_be_accepted() {
    let url = url(self_signed("localhost"));
    let (code, report) = run_json(&[&url]);
    let site = the_site(&report);
    assert_eq!(code, 1, "{report}");
    assert!(site["error"].as_str().unwrap().contains("certificate"), "{report}");
    assert!(site["phases"]["connect_s"].is_f64(), "{report}");
    assert!(site["phases"]["tls_s"].is_null(), "{report}");

    let (code, report) = run_json(&["--insecure", &url]);
    let site = the_site(&report);
    assert_eq!((code, &site["status"]), (0, &Value::from(BY_HTTP1)), "{report}");
    assert!(site["phases"]["tls_s"].as_f64().unwrap() > 0.0, "{report}");
}

#[test]
fn a_trusted_certificate_answers_for_its_own_name_only() {
    let authority = Authority::new();
    let file = std::env::temp_dir().join(format!("fourfold-trust-{}.pem", std::process::id()));
    std::fs::write(&file, authority.pem()).unwrap();
    let probe = |name: &str| {
        let url = url(authority.host(name));
        let mut command = ping(&["--json", &url]);
        let output = command.env("SSL_CERT_FILE", &file).env_remove("SSL_CERT_DIR").output();
        json(&output.unwrap())
    };
    let (right, wrong) = (probe("localhost"), probe("example.org"));
    let _ = std::fs::remove_file(&file);
    assert_eq!(the_site(&right)["status"], BY_HTTP1, "{right}");
    let error = the_site(&wrong)["error"].as_str().unwrap();
    assert!(error.contains("example.org") && error.contains("localhost"), "{error}");
}

#[test]
fn http2_is_spoken_where_it_was_asked_for() {
    let url = url(self_signed("localhost"));
    for (options, status) in
        [(&["--insecure"][..], BY_HTTP1), (&["--insecure", "--http2"], BY_HTTP2)]
    {
        let (code, report) = run_json(&[options, &[&url]].concat());
        assert_eq!(code, 0, "{report}");
        assert_eq!(the_site(&report)["status"], status, "{report}");
        assert!(the_site(&report)["phases"]["first_byte_s"].is_f64(), "{report}");
    }
}

#[test]
fn http_behind_an_https_url_is_named() {
    let address = hosts::answering(hosts::OK);
    let (code, report) = run_json(&[&format!("https://{address}/")]);
    assert_eq!(code, 1, "{report}");
    assert!(the_site(&report)["error"].as_str().unwrap().contains("TLS"), "{report}");
}
