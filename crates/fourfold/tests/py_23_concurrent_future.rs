//! Rows py-23: futures that threads settle.

use fourfold::asyncio::{self, ConcurrentFuture, InvalidState, wrap_future};

#[test]
fn py_23_a_future_that_a_thread_settles_can_be_awaited() {
    let shared = ConcurrentFuture::new();
    let setter = shared.clone();
    let got = asyncio::run(async move {
        let wrapped = wrap_future(&shared);
        std::thread::spawn(move || setter.set_result("settled"));
        wrapped.await
    });
    assert_eq!(got.unwrap(), "settled");
}

#[test]
fn py_23_it_is_settled_once() {
    let future = ConcurrentFuture::new();
    future.set_result(1).unwrap();
    assert!(future.set_result(2).unwrap_err().is::<InvalidState>());
    assert!(future.set_exception(std::fmt::Error).unwrap_err().is::<InvalidState>());
    assert_eq!(future.result(None).unwrap(), 1);

    let cancelled = ConcurrentFuture::<()>::default();
    assert!(cancelled.cancel());
    assert!(cancelled.set_result(()).unwrap_err().is::<InvalidState>());
}
