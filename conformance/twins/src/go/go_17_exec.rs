//! Programs: contexts, pipes, what they write.

use std::io::{self, Read, Write};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use fourfold::go::exec::{self, Command};
use fourfold::go::{self, context};

const SIGTERM: i32 = 15;

#[cfg(unix)]
fn signal_of(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal_of(_: ExitStatus) -> Option<i32> {
    None
}

#[cfg(unix)]
fn terminate(process: &exec::Process) -> io::Result<()> {
    process.signal(SIGTERM)
}

#[cfg(not(unix))]
fn terminate(process: &exec::Process) -> io::Result<()> {
    process.kill()
}

/// How a program ended.
fn ended(status: &io::Result<ExitStatus>) -> String {
    match status {
        Ok(status) if status.success() => "<nil>".into(),
        Ok(status) => match signal_of(*status) {
            Some(signal) => format!("signal {signal}"),
            None => format!("code {}", status.code().unwrap_or_default()),
        },
        Err(error) => error.to_string(),
    }
}

fn nil<T>(result: &io::Result<T>) -> String {
    result.as_ref().err().map_or_else(|| "<nil>".into(), ToString::to_string)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn shell(script: &str) -> Command {
    Command::new("sh").args(["-c", script])
}

/// Starts a script that says when it is ready.
fn ready(program: Command) -> io::Result<exec::Process> {
    let process = program.stdout(Stdio::piped()).start()?;
    if let Some(mut stdout) = process.stdout_pipe() {
        stdout.read_exact(&mut [0; 6])?;
    }
    Ok(process)
}

fn contexts() -> io::Result<()> {
    let background = context::background();
    let (ctx, cancel) = context::with_cancel(&background);
    let process = Command::new("sleep").arg("1000").context(&ctx).start();
    println!("started {}", nil(&process));
    cancel.call();
    println!("ended by {}", ended(&process?.wait()));
    println!("not started: {}", nil(&Command::new("true").context(&ctx).run()));

    let (ctx, cancel) = context::with_cancel(&background);
    let obedient = shell("trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done");
    let process = ready(obedient.context(&ctx).cancel(terminate))?;
    cancel.call();
    println!("succeeded but {}", ended(&process.wait()));

    let (ctx, cancel) = context::with_cancel(&background);
    let stubborn = shell("trap '' TERM; echo ready; while :; do sleep 0.01; done");
    let stubborn = stubborn.context(&ctx).cancel(terminate);
    let process = ready(stubborn.wait_delay(Duration::from_millis(10)))?;
    cancel.call();
    println!("ended by {}", ended(&process.wait()));

    let (ctx, cancel) = context::with_cancel(&background);
    println!("before {}", ended(&Command::new("true").context(&ctx).run()));
    cancel.call();
    Ok(())
}

fn outputs() -> io::Result<()> {
    let (input, holds) = io::pipe()?;
    let leaving = shell("exec 3<&0; cat <&3 >&2 & echo said").stdin(input);
    println!("{}", nil(&leaving.wait_delay(Duration::from_millis(20)).output()));
    drop(holds);

    let program = Command::new("tr").args(["a-z", "A-Z"]);
    let process = program.stdin(Stdio::piped()).stdout(Stdio::piped()).start()?;
    if let Some(mut stdin) = process.stdin_pipe() {
        stdin.write_all(b"through a pipe")?;
    }
    let mut bytes = Vec::new();
    let read = process.stdout_pipe().map_or(Ok(0), |mut stdout| stdout.read_to_end(&mut bytes));
    println!("{} {} {}", text(&bytes), nil(&read), ended(&process.wait()));
    let both = shell("echo one; echo two >&2; echo three; exit 4").combined_output()?;
    println!("{:?} {}", text(&both.stdout), ended(&Ok(both.status)));

    let found = exec::look_path("sh");
    println!("found {} {}", found.as_ref().is_ok_and(|path| path.ends_with("sh")), nil(&found));
    println!("{}", nil(&exec::look_path("no-such-program")));
    Ok(())
}

pub(crate) fn run() {
    if let Err(error) = go::run(|| contexts().and_then(|()| outputs())) {
        println!("{error}");
    }
}
