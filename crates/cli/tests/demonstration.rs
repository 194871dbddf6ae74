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
    assert_eq!(report["dialect"], hosts::dialect());
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
    let notes = text(&output.stderr);
    assert!(notes.contains(&format!("Trace: {} (", path.display())), "{notes}");
    assert!(!notes.contains("left out"), "{notes}");

    let trace: serde_json::Value = serde_json::from_slice(&trace).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    assert_eq!(events.iter().filter(|event| event["cat"] == "probe").count(), 4);
    let named = |name: &str| events.iter().filter(|event| event["name"] == name).count();
    // The phases of a turn, or the sleep of a worker: what this dialect's threads do. And what a lane is
    // called: C#'s tasks and JavaScript's functions have no names.
    let named_lane = "lane 2: google.es, google.com #";
    let (phases, lane): (&[&str], _) = match hosts::dialect() {
        "go" => (&["sleep"], named_lane),
        "csharp" => (&["sleep"], "csharp #"),
        "js" => (&["timers", "poll"], "async function #"),
        _ => (&["poll", "run"], named_lane),
    };
    for name in ["google.fr", "google.com", "first byte", "ready: I/O"].iter().chain(phases) {
        assert!(named(name) > 0, "nothing is called {name}");
    }
    let mut tracks = events.iter().filter_map(|event| event["args"]["name"].as_str());
    assert!(tracks.any(|name| name.starts_with(lane)), "{events:?}");
}

/// Sorted, as the keys of a `Value` are.
fn keys(object: &serde_json::Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_json_is_what_the_help_says() {
    const PROBE: [&str; 5] = ["error", "phases", "start_s", "status", "time_s"];
    let (_, report) = run_json(&[]);
    assert_eq!(keys(&report), ["dialect", "lanes", "real_time_s", "total_time_s"]);
    let lane = &report["lanes"][0];
    assert_eq!(keys(lane), ["sites"]);
    let site = &lane["sites"][0];
    let mut expected = [&PROBE[..], &["site", "url"]].concat();
    expected.sort_unstable();
    assert_eq!(keys(site), expected);
    assert_eq!(keys(&site["phases"]), ["connect_s", "dns_s", "first_byte_s", "tls_s"]);
    assert!(site["url"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{site}");

    let (_, report) = run_json(&["-n", "3", "-i", "0"]);
    let site = &report["lanes"][1]["sites"][1];
    assert_eq!(keys(site), ["rounds", "site", "url"]);
    let rounds = site["rounds"].as_array().unwrap();
    assert_eq!(rounds.len(), 3);
    assert!(rounds.iter().all(|round| keys(round) == PROBE), "{site}");
    let starts: Vec<f64> = rounds.iter().map(|round| round["start_s"].as_f64().unwrap()).collect();
    assert!(starts.is_sorted(), "{starts:?}");
}

#[test]
fn rounds_keep_their_distance() {
    let (_, report) = run_json(&["-n", "2", "-i", "300ms"]);
    for lane in report["lanes"].as_array().unwrap() {
        let round = |site: usize, round: usize| &lane["sites"][site]["rounds"][round];
        let last = round(1, 0);
        let end = last["start_s"].as_f64().unwrap() + last["time_s"].as_f64().unwrap();
        let pause = round(0, 1)["start_s"].as_f64().unwrap() - end;
        assert!((0.299..2.0).contains(&pause), "{pause} in {lane}");
    }
}
