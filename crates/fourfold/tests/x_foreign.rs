//! Futures that were not written for this runtime, in an asyncio task.

use std::cell::Cell;
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::Duration;

use fourfold::Result;
use fourfold::asyncio::{self, Cancellable, Loop, create_task, sleep, sleep_with, wrap};
use futures_util::future::{Either, join, select};
use futures_util::stream::{FuturesUnordered, StreamExt};

const TURN: Duration = Duration::ZERO;

fn virtually<T: 'static>(main: impl Future<Output = Result<T>> + 'static) -> Result<T> {
    Loop::with_virtual_time()?.run_until_complete(main)
}

struct NoteDrop(Rc<Cell<bool>>);

impl Drop for NoteDrop {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

#[test]
fn x_05_a_cancellable_foreign_future_ends_at_once_and_is_dropped() {
    let dropped = Rc::new(Cell::new(false));
    let guard = NoteDrop(dropped.clone());
    virtually(async move {
        let foreign = async move {
            let _guard = guard;
            pending::<()>().await
        };
        let dropped_before_the_next_line = dropped.clone();
        let task = create_task(async move {
            let error = foreign.cancellable().await.unwrap_err();
            assert!(dropped_before_the_next_line.get());
            Err::<(), _>(error)
        });
        sleep(TURN).await?;
        assert!(!dropped.get());
        task.cancel_with("enough");
        let error = task.await.unwrap_err();
        assert!(error.is_cancelled());
        assert_eq!(error.message(), Some("enough"));
        Ok(())
    })
    .unwrap();
}

/// A gate of another world: it has a waker, and nothing of this runtime.
#[derive(Clone, Default)]
struct Gate(Arc<Mutex<(bool, Option<Waker>)>>);

impl Gate {
    fn open(&self) {
        let mut state = self.0.lock().unwrap();
        state.0 = true;
        if let Some(waker) = state.1.take() {
            waker.wake();
        }
    }

    async fn wait(&self) {
        poll_fn(|context| {
            let mut state = self.0.lock().unwrap();
            if state.0 {
                return Poll::Ready(());
            }
            state.1 = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

#[test]
fn x_05_awaited_bare_the_cancellation_arrives_at_the_next_wait_that_knows_it() {
    virtually(async {
        let gate = Gate::default();
        let inner = gate.clone();
        let passed = Rc::new(Cell::new(false));
        let note = passed.clone();
        let task = create_task(async move {
            inner.wait().await;
            note.set(true);
            sleep(Duration::from_secs(3600)).await
        });
        sleep(TURN).await?;
        assert!(task.cancel());
        for _ in 0..3 {
            sleep(TURN).await?;
        }
        assert!(!task.done() && !passed.get(), "the foreign wait goes on");
        gate.open();
        assert!(task.await.unwrap_err().is_cancelled());
        assert!(passed.get());
        Ok(())
    })
    .unwrap();
}

#[test]
fn x_05_wrap_keeps_outputs_and_errors() {
    assert_eq!(asyncio::run(wrap(async { "4".parse::<u8>() })).unwrap(), 4);
    let error = asyncio::run(wrap(async { "x".parse::<u8>() })).unwrap_err();
    assert!(error.is::<std::num::ParseIntError>());
}

#[test]
fn x_05_another_thread_wakes_a_task_of_a_sleeping_loop() {
    let gate = Gate::default();
    let opener = gate.clone();
    let (about_to_sleep, told) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        told.recv().unwrap();
        opener.open();
    });
    asyncio::run(async move {
        about_to_sleep.send(()).unwrap();
        gate.wait().await;
        Ok(())
    })
    .unwrap();
    thread.join().unwrap();
}

#[test]
fn x_05_join_and_select_of_futures_util_work_in_a_task() {
    virtually(async {
        let (one, two) = join(
            sleep_with(Duration::from_secs(2), 1),
            create_task(sleep_with(Duration::from_secs(1), 2)),
        )
        .await;
        assert_eq!((one?, two?), (1, 2));

        let slow = pin!(sleep_with(Duration::from_secs(5), "slow"));
        let fast = pin!(sleep_with(Duration::from_secs(3), "fast"));
        match select(slow, fast).await {
            Either::Right((fast, _)) => assert_eq!(fast?, "fast"),
            Either::Left(_) => panic!("the slow one came first"),
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn x_05_futures_unordered_yields_in_order_of_completion() {
    let order = virtually(async {
        let mut all: FuturesUnordered<_> =
            [3, 1, 2].map(|n| sleep_with(Duration::from_secs(n), n)).into_iter().collect();
        let mut order = Vec::new();
        while let Some(n) = all.next().await {
            order.push(n?);
        }
        Ok(order)
    });
    assert_eq!(order.unwrap(), [1, 2, 3]);
}

#[test]
fn x_05_a_combinator_around_waits_of_ours_is_cancelled_as_a_whole() {
    virtually(async {
        let dropped = Rc::new(Cell::new(false));
        let guard = NoteDrop(dropped.clone());
        let task = create_task(async move {
            let guarded = async move {
                let _guard = guard;
                sleep(Duration::from_secs(3600)).await
            };
            let (one, two) = join(guarded, sleep(Duration::from_secs(3600))).cancellable().await?;
            one.and(two)?;
            Ok(())
        });
        sleep(TURN).await?;
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        assert!(dropped.get());
        Ok(())
    })
    .unwrap();
}

#[test]
fn x_05_run_drops_a_task_that_is_left_in_a_bare_foreign_wait() {
    let dropped = Rc::new(Cell::new(false));
    let guard = NoteDrop(dropped.clone());
    asyncio::run(async move {
        create_task(async move {
            let _guard = guard;
            pending::<()>().await;
            Ok(())
        });
        sleep(TURN).await
    })
    .unwrap();
    assert!(dropped.get());
}

#[test]
fn x_05_a_timeout_takes_back_what_a_bare_foreign_wait_did_not_hear() {
    virtually(async {
        let gate = Gate::default();
        let opener = gate.clone();
        asyncio::get_running_loop()?.call_later(Duration::from_secs(2), move || opener.open());
        let five = asyncio::timeout(Some(Duration::from_secs(1)), async move {
            gate.wait().await;
            Ok(5)
        });
        assert_eq!(five.await?, 5);
        sleep(TURN).await?;
        assert_eq!(asyncio::current_task().unwrap().cancelling(), 0);
        Ok(())
    })
    .unwrap();
}
