//! What is printed of goroutines that wait.

use std::fmt::Write;
use std::process;

use fourfold_kernel::pool::{Pool, State, Task};

#[cfg(target_os = "linux")]
use crate::dump;

/// Where a task was made, in Go's words.
pub(super) fn created(task: &Task) -> String {
    match task.parent() {
        Some(parent) => {
            format!("created by goroutine {}\n\t{}", parent.get(), task.location())
        }
        None => format!("created at\n\t{}", task.location()),
    }
}

/// The head of a goroutine's entry: `goroutine 18 [chan receive, 2 minutes]:`
fn head(pool: &Pool, task: &Task, state: State) -> String {
    let mut head = format!("goroutine {}", task.id().get());
    if let Some(name) = task.name() {
        let _ = write!(head, " {name:?}");
    }
    let waiting = task.reason().filter(|_| state == State::Waiting);
    match (waiting, state) {
        (Some((reason, since)), _) => {
            let _ = write!(head, " [{}", reason.text());
            let minutes = pool.now().saturating_sub(since) / 60_000_000_000;
            if minutes > 0 {
                let _ = write!(head, ", {minutes} minutes");
            }
            head.push(']');
        }
        (None, State::Running) => head.push_str(" [running]"),
        (None, State::Runnable) => head.push_str(" [runnable]"),
        (None, State::Waiting) => head.push_str(" [waiting]"),
    }
    head.push(':');
    head
}

/// All goroutines of a pool: state, what for and how long they wait, where they were made.
pub(super) fn goroutines(pool: &Pool) -> String {
    list(pool, |_| true)
}

/// As [`goroutines`], of those that wait.
pub(super) fn waiting(pool: &Pool) -> String {
    list(pool, |state| state == State::Waiting)
}

fn list(pool: &Pool, shown: impl Fn(State) -> bool) -> String {
    let mut text = String::new();
    pool.for_each_task(|task, state| {
        if !shown(state) {
            return;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = write!(text, "{}\n{}\n", head(pool, task, state), created(task));
    });
    text
}

/// The report of a deadlock.
pub(super) fn deadlock(pool: &Pool) -> String {
    format!("fatal error: all goroutines are asleep - deadlock!\n\n{}", goroutines(pool))
}

/// The first goroutine called `goexit`: when the others have ended too, nothing can follow.
pub(super) fn main_is_gone(pool: &Pool) {
    while pool.tasks() > 0 {
        // The end of the last task wakes nobody, and this happens once in a process's life.
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    eprintln!("fatal error: no goroutines (main called runtime.Goexit) - deadlock!");
    process::exit(2);
}

/// Whether no thread of this process could wake a goroutine but those this library started, and
/// the one that waits for the pool.
#[cfg(target_os = "linux")]
pub(super) fn only_our_threads() -> bool {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return true };
    let names = threads
        .flatten()
        .filter_map(|thread| std::fs::read_to_string(thread.path().join("comm")).ok());
    // The main thread, which is in `run`; the others have names that this library gives.
    let ours = |name: &String| {
        name.starts_with("go-") || name.starts_with("blocking-") || name.starts_with(dump::THREAD)
    };
    let foreign = names.filter(|name| !ours(name));
    foreign.count() <= 1
}

#[cfg(not(target_os = "linux"))]
pub(super) fn only_our_threads() -> bool {
    true
}
