//! Rows py-06: calls that are handed to a loop through its remote.

use std::cell::RefCell;
use std::time::Duration;

use fourfold::asyncio::{self, Loop};

thread_local! {
    static LOG: RefCell<Vec<i32>> = const { RefCell::new(Vec::new()) };
}

fn note(n: i32) {
    LOG.with_borrow_mut(|log| log.push(n));
}

#[test]
fn py_06_from_the_loops_own_thread_it_keeps_the_order_of_call_soon() {
    asyncio::run(async {
        let event_loop = asyncio::get_running_loop()?;
        event_loop.call_soon(|| note(1));
        event_loop.remote().call_soon_threadsafe(|| note(2))?;
        event_loop.call_soon(|| note(3));
        asyncio::sleep(Duration::ZERO).await
    })
    .unwrap();
    assert_eq!(LOG.take(), [1, 2, 3]);
}

#[test]
fn py_06_a_call_that_is_cancelled_while_it_waits_never_runs() {
    asyncio::run(async {
        let remote = asyncio::get_running_loop()?.remote();
        let sender = remote.clone();
        let from_thread = std::thread::spawn(move || sender.call_soon_threadsafe(|| note(1)));
        let handle = from_thread.join().unwrap()?;
        assert!(!handle.cancelled());
        handle.cancel();
        assert!(handle.cancelled());
        let own = remote.call_soon_threadsafe(|| note(2))?;
        own.cancel();
        asyncio::sleep(Duration::ZERO).await?;
        asyncio::sleep(Duration::ZERO).await
    })
    .unwrap();
    assert!(LOG.take().is_empty());
}

#[test]
fn py_06_a_closed_loop_refuses_also_on_its_own_thread() {
    let event_loop = Loop::new().unwrap();
    let remote = event_loop.remote();
    event_loop.close().unwrap();
    let refused = remote.call_soon_threadsafe(|| note(1)).unwrap_err();
    assert_eq!(refused.to_string(), "Event loop is closed");
}
