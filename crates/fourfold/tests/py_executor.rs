//! Executors and threads, as `conformance/asyncio/py_23_*.py` has them.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::ThreadId;
use std::time::Duration;

use fourfold::asyncio::{
    self, ConcurrentFuture, ContextVar, Loop, ThreadPoolExecutor, create_task, get_running_loop,
    run_coroutine_threadsafe, sleep, to_thread, wrap_future,
};
use fourfold::{Error, Result};

const TURN: Duration = Duration::ZERO;
const LONG: Duration = Duration::from_secs(600);

/// A job that says when it has begun and waits until the other end is dropped.
fn gated<T: Send + 'static>(
    result: T,
) -> (impl FnOnce() -> Result<T> + Send + 'static, Receiver<()>, Sender<()>) {
    let (begun, has_begun) = channel();
    let (open, gate) = channel::<()>();
    let job = move || {
        begun.send(()).unwrap();
        let _ = gate.recv();
        Ok(result)
    };
    (job, has_begun, open)
}

fn here() -> ThreadId {
    std::thread::current().id()
}

#[test]
fn py_23_results_and_failures_come_from_another_thread() {
    asyncio::run(async {
        let event_loop = get_running_loop()?;
        let main = here();
        let (square, thread) = event_loop.run_in_executor(None, || Ok((3 * 3, here())))?.await?;
        assert_eq!((square, thread == main), (9, false));
        let (square, thread) = to_thread(|| Ok((4 * 4, here()))).await?;
        assert_eq!((square, thread == main), (16, false));
        let error = to_thread(|| Err::<(), _>(Error::msg("in the thread"))).await.unwrap_err();
        assert_eq!(error.to_string(), "in the thread");
        let panic = to_thread(|| -> Result<()> { panic!("in the thread") }).await.unwrap_err();
        assert!(panic.is_panic());
        Ok(())
    })
    .unwrap();
}

static VAR: ContextVar<&str> = ContextVar::with_default("var", || "default");

#[test]
fn py_23_to_thread_copies_the_context_and_run_in_executor_does_not() {
    asyncio::run(async {
        let event_loop = get_running_loop()?;
        let pool = ThreadPoolExecutor::new(1, "one")?;
        event_loop.set_default_executor(&pool)?;
        let _ = VAR.set("set");
        assert_eq!(to_thread(|| VAR.get()).await?, "set");
        assert_eq!(event_loop.run_in_executor(None, || VAR.get())?.await?, "default");
        to_thread(|| {
            let _ = VAR.set("in the thread");
            Ok(())
        })
        .await?;
        assert_eq!(VAR.get()?, "set");
        assert_eq!(event_loop.run_in_executor(None, || VAR.get())?.await?, "default");
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_23_the_loop_goes_on_while_a_thread_blocks() {
    asyncio::run(async {
        let event_loop = get_running_loop()?;
        let (job, begun, gate) = gated("released");
        let future = event_loop.run_in_executor(None, job)?;
        begun.recv().unwrap();
        sleep(TURN).await?;
        assert!(!future.done());
        drop(gate);
        assert_eq!(future.await?, "released");
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_23_a_cancelled_job_does_not_run_if_it_has_not_begun() {
    asyncio::run(async {
        let event_loop = get_running_loop()?;
        let pool = ThreadPoolExecutor::new(1, "one")?;
        let (job, _begun, gate) = gated("first");
        let first = event_loop.run_in_executor(&pool, job)?;
        let ran = Arc::new(AtomicBool::new(false));
        let note = ran.clone();
        let queued = event_loop.run_in_executor(Some(&pool), move || {
            note.store(true, Ordering::Release);
            Ok(())
        })?;
        sleep(TURN).await?;
        assert!(queued.cancel());
        // The cancellation reaches the pool with the next turn.
        sleep(TURN).await?;
        drop(gate);
        assert_eq!(first.await?, "first");
        assert!(queued.await.unwrap_err().is_cancelled());
        pool.shutdown(true);
        assert!(!ran.load(Ordering::Acquire));
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_23_a_job_that_has_begun_runs_on_and_shutdown_waits_for_it() {
    asyncio::run(async {
        let event_loop = get_running_loop()?;
        let ran = Arc::new(AtomicBool::new(false));
        let note = ran.clone();
        let (job, begun, gate) = gated(());
        let task = create_task(to_thread(move || {
            job()?;
            note.store(true, Ordering::Release);
            Ok(())
        }));
        sleep(TURN).await?;
        begun.recv().unwrap();
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        assert!(!ran.load(Ordering::Acquire));
        drop(gate);
        event_loop.shutdown_default_executor(None).await?;
        assert!(ran.load(Ordering::Acquire));
        let refused = event_loop.run_in_executor(None, || Ok(())).unwrap_err();
        assert_eq!(refused.to_string(), "Executor shutdown has been called");
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_23_shutdown_gives_up_on_a_stuck_thread_and_says_so() {
    let told = Rc::new(RefCell::new(Vec::new()));
    let note = told.clone();
    let (job, begun, gate) = gated(());
    asyncio::run(async move {
        let event_loop = get_running_loop()?;
        event_loop.set_exception_handler(Some(Rc::new(move |context| {
            note.borrow_mut().push(context.message.clone());
        })));
        drop(event_loop.run_in_executor(None, job)?);
        begun.recv().unwrap();
        event_loop.shutdown_default_executor(Some(Duration::from_millis(10))).await
    })
    .unwrap();
    drop(gate);
    assert_eq!(told.borrow().len(), 1);
    assert!(told.borrow()[0].ends_with("joining its threads within 0.01 seconds."));
}

#[test]
fn py_23_virtual_time_stands_still_while_a_thread_works() {
    let event_loop = Loop::with_virtual_time().unwrap();
    event_loop
        .run_until_complete(async {
            let event_loop = get_running_loop()?;
            let (job, begun, gate) = gated(());
            let timer = create_task(sleep(LONG));
            let future = event_loop.run_in_executor(None, job)?;
            begun.recv().unwrap();
            for _ in 0..3 {
                sleep(TURN).await?;
            }
            assert_eq!(event_loop.time(), Duration::ZERO);
            // Opened by a thread, so that the loop sleeps in its poll meanwhile.
            let opener = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(20));
                drop(gate);
            });
            future.await?;
            assert_eq!(event_loop.time(), Duration::ZERO);
            opener.join().unwrap();
            timer.await?;
            assert!(event_loop.time() >= LONG);
            Ok(())
        })
        .unwrap();
}

#[test]
fn py_23_virtual_time_goes_on_when_the_work_nobody_awaits_is_over() {
    let event_loop = Loop::with_virtual_time().unwrap();
    event_loop
        .run_until_complete(async {
            let (job, begun, gate) = gated(());
            let future = get_running_loop()?.run_in_executor(None, job)?;
            begun.recv().unwrap();
            future.cancel();
            let opener = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(20));
                drop(gate);
            });
            sleep(LONG).await?;
            opener.join().unwrap();
            Ok(())
        })
        .unwrap();
}

fn other_thread(remote: &asyncio::Remote) -> Result<Vec<String>> {
    let mut log = Vec::new();
    let sum = run_coroutine_threadsafe(
        || async {
            sleep(TURN).await?;
            Ok(1 + 2)
        },
        remote,
    )?;
    log.push(format!("result {}", sum.result(None)?));
    let failing = || async { Err::<(), _>(Error::msg("on the loop")) };
    let failed = run_coroutine_threadsafe(failing, remote)?.result(None);
    log.push(format!("failed {}", failed.unwrap_err()));

    let (started, has_started) = channel();
    let (ended, has_ended) = channel();
    let sleeps = run_coroutine_threadsafe(
        move || async move {
            started.send(()).unwrap();
            let slept = sleep(LONG).await;
            ended.send(slept.as_ref().unwrap_err().is_cancelled()).unwrap();
            slept
        },
        remote,
    )?;
    has_started.recv().unwrap();
    let timed_out = sleeps.result(Some(Duration::ZERO)).unwrap_err().is_timed_out();
    log.push(format!("timeout {timed_out} leaves it running {}", sleeps.done()));
    log.push(format!("cancel {}", sleeps.cancel()));
    log.push(format!("coroutine cancelled {}", has_ended.recv().unwrap()));
    log.push(format!("cancelled {}", sleeps.cancelled()));
    let cancels_itself = || async { Err::<(), _>(Error::cancelled()) };
    let crossed = run_coroutine_threadsafe(cancels_itself, remote)?.result(None);
    log.push(format!("crosses {}", crossed.unwrap_err().is_cancelled()));

    let _ = VAR.set("the thread's");
    let context = run_coroutine_threadsafe(|| async { VAR.get() }, remote)?;
    log.push(format!("context {}", context.result(None)?));
    Ok(log)
}

#[test]
fn py_23_another_thread_hands_a_coroutine_to_the_loop() {
    let log = asyncio::run(async {
        let event_loop = get_running_loop()?;
        let remote = event_loop.remote();
        event_loop.run_in_executor(None, move || other_thread(&remote))?.await
    });
    assert_eq!(
        log.unwrap(),
        [
            "result 3",
            "failed on the loop",
            "timeout true leaves it running false",
            "cancel true",
            "coroutine cancelled true",
            "cancelled true",
            "crosses true",
            "context the thread's",
        ]
    );
}

#[test]
fn py_23_a_coroutine_of_a_loop_that_closes_is_cancelled_for_the_thread() {
    let event_loop = Loop::new().unwrap();
    let remote = event_loop.remote();
    let sent = run_coroutine_threadsafe(|| sleep(LONG), &remote).unwrap();
    event_loop.run_until_complete(sleep(TURN)).unwrap();
    let unsent = run_coroutine_threadsafe(|| sleep(LONG), &remote).unwrap();
    event_loop.close().unwrap();
    assert!(sent.result(None).unwrap_err().is_cancelled());
    assert!(unsent.result(None).unwrap_err().is_cancelled());
    let refused = run_coroutine_threadsafe(|| sleep(LONG), &remote).unwrap_err();
    assert_eq!(refused.to_string(), "Event loop is closed");
}

#[test]
fn py_23_a_concurrent_future_is_awaited_through_wrap_future_and_cancelled_through_it() {
    asyncio::run(async {
        let pool = ThreadPoolExecutor::new(1, "one")?;
        let (job, begun, gate) = gated("wrapped");
        let first = pool.submit(job)?;
        begun.recv().unwrap();
        let queued: ConcurrentFuture<()> = pool.submit(|| Ok(()))?;
        let wrapped = wrap_future(&queued);
        assert!(wrapped.cancel());
        sleep(TURN).await?;
        assert!(queued.cancelled());
        drop(gate);
        assert_eq!(wrap_future(&first).await?, "wrapped");
        assert_eq!(first.result(None)?, "wrapped");
        Ok(())
    })
    .unwrap();
}

#[test]
fn py_23_done_callbacks_of_a_concurrent_future_are_called_in_order_or_at_once() {
    let pool = ThreadPoolExecutor::new(1, "one").unwrap();
    let (job, begun, gate) = gated(());
    let future = pool.submit(job).unwrap();
    begun.recv().unwrap();
    let (send, called) = channel();
    for n in 1..=2 {
        let send = send.clone();
        future.add_done_callback(move |_| send.send(n).unwrap());
    }
    assert!(future.running() && !future.cancel());
    drop(gate);
    future.result(None).unwrap();
    assert_eq!([called.recv().unwrap(), called.recv().unwrap()], [1, 2]);
    future.add_done_callback(move |_| send.send(3).unwrap());
    assert_eq!(called.try_recv().unwrap(), 3);
}

#[cfg(unix)]
mod processes {
    use super::*;
    use fourfold::asyncio::{BrokenProcessPool, Call, ProcessPoolExecutor, process_pool_worker};

    /// Not a test by itself: where the workers of the pools below end up.
    #[test]
    fn worker() {
        process_pool_worker(&[
            ("square", |bytes| Ok(bytes.iter().map(|n| n * n).collect())),
            ("process", |_| Ok(std::process::id().to_string().into_bytes())),
            ("fail", |_| Err(Error::msg("in the process"))),
            ("panic", |_| panic!("in the process")),
            ("die", |_| std::process::exit(3)),
            ("print", |_| {
                println!("this must not be taken for a result");
                Ok(b"printed".to_vec())
            }),
            ("stuck", |_| {
                loop {
                    std::thread::sleep(LONG);
                }
            }),
        ]);
    }

    fn pool(workers: usize) -> ProcessPoolExecutor {
        let arguments =
            ["--exact", "processes::worker", "--quiet", "--nocapture", "--test-threads=1"];
        ProcessPoolExecutor::with_arguments(workers, arguments).unwrap()
    }

    #[test]
    fn py_23_a_process_pool_can_be_given() {
        asyncio::run(async {
            let event_loop = get_running_loop()?;
            let pool = pool(2);
            let run = |call| event_loop.run_in_executor(&pool, call);
            assert_eq!(run(Call::new("square", [2, 3]))?.await?, [4, 9]);
            let process = String::from_utf8(run(Call::new("process", []))?.await?).unwrap();
            assert_ne!(process, std::process::id().to_string());
            let again = run(Call::new("process", []))?.await?;
            assert_eq!(again, process.into_bytes(), "a worker is used again");
            assert_eq!(run(Call::new("print", []))?.await?, b"printed");
            let large = vec![1; 1 << 20];
            assert_eq!(run(Call::new("square", large.clone()))?.await?, large);
            pool.shutdown(true);
            assert!(run(Call::new("square", [1])).is_err());
            Ok(())
        })
        .unwrap();
    }

    #[test]
    fn py_23_failures_in_a_process_come_back_as_text_and_the_worker_lives() {
        let pool = pool(1);
        let result = |function: &str| pool.submit(Call::new(function, [])).unwrap().result(None);
        assert_eq!(result("fail").unwrap_err().to_string(), "in the process");
        let panic = result("panic").unwrap_err();
        assert!(panic.is_panic());
        assert_eq!(panic.message(), Some("in the process"));
        let unknown = result("unknown").unwrap_err().to_string();
        assert!(unknown.starts_with("no function \"unknown\" in this worker"), "{unknown}");
        assert!(result("square").unwrap().is_empty());
    }

    #[test]
    fn py_23_a_worker_that_dies_breaks_the_pool() {
        let pool = pool(2);
        let stuck = pool.submit(Call::new("stuck", [])).unwrap();
        let dies = pool.submit(Call::new("die", [])).unwrap();
        let broken = dies.result(None).unwrap_err();
        assert!(broken.is::<BrokenProcessPool>(), "{broken}");
        assert!(broken.to_string().contains("exit status: 3"), "{broken}");
        assert!(stuck.result(None).unwrap_err().is::<BrokenProcessPool>());
        let refused = pool.submit(Call::new("square", [])).unwrap_err();
        assert!(refused.is::<BrokenProcessPool>());
    }
}
