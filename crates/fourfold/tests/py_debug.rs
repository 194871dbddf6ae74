//! Debug mode, as `conformance/asyncio/py_27_slow_callback.py` has it.

use std::cell::RefCell;
use std::process::Command;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use fourfold::asyncio::{Loop, Runner, create_task, sleep};

const TURN: Duration = Duration::ZERO;
const SLOW: Duration = Duration::from_millis(20);

/// A loop that keeps what it reports.
fn kept(debug: bool) -> (Loop, Rc<RefCell<Vec<String>>>) {
    let event_loop = Loop::new().unwrap();
    event_loop.set_debug(debug);
    // Reports from the thread that watches are not looked at here.
    event_loop.set_stall_handler(Some(Arc::new(|_| ())));
    let reports = Rc::new(RefCell::new(Vec::new()));
    let keep = reports.clone();
    event_loop.set_exception_handler(Some(Rc::new(move |context| {
        assert!(context.created_at.unwrap().file().ends_with("py_debug.rs"));
        keep.borrow_mut().push(context.message.clone());
    })));
    (event_loop, reports)
}

fn run_two_turns(event_loop: &Loop) {
    event_loop.run_until_complete(sleep(TURN)).unwrap();
}

/// The seconds in "… took 0.020 seconds".
fn took(report: &str) -> f64 {
    let (_, rest) = report.split_once(" took ").unwrap();
    rest.strip_suffix(" seconds").unwrap().parse().unwrap()
}

#[test]
fn py_27_a_slow_callback_is_reported_with_where_it_was_created() {
    let (event_loop, reports) = kept(true);
    assert_eq!(event_loop.slow_callback_duration(), Duration::from_millis(100));
    event_loop.set_slow_callback_duration(SLOW);
    let line = line!() + 1;
    event_loop.call_soon(|| std::thread::sleep(SLOW));
    run_two_turns(&event_loop);
    let reports = reports.take();
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(reports[0].starts_with("Executing <Handle created at "), "{reports:?}");
    assert!(reports[0].contains(&format!("py_debug.rs:{line}:")), "{reports:?}");
    assert!(took(&reports[0]) >= 0.02);
}

#[test]
fn py_27_a_slow_step_is_reported_with_the_task_and_where_it_was_created() {
    let (event_loop, reports) = kept(true);
    event_loop.set_slow_callback_duration(SLOW);
    let line = line!() + 1;
    let task = event_loop.create_task(async {
        std::thread::sleep(SLOW);
        Ok(())
    });
    task.set_name("slowpoke");
    run_two_turns(&event_loop);
    let reports = reports.take();
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(reports[0].starts_with("Executing <Task name='slowpoke' created at "), "{reports:?}");
    assert!(reports[0].contains(&format!("py_debug.rs:{line}:")), "{reports:?}");
}

#[test]
fn py_27_nothing_is_reported_below_the_threshold_or_without_debug_mode() {
    for (debug, threshold) in [(true, Duration::from_secs(600)), (false, Duration::ZERO)] {
        let (event_loop, reports) = kept(debug);
        event_loop.set_slow_callback_duration(threshold);
        event_loop.call_soon(|| std::thread::sleep(SLOW));
        run_two_turns(&event_loop);
        assert!(reports.borrow().is_empty());
    }
}

#[test]
fn py_27_a_stall_is_named_while_it_lasts() {
    let (told, stalls) = channel();
    let event_loop = Loop::new().unwrap();
    event_loop.set_debug(true);
    event_loop.set_slow_callback_duration(Duration::from_millis(1));
    event_loop.set_exception_handler(Some(Rc::new(|_| ())));
    event_loop.set_stall_handler(Some(Arc::new(move |stall| {
        let _ = told.send((stall.task.clone(), stall.created_at, stall.to_string()));
    })));
    let line = line!() + 3;
    let (task, location, text) = event_loop
        .run_until_complete(async move {
            let stuck = create_task(async move {
                // Goes on only when told of itself: so the report comes while it blocks.
                loop {
                    let stall = stalls.recv().unwrap();
                    if stall.0.as_deref() == Some("stuck") {
                        return Ok(stall);
                    }
                }
            });
            stuck.set_name("stuck");
            let stuck_result = stuck.clone();
            while !stuck.done() {
                sleep(TURN).await?;
            }
            stuck_result.take_result()
        })
        .unwrap();
    assert_eq!(task.as_deref(), Some("stuck"));
    assert!(location.file().ends_with("py_debug.rs"));
    assert_eq!(location.line(), line);
    assert!(text.contains("has been blocking the loop on thread"), "{text}");
}

/// Not a test by itself: prints what the environment decided.
#[test]
fn child() {
    println!("debug {}", Runner::new().get_loop().unwrap().get_debug());
    println!("overruled {}", Runner::new().debug(false).get_loop().unwrap().get_debug());
}

#[test]
fn py_27_the_environment_turns_debug_mode_on() {
    for (value, debug) in [("1", true), ("", false)] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env("FOURFOLD_ASYNCIO_DEBUG", value)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(&format!("debug {debug}\noverruled false\n")), "{text}");
    }
}
