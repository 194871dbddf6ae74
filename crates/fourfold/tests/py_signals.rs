//! Signals: callbacks of a loop, and SIGINT under `run`.
//!
//! A signal reaches the whole process, so each test runs in a child: this same executable, told by
//! an environment variable which program to run. `conformance/asyncio/py_22_sigint.py` and
//! `py_26_signals.py` print what is expected here.

#![cfg(unix)]

use std::cell::{Cell, RefCell};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};
use std::rc::Rc;
use std::time::Duration;

use fourfold::Result;
use fourfold::asyncio::{
    self, KeyboardInterrupt, Loop, Runner, Signal, SignalRefused, create_task, current_task,
    get_running_loop, sleep,
};

const CHILD: &str = "FOURFOLD_TEST_CHILD";
const LONG: Duration = Duration::from_secs(600);

/// Runs `program` of [`child`] in a process of its own.
fn in_child(program: &str) -> Output {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(CHILD, program)
        .output()
        .unwrap()
}

/// The lines `program` printed, which must have ended well.
fn lines_of(program: &str) -> Vec<String> {
    let output = in_child(program);
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {}\n{text}\n{errors}", output.status);
    text.lines().filter_map(|line| line.strip_prefix("> ")).map(str::to_owned).collect()
}

macro_rules! say {
    ($($text:tt)*) => { println!("\n> {}", format_args!($($text)*)) };
}

fn raise(signal: Signal) {
    signal_hook::low_level::raise(signal.as_raw()).unwrap();
}

/// Not a test by itself: the programs of the children.
#[test]
fn child() {
    let Ok(program) = std::env::var(CHILD) else { return };
    match program.as_str() {
        "once" => report(interrupted(once())),
        "refuses" => report(interrupted(refuses())),
        "uncancels" => report(interrupted(uncancels())),
        "twice" => report(interrupted(twice())),
        "twice asleep" => report(interrupted(twice_asleep())),
        "in close" => in_close(),
        "stuck" => report(interrupted(stuck())),
        "left alone" => {
            let _ = Runner::new().handle_sigint(false).run(async {
                raise(Signal::INT);
                sleep(LONG).await
            });
        }
        "default after run" => {
            report(interrupted(async { Ok("done") }));
            raise(Signal::INT);
            std::thread::sleep(LONG);
        }
        "callbacks" => callbacks().unwrap(),
        "default after removal" => {
            let event_loop = Loop::new().unwrap();
            event_loop.add_signal_handler(Signal::USR1, || ()).unwrap();
            assert!(event_loop.remove_signal_handler(Signal::USR1));
            raise(Signal::USR1);
        }
        "default after close" => {
            let event_loop = Loop::new().unwrap();
            event_loop.add_signal_handler(Signal::USR1, || ()).unwrap();
            event_loop.close().unwrap();
            raise(Signal::USR1);
        }
        "wanted again" => wanted_again().unwrap(),
        "two loops" => two_loops(),
        "a callback for SIGINT" => callback_for_sigint(),
        other => panic!("no program {other:?}"),
    }
}

fn interrupted<T: std::fmt::Display + 'static>(
    main: impl Future<Output = Result<T>> + 'static,
) -> Result<T> {
    let mut runner = Runner::new().handle_sigint(true);
    let result = runner.run(main);
    if let Err(error) = runner.close() {
        say!("close: {error}");
    }
    result
}

fn report<T: std::fmt::Display>(result: Result<T>) {
    match result {
        Ok(value) => say!("-> {value}"),
        Err(error) if error.is::<KeyboardInterrupt>() => say!("! KeyboardInterrupt"),
        Err(error) => say!("! {error}"),
    }
}

fn interrupt_soon() -> Result<()> {
    get_running_loop()?.call_soon(|| raise(Signal::INT));
    Ok(())
}

async fn once() -> Result<&'static str> {
    interrupt_soon()?;
    let cancelled = sleep(LONG).await.unwrap_err();
    say!("cancelled {:?}", cancelled.message());
    sleep(Duration::from_millis(1)).await?;
    say!("cleaned");
    Err(cancelled)
}

async fn refuses() -> Result<&'static str> {
    interrupt_soon()?;
    sleep(LONG).await.unwrap_err();
    say!("refused");
    Ok("result")
}

async fn uncancels() -> Result<&'static str> {
    interrupt_soon()?;
    let cancelled = sleep(LONG).await.unwrap_err();
    current_task().unwrap().uncancel();
    Err(cancelled)
}

async fn twice() -> Result<&'static str> {
    interrupt_soon()?;
    sleep(LONG).await.unwrap_err();
    say!("first");
    interrupt_soon()?;
    let clean_up = sleep(LONG).await;
    say!("second hits the clean-up");
    clean_up?;
    Ok("cleaned up")
}

/// As [`twice`], where the second comes while the loop sleeps in its poll.
async fn twice_asleep() -> Result<&'static str> {
    interrupt_soon()?;
    sleep(LONG).await.unwrap_err();
    std::thread::spawn(|| {
        std::thread::sleep(Duration::from_millis(50));
        raise(Signal::INT);
    });
    let clean_up = sleep(LONG).await;
    say!("second hits the clean-up");
    clean_up?;
    Ok("cleaned up")
}

/// A leftover that refuses to end is waited for in `close`; an interrupt ends that too.
fn in_close() {
    let mut runner = Runner::new().handle_sigint(true);
    let result = runner.run(async {
        create_task(async {
            let _ = sleep(LONG).await;
            interrupt_soon()?;
            let _ = sleep(LONG).await;
            say!("not reached");
            Ok(())
        });
        sleep(Duration::ZERO).await?;
        Ok("main ends")
    });
    report(result);
    report(runner.close().map(|()| "closed"));
}

/// A step that never ends: the second interrupt cannot be heard, the third ends the process.
async fn stuck() -> Result<&'static str> {
    for _ in 0..1000 {
        raise(Signal::INT);
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok("survived")
}

/// Lets the loop sleep until something sets the flag.
async fn until(flag: &Cell<bool>) -> Result<()> {
    while !flag.take() {
        sleep(Duration::from_millis(1)).await?;
    }
    Ok(())
}

fn callbacks() -> Result<()> {
    asyncio::run(async {
        let event_loop = get_running_loop()?;
        let log = Rc::new(RefCell::new(Vec::new()));
        let came = event_loop.create_future::<()>();
        let (note, set) = (log.clone(), came.clone());
        event_loop.add_signal_handler(Signal::USR1, move || {
            note.borrow_mut().push("usr1");
            let _ = set.set_result(());
        })?;
        raise(Signal::USR1);
        say!("not run inline {:?}", log.borrow());
        came.await?;
        say!("{:?}", log.borrow());

        // The second replaces the first.
        let flag = Rc::new(Cell::new(false));
        let (note, set) = (log.clone(), flag.clone());
        event_loop.add_signal_handler(Signal::USR1, move || {
            note.borrow_mut().push("other");
            set.set(true);
        })?;
        raise(Signal::USR1);
        until(&flag).await?;
        say!("replaced {:?}", &log.borrow()[1..]);

        // From another process, while the loop sleeps in its poll with no timer.
        let woken = event_loop.create_future::<()>();
        let set = woken.clone();
        event_loop.add_signal_handler(Signal::USR2, move || drop(set.set_result(())))?;
        let kill = format!("sleep 0.05; kill -USR2 {}", std::process::id());
        let mut sh = Command::new("sh").args(["-c", &kill]).spawn()?;
        woken.await?;
        sh.wait()?;
        say!("woken");

        let task = create_task(async {
            let cancelled = sleep(LONG).await;
            say!("task cancelled by the signal");
            cancelled
        });
        sleep(Duration::ZERO).await?;
        let cancel = task.clone();
        event_loop.add_signal_handler(Signal::TERM, move || assert!(cancel.cancel_with("TERM")))?;
        raise(Signal::TERM);
        say!("{}", task.await.unwrap_err());

        let remove = |signal| event_loop.remove_signal_handler(signal);
        say!("remove {} {}", remove(Signal::USR1), remove(Signal::USR1));
        for signal in [Signal::KILL, Signal::STOP, Signal::from_raw(1000), Signal::from_raw(-1)] {
            let refused = event_loop.add_signal_handler(signal, || ()).unwrap_err();
            say!("refused {}", refused.downcast_ref::<SignalRefused>().unwrap().signal());
        }
        Ok(())
    })
}

fn wanted_again() -> Result<()> {
    let event_loop = Loop::new()?;
    event_loop.add_signal_handler(Signal::USR1, || ())?;
    event_loop.remove_signal_handler(Signal::USR1);
    let stop = event_loop.clone();
    event_loop.add_signal_handler(Signal::USR1, move || stop.stop())?;
    raise(Signal::USR1);
    event_loop.run_forever()?;
    say!("came");
    Ok(())
}

fn two_loops() {
    let (ready, both) = std::sync::mpsc::channel();
    let threads = [1, 2].map(|n| {
        let ready = ready.clone();
        std::thread::spawn(move || {
            let event_loop = Loop::new().unwrap();
            let stop = event_loop.clone();
            event_loop.add_signal_handler(Signal::USR1, move || stop.stop()).unwrap();
            ready.send(()).unwrap();
            event_loop.run_forever().unwrap();
            n
        })
    });
    both.recv().unwrap();
    both.recv().unwrap();
    raise(Signal::USR1);
    let done: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    say!("{done:?}");
}

/// A callback of the program's own takes SIGINT away from the runner.
fn callback_for_sigint() {
    report(interrupted(async {
        let event_loop = get_running_loop()?;
        let flag = Rc::new(Cell::new(false));
        let set = flag.clone();
        event_loop.add_signal_handler(Signal::INT, move || set.set(true))?;
        raise(Signal::INT);
        until(&flag).await?;
        say!("the callback");
        event_loop.remove_signal_handler(Signal::INT);
        raise(Signal::INT);
        sleep(LONG).await?;
        Ok("not reached")
    }));
}

#[test]
fn py_22_the_first_sigint_cancels_the_main_task_which_may_clean_up() {
    assert_eq!(lines_of("once"), ["cancelled None", "cleaned", "! KeyboardInterrupt"]);
}

#[test]
fn py_22_a_main_task_that_refuses_ends_as_it_likes() {
    assert_eq!(lines_of("refuses"), ["refused", "-> result"]);
}

#[test]
fn py_22_an_interrupt_that_main_took_back_is_one_all_the_same() {
    assert_eq!(lines_of("uncancels"), ["! KeyboardInterrupt"]);
}

#[test]
fn py_22_the_second_sigint_interrupts_and_close_cancels_the_clean_up() {
    let expected = ["first", "second hits the clean-up", "! KeyboardInterrupt"];
    assert_eq!(lines_of("twice"), expected);
    assert_eq!(lines_of("twice asleep"), expected[1..]);
}

#[test]
fn py_22_a_sigint_while_leftovers_are_waited_for_drops_them() {
    assert_eq!(lines_of("in close"), ["-> main ends", "! KeyboardInterrupt"]);
}

#[test]
fn py_22_a_step_that_never_ends_does_not_survive_a_third_sigint() {
    assert_eq!(in_child("stuck").status.signal(), Some(Signal::INT.as_raw()));
}

#[test]
fn py_22_sigint_does_what_it_did_before_once_run_is_over_or_where_it_is_left_alone() {
    for program in ["default after run", "left alone"] {
        let status = in_child(program).status;
        assert_eq!(status.signal(), Some(Signal::INT.as_raw()), "{program}: {status}");
    }
}

#[test]
fn py_26_signal_callbacks_run_on_the_loop_and_wake_it() {
    assert_eq!(
        lines_of("callbacks"),
        [
            "not run inline []",
            "[\"usr1\"]",
            "replaced [\"other\"]",
            "woken",
            "task cancelled by the signal",
            "cancelled: TERM",
            "remove true false",
            "refused SIGKILL",
            "refused SIGSTOP",
            "refused signal 1000",
            "refused signal -1",
        ]
    );
}

#[test]
fn py_26_removing_the_last_callback_brings_the_default_action_back() {
    for program in ["default after removal", "default after close"] {
        let status = in_child(program).status;
        assert_eq!(status.signal(), Some(Signal::USR1.as_raw()), "{program}: {status}");
    }
    assert_eq!(lines_of("wanted again"), ["came"]);
}

#[test]
fn py_26_each_loop_that_listens_is_told() {
    assert_eq!(lines_of("two loops"), ["[1, 2]"]);
}

#[test]
fn py_26_a_callback_for_sigint_comes_before_the_runner() {
    assert_eq!(lines_of("a callback for SIGINT"), ["the callback", "! KeyboardInterrupt"]);
}
