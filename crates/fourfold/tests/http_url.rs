//! What a person types becomes a complete address, or an error that says what to type instead.
#![cfg(feature = "http")]

use fourfold::http::{Scheme, Url};

fn shown(text: &str) -> String {
    Url::parse(text).unwrap().to_string()
}

#[test]
fn what_is_left_out_is_filled_in() {
    for (typed, complete) in [
        ("google.fr", "http://google.fr/"),
        ("  google.fr\n", "http://google.fr/"),
        ("host:8080/path", "http://host:8080/path"),
        ("HTTPS://Example.ORG", "https://example.org/"),
        ("https://[::1]:8443/", "https://[::1]:8443/"),
        ("::1", "http://[::1]/"),
        ("example.org?q=1", "http://example.org/?q=1"),
        ("example.org/a b/é#part", "http://example.org/a%20b/%C3%A9"),
        ("example.org/a%20b", "http://example.org/a%20b"),
        ("example.org/?next=https://other.org/", "http://example.org/?next=https://other.org/"),
    ] {
        assert_eq!(shown(typed), complete, "typed {typed:?}");
    }
}

#[test]
fn host_port_and_authority_are_told_apart() {
    let url = Url::parse("https://[2001:db8::1]/x?y").unwrap();
    assert_eq!((url.scheme(), url.host(), url.port()), (Scheme::Https, "2001:db8::1", 443));
    assert_eq!(url.authority(), "[2001:db8::1]");
    assert_eq!(url.path_and_query(), "/x?y");

    let url = Url::parse("http://127.0.0.1:81").unwrap();
    assert_eq!(
        (url.host(), url.port(), url.authority().as_str()),
        ("127.0.0.1", 81, "127.0.0.1:81")
    );

    assert_eq!(Url::parse("https://a.b:443/").unwrap().authority(), "a.b");
    assert_eq!(Url::parse("https://a.b:80/").unwrap().authority(), "a.b:80");
}

#[test]
fn a_bad_address_is_named_with_a_remedy() {
    for (typed, part) in [
        ("", "is empty"),
        ("ftp://example.org", "other than http and https"),
        ("http://", "no host"),
        (":80", "no host"),
        ("user:secret@example.org", "Authorization"),
        ("example.org:0", "1 to 65535"),
        ("example.org:65536", "1 to 65535"),
        ("example.org:+80", "1 to 65535"),
        ("example.org:", "1 to 65535"),
        ("[::1", "not closed"),
        ("[example]:80", "IPv6"),
        ("1:2:3", "more than one colon"),
        ("exa mple.org", "no name and no IP address"),
        ("a..b", "no name and no IP address"),
        ("256.1.1.1", "no name and no IP address"),
        ("café.fr", "xn--"),
    ] {
        let text = Url::parse(typed).expect_err(typed).to_string();
        assert!(text.contains(part), "{typed:?} gave {text:?}");
        assert!(text.contains(&format!("{typed:?}")), "{text:?} does not name its input");
    }
}

#[test]
fn a_redirect_leads_where_browsers_go() {
    let base = Url::parse("https://a.b:8443/x/y/z?q").unwrap();
    for (location, target) in [
        ("http://c.d/e", "http://c.d/e"),
        ("//c.d/e", "https://c.d/e"),
        ("/e", "https://a.b:8443/e"),
        ("e", "https://a.b:8443/x/y/e"),
        ("../e", "https://a.b:8443/x/e"),
        ("../../../e", "https://a.b:8443/e"),
        (".", "https://a.b:8443/x/y/"),
        ("?n=1:2", "https://a.b:8443/x/y/z?n=1:2"),
        ("e?back=../f", "https://a.b:8443/x/y/e?back=../f"),
    ] {
        assert_eq!(base.join(location).unwrap().to_string(), target, "to {location:?}");
    }
    assert!(base.join("ftp://c.d/").is_err());
    assert!(base.join("mailto:someone@c.d").is_err());
}

#[test]
fn a_text_is_an_address_however_it_is_held() {
    let typed = String::from("google.fr");
    let url = Url::try_from(typed.as_str()).unwrap();
    assert_eq!(Url::try_from(&typed), Ok(url.clone()));
    assert_eq!(Url::try_from(typed), Ok(url));
    assert!(Url::try_from(String::from("ftp://google.fr")).is_err());
}
