//! The program without lanes: four hosts of its own.

mod hosts;

use hosts::{ping, run, run_json, text};

#[test]
fn two_lanes_run_at_once() {
    let (code, report) = run_json(&[]);
    assert_eq!(code, 0, "{report}");
    let real = report["real_time_s"].as_f64().unwrap();
    let total = report["total_time_s"].as_f64().unwrap();
    assert!(total >= 0.36, "the delays alone are 0.36 s, all probes took {total} s");
    assert!(real < 0.75 * total, "{real} s is too near to {total} s");
    assert_eq!(report["dialect"], "asyncio");
    let sites = |lane: usize| {
        let sites = report["lanes"][lane]["sites"].as_array().unwrap();
        sites.iter().map(|site| site["site"].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(sites(0), ["google.fr", "google.ch"]);
    assert_eq!(sites(1), ["google.es", "google.com"]);
}

#[test]
fn the_sites_of_a_lane_follow_one_another() {
    let (_, report) = run_json(&[]);
    for lane in report["lanes"].as_array().unwrap() {
        let (first, second) = (&lane["sites"][0], &lane["sites"][1]);
        let end = first["start_s"].as_f64().unwrap() + first["time_s"].as_f64().unwrap();
        // Both are rounded to microseconds.
        assert!(second["start_s"].as_f64().unwrap() >= end - 2e-6, "{lane}");
        assert_eq!(first["status"], 200);
        assert!(first["phases"]["first_byte_s"].as_f64().unwrap() >= 0.1, "{lane}");
        assert!(first["phases"]["tls_s"].is_null());
    }
}

#[test]
fn the_report_is_for_reading() {
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(0));
    let (report, notes) = (text(&output.stdout), text(&output.stderr));
    assert!(notes.contains("No lanes given") && notes.contains("google.fr 120 ms"), "{notes}");
    for part in ["google.com", "200 OK", "lane 2", "█", "Real time", "Total time", "Speed-up"] {
        assert!(report.contains(part), "{part} is missing in\n{report}");
    }
    assert!(!report.contains('\x1b') && !notes.contains('\x1b'), "colours belong on a terminal");
}

#[test]
fn ascii_where_the_locale_has_nothing_else() {
    let output = ping(&[]).env("LC_ALL", "C").output().unwrap();
    assert!(output.stdout.is_ascii(), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains('#'));
}

#[test]
fn several_rounds_have_their_figures() {
    let (code, report) = run_json(&["-n", "2", "-i", "0"]);
    assert_eq!(code, 0, "{report}");
    for lane in report["lanes"].as_array().unwrap() {
        for site in lane["sites"].as_array().unwrap() {
            assert_eq!(site["rounds"].as_array().unwrap().len(), 2, "{site}");
        }
    }
    let output = run(&["-n", "2", "-i", "0"]);
    assert!(text(&output.stdout).contains("p99"), "{}", text(&output.stdout));
}

#[test]
fn the_trace_can_be_loaded() {
    let path = std::env::temp_dir().join(format!("fourfold-trace-{}.json", std::process::id()));
    let output = run(&["--trace", path.to_str().unwrap()]);
    let trace = std::fs::read(&path).unwrap();
    let _ = std::fs::remove_file(&path);
    assert_eq!(output.status.code(), Some(0));
    let trace: serde_json::Value = serde_json::from_slice(&trace).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    assert_eq!(events.iter().filter(|event| event["cat"] == "probe").count(), 4);
}
