//! A loop driven by hand, as `conformance/asyncio/py_29_loop_control.py` has it.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use fourfold::asyncio::{Loop, get_running_loop, sleep, sleep_with};
use fourfold::{Error, Result};

type Log = Rc<RefCell<Vec<&'static str>>>;

fn note(log: &Log, text: &'static str) -> impl FnOnce() + 'static {
    let log = log.clone();
    move || log.borrow_mut().push(text)
}

#[test]
fn py_29_stop_finishes_the_turn_and_before_a_run_allows_one_turn() {
    let event_loop = Loop::new().unwrap();
    assert!(!event_loop.is_running() && !event_loop.is_closed());
    let log = Log::default();
    event_loop.call_soon(note(&log, "1"));
    let stopper = event_loop.clone();
    event_loop.call_soon(move || stopper.stop());
    event_loop.call_soon(note(&log, "2"));
    let (next, later) = (event_loop.clone(), note(&log, "next run"));
    event_loop.call_soon(move || drop(next.call_soon(later)));
    event_loop.run_forever().unwrap();
    assert_eq!(*log.borrow(), ["1", "2"]);
    event_loop.stop();
    event_loop.run_forever().unwrap();
    assert_eq!(*log.borrow(), ["1", "2", "next run"]);
}

#[test]
fn py_29_run_until_complete_gives_results_failures_and_cancellations() {
    let event_loop = Loop::new().unwrap();
    assert_eq!(event_loop.run_until_complete(sleep_with(Duration::ZERO, 3)).unwrap(), 3);
    let failed: Result<()> = event_loop.run_until_complete(async { Err(Error::msg("failed")) });
    assert_eq!(failed.unwrap_err().to_string(), "failed");

    let future = event_loop.create_future::<&str>();
    let stopper = event_loop.clone();
    event_loop.call_soon(move || stopper.stop());
    let stopped = event_loop.run_until_complete(future.clone()).unwrap_err();
    assert_eq!(stopped.to_string(), "Event loop stopped before Future completed.");
    future.set_result("later").unwrap();
    assert_eq!(event_loop.run_until_complete(future).unwrap(), "later");

    let future = event_loop.create_future::<()>();
    let cancel = future.clone();
    event_loop.call_soon(move || assert!(cancel.cancel_with("x")));
    assert!(event_loop.run_until_complete(future).unwrap_err().is_cancelled());
}

#[test]
fn py_29_nested_runs_and_closing_a_running_loop_are_refused() {
    let event_loop = Loop::new().unwrap();
    let inner = event_loop.clone();
    let texts = event_loop
        .run_until_complete(async move {
            assert!(inner.is_running());
            let nested = inner.run_until_complete(async { Ok(()) }).unwrap_err();
            let close = inner.close().unwrap_err();
            let other = Loop::new()?;
            let another = other.run_until_complete(async { Ok(()) }).unwrap_err();
            let forever = other.run_forever().unwrap_err();
            Ok([nested, close, another, forever].map(|error| error.to_string()))
        })
        .unwrap();
    assert_eq!(
        texts,
        [
            "This event loop is already running",
            "Cannot close a running event loop",
            "Cannot run the event loop while another loop is running",
            "Cannot run the event loop while another loop is running",
        ]
    );
    assert_eq!(get_running_loop().unwrap_err().to_string(), "no running event loop");
}

#[test]
fn py_29_a_task_survives_between_runs() {
    let event_loop = Loop::new().unwrap();
    let log = Rc::new(RefCell::new(Vec::new()));
    let log_in = log.clone();
    let task = event_loop.create_task(async move {
        for i in 0..3 {
            log_in.borrow_mut().push(i);
            sleep(Duration::ZERO).await?;
        }
        Ok("end")
    });
    let stopper = event_loop.clone();
    event_loop.call_soon(move || stopper.stop());
    event_loop.run_forever().unwrap();
    assert_eq!(*log.borrow(), [0]);
    assert_eq!(event_loop.run_until_complete(task).unwrap(), "end");
    assert_eq!(*log.borrow(), [0, 1, 2]);
}

#[test]
fn py_29_a_closed_loop_refuses_everything_but_closing_and_stopping() {
    let event_loop = Loop::new().unwrap();
    let log = Log::default();
    event_loop.call_soon(note(&log, "never"));
    event_loop.close().unwrap();
    event_loop.close().unwrap();
    assert!(event_loop.is_closed() && !event_loop.is_running());
    let closed = "Event loop is closed";
    assert_eq!(event_loop.run_forever().unwrap_err().to_string(), closed);
    let run = event_loop.run_until_complete(async { Ok(()) });
    assert_eq!(run.unwrap_err().to_string(), closed);
    assert!(catch_unwind(AssertUnwindSafe(|| event_loop.call_soon(|| ()))).is_err());
    let later = || event_loop.call_later(Duration::ZERO, || ());
    assert!(catch_unwind(AssertUnwindSafe(later)).is_err());
    let remote = event_loop.remote().call_soon_threadsafe(|| ());
    assert_eq!(remote.unwrap_err().to_string(), closed);
    let executor = event_loop.run_in_executor(None, || Ok(()));
    assert_eq!(executor.unwrap_err().to_string(), closed);
    event_loop.stop();
    assert!(log.borrow().is_empty());
}

struct NoteDrop(Rc<Cell<u32>>);

impl Drop for NoteDrop {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn py_29_a_loop_that_is_dropped_drops_live_tasks_and_callbacks() {
    let drops = Rc::new(Cell::new(0));
    let guard = || NoteDrop(drops.clone());
    let event_loop = Loop::new().unwrap();
    let (sleeping, unstarted, called, timed) = (guard(), guard(), guard(), guard());
    event_loop.create_task(async move {
        let _guard = sleeping;
        sleep(Duration::from_secs(3600)).await
    });
    event_loop.run_until_complete(sleep(Duration::ZERO)).unwrap();
    event_loop.create_task(async move {
        let _guard = unstarted;
        Ok(())
    });
    event_loop.call_soon(move || drop(called));
    event_loop.call_later(Duration::from_secs(1), move || drop(timed));
    assert_eq!(drops.get(), 0);
    drop(event_loop);
    assert_eq!(drops.get(), 4);
}

#[test]
fn py_29_what_is_left_of_a_closed_loop_keeps_nothing_alive() {
    let drops = Rc::new(Cell::new(0));
    let event_loop = Loop::new().unwrap();
    let future = event_loop.create_future::<()>();
    let (early, late, handler) =
        (NoteDrop(drops.clone()), NoteDrop(drops.clone()), NoteDrop(drops.clone()));
    future.add_done_callback(move |_| drop(early));
    event_loop.close().unwrap();
    // The callback would be queued now; nothing of a closed loop runs, so it is dropped.
    future.set_result(()).unwrap();
    assert_eq!(drops.get(), 1);
    future.add_done_callback(move |_| drop(late));
    assert_eq!(drops.get(), 2);
    event_loop.set_exception_handler(Some(Rc::new(move |_| {
        let _ = &handler;
    })));
    assert_eq!(drops.get(), 3);
}

#[test]
fn py_29_a_waker_on_another_thread_outlives_the_loop() {
    let (send, wakers) = std::sync::mpsc::channel::<std::task::Waker>();
    let (closed, is_closed) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        let waker = wakers.recv().unwrap();
        let _ = is_closed.recv();
        waker.wake_by_ref();
        drop(waker);
    });
    let drops = Rc::new(Cell::new(0));
    let guard = NoteDrop(drops.clone());
    let event_loop = Loop::new().unwrap();
    event_loop.create_task(async move {
        let _guard = guard;
        std::future::poll_fn::<(), _>(|context| {
            let _ = send.send(context.waker().clone());
            std::task::Poll::Pending
        })
        .await;
        Ok(())
    });
    event_loop.run_until_complete(sleep(Duration::ZERO)).unwrap();
    drop(event_loop);
    assert_eq!(drops.get(), 1, "the body is dropped here, with the loop");
    drop(closed);
    thread.join().unwrap();
}

#[test]
fn py_29_a_handler_that_panics_does_not_end_the_loop() {
    let event_loop = Loop::new().unwrap();
    event_loop.set_exception_handler(Some(Rc::new(|_| panic!("handler"))));
    event_loop.call_soon(|| panic!("callback"));
    assert_eq!(event_loop.run_until_complete(sleep_with(Duration::ZERO, 1)).unwrap(), 1);
}

#[test]
fn py_29_loops_one_after_another_and_in_several_threads() {
    for n in 0..3 {
        let event_loop = Loop::with_virtual_time().unwrap();
        assert_eq!(event_loop.run_until_complete(async move { Ok(n) }).unwrap(), n);
    }
    let threads: Vec<_> = (0..4)
        .map(|n| {
            std::thread::spawn(move || {
                let event_loop = Loop::with_virtual_time().unwrap();
                event_loop.run_until_complete(sleep_with(Duration::from_secs(n), n)).unwrap()
            })
        })
        .collect();
    let results: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(results, [0, 1, 2, 3]);
}

#[test]
fn py_29_wakes_from_another_thread_while_the_loop_closes_lose_no_body() {
    for _ in 0..200 {
        let drops = Rc::new(Cell::new(0));
        let event_loop = Loop::new().unwrap();
        let (send, wakers) = std::sync::mpsc::channel::<std::task::Waker>();
        for _ in 0..8 {
            let (send, guard) = (send.clone(), NoteDrop(drops.clone()));
            event_loop.create_task(async move {
                let _guard = guard;
                std::future::poll_fn::<(), _>(|context| {
                    let _ = send.send(context.waker().clone());
                    std::task::Poll::Pending
                })
                .await;
                Ok(())
            });
        }
        drop(send);
        event_loop.run_until_complete(sleep(Duration::ZERO)).unwrap();
        let wakers: Vec<_> = wakers.try_iter().collect();
        let (ready, go) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            ready.send(()).unwrap();
            for waker in wakers {
                waker.wake();
            }
        });
        go.recv().unwrap();
        drop(event_loop);
        assert_eq!(drops.get(), 8);
        thread.join().unwrap();
    }
}

#[test]
fn py_29_a_runner_closed_inside_its_own_running_loop_leaves_it_running() {
    let mut runner = fourfold::asyncio::Runner::new();
    let event_loop = runner.get_loop().unwrap();
    let error = event_loop
        .run_until_complete(async move {
            let error = runner.close().unwrap_err().to_string();
            sleep(Duration::ZERO).await?;
            Ok(error)
        })
        .unwrap();
    assert_eq!(error, "Cannot close a running event loop");
    assert!(!event_loop.is_closed());
}
