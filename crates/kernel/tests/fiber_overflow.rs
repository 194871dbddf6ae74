//! A stack that is used up ends the process, with a report. So it is another process.

use std::process::Command;

use fourfold_kernel::fiber;
use fourfold_kernel::pool::{Options, Pool};

const CHILD: &str = "FOURFOLD_TEST_OVERFLOW";

#[inline(never)]
fn dig(depth: usize) -> usize {
    let frame = std::hint::black_box([depth; 32]);
    if depth == usize::MAX {
        return 0;
    }
    dig(depth + 1) + frame[depth % 32]
}

#[test]
fn a_stack_that_is_used_up_is_reported() {
    if std::env::var_os(CHILD).is_some() {
        let pool = Pool::builder().workers(1).build().unwrap();
        let _ = fiber::wait(pool.spawn_fiber(|| dig(0), Options::new().name("digger")));
        unreachable!("the process has ended");
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_stack_that_is_used_up_is_reported", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("fatal error: stack overflow"), "{text}");
    assert!(text.contains("\"digger\""), "{text}");
}
