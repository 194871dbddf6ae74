//! What Go's own test programs about channels do, done here.

#[path = "support/go.rs"]
mod go;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use fourfold::go::chan::{self, Chan, Receiver, Sender, TryRecvError, TrySendError};
use fourfold_kernel::fiber;
use go::{go, run};

/// Go: fifo.
#[test]
fn go_05_a_chain_of_goroutines_keeps_the_order() {
    run(2, || {
        let buffered = chan::make(10);
        (0..10).for_each(|i| buffered.send(i));
        (0..10).for_each(|i| assert_eq!(buffered.recv(), Some(i)));

        let values = chan::make(0);
        let start = chan::make(0);
        let mut before = start.clone();
        for i in 0..10 {
            let after = chan::make(0);
            let (values, first, last) = (values.receiver(), before.receiver(), after.sender());
            go(move || {
                first.recv();
                assert_eq!(values.recv(), Some(i));
                last.send(());
            });
            before = after;
        }
        start.send(());
        (0..10).for_each(|i| values.send(i));
        assert_eq!(before.recv(), Some(()));
    });
}

/// Go: goroutines.
#[test]
fn go_02_a_value_passes_through_ten_thousand_goroutines() {
    run(2, || {
        let leftmost = chan::make(0);
        let mut left: Chan<i32> = leftmost.clone();
        for _ in 0..10_000 {
            let right = chan::make(0);
            let (to, from) = (left.sender(), right.receiver());
            go(move || to.send(from.recv().unwrap() + 1));
            left = right;
        }
        go(move || left.send(1));
        assert_eq!(leftmost.recv(), Some(10_001));
    });
}

/// Go: nonblock. What does not wait tells whether there was a partner.
#[test]
fn go_04_operations_that_do_not_wait_find_their_partners() {
    fn check<T: Send + PartialEq + std::fmt::Debug + Clone + 'static>(value: T) {
        for capacity in [0, 1] {
            let (ch, done) = (chan::make(capacity), chan::make(0));
            assert_eq!(ch.try_recv(), Err(TryRecvError::Empty));
            let receiver = go({
                let (ch, done) = (ch.clone(), done.clone());
                move || {
                    let received = ch.recv();
                    done.send(());
                    received
                }
            });
            receiver.waits_for();
            assert_eq!(ch.try_send(value.clone()), Ok(()));
            done.recv();
            assert_eq!(receiver.join(), Some(value.clone()));

            if capacity == 0 {
                assert_eq!(ch.try_send(value.clone()), Err(TrySendError::Full(value.clone())));
            }
            let sender = go({
                let (ch, value) = (ch.clone(), value.clone());
                move || ch.send(value)
            });
            if capacity == 0 {
                sender.waits_for();
                assert_eq!(ch.try_recv().as_ref(), Ok(&value));
                sender.join();
            } else {
                sender.join();
                assert_eq!(ch.try_recv().as_ref(), Ok(&value));
            }
            assert_eq!(ch.try_recv(), Err(TryRecvError::Empty));
        }
    }
    run(1, || {
        check(123_i32);
        check(123_456_i64);
        check(true);
        check("hello".to_string());
        check(());
    });
}

/// Go: sendstmt. Channels are values that channels carry.
#[test]
fn go_02_a_channel_is_sent_over_a_channel() {
    let carrier = chan::make(1);
    let carried = chan::make(1);
    carrier.send(carried.clone());
    carrier.recv().unwrap().send(2);
    assert_eq!(carried.recv(), Some(2));
    assert!(carrier.is_empty());
}

/// Go: zerosize.
#[test]
fn go_02_a_buffer_of_values_without_size_has_its_length() {
    let ch = chan::make::<()>(1 << 40);
    ch.send(());
    ch.send(());
    assert_eq!((ch.len(), ch.cap()), (2, 1 << 40));
}

/// Go: sieve1. A filter for each prime.
#[test]
fn go_02_the_primes_by_a_chain_of_filters() {
    fn filter(from: &Receiver<u32>, to: &Sender<u32>, prime: u32) {
        for i in from {
            if i % prime != 0 {
                to.send(i);
            }
        }
    }
    run(2, || {
        let primes = chan::make(0);
        go({
            let primes = primes.sender();
            move || {
                let numbers = chan::make(0);
                let to = numbers.sender();
                go(move || {
                    for i in 2.. {
                        to.send(i);
                    }
                });
                let mut from = numbers.receiver();
                loop {
                    let prime = from.recv().unwrap();
                    primes.send(prime);
                    let next = chan::make(0);
                    let to = next.sender();
                    go(move || filter(&from, &to, prime));
                    from = next.receiver();
                }
            }
        });
        let first: Vec<u32> = (&primes).into_iter().take(25).collect();
        assert_eq!(first.first_chunk(), Some(&[2, 3, 5, 7, 11, 13, 17, 19]));
        assert_eq!(first.last(), Some(&97));
    });
}

/// Go: sieve2. Buffered channels of multiples, merged by a heap, and a feedback of primes.
#[test]
fn go_02_the_primes_by_merged_multiples() {
    fn count_from(capacity: usize, first: u64, step: u64) -> Receiver<u64> {
        let ch = chan::make(capacity);
        let to = ch.sender();
        go(move || {
            for i in 0.. {
                to.send(first + i * step);
            }
        });
        ch.receiver()
    }
    run(2, || {
        let (out, composites) = (chan::make(10), chan::make(50));
        // As many primes wait here as the multiples are behind.
        let feedback = chan::make(1_000);
        feedback.send(3);
        go({
            let (composites, feedback) = (composites.sender(), feedback.receiver());
            move || {
                let mut streams = Vec::<Receiver<u64>>::new();
                let mut heap = BinaryHeap::<Reverse<(u64, usize)>>::new();
                let mut last = 0;
                for prime in &feedback {
                    let square = prime * prime;
                    while heap.peek().is_some_and(|Reverse((next, _))| *next < square) {
                        let Reverse((next, stream)) = heap.pop().unwrap();
                        if next != last {
                            composites.send(next);
                            last = next;
                        }
                        heap.push(Reverse((streams[stream].recv().unwrap(), stream)));
                    }
                    composites.send(square);
                    last = square;
                    let multiples = count_from(10, square + 2 * prime, 2 * prime);
                    heap.push(Reverse((multiples.recv().unwrap(), streams.len())));
                    streams.push(multiples);
                }
            }
        });
        go({
            let (out, composites) = (out.sender(), composites.receiver());
            move || {
                let candidates = count_from(50, 5, 2);
                let mut candidate = candidates.recv().unwrap();
                for composite in &composites {
                    while candidate < composite {
                        feedback.send(candidate);
                        out.send(candidate);
                        candidate = candidates.recv().unwrap();
                    }
                    if candidate == composite {
                        candidate = candidates.recv().unwrap();
                    }
                }
            }
        });
        let primes: Vec<u64> = (&out).into_iter().take(100).collect();
        assert_eq!(primes.first_chunk(), Some(&[5, 7, 11, 13, 17, 19, 23, 29]));
        // The hundred and second prime: 2 and 3 are not among them.
        assert_eq!(primes.last(), Some(&557));
    });
}

/// Go: TestMultiConsumer. Many take from one channel, work, and give to another.
#[test]
fn go_05_many_consumers_share_a_channel() {
    run(2, || {
        const WORKERS: usize = 23;
        const TASKS: u64 = 4_000;
        let (queue, results) = (chan::make(200), chan::make(WORKERS));
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| {
                let (queue, results) = (queue.receiver(), results.sender());
                go(move || {
                    for i in &queue {
                        if i % 3 == 0 {
                            fiber::yield_now();
                        }
                        results.send(i * i);
                    }
                })
            })
            .collect();
        go(move || {
            (0..TASKS).for_each(|i| queue.send(i));
            queue.close();
        });
        go({
            let results = results.clone();
            move || {
                workers.into_iter().for_each(|worker| worker.join());
                results.close();
            }
        });
        let sum: u64 = (&results).into_iter().sum();
        assert_eq!(sum, (0..TASKS).map(|i| i * i).sum::<u64>());
    });
}

/// Go: TestNonblockRecvRace. Between the last value and closing there is no moment that is empty.
#[test]
fn go_04_a_value_before_closing_is_found_without_waiting() {
    run(2, || {
        for _ in 0..2_000 {
            let ch = chan::make(1);
            ch.send(1);
            let looker = go({
                let ch = ch.clone();
                move || assert_ne!(ch.try_recv(), Err(TryRecvError::Empty))
            });
            ch.close();
            let _ = ch.try_recv();
            looker.join();
        }
    });
}
