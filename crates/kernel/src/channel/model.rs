//! Models of channels and selects: every value arrives once, and nobody waits for ever.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Wake, Waker};

use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;

use super::{Channel, RecvCase, SendCase, select_async};
use crate::pool::Reason;

static REASON: Reason = Reason::by_tasks("model");

/// A thread that spins until it is woken.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        let flag = std::sync::Arc::new(Flag(AtomicBool::new(false)));
        let waker = Waker::from(flag.clone());
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        while !flag.0.load(Ordering::Acquire) {
            thread::yield_now();
        }
    }
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn bounded(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(move || {
        // The checker repeats a run and expects the same of it.
        super::seed(1);
        model();
    });
}

#[test]
fn a_value_is_handed_over_once() {
    bounded(|| {
        let channel = Arc::new(Channel::new(0));
        let sender = channel.clone();
        let thread = thread::spawn(move || block_on(sender.send(7, &REASON)).unwrap());
        assert_eq!(block_on(channel.recv(&REASON)), Some(7));
        thread.join().unwrap();
    });
}

#[test]
fn a_full_buffer_lets_the_waiting_sender_in() {
    bounded(|| {
        let channel = Arc::new(Channel::new(1));
        let sender = channel.clone();
        let thread = thread::spawn(move || {
            for value in 0..2 {
                block_on(sender.send(value, &REASON)).unwrap();
            }
        });
        assert_eq!(block_on(channel.recv(&REASON)), Some(0));
        assert_eq!(block_on(channel.recv(&REASON)), Some(1));
        thread.join().unwrap();
    });
}

#[test]
fn a_close_wakes_or_is_seen() {
    bounded(|| {
        let channel = Arc::new(Channel::<u32>::new(0));
        let closer = channel.clone();
        let thread = thread::spawn(move || assert!(closer.close()));
        assert_eq!(block_on(channel.recv(&REASON)), None);
        thread.join().unwrap();
    });
}

#[test]
fn a_sender_that_meets_the_close_gets_its_value_back() {
    bounded(|| {
        let channel = Arc::new(Channel::new(0));
        let closer = channel.clone();
        let thread = thread::spawn(move || assert!(closer.close()));
        assert_eq!(block_on(channel.send(7, &REASON)), Err(7));
        thread.join().unwrap();
    });
}

#[test]
fn a_receive_that_is_dropped_loses_nothing() {
    bounded(|| {
        let channel = Arc::new(Channel::new(0));
        let sender = channel.clone();
        let thread = thread::spawn(move || block_on(sender.send(7, &REASON)).unwrap());
        let first = {
            let mut dropped = pin!(channel.recv(&REASON));
            match poll_once(dropped.as_mut()) {
                Poll::Ready(value) => value,
                Poll::Pending => None,
            }
        };
        let got = first.or_else(|| block_on(channel.recv(&REASON)));
        assert_eq!(got, Some(7));
        thread.join().unwrap();
    });
}

#[test]
fn of_two_cases_one_is_done() {
    bounded(|| {
        let (left, right) = (Arc::new(Channel::new(0)), Arc::new(Channel::new(1)));
        let (to_left, to_right) = (left.clone(), right.clone());
        let thread = thread::spawn(move || {
            let sent = to_left.try_send(1).is_ok();
            to_right.try_send(2).unwrap();
            sent
        });
        let cases = (RecvCase::new(Some(&*left)), (RecvCase::new(Some(&*right)), ()));
        let (chosen, mut cases) = block_on(select_async(cases, &REASON));
        let got = if chosen == 0 { cases.0.take() } else { cases.1.0.take() };
        let sent_left = thread.join().unwrap();
        assert_eq!(got, Some(chosen + 1));
        // What was not chosen is still there, or was never sent.
        assert_eq!(right.try_recv().is_ok(), chosen == 0);
        assert_eq!(sent_left, chosen == 0);
    });
}

#[test]
fn selects_that_look_for_each_other_meet() {
    bounded(|| {
        let (left, right) = (Arc::new(Channel::new(0)), Arc::new(Channel::new(0)));
        let (left2, right2) = (left.clone(), right.clone());
        let thread = thread::spawn(move || {
            let cases = (SendCase::new(Some(&*left2), 1), (RecvCase::new(Some(&*right2)), ()));
            block_on(select_async(cases, &REASON)).0
        });
        let cases = (RecvCase::new(Some(&*left)), (SendCase::new(Some(&*right), 2), ()));
        let chosen = block_on(select_async(cases, &REASON)).0;
        assert_eq!(chosen, thread.join().unwrap());
    });
}
