//! A pool's own unsafe code where no stack is switched: futures alone, so that Miri can run it.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use fourfold_kernel::channel::Channel;
use fourfold_kernel::fiber;
use fourfold_kernel::pool::{Exit, Options, Pool, Reason};
use fourfold_kernel::timer;

static REASON: Reason = Reason::by_tasks("test");
const TASKS: usize = if cfg!(miri) { 6 } else { 2_000 };

fn pool(workers: usize) -> Pool {
    Pool::builder().workers(workers).build().unwrap()
}

/// Pending once.
async fn give_way() {
    let mut first = true;
    poll_fn(|context| {
        if std::mem::take(&mut first) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
}

#[test]
fn outcomes_come_back_from_any_worker() {
    let pool = pool(2);
    let handles: Vec<_> = (0..TASKS)
        .map(|number| {
            let task = async move {
                give_way().await;
                Box::new(number)
            };
            pool.spawn(task, Options::new())
        })
        .collect();
    for (number, handle) in handles.into_iter().enumerate() {
        assert_eq!(*fiber::wait(handle).unwrap(), number);
    }
    assert!(pool.shut_down());
}

#[test]
fn tasks_make_tasks_and_wait_for_them() {
    let pool = pool(2);
    let inner = pool;
    let handle = pool.spawn(
        async move {
            let mut sum = 0;
            for number in 0..TASKS {
                let task = inner.spawn(async move { Box::new(number) }, Options::new());
                if number % 3 == 0 {
                    task.detach();
                } else {
                    sum += *task.await.unwrap();
                }
            }
            sum
        },
        Options::new(),
    );
    let expected: usize = (0..TASKS).filter(|number| number % 3 != 0).sum();
    assert_eq!(fiber::wait(handle).unwrap(), expected);
    assert!(pool.shut_down());
}

#[test]
fn tasks_pass_values_through_channels() {
    let pool = pool(2);
    let channel = Arc::new(Channel::new(0));
    let other = Arc::new(Channel::new(1));
    let (from, to) = (channel.clone(), other.clone());
    let middle = pool.spawn(
        async move {
            while let Some(value) = from.recv(&REASON).await {
                to.send(value, &REASON).await.unwrap();
            }
            to.close();
        },
        Options::new(),
    );
    let sender = pool.spawn(
        async move {
            for number in 0..TASKS {
                channel.send(Box::new(number), &REASON).await.unwrap();
            }
            channel.close();
        },
        Options::new(),
    );
    for number in 0..TASKS {
        assert_eq!(fiber::wait(other.recv(&REASON)), Some(Box::new(number)));
    }
    assert_eq!(fiber::wait(other.recv(&REASON)), None);
    fiber::wait(sender).unwrap();
    fiber::wait(middle).unwrap();
    assert!(pool.shut_down());
}

#[test]
fn a_panic_is_an_outcome_and_the_worker_goes_on() {
    let pool = pool(1);
    let handle = pool.spawn(async { panic!("no") }, Options::new());
    let handle: Result<(), _> = fiber::wait(handle);
    assert!(matches!(handle, Err(Exit::Panicked(_))));
    assert_eq!(fiber::wait(pool.spawn(async { 1 }, Options::new())).unwrap(), 1);
    assert!(pool.shut_down());
}

/// Waits for ever; tells when it waits, keeps its waker outside, and counts its drop.
struct Forever {
    tell: mpsc::Sender<()>,
    wakers: Arc<Mutex<Vec<Waker>>>,
    drops: Arc<AtomicUsize>,
}

impl Future for Forever {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.wakers.lock().unwrap().push(context.waker().clone());
        self.tell.send(()).unwrap();
        Poll::Pending
    }
}

impl Drop for Forever {
    fn drop(&mut self) {
        self.drops.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn what_waits_at_the_end_is_dropped_and_its_wakers_outlive_the_pool() {
    let pool = pool(2);
    let (tell, told) = mpsc::channel();
    let wakers = Arc::new(Mutex::new(Vec::new()));
    let drops = Arc::new(AtomicUsize::new(0));
    for _ in 0..6 {
        let (tell, wakers, drops) = (tell.clone(), wakers.clone(), drops.clone());
        pool.spawn(Forever { tell, wakers, drops }, Options::new()).detach();
    }
    (0..6).for_each(|_| told.recv().unwrap());
    assert!(pool.shut_down());
    assert_eq!(drops.load(Ordering::SeqCst), 6);
    let wakers = std::mem::take(&mut *wakers.lock().unwrap());
    wakers.iter().for_each(Waker::wake_by_ref);
    wakers.into_iter().for_each(Waker::wake);
}

#[test]
fn timers_on_a_virtual_clock() {
    let pool = Pool::builder().virtual_time().build().unwrap();
    let order = Arc::new(Mutex::new(Vec::new()));
    let handles = [30, 10, 20].map(|millis| {
        let order = order.clone();
        let task = async move {
            timer::sleep(Duration::from_millis(millis)).await;
            order.lock().unwrap().push(millis);
        };
        pool.spawn(task, Options::new())
    });
    handles.into_iter().for_each(|handle| fiber::wait(handle).unwrap());
    assert_eq!(*order.lock().unwrap(), [10, 20, 30]);
    assert!(pool.shut_down());
}
