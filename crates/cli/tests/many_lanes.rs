//! Many more lanes than the system lets a program have sockets.

mod hosts;

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hosts::{OK, dialect, host, json, read_request, text};
use std::io::Write;

const LANES: usize = 10_000;
const LIMIT: usize = 1_024;

#[test]
fn ten_thousand_lanes_under_the_usual_open_file_limit() {
    let (open, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, highest) = (Arc::clone(&open), Arc::clone(&most));
    let address = host(move |mut stream| {
        highest.fetch_max(counted.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        read_request(&stream);
        counted.fetch_sub(1, Ordering::SeqCst);
        let _ = stream.write_all(OK);
    });

    let program = env!("CARGO_BIN_EXE_fourfold");
    let script =
        format!("ulimit -n {LIMIT} && exec \"$0\" ping --dialect {} --json -f -", dialect());
    let mut command = Command::new("sh");
    command.args(["-c", &script, program]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines = format!("{address}\n").repeat(LANES);
    stdin.write_all(lines.as_bytes()).unwrap();
    drop(stdin);

    let output = child.wait_with_output().unwrap();
    let (report, notes) = (json(&output), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{notes}");
    let lanes = report["lanes"].as_array().unwrap();
    assert_eq!(lanes.len(), LANES);
    assert!(lanes.iter().all(|lane| lane["sites"][0]["status"] == 200));
    assert!(most.load(Ordering::SeqCst) < LIMIT, "{most:?} connections at once");
    assert!(
        notes.contains("10 000 lanes, at most 896 at once because of the open-file limit of 1 024"),
        "{notes}"
    );
}
