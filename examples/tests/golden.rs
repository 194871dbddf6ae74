//! Each program prints what it promises.
//!
//! Programs that only sleep run on virtual time: their figures are exact and nobody waits. Where a
//! real clock is the point, the bounds are so wide that only a wrong program misses them.

use std::process::Command;
use std::time::{Duration, Instant};

struct Output {
    stdout: String,
    stderr: String,
    took: Duration,
}

impl Output {
    /// The lines, without what follows `mark` in each.
    fn lines_before(&self, mark: &str) -> Vec<&str> {
        self.stdout.lines().map(|line| line.split(mark).next().unwrap_or(line)).collect()
    }
}

/// Runs a program to its end, which must be a good one.
fn run(program: &str, arguments: &[&str]) -> Output {
    let started = Instant::now();
    let output = Command::new(program).args(arguments).output().expect("cargo built the program");
    let took = started.elapsed();
    let stdout = String::from_utf8(output.stdout).expect("the program prints text");
    let stderr = String::from_utf8(output.stderr).expect("the program prints text");
    assert!(output.status.success(), "{program}: {}\n{stdout}\n{stderr}", output.status);
    Output { stdout, stderr, took }
}

/// The number between `before` and `after` in `line`.
fn number(line: &str, before: &str, after: &str) -> f64 {
    let number = line.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    let number = number.unwrap_or_else(|| panic!("not {before:?} <number> {after:?}: {line:?}"));
    number.parse().unwrap_or_else(|_| panic!("no number: {line:?}"))
}

/// A program on virtual time: what it prints, and how long it says it took.
macro_rules! virtual_time {
    ($($name:ident: $took:literal;)*) => {$(
        #[test]
        fn $name() {
            let output = run(env!(concat!("CARGO_BIN_EXE_", stringify!($name))), &["--virtual"]);
            assert_eq!(output.stdout, include_str!(concat!("../golden/", stringify!($name), ".txt")));
            assert_eq!(output.stderr, concat!("took ", $took, " s\n"));
        }
    )*};
}

/// A program without time: what it prints, and nothing on standard error.
macro_rules! timeless {
    ($($name:ident;)*) => {$(
        #[test]
        fn $name() {
            let output = run(env!(concat!("CARGO_BIN_EXE_", stringify!($name))), &[]);
            assert_eq!(output.stdout, include_str!(concat!("../golden/", stringify!($name), ".txt")));
            assert_eq!(output.stderr, "");
        }
    )*};
}

virtual_time! {
    cs_do_work: "2.000";
    cs_stopwatch: "8.000";
    go_async_say: "6.000";
    go_callbacks: "2.000";
    go_generators: "4.000";
    js_exec_go: "2.000";
    js_stopwatch: "6.000";
    py_do_work: "2.000";
    py_exec_go: "2.000";
    py_stopwatch: "6.000";
}

timeless! {
    cs_state_machine;
    go_coroutines;
    go_say_hello;
    js_generators;
    js_promise_errors;
    py_dummy_loop;
    py_generator_foo;
    py_generators;
    py_say_hello;
    py_seven_steps;
    together;
}

/// The same text as with generators; and six futures of a second each, of which up to two wait at
/// once.
#[test]
fn go_dummy_loop() {
    let output = run(env!("CARGO_BIN_EXE_go_dummy_loop"), &["--virtual"]);
    assert_eq!(output.stdout, include_str!("../golden/py_dummy_loop.txt"));
    assert_eq!(output.stderr, "took 4.000 s\n");
}

/// The one that also runs on the real clock, to see that `--virtual` is not what makes it right.
#[test]
fn py_do_work_takes_two_real_seconds() {
    let output = run(env!("CARGO_BIN_EXE_py_do_work"), &[]);
    assert_eq!(output.stdout, include_str!("../golden/py_do_work.txt"));
    assert!(output.took >= Duration::from_secs(2), "{:?}", output.took);
}

#[test]
fn py_coroutine_by_hand() {
    let output = run(env!("CARGO_BIN_EXE_py_coroutine_by_hand"), &[]);
    let (first, rest) = output.stdout.split_once('\n').expect("several lines");
    assert!(
        first.starts_with("<coroutine object two_steps at 0x") && first.ends_with('>'),
        "{first}"
    );
    let driven = "Step 1\nsuspended\nStep 2\nreturned \"the result\"\n";
    let by_a_loop = "by a loop:\nStep 1\nStep 2\nreturned \"the result\"\n";
    assert_eq!(rest, format!("{driven}{by_a_loop}"));
}

#[test]
fn py_async_sleep() {
    let output = run(env!("CARGO_BIN_EXE_py_async_sleep"), &[]);
    let mut expected = vec!["AsyncSleep(until=50".to_owned(); 2];
    expected.push("StopIteration".to_owned());
    for step in 1..=5 {
        expected.extend((0..5).map(|number| format!("coroutine {number} step {step}")));
    }
    let lines = output.lines_before(" at ");
    let (last, steps) = lines.split_last().expect("25 steps");
    let steps: Vec<_> = steps.iter().map(|line| line.split('.').next().unwrap_or(line)).collect();
    assert_eq!(steps, expected);
    // One after the other they would take 2.5 s.
    let took = number(last, "25 steps in ", " s");
    assert!((0.5..2.0).contains(&took), "{last}");
}

#[test]
fn py_select_loop() {
    let output = run(env!("CARGO_BIN_EXE_py_select_loop"), &[]);
    let (first, second) =
        output.stdout.split_once("----- with a socket -----\n").expect("two runs");
    assert_eq!(first, include_str!("../golden/py_select_loop.txt"));

    // In the second run each coroutine's own lines are in order, whatever is between them.
    let of = |mark: &str| {
        second.lines().filter(|line| line.contains(mark)).map(str::to_owned).collect::<Vec<_>>()
    };
    let steps: Vec<_> = (1..=5).map(|step| format!("background step {step}")).collect();
    assert_eq!(of("background"), steps);
    assert_eq!(of("/dev/urandom"), ["read /dev/urandom", "done /dev/urandom"]);
    assert_eq!(of("127.0.0.1"), ["recv 127.0.0.1", "done 127.0.0.1"]);
    assert_eq!(of("got"), ["got 32768 B", "got 32768 B"]);
    assert_eq!(second.lines().count(), 11);
}

#[test]
fn py_fetch() {
    let output = run(env!("CARGO_BIN_EXE_py_fetch"), &[]);
    let lines: Vec<_> = output.stdout.lines().collect();
    assert_eq!(lines.len(), 9, "{}", output.stdout);
    assert_eq!(lines[0], "fetched: Hello from /hello");
    assert!((0.1..1.0).contains(&number(lines[1], "computed: 42 in ", " s")), "{}", lines[1]);
    assert_eq!(lines[2..5], ["arrived: /third", "arrived: /second", "arrived: /first"]);
    let gathered = "gathered: Hello from /first, Hello from /second, Hello from /third";
    assert_eq!(lines[5], gathered);
    let beats = number(lines[6], "blocked in a thread: 7, meanwhile ", " heartbeats");
    assert!(beats >= 5.0, "{}", lines[6]);
    assert_eq!(lines[7], "reported: careless is blocking the loop");
    assert_eq!(lines[8], "blocked in the loop: 7, meanwhile 0 heartbeats");
    assert!(output.stderr.contains("Executing <Task name='careless'"), "{}", output.stderr);
}

#[test]
fn cs_fetch() {
    let output = run(env!("CARGO_BIN_EXE_cs_fetch"), &[]);
    let lines: Vec<_> = output.stdout.lines().collect();
    assert_eq!(lines.len(), 10, "{}", output.stdout);
    assert_eq!(lines[0], "fetched: Hello from /hello");
    assert!((0.1..1.0).contains(&number(lines[1], "computed: 42 in ", " s")), "{}", lines[1]);
    assert_eq!(lines[2..5], ["arrived: /third", "arrived: /second", "arrived: /first"]);
    let all = "all: Hello from /first, Hello from /second, Hello from /third";
    assert_eq!(lines[5], all);
    let beats = number(lines[6], "blocked on the pool: 7, meanwhile ", " heartbeats");
    assert!(beats >= 5.0, "{}", lines[6]);
    assert_eq!(lines[7], "blocked in the context: 7, meanwhile 0 heartbeats");
    assert_eq!(lines[8], "blocked on a task: deadlock, told instead of waiting for ever");
    assert_eq!(lines[9], "blocked on a task that needs no context: 42");
    assert_eq!(output.stderr, "");
}

#[test]
fn go_tls_websocket() {
    let output = run(env!("CARGO_BIN_EXE_go_tls_websocket"), &["20"]);
    let lines: Vec<_> = output.stdout.lines().collect();
    let [clients, times, threads, ..] = lines[..] else { panic!("not three lines: {lines:?}") };
    let all =
        "20 clients, all connected at once over TLS 1.3 and WebSocket: 40 goroutines on 2 workers";
    assert_eq!(clients, all);
    let (connected, echoed) = times.split_once("; ").expect("two times");
    number(connected, "connected in ", " s");
    number(echoed, "200 messages echoed and connections closed in ", " s");
    // A busy machine may have lent the two workers another; forty would be one for each goroutine.
    let ran = threads.split_once(';').map_or(threads, |(ran, _)| ran);
    assert!((1.0..10.0).contains(&number(ran, "threads that ran both sides: ", "")), "{threads}");
}

#[test]
fn cs_http_ping() {
    http_ping(env!("CARGO_BIN_EXE_cs_http_ping"));
}

#[test]
fn go_http_ping() {
    http_ping(env!("CARGO_BIN_EXE_go_http_ping"));
}

#[test]
fn js_http_ping() {
    let output = run(env!("CARGO_BIN_EXE_js_http_ping"), &[]);
    let (chained, awaited) = output.stdout.split_once("-- async and await\n").expect("two runs");
    let chained = chained.strip_prefix("-- a chain of promises\n").expect("the first run");
    for report in [chained, awaited] {
        ping_report(report);
    }
}

/// Each as a process: the code it exits with, and what it says of it.
#[test]
fn js_promise_errors_end_the_process() {
    let ends = [
        ("caught", 0, ""),
        ("unhandled", 1, "Error: thrown in the handler"),
        ("rethrown", 1, "Error: no answer"),
        ("pending", 0, ""),
        ("never", 13, "Warning: Detected unsettled top-level await"),
    ];
    for (program, code, text) in ends {
        let mut command = Command::new(env!("CARGO_BIN_EXE_js_promise_errors"));
        let output = command.arg(program).output().expect("cargo built the program");
        let stderr = String::from_utf8(output.stderr).expect("the program prints text");
        assert_eq!(output.status.code(), Some(code), "{program}: {stderr}");
        assert!(stderr.starts_with(text), "{program}: {stderr}");
        assert_eq!(stderr.is_empty(), text.is_empty(), "{program}: {stderr}");
    }
}

#[test]
fn py_http_ping() {
    http_ping(env!("CARGO_BIN_EXE_py_http_ping"));
}

/// Every dialect's HTTP ping: the real time is that of the slower lane, the total is the sum.
fn http_ping(program: &str) {
    ping_report(&run(program, &[]).stdout);
}

fn ping_report(report: &str) {
    let lines: Vec<_> = report.lines().collect();
    let [real, per_site, total] = lines[..] else { panic!("not three lines: {lines:?}") };
    let real = number(real, "Real time: ", " s");
    let total = number(total, "Total time: ", " s");
    let per_site = per_site.strip_prefix("Time per site: ").expect("the second line");
    let times: Vec<_> = per_site.split(", ").collect();
    let delays =
        [("google.fr", 0.12), ("google.ch", 0.08), ("google.es", 0.1), ("google.com", 0.06)];
    assert_eq!(times.len(), delays.len(), "{per_site}");
    let mut sum = 0.0;
    let mut lanes = [0.0, 0.0];
    for (index, (time, (site, delay))) in times.iter().zip(delays).enumerate() {
        let took = number(time, &format!("{site}: "), " s");
        assert!((delay..delay + 1.0).contains(&took), "{time}");
        sum += took;
        lanes[index / 2] += took;
    }
    // Two digits are printed, of each figure.
    assert!((total - sum).abs() < 0.03, "{report}");
    let slower = f64::max(lanes[0], lanes[1]);
    assert!((real - slower).abs() < 0.25 && real < total, "{report}");
}

/// The numbers of tasks, times and places differ from run to run, and with them the widths of columns.
fn plain(dump: &str) -> String {
    let plain_word = |word: &str| {
        let trimmed = word.trim_start_matches('>');
        if let Some(number) = word.strip_prefix('#')
            && number.trim_end_matches(',').chars().all(|character| character.is_ascii_digit())
        {
            if number.ends_with(',') { "#N,".to_owned() } else { "#N".to_owned() }
        } else if word.starts_with("\"Task-") {
            "\"Task-N\"".to_owned()
        } else if trimmed.starts_with(|first: char| first.is_ascii_digit())
            && trimmed.ends_with('s')
        {
            "TIME".to_owned()
        } else if word.contains(".rs:") {
            "PLACE".to_owned()
        } else {
            word.to_owned()
        }
    };
    let line =
        |line: &str| line.split_whitespace().map(plain_word).collect::<Vec<_>>().join(" ") + "\n";
    dump.lines().map(line).collect()
}

#[test]
fn who_waits() {
    let output = run(env!("CARGO_BIN_EXE_who_waits"), &[]);
    assert_eq!(plain(&output.stdout), include_str!("../golden/who_waits.txt"));
    assert_eq!(output.stderr, "");
}
