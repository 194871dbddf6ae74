//! Waits in a queue and the lock below it, polled by hand and between threads; for Miri.

mod memory_support;

use std::sync::Arc;
use std::task::Poll;
use std::thread;

use fourfold_kernel::lock::Lock;
use fourfold_kernel::waiters::{Acquire, Queue, Waiters};
use memory_support::{Count, REASON, ROUNDS, block_on, poll_once, poll_with};

/// Takes one permit, granted by whoever gives one back.
struct Permit;

impl Acquire for Permit {
    type State = usize;
    type Output = ();

    fn try_now(&mut self, permits: &mut usize, _: &mut Waiters, _: bool) -> Option<()> {
        *permits = permits.checked_sub(1)?;
        Some(())
    }

    fn granted(&mut self) {}

    fn abandon(&mut self, permits: &mut usize, waiters: &mut Waiters, granted: bool) {
        if granted {
            give(permits, waiters);
        } else {
            waiters.retry_first();
        }
    }
}

/// As [`Permit`], but told to try once more.
struct Retrying;

impl Acquire for Retrying {
    type State = usize;
    type Output = Box<usize>;

    fn try_now(&mut self, permits: &mut usize, _: &mut Waiters, again: bool) -> Option<Box<usize>> {
        *permits = permits.checked_sub(1)?;
        Some(Box::new(usize::from(again)))
    }

    fn granted(&mut self) -> Box<usize> {
        unreachable!("nobody grants")
    }

    fn abandon(&mut self, _: &mut usize, waiters: &mut Waiters, _: bool) {
        waiters.retry_first();
    }
}

fn give(permits: &mut usize, waiters: &mut Waiters) {
    if !waiters.grant_first() {
        *permits += 1;
    }
}

#[test]
fn waits_come_and_go_in_any_order() {
    let queue = Queue::new(0_usize);
    let (wakes, waker) = Count::new();
    let mut waits: Vec<_> = (0..6).map(|_| Box::pin(queue.wait(Permit, &REASON))).collect();
    for wait in &mut waits {
        assert!(poll_with(wait.as_mut(), &waker).is_pending());
        assert!(poll_with(wait.as_mut(), &waker).is_pending());
    }
    drop(waits.remove(3));
    drop(waits.pop());
    queue.with(give);
    assert_eq!(wakes.get(), 1);
    // The first has it and goes away: the next gets it.
    drop(waits.remove(0));
    assert_eq!(wakes.get(), 2);
    assert_eq!(poll_once(waits[0].as_mut()), Poll::Ready(()));
    queue.with(|_, waiters| assert_eq!(waiters.grant_all(), 2));
    assert_eq!(wakes.get(), 4);
    drop(waits);
    queue.with(|permits, waiters| assert_eq!((*permits, waiters.len()), (2, 0)));
}

#[test]
fn a_wait_that_is_told_to_retry_is_first_again() {
    let queue = Queue::new(0_usize);
    let mut first = Box::pin(queue.wait(Retrying, &REASON));
    let mut second = Box::pin(queue.wait(Retrying, &REASON));
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll_once(second.as_mut()).is_pending());
    // In vain: it is linked anew, in front.
    queue.with(|_, waiters| assert!(waiters.retry_first()));
    assert!(poll_once(first.as_mut()).is_pending());
    queue.with(|permits, waiters| {
        *permits += 1;
        assert!(waiters.retry_first());
    });
    assert!(poll_once(second.as_mut()).is_pending());
    assert_eq!(poll_once(first.as_mut()), Poll::Ready(Box::new(1)));
}

#[test]
fn threads_share_two_permits() {
    let queue = Arc::new(Queue::new(2_usize));
    let inside = Arc::new(Lock::new(0));
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let (queue, inside) = (queue.clone(), inside.clone());
            thread::spawn(move || {
                for round in 0..ROUNDS {
                    if round % 3 == 2 {
                        // Dropped while it waits, or after it was granted.
                        let mut wait = Box::pin(queue.wait(Permit, &REASON));
                        if poll_once(wait.as_mut()).is_pending() {
                            continue;
                        }
                    } else {
                        block_on(queue.wait(Permit, &REASON));
                    }
                    let now = {
                        let mut inside = inside.lock();
                        *inside += 1;
                        *inside
                    };
                    assert!((1..=2).contains(&now));
                    *inside.lock() -= 1;
                    queue.with(give);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    queue.with(|permits, waiters| assert_eq!((*permits, waiters.len()), (2, 0)));
}

#[test]
fn a_lock_hands_its_value_from_thread_to_thread() {
    let lock = Arc::new(Lock::new(Vec::new()));
    let threads: Vec<_> = (0..3)
        .map(|thread| {
            let lock = lock.clone();
            thread::spawn(move || {
                for round in 0..ROUNDS {
                    lock.lock().push(Box::new((thread, round)));
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let values = std::mem::take(&mut *lock.lock());
    assert_eq!(values.len(), 3 * ROUNDS);
    for thread in 0..3 {
        let rounds: Vec<_> = values.iter().filter(|v| v.0 == thread).map(|v| v.1).collect();
        assert_eq!(rounds, (0..ROUNDS).collect::<Vec<_>>(), "its own order");
    }
}
