//! What the user wrote: lanes, files, options, and every way to get them wrong.

mod hosts;

use std::io::Write;
use std::process::Stdio;

use hosts::{OK, answering, json, ping, refusing, run, run_json, text};

/// The message of a run that must end with code 2, having printed nothing else.
fn usage_error(args: &[&str]) -> String {
    let output = run(args);
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
    assert!(output.stdout.is_empty(), "{args:?}");
    assert!(message.starts_with("error: "), "{args:?}: {message}");
    message
}

#[test]
fn mistakes_are_named_with_their_remedy() {
    assert!(usage_error(&["--no-such-option"]).contains("--no-such-option"));
    assert!(usage_error(&["ftp://host"]).contains("'ftp://host'"));
    assert!(usage_error(&["host:99999"]).contains("65535"));
    assert!(usage_error(&["a,,b"]).contains("'a,,b'"));
    assert!(usage_error(&["--timeout", "soon", "a"]).contains("500ms"));
    assert!(usage_error(&["--timeout", "0", "a"]).contains("above zero"));
    assert!(usage_error(&["-n", "0", "a"]).contains("1.."));
    assert!(usage_error(&["--concurrency", "0", "a"]).contains("from 1"));
    assert!(usage_error(&["--method", "BREW", "a"]).contains("HEAD"));
    assert!(usage_error(&["-f", "/no/such/file"]).contains("'/no/such/file'"));
    assert!(usage_error(&["--trace", "/no/such/folder/x"]).contains("'/no/such/folder/x'"));
    assert!(usage_error(&["--html", "/no/such/folder/x"]).contains("'/no/such/folder/x'"));
}

#[test]
fn help_documents_the_json_and_the_exit_codes() {
    let output = run(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    let help = text(&output.stdout);
    for part in [
        "\"rounds\"",
        "real_time_s",
        "Exit code",
        "130",
        "NO_COLOR",
        "--concurrency",
        "--html",
        "\"observed\"",
        "These four",
    ] {
        assert!(help.contains(part), "{part} is missing in\n{help}");
    }
}

#[test]
fn lanes_come_from_standard_input() {
    let (one, two) = (answering(OK), answering(OK));
    let mut command = ping(&["--json", "-f", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = format!("# two lanes\n\n{one},{two}\n  {two}  # the second\n");
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let report = json(&output);
    assert_eq!(output.status.code(), Some(0), "{report}");
    let lanes = report["lanes"].as_array().unwrap();
    let sites: Vec<_> = lanes.iter().map(|lane| lane["sites"].as_array().unwrap().len()).collect();
    assert_eq!(sites, [2, 1]);
}

#[test]
fn an_empty_file_is_no_demonstration() {
    assert!(usage_error(&["-f", "-"]).contains("standard input holds no lane"));
}

#[test]
fn a_bad_line_is_named_by_its_number() {
    let path = std::env::temp_dir().join(format!("fourfold-lanes-{}", std::process::id()));
    std::fs::write(&path, "localhost\nftp://x\n").unwrap();
    let message = usage_error(&["-f", path.to_str().unwrap()]);
    let _ = std::fs::remove_file(&path);
    assert!(message.contains("line 2") && message.contains("'ftp://x'"), "{message}");
}

#[test]
fn the_site_is_what_was_written_and_the_url_what_is_probed() {
    let address = answering(OK).to_string();
    let url = format!("http://{address}/some?path");
    let (code, report) = run_json(&[&address, &url, "--method", "get"]);
    assert_eq!(code, 0, "{report}");
    let site = |lane: usize| &report["lanes"][lane]["sites"][0];
    assert_eq!(site(0)["site"], address);
    assert_eq!(site(0)["url"], format!("http://{address}/"));
    assert_eq!(site(1)["site"], url);
    assert_eq!(site(1)["url"], url);
}

#[test]
fn the_exit_code_tells_whether_every_host_answered() {
    let (good, (bad, _reserved)) = (answering(OK).to_string(), refusing());
    let bad = bad.to_string();
    for (args, code) in [
        (vec![&*good], 0),
        (vec![&*good, &bad], 1),
        (vec![&*bad], 1),
        (vec!["-n", "2", "-i", "0", &good], 0),
        (vec!["--no-progress"], 0),
        (vec!["http://"], 2),
    ] {
        assert_eq!(run(&args).status.code(), Some(code), "{args:?}");
        if code != 2 {
            assert_eq!(run_json(&args).0, code, "{args:?}");
        }
    }
}
