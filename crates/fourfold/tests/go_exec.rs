//! Other programs: contexts, pipes, signals, and what is collected.
#![cfg(unix)]

use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fourfold::go::context::{self, ContextError};
use fourfold::go::exec::{self, Command};
use fourfold::go::{self, go};

const SIGKILL: i32 = 9;
const SIGTERM: i32 = 15;

fn shell(script: &str) -> Command {
    Command::new("sh").args(["-c", script])
}

#[test]
fn go_17_a_program_ends_with_its_context() {
    go::run(|| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let process = Command::new("sleep").arg("1000").context(&ctx).start().unwrap();
        let waiting = process.clone();
        let status = go(move || waiting.wait());
        cancel.call();
        // How it ended is told before why.
        assert_eq!(status.join().unwrap().unwrap().signal(), Some(SIGKILL));
        let error = Command::new("true").context(&ctx).start().unwrap_err();
        assert_eq!(error.to_string(), "context canceled");
    });
}

#[test]
fn go_17_a_program_that_succeeds_although_it_was_cancelled_has_the_contexts_error() {
    go::run(|| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let asked = shell("trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done");
        let process = asked
            .stdout(Stdio::piped())
            .context(&ctx)
            .cancel(|process| process.signal(SIGTERM))
            .start()
            .unwrap();
        let mut ready = [0; 6];
        process.stdout_pipe().unwrap().read_exact(&mut ready).unwrap();
        cancel.call();
        let error = process.wait().unwrap_err();
        let reason = error.get_ref().and_then(|source| source.downcast_ref::<ContextError>());
        assert_eq!(reason, Some(&context::CANCELED));
        assert!(process.wait().unwrap().success(), "it is told once");
        // A deadline is a timeout.
        let (ctx, _cancel) =
            context::with_timeout(&context::background(), Duration::from_millis(5));
        let spared = Command::new("sleep").arg("0.05").context(&ctx).cancel(|_| Ok(()));
        assert_eq!(spared.run().unwrap_err().kind(), io::ErrorKind::TimedOut);
    });
}

#[test]
fn go_17_a_program_that_ended_before_is_not_touched() {
    go::run(|| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let touched = Arc::new(AtomicBool::new(false));
        let touch = touched.clone();
        let program = Command::new("true").context(&ctx).cancel(move |_| {
            touch.store(true, Ordering::SeqCst);
            Ok(())
        });
        let process = program.start().unwrap();
        assert!(process.wait().unwrap().success());
        cancel.call();
        assert_eq!(Arc::strong_count(&touched), 1, "what was to be done is dropped");
        assert!(!touched.load(Ordering::SeqCst));
        assert!(process.signal(SIGTERM).unwrap_err().to_string().contains("already finished"));
    });
}

#[test]
fn go_17_one_that_does_not_end_when_it_is_asked_to_is_killed() {
    go::run(|| {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let stubborn = shell("trap '' TERM; echo ready; while :; do sleep 0.01; done");
        let process = stubborn
            .stdout(Stdio::piped())
            .context(&ctx)
            .cancel(|process| process.signal(SIGTERM))
            .wait_delay(Duration::from_millis(10))
            .start()
            .unwrap();
        process.stdout_pipe().unwrap().read_exact(&mut [0; 6]).unwrap();
        cancel.call();
        assert_eq!(process.wait().unwrap().signal(), Some(SIGKILL));
    });
}

#[test]
fn go_17_output_that_others_keep_open_is_not_waited_for_longer_than_asked() {
    go::run(|| {
        // The child of the child inherits the pipe, and lives until its input ends.
        let (held, holds) = io::pipe().unwrap();
        let leaving =
            || shell("exec 3<&0; cat <&3 >&2 & echo said").stdin(held.try_clone().unwrap());
        let delay = Duration::from_millis(20);
        let error = leaving().wait_delay(delay).output().unwrap_err();
        assert_eq!(error.to_string(), "exec: WaitDelay expired before I/O complete");
        drop((held, holds));
        let output = shell("echo said").wait_delay(Duration::from_secs(60)).output().unwrap();
        assert_eq!(output.stdout, b"said\n");
    });
}

#[test]
fn go_17_pipes_to_and_from_a_program() {
    go::run(|| {
        let process =
            Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).start().unwrap();
        let (mut stdin, mut stdout) =
            (process.stdin_pipe().unwrap(), process.stdout_pipe().unwrap());
        assert!(process.stdin_pipe().is_none() && process.stderr_pipe().is_none());
        // More than the pipes hold: one writes while the other reads.
        let writer = go(move || stdin.write_all(&vec![b'x'; 300_000]));
        let mut copied = Vec::new();
        stdout.read_to_end(&mut copied).unwrap();
        writer.join().unwrap().unwrap();
        assert_eq!(copied.len(), 300_000);
        assert!(process.wait().unwrap().success());
    });
}

#[test]
fn go_17_both_outputs_are_collected_in_their_order() {
    let script = "echo one; echo two >&2; echo three; exit 4";
    let output = shell(script).combined_output().unwrap();
    assert_eq!(
        (output.stdout.as_slice(), output.status.code()),
        (&b"one\ntwo\nthree\n"[..], Some(4))
    );
    let (ctx, _cancel) = context::with_cancel(&context::background());
    let output = shell("echo one; echo two >&2; exit 4").context(&ctx).output().unwrap();
    assert_eq!(
        (output.stdout.as_slice(), output.stderr.as_slice()),
        (&b"one\n"[..], &b"two\n"[..])
    );
}

#[test]
fn go_17_a_program_is_looked_for_in_the_folders_of_path() {
    let found = exec::look_path("sh").unwrap();
    assert_eq!(exec::look_path(&found).unwrap(), found);
    let error = exec::look_path("no-such-program").unwrap_err();
    let text = error.to_string();
    assert_eq!(text, "exec: \"no-such-program\": executable file not found in $PATH");
    assert!(exec::look_path("/").is_err(), "a folder cannot be run");
}
