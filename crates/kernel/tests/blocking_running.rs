//! The future for a job's outcome.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{Thread, current, park};

use fourfold_kernel::blocking::{Config, Panicked, Pool, Running};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => park(),
        }
    }
}

fn one_thread() -> Pool {
    Pool::new(Config { max_threads: 1, ..Config::default() }).unwrap()
}

fn poll_once<T>(running: &mut Running<T>) -> Poll<Result<T, Panicked>> {
    pin!(running).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_job_gives_its_value_to_whoever_waits() {
    let pool = one_thread();
    let (release, held) = channel();
    let mut running = pool.run(move || held.recv().unwrap()).unwrap();
    assert!(poll_once(&mut running).is_pending());
    let waits = std::thread::spawn(move || block_on(running).unwrap());
    release.send(42).unwrap();
    assert_eq!(waits.join().unwrap(), 42);
}

#[test]
fn a_job_that_ended_before_the_first_poll_is_ready() {
    let pool = one_thread();
    let mut running = pool.run(|| 1).unwrap();
    pool.shutdown(true);
    assert!(matches!(poll_once(&mut running), Poll::Ready(Ok(1))));
}

#[test]
fn a_panic_is_a_value_with_its_text_and_payload() {
    let pool = one_thread();
    let panicked =
        block_on(pool.run(|| -> () { std::panic::panic_any(String::from("no luck")) }).unwrap())
            .unwrap_err();
    assert_eq!(panicked.message(), Some("no luck"));
    assert_eq!(panicked.to_string(), "a blocking job panicked: no luck");
    assert_eq!(*panicked.into_payload().downcast::<String>().unwrap(), "no luck");
    let other = block_on(pool.run(|| -> () { std::panic::panic_any(7) }).unwrap()).unwrap_err();
    assert_eq!(other.message(), None);
    assert_eq!(block_on(pool.run(|| "still there").unwrap()).unwrap(), "still there");
}

#[test]
fn dropping_the_future_prevents_a_job_that_has_not_started() {
    let pool = one_thread();
    let (release, held) = channel::<()>();
    pool.submit(move || {
        let _ = held.recv();
    })
    .unwrap();
    let (send, ran) = channel();
    let running = pool.run(move || send.send(()).unwrap()).unwrap();
    drop(running);
    // Disconnected, not empty: the closure with its sender is gone already.
    assert_eq!(ran.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected));
    drop(release);
    pool.shutdown(true);
}

#[test]
fn dropping_the_future_lets_a_started_job_end() {
    let pool = one_thread();
    let (started, wait) = channel();
    let (release, held) = channel::<()>();
    let (send, ended) = channel();
    let running = pool
        .run(move || {
            started.send(()).unwrap();
            held.recv().unwrap();
            send.send("ended").unwrap();
        })
        .unwrap();
    wait.recv().unwrap();
    drop(running);
    release.send(()).unwrap();
    assert_eq!(ended.recv(), Ok("ended"));
}

#[test]
#[should_panic(expected = "await it once")]
fn polled_after_it_was_ready_it_says_so() {
    let pool = one_thread();
    let mut running = pool.run(|| ()).unwrap();
    pool.shutdown(true);
    assert!(poll_once(&mut running).is_ready());
    let _ = poll_once(&mut running);
}

const _: () = {
    const fn is_send<T: Send>() {}
    is_send::<Running<std::cell::Cell<u8>>>();
    const fn is_error<T: std::error::Error + Send + Sync>() {}
    is_error::<Panicked>();
};
