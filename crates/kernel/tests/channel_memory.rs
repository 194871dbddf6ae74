//! Waits at channels and selects, polled by hand and between threads. Values are boxed, so that
//! Miri sees each lost, dropped twice or read too late.

mod memory_support;

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::thread;

use fourfold_kernel::channel::{Case, Channel, RecvCase, SendCase, select_async, try_select};
use memory_support::{Count, REASON, ROUNDS, block_on, poll_once, poll_with};

type Boxes = Channel<Box<usize>>;

#[test]
fn a_value_goes_from_one_frame_to_another() {
    let channel = Boxes::new(0);
    let (wakes, waker) = Count::new();
    let mut receive = pin!(channel.recv(&REASON));
    assert!(poll_with(receive.as_mut(), &waker).is_pending());
    assert!(poll_with(receive.as_mut(), &waker).is_pending());
    let mut send = pin!(channel.send(Box::new(1), &REASON));
    assert_eq!(poll_once(send.as_mut()), Poll::Ready(Ok(())));
    assert_eq!(wakes.get(), 1);
    assert_eq!(poll_once(receive.as_mut()), Poll::Ready(Some(Box::new(1))));
}

#[test]
fn waits_that_are_dropped_leave_the_list_as_it_was() {
    let channel = Boxes::new(0);
    let mut waits: Vec<_> = (0..5).map(|_| Box::pin(channel.recv(&REASON))).collect();
    for wait in &mut waits {
        assert!(poll_once(wait.as_mut()).is_pending());
    }
    // One in the middle, the last, the first.
    drop(waits.remove(2));
    drop(waits.pop());
    drop(waits.remove(0));
    for value in 0..2 {
        channel.try_send(Box::new(value)).unwrap();
    }
    assert!(channel.try_send(Box::new(2)).is_err());
    for (value, wait) in waits.iter_mut().enumerate() {
        assert_eq!(poll_once(wait.as_mut()), Poll::Ready(Some(Box::new(value))));
    }
}

#[test]
fn what_was_handed_over_and_not_looked_at_goes_to_the_next() {
    let channel = Boxes::new(0);
    let mut first = Box::pin(channel.recv(&REASON));
    let mut second = Box::pin(channel.recv(&REASON));
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll_once(second.as_mut()).is_pending());
    channel.try_send(Box::new(1)).unwrap();
    drop(first);
    assert_eq!(poll_once(second.as_mut()), Poll::Ready(Some(Box::new(1))));
}

#[test]
fn what_nobody_takes_is_kept_and_then_dropped_with_the_channel() {
    let value = Arc::new(());
    let channel = Channel::new(2);
    let mut receive = Box::pin(channel.recv(&REASON));
    assert!(poll_once(receive.as_mut()).is_pending());
    channel.try_send(value.clone()).unwrap();
    drop(receive);
    channel.try_send(value.clone()).unwrap();
    channel.try_send(value.clone()).unwrap();
    let mut send = Box::pin(channel.send(value.clone(), &REASON));
    assert!(poll_once(send.as_mut()).is_pending());
    drop(send);
    drop(channel);
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn closing_gives_every_waiting_sender_its_value_back() {
    let channel = Boxes::new(1);
    channel.try_send(Box::new(0)).unwrap();
    let mut sends: Vec<_> =
        (1..40).map(|value| Box::pin(channel.send(Box::new(value), &REASON))).collect();
    for send in &mut sends {
        assert!(poll_once(send.as_mut()).is_pending());
    }
    assert!(channel.close());
    for (index, send) in sends.iter_mut().enumerate() {
        assert_eq!(poll_once(send.as_mut()), Poll::Ready(Err(Box::new(index + 1))));
    }
    assert_eq!(channel.try_recv().map_err(|_| ()), Ok(Box::new(0)));
}

#[test]
fn a_select_that_waits_is_completed_by_a_send() {
    let (left, right) = (Boxes::new(0), Boxes::new(0));
    let (wakes, waker) = Count::new();
    let cases = (RecvCase::new(Some(&left)), (SendCase::new(Some(&right), Box::new(9)), ()));
    let mut select = pin!(select_async(cases, &REASON));
    assert!(poll_with(select.as_mut(), &waker).is_pending());
    // Another waker, while it is linked.
    let (_, other) = Count::new();
    assert!(poll_with(select.as_mut(), &other).is_pending());
    assert!(poll_with(select.as_mut(), &waker).is_pending());
    left.try_send(Box::new(1)).unwrap();
    assert_eq!(wakes.get(), 1);
    let Poll::Ready((chosen, (mut receive, (send, ())))) = poll_once(select.as_mut()) else {
        panic!("it was completed");
    };
    assert_eq!((chosen, receive.take()), (0, Some(Box::new(1))));
    assert_eq!(send.into_value(), Some(Box::new(9)));
    assert!(right.try_recv().is_err());
}

#[test]
fn a_select_that_is_dropped_gives_back_what_it_was_handed() {
    let (left, right) = (Boxes::new(0), Boxes::new(0));
    let cases = (RecvCase::new(Some(&left)), (RecvCase::new(Some(&right)), ()));
    let mut select = Box::pin(select_async(cases, &REASON));
    assert!(poll_once(select.as_mut()).is_pending());
    right.try_send(Box::new(1)).unwrap();
    assert!(left.try_send(Box::new(2)).is_err(), "its other case is not to be had any more");
    drop(select);
    assert_eq!(right.try_recv().map_err(|_| ()), Ok(Box::new(1)));
}

#[test]
fn a_select_of_many_cases_and_of_one_channel_twice() {
    let channels: Vec<Boxes> = (0..12).map(|_| Channel::new(0)).collect();
    let both = |channel| -> [Box<dyn Case + '_>; 2] {
        [
            Box::new(RecvCase::new(Some(channel))),
            Box::new(SendCase::new(Some(channel), Box::new(0))),
        ]
    };
    let mut cases: Vec<Box<dyn Case + '_>> = channels.iter().flat_map(both).collect();
    assert_eq!(try_select(&mut cases), None);
    let mut select = Box::pin(select_async(cases, &REASON));
    assert!(poll_once(select.as_mut()).is_pending());
    assert_eq!(channels[7].try_recv().map_err(|_| ()), Ok(Box::new(0)));
    let Poll::Ready((chosen, _)) = poll_once(select.as_mut()) else { panic!("completed") };
    assert_eq!(chosen, 15);
}

#[test]
fn threads_hand_over_every_value_once() {
    for capacity in [0, 2] {
        let channel = Arc::new(Boxes::new(capacity));
        let senders: Vec<_> = (0..2)
            .map(|sender| {
                let channel = channel.clone();
                thread::spawn(move || {
                    for round in 0..ROUNDS {
                        block_on(channel.send(Box::new(2 * round + sender), &REASON)).unwrap();
                    }
                })
            })
            .collect();
        let receiver = {
            let channel = channel.clone();
            thread::spawn(move || {
                std::iter::from_fn(|| block_on(channel.recv(&REASON))).collect::<Vec<_>>()
            })
        };
        let mut got = Vec::new();
        for _ in 0..ROUNDS {
            // Some are dropped while they wait, or after they were handed something.
            let mut left = Box::pin(channel.recv(&REASON));
            if let Poll::Ready(value) = poll_once(left.as_mut()) {
                got.extend(value);
            }
        }
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        assert!(channel.close());
        got.extend(receiver.join().unwrap());
        got.extend(std::iter::from_fn(|| channel.try_recv().ok()));
        got.sort();
        let sent: Vec<_> = (0..2 * ROUNDS).map(Box::new).collect();
        assert_eq!(got, sent);
    }
}

#[test]
fn selects_of_two_threads_meet() {
    let channels = Arc::new((Boxes::new(0), Boxes::new(0)));
    let sender = {
        let channels = channels.clone();
        thread::spawn(move || {
            let (left, right) = &*channels;
            for round in 0..ROUNDS {
                let cases = (
                    SendCase::new(Some(right), Box::new(round)),
                    (SendCase::new(Some(left), Box::new(round)), ()),
                );
                block_on(select_async(cases, &REASON));
            }
        })
    };
    let (left, right) = &*channels;
    for round in 0..ROUNDS {
        let cases = (RecvCase::new(Some(left)), (RecvCase::new(Some(right)), ()));
        let (_, (mut first, (mut second, ()))) = block_on(select_async(cases, &REASON));
        let value = first.take().or_else(|| second.take());
        assert_eq!(value, Some(Box::new(round)));
    }
    sender.join().unwrap();
}

#[test]
fn plain_calls_of_threads() {
    let channel = Arc::new(Boxes::new(1));
    let sender = {
        let channel = channel.clone();
        thread::spawn(move || {
            for round in 0..ROUNDS {
                channel.send_plain(Box::new(round), &REASON).unwrap();
            }
            channel.close();
        })
    };
    for round in 0..ROUNDS {
        assert_eq!(channel.recv_plain(&REASON), Some(Box::new(round)));
    }
    assert_eq!(channel.recv_plain(&REASON), None);
    sender.join().unwrap();
}
