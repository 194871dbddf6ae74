//! Signal handlers of the loop.

use std::cell::RefCell;
use std::rc::Rc;

use fourfold::Result;
use fourfold::asyncio::{
    self, Future, Loop, ReturnWhen, Signal, create_subprocess_exec, create_task, sleep, wait,
};
use rustix::process::{self, getpid, kill_process};

use super::python::{Log, Repr, run_main, seconds, turn, type_name};

fn raise(signal: process::Signal) {
    kill_process(getpid(), signal).expect("a process may signal itself");
}

/// Set for a child of this program that is to signal itself after the handler was removed.
const AFTERWARDS: &str = "PY_26_SIGNALS_AFTERWARDS";

/// Whether a signal whose handler was removed does by default again what it does: a child ends.
fn default_again() -> bool {
    use std::os::unix::process::ExitStatusExt;
    let program = std::env::current_exe().expect("a running program has a path");
    let status = std::process::Command::new(program)
        .args(["asyncio", "py_26_signals"])
        .env(AFTERWARDS, "1")
        .status()
        .expect("it starts");
    status.signal() == Some(process::Signal::USR1.as_raw())
}

async fn removes_and_raises() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    event_loop.add_signal_handler(Signal::USR1, || {})?;
    event_loop.remove_signal_handler(Signal::USR1);
    raise(process::Signal::USR1);
    sleep(seconds(10.0)).await
}

async fn works(log: Log) -> Result<()> {
    let slept = sleep(seconds(30.0)).await;
    if slept.is_err() {
        log.push("task cancelled by the signal");
    }
    slept
}

/// Adds a handler that writes `line` and sets the future in `done`, once.
fn handle(
    event_loop: &Loop,
    log: &Log,
    done: &Rc<RefCell<Future<()>>>,
    line: &'static str,
) -> Result<()> {
    let (log, done) = (log.clone(), done.clone());
    event_loop.add_signal_handler(Signal::USR1, move || {
        log.push(line);
        let done = done.borrow();
        if !done.done() {
            done.set_result(()).expect("looked at just now");
        }
    })
}

async fn main() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let log = Log::new();
    let done = Rc::new(RefCell::new(event_loop.create_future()));
    let is_done = || done.borrow().clone();

    // Python hands arguments on; here the handler holds what it needs.
    handle(&event_loop, &log, &done, "usr1 ('a', 1)")?;
    raise(process::Signal::USR1);
    println!("not run inline {log}");
    is_done().await?;
    println!("{log}");

    // It wakes a loop that sleeps in its poll.
    done.replace(event_loop.create_future());
    let mut guard = event_loop.call_later(seconds(30.0), log.append("the timer"));
    let script = format!("kill -USR1 {}", std::process::id());
    let child = create_subprocess_exec("sh", ["-c", &script]).await?;
    is_done().await?;
    child.wait().await?;
    guard.cancel();
    println!("woken {log}");

    // The second handler replaces the first.
    done.replace(event_loop.create_future());
    handle(&event_loop, &log, &done, "other")?;
    raise(process::Signal::USR1);
    is_done().await?;
    println!("replaced {}", log.items()[2..].repr());

    // A handler may use the loop: here it cancels a task.
    let t = create_task(works(log.clone()));
    turn().await?;
    let cancelled = t.clone();
    event_loop.add_signal_handler(Signal::TERM, move || {
        cancelled.cancel();
    })?;
    raise(process::Signal::TERM);
    wait([t], ReturnWhen::AllCompleted, None).await?;
    println!("{}", log.items().last().expect("just written"));

    let remove = |signal| event_loop.remove_signal_handler(signal).repr();
    println!("remove {} {}", remove(Signal::USR1), remove(Signal::USR1));
    println!("remove {}", remove(Signal::TERM));
    println!("default again {}", default_again().repr());
    for signal in [Signal::from_raw(process::Signal::KILL.as_raw()), Signal::from_raw(1000)] {
        if let Err(e) = event_loop.add_signal_handler(signal, || {}) {
            println!("{}", type_name(&e));
        }
    }
    Ok(())
}

pub(crate) fn run() {
    if std::env::var_os(AFTERWARDS).is_some() {
        return run_main(removes_and_raises());
    }
    run_main(main());
}
