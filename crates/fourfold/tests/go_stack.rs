//! Running out of stack.

#[path = "support/child.rs"]
mod child;

use std::hint::black_box;

use child::{in_child, stderr, stdout};
use fourfold::go::{self, Spawn};

#[allow(unconditional_recursion)]
fn deeper(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    deeper(depth + 1) + frame[depth as usize % 64]
}

#[test]
fn go_19_a_stack_that_is_used_up_is_named_and_ends_the_process() {
    const NAME: &str = "go_19_a_stack_that_is_used_up_is_named_and_ends_the_process";
    let Some(output) = in_child(NAME, || {
        go::run(|| {
            let digger = Spawn::new().name("digger").stack_size(128 << 10).go(|| deeper(0));
            println!("it returned {:?}", digger.join());
        })
    }) else {
        return;
    };
    let text = stderr(&output);
    assert!(text.starts_with("fatal error: stack overflow\n\ngoroutine "), "{text}");
    assert!(text.contains(" \"digger\" [running]: its stack of 128 KiB is used up"), "{text}");
    assert!(text.contains("created by goroutine ") && text.contains("go_stack.rs:"), "{text}");
    assert_eq!(output.status.code(), Some(2));
    assert!(!stdout(&output).contains("it returned"));
}

#[test]
fn go_19_another_fault_is_not_taken_for_an_overflow() {
    const NAME: &str = "go_19_another_fault_is_not_taken_for_an_overflow";
    let Some(output) = in_child(NAME, || {
        go::run(|| {
            let nowhere = black_box(std::ptr::without_provenance::<u8>(8));
            // SAFETY: none: the process is to end of this.
            black_box(unsafe { nowhere.read_volatile() });
        })
    }) else {
        return;
    };
    assert!(!stderr(&output).contains("stack overflow"), "{}", stderr(&output));
    // By the signal.
    assert_eq!(output.status.code(), None);
}

#[test]
fn go_19_a_larger_stack_is_enough() {
    fn depth(left: u64) -> u64 {
        let frame = black_box([left; 64]);
        if left == 0 { frame[0] } else { depth(left - 1) + 1 }
    }
    let deep = go::run(|| Spawn::new().stack_size(16 << 20).go(|| depth(5_000)).join().unwrap());
    assert_eq!(deep, 5_000);
}

#[test]
fn go_19_an_impossible_size_is_refused_with_its_number() {
    let runtime = go::Builder::new().panics(go::Panics::Return).build().unwrap();
    let started = {
        let runtime = runtime.clone();
        runtime.clone().go(move || {
            let outcome = Spawn::new().stack_size(1 << 40).go(|| ()).join();
            outcome.unwrap_err().to_string()
        })
    };
    let text = started.join().unwrap();
    assert!(text.contains("1099511627776") && text.contains("256 MiB"), "{text}");
    assert!(runtime.shut_down());
}
