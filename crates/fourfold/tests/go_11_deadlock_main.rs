//! A deadlock under a plain `go::run`, whose process ends then.
//!
//! The test harness has threads of its own, each of which might wake a goroutine for all that is
//! known, so this test goes without: `main` starts itself again for each program.

use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use fourfold::go::{self, chan};

const CHILD: &str = "FOURFOLD_TEST_CHILD";

fn main() {
    let stuck = || go::run(|| assert_eq!(chan::make::<u8>(0).recv(), None));
    match std::env::var(CHILD).as_deref() {
        Ok("alone") => stuck(),
        Ok("beside a thread that ends") => {
            drop(thread::spawn(|| thread::sleep(Duration::from_millis(50))));
            stuck();
        }
        _ => {
            go_11_all_asleep_ends_the_process();
            go_11_a_foreign_thread_only_defers_it();
        }
    }
}

fn go_11_all_asleep_ends_the_process() {
    // Many at once: then some start slowly, and look at threads that have no name yet.
    let children: Vec<_> = (0..8).map(|_| start("alone")).collect();
    for child in children {
        is_reported(&child.wait_with_output().unwrap());
    }
}

fn go_11_a_foreign_thread_only_defers_it() {
    is_reported(&start("beside a thread that ends").wait_with_output().unwrap());
}

fn start(program: &str) -> std::process::Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(CHILD, program).stdin(Stdio::null()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn is_reported(output: &Output) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.starts_with("fatal error: all goroutines are asleep - deadlock!\n\n"), "{text}");
    assert!(text.contains("\"main\" [chan receive]:"), "{text}");
    assert_eq!(output.status.code(), Some(2), "{text}");
}
