//! Ctrl-C.

mod hosts;

use std::io::Read;
use std::process::{Child, Command, Output, Stdio};

use hosts::{OK, answering, json, ping, silent, text};

/// Starts the program on a lane of a good host, a silent one and one that is never reached, and
/// interrupts it once the silent one was asked.
fn interrupted(options: &[&str]) -> Output {
    let (silent, asked) = silent();
    let lane = format!("{},{silent},{}", answering(OK), answering(OK));
    let mut command = ping(&[options, &[&lane]].concat());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    asked.recv().unwrap();
    interrupt(&child);
    child.wait_with_output().unwrap()
}

fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn the_report_shows_what_is_there() {
    let output = interrupted(&["--json"]);
    let report = json(&output);
    assert_eq!(output.status.code(), Some(130), "{report}");
    let sites = &report["lanes"][0]["sites"];
    assert_eq!(sites[0]["status"], 200, "{report}");
    assert!(sites[1]["error"].as_str().unwrap().contains("cancelled"), "{report}");
    assert!(sites[1]["start_s"].is_f64(), "{report}");
    assert!(sites[2]["error"].as_str().unwrap().contains("not run"), "{report}");
    assert!(sites[2]["start_s"].is_null(), "{report}");
}

#[test]
fn the_table_marks_what_did_not_run() {
    let output = interrupted(&[]);
    let report = text(&output.stdout);
    assert_eq!(output.status.code(), Some(130), "{report}");
    for part in ["200 OK", "cancelled", "not run", "Interrupted", "Real time"] {
        assert!(report.contains(part), "{part} is missing in\n{report}");
    }
}

#[test]
fn twice_ends_at_once_whatever_the_program_is_doing() {
    let (silent, asked) = silent();
    let mut command = ping(&["--timeout", "60", &silent.to_string()]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    asked.recv().unwrap();
    interrupt(&child);
    interrupt(&child);
    // Whether the second came before the first was done with or after: the code is the same.
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn twice_ends_a_report_that_nobody_reads() {
    let (silent, asked) = silent();
    // Far more of a report than a pipe holds.
    let lane = vec![silent.to_string(); 2_000].join(",");
    let mut command = ping(&["--json", "--timeout", "60", &lane]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    asked.recv().unwrap();
    interrupt(&child);
    let mut report = child.stdout.take().unwrap();
    report.read_exact(&mut [0]).unwrap();
    assert!(child.try_wait().unwrap().is_none(), "the report went into the pipe as a whole");
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn what_a_cancelled_probe_reached_is_in_the_report() {
    let report = json(&interrupted(&["--json"]));
    let phases = &report["lanes"][0]["sites"][1]["phases"];
    assert!(phases["connect_s"].is_f64() && phases["first_byte_s"].is_null(), "{report}");
}
