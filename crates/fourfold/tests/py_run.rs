//! `run` and `Runner`, as `conformance/asyncio/py_22_run_leftovers.py` has it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fourfold::asyncio::{
    self, ContextVar, Loop, Runner, create_task, current_task, get_running_loop, sleep, sleep_with,
};
use fourfold::generator::Yielder;
use fourfold::{Error, Result};

const LONG: Duration = Duration::from_secs(10);

type Log = Rc<RefCell<Vec<String>>>;

#[derive(Clone, Copy, PartialEq)]
enum How {
    Reraise,
    Swallow,
    Fail,
}

async fn leftover(log: Log, name: &'static str, how: How) -> Result<()> {
    let Err(cancelled) = sleep(LONG).await else { return Ok(()) };
    sleep(Duration::ZERO).await?;
    log.borrow_mut().push(format!("{name} cancelled"));
    match how {
        How::Reraise => Err(cancelled),
        How::Swallow => Ok(()),
        How::Fail => Err(Error::msg(name)),
    }
}

#[test]
fn py_22_leftovers_are_cancelled_waited_for_and_their_failures_told() {
    let log = Log::default();
    let tasks = Rc::new(RefCell::new(Vec::new()));
    let (log_in, tasks_in) = (log.clone(), tasks.clone());
    let result = asyncio::run(async move {
        let told = log_in.clone();
        get_running_loop()?.set_exception_handler(Some(Rc::new(move |context| {
            let failure = context.exception.as_ref().unwrap();
            told.borrow_mut().push(format!("report {} {failure}", context.message));
        })));
        for (name, how) in [("a", How::Reraise), ("b", How::Swallow), ("c", How::Fail)] {
            tasks_in.borrow_mut().push(create_task(leftover(log_in.clone(), name, how)));
        }
        sleep(Duration::ZERO).await?;
        log_in.borrow_mut().push("main ends".into());
        Ok("result")
    });
    assert_eq!(result.unwrap(), "result");
    let mut log = log.take();
    log[1..4].sort();
    assert_eq!(
        log,
        [
            "main ends",
            "a cancelled",
            "b cancelled",
            "c cancelled",
            "report unhandled exception during asyncio.run() shutdown c",
        ]
    );
    let cancelled: Vec<_> = tasks.borrow().iter().map(|task| task.cancelled()).collect();
    assert_eq!(cancelled, [true, false, false]);
}

#[test]
fn py_22_the_failure_of_main_comes_after_the_clean_up() {
    let log = Log::default();
    let log_in = log.clone();
    let result: Result<()> = asyncio::run(async move {
        create_task(leftover(log_in, "d", How::Reraise));
        sleep(Duration::ZERO).await?;
        Err(Error::msg("main"))
    });
    assert_eq!(result.unwrap_err().to_string(), "main");
    assert_eq!(*log.borrow(), ["d cancelled"]);
}

#[test]
fn py_22_a_main_that_cancels_itself_is_cancelled_and_not_interrupted() {
    let error = asyncio::run(async {
        current_task().unwrap().cancel_with("me");
        sleep(Duration::ZERO).await
    })
    .unwrap_err();
    assert!(error.is_cancelled());
    assert_eq!(error.message(), Some("me"));
}

#[test]
fn py_22_run_inside_a_running_loop_is_refused_and_runs_nothing() {
    let ran = Rc::new(RefCell::new(false));
    let ran_in = ran.clone();
    let texts = asyncio::run(async move {
        let nested = asyncio::run(async move {
            *ran_in.borrow_mut() = true;
            Ok(())
        });
        let in_runner = Runner::new().run(async { Ok(()) });
        Ok([nested.unwrap_err().to_string(), in_runner.unwrap_err().to_string()])
    });
    assert_eq!(
        texts.unwrap(),
        [
            "asyncio.run() cannot be called from a running event loop",
            "Runner.run() cannot be called from a running event loop",
        ]
    );
    assert!(!*ran.borrow());
}

#[test]
fn py_22_a_runner_runs_several_mains_on_one_loop_and_is_of_no_use_once_closed() {
    let mut runner = Runner::new();
    let first = runner.get_loop().unwrap();
    assert_eq!(runner.run(sleep_with(Duration::ZERO, "one")).unwrap(), "one");
    assert_eq!(runner.run(sleep_with(Duration::ZERO, "two")).unwrap(), "two");
    assert!(!first.is_closed());
    runner.close().unwrap();
    runner.close().unwrap();
    assert!(first.is_closed());
    assert_eq!(runner.run(async { Ok(()) }).unwrap_err().to_string(), "Runner is closed");
    assert_eq!(runner.get_loop().unwrap_err().to_string(), "Runner is closed");
}

#[test]
fn py_22_mains_of_one_runner_share_its_context_and_nothing_leaks_out() {
    static VAR: ContextVar<u32> = ContextVar::new("var");
    let mut runner = Runner::new();
    runner
        .run(async {
            let _ = VAR.set(1);
            Ok(())
        })
        .unwrap();
    let seen = runner.run(async { VAR.get() }).unwrap();
    assert_eq!(seen, 1);
    assert!(VAR.get().is_err());
    let own = Rc::new(asyncio::Context::new());
    assert!(runner.run_in(own, async { VAR.get() }).is_err());
}

#[test]
fn py_22_the_factory_makes_the_loop_when_it_is_needed_and_debug_is_set_on_it() {
    let made = Rc::new(RefCell::new(0));
    let count = made.clone();
    let mut runner = Runner::new().debug(true).loop_factory(move || {
        *count.borrow_mut() += 1;
        Loop::with_virtual_time()
    });
    assert_eq!(*made.borrow(), 0);
    runner.run(sleep(Duration::from_secs(3600))).unwrap();
    runner.run(sleep(Duration::from_secs(3600))).unwrap();
    assert_eq!(*made.borrow(), 1);
    let event_loop = runner.get_loop().unwrap();
    assert!(event_loop.get_debug());
    assert!(event_loop.time() >= Duration::from_secs(7200));
}

#[test]
fn py_22_a_dropped_runner_cleans_up_as_close_does() {
    let log = Log::default();
    let log_in = log.clone();
    let mut runner = Runner::new();
    runner
        .run(async move {
            create_task(leftover(log_in, "e", How::Swallow));
            sleep(Duration::ZERO).await
        })
        .unwrap();
    drop(runner);
    assert_eq!(*log.borrow(), ["e cancelled"]);
}

#[test]
fn py_22_a_task_that_a_leftover_starts_while_it_is_cancelled_is_dropped_with_the_loop() {
    struct Dropped(Arc<AtomicUsize>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let drops = Arc::new(AtomicUsize::new(0));
    let guard = Dropped(drops.clone());
    asyncio::run(async move {
        create_task(async move {
            let _ = sleep(LONG).await;
            create_task(async move {
                let _guard = guard;
                sleep(LONG).await
            });
            Ok(())
        });
        sleep(Duration::ZERO).await
    })
    .unwrap();
    assert_eq!(drops.load(Ordering::Relaxed), 1);
}

#[test]
fn py_22_the_executor_has_come_to_its_end_when_run_returns() {
    let ended = Arc::new(AtomicUsize::new(0));
    let ended_in = ended.clone();
    let (start, started) = std::sync::mpsc::channel();
    let (go, gate) = std::sync::mpsc::channel::<()>();
    asyncio::run(async move {
        let event_loop = get_running_loop()?;
        let job = event_loop.run_in_executor(None, move || {
            start.send(()).unwrap();
            let _ = gate.recv();
            ended_in.fetch_add(1, Ordering::Release);
            Ok(())
        })?;
        // The job has begun, nobody awaits it, and main ends: it is waited for all the same.
        started.recv().unwrap();
        drop(job);
        drop(go);
        Ok(())
    })
    .unwrap();
    assert_eq!(ended.load(Ordering::Acquire), 1);
}

#[test]
fn py_22_a_panic_in_main_is_an_error_of_run() {
    let error = asyncio::run::<(), _>(async { panic!("no way") }).unwrap_err();
    assert!(error.is_panic());
}

#[test]
fn py_22_generators_are_closed_after_the_leftovers_and_before_the_loop_goes() {
    let log = Log::default();
    let kept = Rc::new(RefCell::new(None));
    let (log_in, kept_in) = (log.clone(), kept.clone());
    asyncio::run(async move {
        create_task(leftover(log_in.clone(), "a", How::Reraise));
        let note = log_in.clone();
        let generator = asyncio::async_generator(async move |y: Yielder<u32>| {
            let end = y.yield_(1).await;
            sleep(Duration::ZERO).await?;
            note.borrow_mut().push("generator closed".into());
            end.map(drop)
        });
        assert_eq!(generator.next().await?, Some(1));
        kept_in.replace(Some(generator));
        log_in.borrow_mut().push("main ends".into());
        Ok(())
    })
    .unwrap();
    assert_eq!(*log.borrow(), ["main ends", "a cancelled", "generator closed"]);
    assert!(kept.take().is_some());
}

/// A connection that nobody closed, say: started by the library on the loop, and never done.
#[test]
fn py_22_run_drops_a_detached_future_that_is_left() {
    let (told, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let result = asyncio::run(async {
            let driver = fourfold_kernel::driver::current().expect("a loop is running");
            driver.spawn_local(Box::pin(std::future::pending()));
            asyncio::sleep(Duration::ZERO).await
        });
        told.send(result).expect("the test waits");
    });
    ended.recv_timeout(Duration::from_secs(30)).expect("run comes to its end").unwrap();
}
