//! Channels: rendezvous, buffers, nil, closing, order, and what a dropped wait leaves behind.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Waker};

use fourfold::go::chan::{self, Chan, TryRecvError, TrySendError};
use fourfold::go::{self, Builder, Deadlock, go, runtime};

/// The text of the panic of `f`.
fn panic_of(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).expect_err("it should panic");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => (*payload.downcast::<&str>().unwrap()).to_owned(),
    }
}

/// One worker, so that what is woken runs in a known order, and no end of the process.
fn one_worker<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    Builder::new().workers(1).deadlock(Deadlock::Ignore).run(f)
}

#[test]
fn go_02_an_unbuffered_send_waits_for_its_receiver() {
    let order = one_worker(|| {
        let (tell, told) = mpsc::channel();
        let numbers = chan::make::<u32>(0);
        let (sender, said) = (numbers.clone(), tell.clone());
        let started = go(move || {
            said.send("sending").unwrap();
            sender.send(7);
            said.send("sent").unwrap();
        });
        runtime::gosched();
        tell.send("receiving").unwrap();
        assert_eq!(numbers.recv(), Some(7));
        started.join().unwrap();
        told.try_iter().collect::<Vec<_>>()
    });
    assert_eq!(order, ["sending", "receiving", "sent"]);
}

#[test]
fn go_02_a_value_is_handed_over_and_nobody_comes_in_between() {
    let got = one_worker(|| {
        let numbers = chan::make::<u32>(0);
        let receiver = numbers.clone();
        let waiting = go(move || receiver.recv());
        runtime::gosched();
        numbers.send(1);
        // The first receiver has the value already, though it has not run yet.
        assert_eq!(numbers.try_recv(), Err(TryRecvError::Empty));
        waiting.join().unwrap()
    });
    assert_eq!(got, Some(1));
}

#[test]
fn go_02_a_buffer_takes_so_many_and_no_more() {
    let numbers = chan::make(3);
    assert_eq!((numbers.len(), numbers.cap()), (0, 3));
    for number in 0..3 {
        numbers.send(number);
    }
    assert_eq!((numbers.len(), numbers.cap()), (3, 3));
    assert_eq!(numbers.try_send(3), Err(TrySendError::Full(3)));
    assert_eq!(numbers.recv(), Some(0));
    assert_eq!(numbers.try_send(3), Ok(()));
    numbers.close();
    assert_eq!(numbers.iter().collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn go_02_elements_without_size_are_counted() {
    let signals = chan::make::<()>(2);
    signals.send(());
    signals.send(());
    assert_eq!(signals.len(), 2);
    assert_eq!(signals.try_send(()), Err(TrySendError::Full(())));
    assert_eq!((signals.recv(), signals.recv()), (Some(()), Some(())));
    assert_eq!(signals.try_recv(), Err(TryRecvError::Empty));
}

#[test]
fn go_02_the_two_ends_are_one_channel() {
    let (sender, receiver) = chan::make(1).split();
    sender.send("through");
    assert_eq!((sender.len(), receiver.len(), receiver.cap()), (1, 1, 1));
    assert_eq!(receiver.recv(), Some("through"));
    sender.close();
    assert_eq!(receiver.recv(), None);
}

#[test]
fn go_02_values_left_in_a_buffer_are_dropped_with_the_channel() {
    let value = Arc::new(());
    let values = chan::make(4);
    values.send(value.clone());
    values.send(value.clone());
    drop(values);
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn go_02_threads_and_futures_use_the_same_channel() {
    let numbers = chan::make::<u32>(0);
    let (from_future, to_thread) = (numbers.clone(), numbers.clone());
    let started = go(async move { from_future.send_async(5).await });
    assert_eq!(to_thread.recv(), Some(5));
    started.join().unwrap();
    let receiver = numbers.clone();
    let started = go(async move { receiver.recv_async().await });
    let thread = std::thread::spawn(move || numbers.send(6));
    assert_eq!(started.join().unwrap(), Some(6));
    thread.join().unwrap();
}

#[test]
fn go_03_a_nil_channel_is_never_ready() {
    let nil = Chan::<u32>::nil();
    assert!(nil.is_nil());
    assert_eq!((nil.len(), nil.cap()), (0, 0));
    assert_eq!(nil.try_send(1), Err(TrySendError::Full(1)));
    assert_eq!(nil.try_recv(), Err(TryRecvError::Empty));
    assert!(!nil.try_close());
    assert_eq!(panic_of(|| nil.close()), "close of nil channel");
    assert!(chan::Chan::<u32>::default().is_nil());
    assert!(nil.sender().is_nil() && nil.receiver().is_nil());
    assert!(!chan::make::<u32>(0).receiver().is_nil());
}

#[test]
fn go_03_sending_to_and_receiving_from_nil_wait_for_ever() {
    let dump = one_worker(|| {
        drop(go(|| Chan::nil().send(1)));
        drop(go(|| Chan::<u32>::nil().recv()));
        runtime::gosched();
        runtime::gosched();
        runtime::stack()
    });
    assert!(dump.contains("[chan send (nil chan)]"), "{dump}");
    assert!(dump.contains("[chan receive (nil chan)]"), "{dump}");
}

#[test]
fn go_04_closing_has_gos_texts() {
    let closed = chan::make::<u32>(1);
    closed.close();
    assert_eq!(panic_of(|| closed.send(1)), "send on closed channel");
    assert_eq!(panic_of(|| closed.close()), "close of closed channel");
    assert_eq!(closed.try_send(1), Err(TrySendError::Closed(1)));
    assert!(!closed.try_close());
}

#[test]
fn go_04_a_closed_channel_is_drained_and_then_empty_for_ever() {
    let numbers = chan::make(2);
    numbers.send(1);
    numbers.send(2);
    numbers.close();
    assert_eq!(numbers.try_recv(), Ok(1));
    assert_eq!(numbers.recv(), Some(2));
    for _ in 0..3 {
        assert_eq!(numbers.recv(), None);
        assert_eq!(numbers.try_recv(), Err(TryRecvError::Closed));
    }
}

#[test]
fn go_04_close_wakes_all_receivers() {
    // More than are woken in one piece.
    let woken = go::run(|| {
        let numbers = chan::make::<u32>(0);
        let waiting: Vec<_> = (0..100)
            .map(|_| {
                let numbers = numbers.clone();
                go(move || numbers.recv())
            })
            .collect();
        while runtime::stack().matches("[chan receive]").count() < 100 {
            runtime::gosched();
        }
        numbers.close();
        waiting
            .into_iter()
            .filter(|_| true)
            .map(|goroutine| goroutine.join().unwrap())
            .collect::<Vec<_>>()
    });
    assert_eq!(woken, [None; 100]);
}

#[test]
fn go_04_close_makes_waiting_senders_panic() {
    let runtime = Builder::new().workers(1).panics(go::Panics::Return).build().unwrap();
    let error = runtime
        .go(|| {
            let numbers = chan::make::<u32>(0);
            let sender = numbers.clone();
            let waiting = go(move || sender.send(1));
            runtime::gosched();
            numbers.close();
            waiting.join().unwrap_err()
        })
        .join()
        .unwrap();
    assert!(error.to_string().contains("send on closed channel"), "{error}");
    assert!(runtime.shut_down());
}

#[test]
fn go_05_receivers_are_served_in_the_order_they_came() {
    let got = one_worker(|| {
        let numbers = chan::make::<u32>(0);
        let waiting: Vec<_> = (0..5)
            .map(|_| {
                let numbers = numbers.clone();
                let goroutine = go(move || numbers.recv().unwrap());
                runtime::gosched();
                goroutine
            })
            .collect();
        for number in 0..5 {
            numbers.send(number);
        }
        waiting.into_iter().map(|goroutine| goroutine.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(got, [0, 1, 2, 3, 4]);
}

#[test]
fn go_05_senders_are_served_in_the_order_they_came() {
    let got = one_worker(|| {
        let numbers = chan::make::<u32>(0);
        for number in 0..5 {
            let numbers = numbers.clone();
            drop(go(move || numbers.send(number)));
            runtime::gosched();
        }
        (0..5).map(|_| numbers.recv().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(got, [0, 1, 2, 3, 4]);
}

#[test]
fn go_05_a_receive_from_a_full_buffer_lets_the_waiting_sender_in() {
    one_worker(|| {
        let numbers = chan::make::<u32>(2);
        numbers.send(1);
        numbers.send(2);
        let sender = numbers.clone();
        let waiting = go(move || sender.send(3));
        runtime::gosched();
        assert_eq!(numbers.recv(), Some(1));
        // Its value is in the buffer already, behind the other.
        assert_eq!(numbers.len(), 2);
        assert_eq!((numbers.recv(), numbers.recv()), (Some(2), Some(3)));
        waiting.join().unwrap();
    });
}

#[test]
fn go_07_ranging_ends_when_the_channel_is_closed() {
    let sum = go::run(|| {
        let numbers = chan::make(0);
        let sender = numbers.sender();
        drop(go(move || {
            (1..=10).for_each(|number| sender.send(number));
            sender.close();
        }));
        let mut sum = 0;
        for number in &numbers {
            sum += number;
        }
        assert_eq!(numbers.into_iter().count(), 0);
        sum
    });
    assert_eq!(sum, 55);
}

/// A value that is written without synchronisation and read on the other side of a channel.
struct Unsynchronised(Cell<u64>);

// SAFETY: the test's claim: the channel orders the accesses.
unsafe impl Sync for Unsynchronised {}

#[test]
fn go_08_a_send_happens_before_its_receive_completes() {
    const ROUNDS: u64 = if cfg!(miri) { 20 } else { 5_000 };
    for capacity in [0, 1, 7] {
        let shared = Arc::new(Unsynchronised(Cell::new(0)));
        let (there, back) = (chan::make::<u64>(capacity), chan::make::<()>(0));
        let (receiver, answer, seen) = (there.clone(), back.clone(), shared.clone());
        let thread = std::thread::spawn(move || {
            for round in receiver {
                assert_eq!(seen.0.get(), round);
                answer.send(());
            }
        });
        for round in 1..=ROUNDS {
            shared.0.set(round);
            there.send(round);
            back.recv();
        }
        there.close();
        thread.join().unwrap();
    }
}

#[test]
fn go_08_the_kth_receive_happens_before_the_kth_plus_capacity_send_completes() {
    // A channel as a lock for `capacity` holders: sending takes it, receiving gives it back.
    for capacity in [1, 3] {
        let permits = chan::make::<()>(capacity);
        let inside = Arc::new(AtomicUsize::new(0));
        let total = Arc::new(AtomicU64::new(0));
        go::scope(|scope| {
            for _ in 0..8 {
                scope.go(|| {
                    for _ in 0..200 {
                        permits.send(());
                        let now = inside.fetch_add(1, Ordering::Relaxed) + 1;
                        assert!(now <= capacity, "{now} holders of {capacity}");
                        total.fetch_add(1, Ordering::Relaxed);
                        inside.fetch_sub(1, Ordering::Relaxed);
                        permits.recv();
                    }
                });
            }
        });
        assert_eq!(total.load(Ordering::Relaxed), 1600);
    }
}

#[test]
fn go_08_a_close_happens_before_the_receive_that_sees_it() {
    for _ in 0..200 {
        let shared = Arc::new(Unsynchronised(Cell::new(0)));
        let done = chan::make::<()>(0);
        let (seen, closed) = (shared.clone(), done.clone());
        let thread = std::thread::spawn(move || {
            closed.recv();
            assert_eq!(seen.0.get(), 1);
        });
        shared.0.set(1);
        done.close();
        thread.join().unwrap();
    }
}

fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn go_05_a_receive_that_is_dropped_leaves_the_line() {
    let numbers = chan::make::<u32>(0);
    {
        let mut dropped = pin!(numbers.recv_async());
        assert!(poll(dropped.as_mut()).is_pending());
    }
    assert_eq!(numbers.try_send(1), Err(TrySendError::Full(1)));
}

#[test]
fn go_05_what_a_dropped_receive_was_handed_goes_to_the_next() {
    let numbers = chan::make::<u32>(0);
    let mut second = pin!(numbers.recv_async());
    {
        let mut first = pin!(numbers.recv_async());
        assert!(poll(first.as_mut()).is_pending());
        assert!(poll(second.as_mut()).is_pending());
        numbers.try_send(7).unwrap();
    }
    assert_eq!(poll(second.as_mut()), Poll::Ready(Some(7)));

    let numbers = chan::make::<u32>(0);
    {
        let mut only = pin!(numbers.recv_async());
        assert!(poll(only.as_mut()).is_pending());
        numbers.try_send(8).unwrap();
    }
    assert_eq!(numbers.try_recv(), Ok(8));
}

#[test]
fn go_05_a_send_that_is_dropped_has_sent_nothing() {
    let value = Arc::new(());
    let values = chan::make(0);
    {
        let mut dropped = pin!(values.send_async(value.clone()));
        assert!(poll(dropped.as_mut()).is_pending());
    }
    assert_eq!(Arc::strong_count(&value), 1);
    assert!(values.try_recv().is_err());
}
