//! Fibers at channels, in selects and in scopes, by plain calls: what lies on a stack while its
//! fiber waits, and what becomes of it when the pool ends. For AddressSanitizer too.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use fourfold_kernel::channel::{Channel, RecvCase, SendCase, select};
use fourfold_kernel::fiber;
use fourfold_kernel::pool::{Exit, Options, Pool, Reason};

static REASON: Reason = Reason::by_tasks("test");

fn pool(workers: usize) -> Pool {
    Pool::builder().workers(workers).build().unwrap()
}

#[test]
fn values_go_from_stack_to_stack() {
    for (workers, capacity) in [(1, 0), (2, 0), (2, 3)] {
        let pool = pool(workers);
        let channel = Arc::new(Channel::new(capacity));
        let senders: Vec<_> = (0..3)
            .map(|sender| {
                let channel = channel.clone();
                pool.spawn_fiber(
                    move || {
                        for round in 0..300 {
                            channel.send_plain(Box::new(3 * round + sender), &REASON).unwrap();
                        }
                    },
                    Options::new(),
                )
            })
            .collect();
        let receiver = {
            let channel = channel.clone();
            pool.spawn_fiber(
                move || {
                    std::iter::from_fn(|| channel.recv_plain(&REASON)).collect::<Vec<Box<usize>>>()
                },
                Options::new(),
            )
        };
        senders.into_iter().for_each(|sender| fiber::wait(sender).unwrap());
        channel.close();
        let mut got = fiber::wait(receiver).unwrap();
        got.sort();
        assert_eq!(got, (0..900).map(Box::new).collect::<Vec<_>>());
        assert!(pool.shut_down());
    }
}

#[test]
fn selects_on_stacks_meet() {
    let pool = pool(2);
    let channels = Arc::new((Channel::new(0), Channel::new(0)));
    let sender = {
        let channels = channels.clone();
        pool.spawn_fiber(
            move || {
                for round in 0..300 {
                    let mut cases = (
                        SendCase::new(Some(&channels.1), Box::new(round)),
                        (SendCase::new(Some(&channels.0), Box::new(round)), ()),
                    );
                    select(&mut cases, &REASON);
                }
            },
            Options::new(),
        )
    };
    let receiver = pool.spawn_fiber(
        move || {
            for round in 0..300 {
                let mut cases =
                    (RecvCase::new(Some(&channels.0)), (RecvCase::new(Some(&channels.1)), ()));
                select(&mut cases, &REASON);
                let value = cases.0.take().or_else(|| cases.1.0.take());
                assert_eq!(value, Some(Box::new(round)));
            }
        },
        Options::new(),
    );
    fiber::wait(sender).unwrap();
    fiber::wait(receiver).unwrap();
    assert!(pool.shut_down());
}

#[test]
fn what_waits_at_a_channel_when_the_pool_ends_leaves_it() {
    let pool = pool(2);
    let channel = Arc::new(Channel::<Box<usize>>::new(0));
    let other = Arc::new(Channel::<Box<usize>>::new(0));
    let (tell, told) = mpsc::channel();
    for number in 0..20 {
        let (channel, other, tell) = (channel.clone(), other.clone(), tell.clone());
        pool.spawn_fiber(
            move || {
                tell.send(()).unwrap();
                if number % 2 == 0 {
                    channel.recv_plain(&REASON);
                } else {
                    let mut cases = (
                        RecvCase::new(Some(&channel)),
                        (SendCase::new(Some(&other), Box::new(number)), ()),
                    );
                    select(&mut cases, &REASON);
                }
            },
            Options::new(),
        )
        .detach();
    }
    (0..20).for_each(|_| told.recv().unwrap());
    assert!(pool.shut_down());
    assert!(channel.try_send(Box::new(0)).is_err(), "nobody is left in the list");
    assert!(other.try_recv().is_err(), "nobody is left in the list");
}

#[test]
fn fibers_borrow_from_the_stack_that_started_them() {
    let pool = pool(2);
    let inner = pool;
    let handle = pool.spawn_fiber(
        move || {
            let numbers = [1, 2, 3, 4];
            let sum = AtomicUsize::new(0);
            fiber::scope(&inner, |scope| {
                for number in &numbers {
                    scope.spawn(|| {
                        fiber::yield_now();
                        sum.fetch_add(*number, Ordering::Relaxed);
                    });
                }
            });
            sum.into_inner()
        },
        Options::new(),
    );
    assert_eq!(fiber::wait(handle).unwrap(), 10);
    assert!(pool.shut_down());
}

#[test]
fn a_stack_is_used_again_after_a_panic_on_it() {
    fn deep(depth: usize) -> usize {
        let frame = std::hint::black_box([depth; 64]);
        if depth == 0 {
            panic!("at the bottom");
        }
        deep(depth - 1) + frame[1]
    }
    let pool = pool(1);
    for round in 0..20 {
        let panicking = pool.spawn_fiber(|| deep(20), Options::new());
        assert!(matches!(fiber::wait(panicking), Err(Exit::Panicked(_))));
        let next = pool.spawn_fiber(
            move || {
                let frame = std::hint::black_box([round; 256]);
                fiber::yield_now();
                frame.iter().sum::<usize>()
            },
            Options::new(),
        );
        assert_eq!(fiber::wait(next).unwrap(), 256 * round);
    }
    assert!(pool.shut_down());
}
