//! A waker that panics is foreign code in the worker's own loop: it ends neither the worker nor what
//! is due with it.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use fourfold_kernel::pool::{Options, Pool};
use fourfold_kernel::{driver, fiber, timer};

struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("a foreign waker");
    }
}

#[test]
fn a_waker_that_panics_ends_neither_its_worker_nor_what_is_due_with_it() {
    let pool = Pool::builder().workers(1).build().unwrap();
    let waits = async {
        let deadline = driver::current().unwrap().now() + 1_000_000;
        let mut foreign: Vec<_> = (0..3).map(|_| Box::pin(timer::sleep_until(deadline))).collect();
        let panics = Waker::from(Arc::new(Panics));
        for sleep in &mut foreign {
            let polled = sleep.as_mut().poll(&mut Context::from_waker(&panics));
            assert_eq!(polled, Poll::Pending);
        }
        // Behind the three, at the same time.
        pin!(timer::sleep_until(deadline)).await;
        drop(foreign);
    };
    fiber::wait(pool.spawn(waits, Options::new())).unwrap();
    // The one worker still sleeps and wakes.
    let more = pool.spawn(timer::sleep(Duration::from_millis(1)), Options::new());
    fiber::wait(more).unwrap();
    pool.shut_down();
}
