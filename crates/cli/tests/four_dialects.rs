//! The program without `--dialect`: the demonstration in all four, and your own lanes in one.

mod hosts;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};

use hosts::{OK, all_dialects, answering, host, json, read_request, refusing, text, until_closed};
use serde_json::Value;

const DIALECTS: [&str; 4] = ["asyncio", "csharp", "js", "go"];

fn run_json(args: &[&str]) -> (i32, Value) {
    let output = all_dialects(&[&["--json"], args].concat()).output().unwrap();
    (output.status.code().unwrap(), json(&output))
}

fn names(report: &Value) -> Vec<&str> {
    let dialects = report["dialects"].as_array().unwrap();
    dialects.iter().map(|report| report["dialect"].as_str().unwrap()).collect()
}

fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("fourfold-{}-{name}", std::process::id()))
}

#[test]
fn the_demonstration_runs_in_all_four() {
    let (code, report) = run_json(&[]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(names(&report), DIALECTS);
    for dialect in report["dialects"].as_array().unwrap() {
        let real = dialect["real_time_s"].as_f64().unwrap();
        let total = dialect["total_time_s"].as_f64().unwrap();
        assert!(total >= 0.36 && real < 0.9 * total, "{dialect}");
        for lane in dialect["lanes"].as_array().unwrap() {
            assert!(lane["sites"].as_array().unwrap().iter().all(|site| site["status"] == 200));
        }
    }
}

#[test]
fn what_was_observed_is_in_the_json() {
    let (_, report) = run_json(&[]);
    let observed = |index: usize| &report["dialects"][index]["observed"];
    let keys = observed(0).as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>();
    let expected =
        ["blocking", "call", "cancellation", "futures", "races", "scheduling", "threading"];
    assert_eq!(keys, expected);
    // What each language promises; what threads of a pool do is up to the machine.
    for one_thread in [0, 2] {
        assert_eq!(observed(one_thread)["threading"]["threads"], 1);
        assert_eq!(observed(one_thread)["blocking"]["held_up"], 4);
        assert_eq!(observed(one_thread)["races"]["lost"], 0);
        assert!(observed(one_thread)["scheduling"]["turns"].as_u64().unwrap() > 0);
        assert_eq!(observed(one_thread)["scheduling"]["elsewhere"], 0);
    }
    for pool in [1, 3] {
        assert_eq!(observed(pool)["scheduling"]["turns"], 0);
        assert!(observed(pool)["threading"]["threads"].as_u64().unwrap() > 0);
    }
    let order = |index| observed(index)["call"]["order"].clone();
    assert_eq!(order(0), serde_json::json!(["call", "return", "await", "first_line"]));
    assert_eq!(order(1), serde_json::json!(["call", "first_line", "return", "await"]));
    let cancellation = |index| &observed(index)["cancellation"];
    assert_eq!(cancellation(0)["reached_unpassed"], true);
    assert_eq!(cancellation(1)["name"], "TaskCanceledException");
    assert_eq!(cancellation(2)["name"], "AbortError");
    assert_eq!(cancellation(3)["arrival"], "closed_channel");
}

#[test]
fn the_report_has_four_timelines_and_the_table() {
    let output = all_dialects(&[]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let (report, notes) = (text(&output.stdout), text(&output.stderr));
    assert!(notes.contains("in four dialects"), "{notes}");
    for title in ["asyncio", "C#", "JavaScript", "Go"] {
        let heading = |line: &&str| line.starts_with(title) && line.contains("real ");
        assert_eq!(report.lines().filter(heading).count(), 1, "{title} in\n{report}");
    }
    assert_eq!(report.matches("google.com").count(), 4, "{report}");
    for part in ["Observed", "Threading", "1 thread for", "held up all 4", "Cancelling"] {
        assert!(report.contains(part), "{part} is missing in\n{report}");
    }
    assert!(report.lines().all(|line| line.chars().count() <= 80), "{report}");
}

#[test]
fn little_room_and_no_characters_but_ascii() {
    let output = all_dialects(&[]).env("LC_ALL", "C").env("COLUMNS", "50").output().unwrap();
    let report = text(&output.stdout);
    assert!(report.is_ascii() && report.lines().all(|line| line.len() <= 50), "{report}");
    assert!(report.contains("Control flow at the call"), "{report}");
}

#[test]
fn lanes_of_your_own_are_probed_in_one() {
    let address = answering(OK).to_string();
    let (code, report) = run_json(&[&address]);
    assert_eq!((code, &report["dialect"]), (0, &Value::from("asyncio")), "{report}");
    assert!(report.get("dialects").is_none() && report.get("observed").is_none(), "{report}");
}

#[test]
fn or_in_all_if_that_is_asked_for() {
    let ((bad, _reserved), good) = (refusing(), answering(OK).to_string());
    let lane = format!("{bad},{good}");
    let (code, report) = run_json(&["--dialect", "all", &lane]);
    assert_eq!(code, 1, "{report}");
    assert_eq!(names(&report), DIALECTS);
    for dialect in report["dialects"].as_array().unwrap() {
        let sites = &dialect["lanes"][0]["sites"];
        assert!(sites[0]["error"].as_str().unwrap().contains("refused"), "{dialect}");
        assert_eq!(sites[1]["status"], 200, "{dialect}");
    }
    let output = all_dialects(&["--dialect", "all", &lane]).output().unwrap();
    let report = text(&output.stdout);
    assert_eq!(report.matches("refused").count(), 4, "the reason in each dialect\n{report}");
}

#[test]
fn one_trace_has_all_four() {
    let path = scratch("trace.json");
    let output = all_dialects(&["--trace", path.to_str().unwrap()]).output().unwrap();
    let trace = fs::read(&path).unwrap();
    let _ = fs::remove_file(&path);
    assert_eq!(output.status.code(), Some(0));
    let trace: Value = serde_json::from_slice(&trace).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    assert_eq!(events.iter().filter(|event| event["cat"] == "probe").count(), 16);
    let tracks: Vec<&str> = events
        .iter()
        .filter(|event| event["name"] == "thread_name")
        .filter_map(|event| event["args"]["name"].as_str())
        .collect();
    for title in ["asyncio", "C#", "JavaScript", "Go"] {
        let lane = format!("{title}, lane 2: google.es, google.com");
        assert!(tracks.contains(&&*lane), "{lane} is not in {tracks:?}");
    }
}

#[test]
fn the_page_is_written_beside_the_report() {
    let path = scratch("page.html");
    let output = all_dialects(&["--html", path.to_str().unwrap()]).output().unwrap();
    let page = fs::read_to_string(&path).unwrap();
    let _ = fs::remove_file(&path);
    assert_eq!(output.status.code(), Some(0));
    let note = format!("Page: {}", path.display());
    assert!(text(&output.stderr).contains(&note), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("Observed"));
    assert_eq!(page.matches("<section class=\"timeline\"").count(), 4);

    let nowhere = all_dialects(&["--html", "/no/such/folder/x.html"]).output().unwrap();
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(text(&nowhere.stderr).contains("'/no/such/folder/x.html'"));
}

/// Interrupts a run over all four in the middle of the third.
fn interrupted(options: &[&str]) -> Output {
    let (address, asked) = silent_the_third_time();
    let args = [options, &["--dialect", "all", "--timeout", "60", &address]].concat();
    let mut command = all_dialects(&args);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    asked.recv().unwrap();
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    child.wait_with_output().unwrap()
}

/// A host that answers two probes and leaves the third waiting, and tells when it is there.
fn silent_the_third_time() -> (String, Receiver<()>) {
    let (told, asked) = channel();
    let count = std::sync::atomic::AtomicUsize::new(0);
    let address = host(move |mut stream| {
        read_request(&stream);
        if count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 2 {
            let _ = told.send(());
            return until_closed(&stream);
        }
        let _ = stream.write_all(OK);
    });
    (address.to_string(), asked)
}

#[test]
fn ctrl_c_in_the_middle_leaves_what_is_there() {
    let output = interrupted(&["--json"]);
    let report = json(&output);
    assert_eq!(output.status.code(), Some(130), "{report}");
    let site = |dialect: usize| &report["dialects"][dialect]["lanes"][0]["sites"][0];
    assert_eq!((&site(0)["status"], &site(1)["status"]), (&200.into(), &200.into()), "{report}");
    assert!(site(2)["error"].as_str().unwrap().contains("cancelled"), "{report}");
    assert!(site(3)["error"].as_str().unwrap().contains("not run"), "{report}");
    assert!((0..4).all(|dialect| report["dialects"][dialect]["observed"].is_null()), "{report}");

    let output = interrupted(&[]);
    let report = text(&output.stdout);
    assert_eq!(output.status.code(), Some(130), "{report}");
    for part in ["Go          not run", "cancelled by Ctrl-C", "Interrupted: 2 of 4 probes"] {
        assert!(report.contains(part), "{part} is missing in\n{report}");
    }
    assert!(!report.contains("Observed"), "{report}");
}
