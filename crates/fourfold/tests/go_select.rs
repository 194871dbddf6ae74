//! The choice among several sends and receives.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use fourfold::go::chan::{self, Chan, TrySendError};
use fourfold::go::select::{Select, Selected};
use fourfold::go::{self, Builder, Deadlock, go, runtime, select, select_async};

fn one_worker<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    Builder::new().workers(1).deadlock(Deadlock::Ignore).run(f)
}

#[test]
fn go_06_operands_are_evaluated_once_and_in_order() {
    let order = RefCell::new(Vec::new());
    let note = |what: &'static str| order.borrow_mut().push(what);
    let (full, ready) = (chan::make::<u32>(1), chan::make::<u32>(1));
    full.send(0);
    ready.send(1);
    select! {
        send({ note("channel 1"); &full }, { note("value 1"); 1 }) => unreachable!("it is full"),
        value = recv({ note("channel 2"); &ready }) => {
            note("body");
            assert_eq!(value, Some(1));
        }
        send({ note("channel 3"); Chan::nil() }, { note("value 3"); 3 }) => unreachable!("nil"),
    }
    assert_eq!(
        order.into_inner(),
        ["channel 1", "value 1", "channel 2", "channel 3", "value 3", "body"]
    );
}

/// Of `rounds`, how often each of four was chosen; all four can always be done.
fn choices(rounds: usize, choose: impl Fn(&[Chan<usize>]) -> usize) -> [usize; 4] {
    let chans: Vec<_> = (0..4).map(|_| chan::make::<usize>(1)).collect();
    let mut chosen = [0; 4];
    for _ in 0..rounds {
        for (number, chan) in chans.iter().enumerate() {
            let _ = chan.try_send(number);
        }
        chosen[choose(&chans)] += 1;
    }
    chosen
}

#[test]
fn go_06_select_is_uniform() {
    const ROUNDS: usize = 20_000;
    let by_macro = choices(ROUNDS, |chans| {
        let (a, b, c, d) = (&chans[0], &chans[1], &chans[2], &chans[3]);
        select! {
            value = recv(a) => value.unwrap(),
            value = recv(b) => value.unwrap(),
            value = recv(c) => value.unwrap(),
            value = recv(d) => value.unwrap(),
        }
    });
    let dynamic = choices(ROUNDS, |chans| {
        let mut select = Select::new();
        chans.iter().for_each(|chan| {
            select.recv(chan);
        });
        select.wait().0
    });
    for chosen in by_macro.into_iter().chain(dynamic) {
        // Five standard deviations around a quarter.
        let deviation = 5.0 * (ROUNDS as f64 * 0.25 * 0.75).sqrt();
        let off = (chosen as f64 - ROUNDS as f64 / 4.0).abs();
        assert!(off < deviation, "{by_macro:?} {dynamic:?}");
    }
}

#[test]
fn go_06_two_ready_of_three_are_uniform() {
    // A random place to begin at would prefer the one behind the gap.
    const ROUNDS: usize = 20_000;
    let (a, never, c) = (chan::make::<()>(1), chan::make::<()>(0), chan::make::<()>(1));
    let mut first = 0;
    for _ in 0..ROUNDS {
        let _ = (a.try_send(()), c.try_send(()));
        select! {
            recv(a) => first += 1,
            recv(never) => unreachable!("nobody sends"),
            recv(c) => {}
        }
    }
    let deviation = 5.0 * (ROUNDS as f64 * 0.25).sqrt();
    assert!((f64::from(first) - ROUNDS as f64 / 2.0).abs() < deviation, "{first}");
}

#[test]
fn go_06_two_cases_of_one_channel_are_uniform_when_the_partner_comes_later() {
    const ROUNDS: usize = 4_000;
    let first = Builder::new().workers(1).run(|| {
        let (numbers, chosen) = (chan::make::<()>(0), chan::make::<usize>(1));
        let mut first = 0;
        for _ in 0..ROUNDS {
            let (from, tell) = (numbers.clone(), chosen.clone());
            drop(go(move || {
                tell.send(select! {
                    recv(from) => 1,
                    recv(from) => 0,
                });
            }));
            // Runs it until it waits.
            runtime::gosched();
            numbers.send(());
            first += chosen.recv().unwrap();
        }
        first
    });
    let deviation = 5.0 * (ROUNDS as f64 * 0.25).sqrt();
    assert!((first as f64 - ROUNDS as f64 / 2.0).abs() < deviation, "{first}");
}

#[test]
fn go_06_default_is_taken_only_if_nothing_can_be_done() {
    let numbers = chan::make::<u32>(1);
    let empty = select! {
        value = recv(numbers) => value,
        default => Some(99),
    };
    assert_eq!(empty, Some(99));
    numbers.send(1);
    let full = select! {
        value = recv(numbers) => value,
        default => Some(99),
    };
    assert_eq!(full, Some(1));
    let nothing_else = select! { default => "only" };
    assert_eq!(nothing_else, "only");
}

#[test]
fn go_06_an_empty_select_waits_for_ever() {
    let dump = one_worker(|| {
        drop(go(|| -> u32 {
            select! {}
        }));
        runtime::gosched();
        runtime::stack()
    });
    assert!(dump.contains("[select (no cases)]"), "{dump}");
}

#[test]
fn go_06_sends_and_receives_mix_and_their_types_differ() {
    let (numbers, texts) = (chan::make::<u32>(0), chan::make::<&str>(1));
    let done = select! {
        _ = recv(numbers) => "received",
        send(texts, "sent") => "sent",
    };
    assert_eq!(done, "sent");
    assert_eq!(texts.recv(), Some("sent"));
}

#[test]
fn go_03_a_nil_case_is_never_chosen() {
    let numbers = chan::make::<u32>(1);
    for _ in 0..100 {
        numbers.send(1);
        select! {
            recv(Chan::<u32>::nil()) => unreachable!("nil"),
            send(Chan::nil(), 1) => unreachable!("nil"),
            value = recv(numbers) => assert_eq!(value, Some(1)),
        }
    }
    let both_nil = select! {
        recv(Chan::<u32>::nil()) => "nil",
        default => "default",
    };
    assert_eq!(both_nil, "default");
}

#[test]
fn go_04_a_chosen_send_on_a_closed_channel_panics() {
    let closed = chan::make::<u32>(1);
    closed.close();
    let payload = catch_unwind(AssertUnwindSafe(|| {
        select! {
            send(closed, 1) => {}
            default => {}
        }
    }))
    .unwrap_err();
    assert_eq!(*payload.downcast::<&str>().unwrap(), "send on closed channel");
    let seen = select! { value = recv(closed) => value };
    assert_eq!(seen, None);
}

#[test]
fn go_06_a_loser_is_taken_out_of_every_line() {
    one_worker(|| {
        let (a, b, c) = (chan::make::<u32>(0), chan::make::<u32>(0), chan::make::<u32>(0));
        let (a2, b2, c2) = (a.clone(), b.clone(), c.clone());
        let waiting = go(move || {
            select! {
                value = recv(a2) => value,
                value = recv(b2) => value,
                send(c2, 9) => None,
            }
        });
        runtime::gosched();
        a.send(1);
        assert_eq!(waiting.join().unwrap(), Some(1));
        // Nobody is in line any more.
        assert_eq!(b.try_send(2), Err(TrySendError::Full(2)));
        assert!(c.try_recv().is_err());
        assert_eq!(a.try_send(3), Err(TrySendError::Full(3)));
    });
}

#[test]
fn go_06_the_same_channel_may_appear_twice() {
    one_worker(|| {
        let numbers = chan::make::<u32>(0);
        let other = numbers.clone();
        let waiting = go(move || {
            select! {
                value = recv(other) => value,
                value = recv(other) => value,
                send(other, 5) => None,
            }
        });
        runtime::gosched();
        // A select does not meet itself.
        assert!(!waiting.is_finished());
        numbers.send(4);
        assert_eq!(waiting.join().unwrap(), Some(4));
        assert_eq!(numbers.try_send(1), Err(TrySendError::Full(1)));
    });
}

#[test]
fn go_06_two_selects_meet() {
    go::run(|| {
        let (a, b) = (chan::make::<u32>(0), chan::make::<u32>(0));
        let (a2, b2) = (a.clone(), b.clone());
        // Crossing: each offers on one and takes on the other.
        let other = go(move || {
            let mut met = 0;
            for round in 0..2_000 {
                select! {
                    send(a2, round) => met += 1,
                    recv(b2) => met += 1,
                }
            }
            met
        });
        let mut met = 0;
        for round in 0..2_000 {
            select! {
                recv(a) => met += 1,
                send(b, round) => met += 1,
            }
        }
        assert_eq!((met, other.join().unwrap()), (2_000, 2_000));
    });
}

#[test]
fn go_06_bodies_break_continue_and_return() {
    fn first_even(numbers: &Chan<u32>) -> Result<u32, String> {
        loop {
            let number = select! {
                number = recv(numbers) => number.ok_or("closed")?,
                default => return Err("empty".into()),
            };
            if number % 2 == 1 {
                continue;
            }
            break Ok(number);
        }
    }
    let numbers = chan::make(8);
    assert_eq!(first_even(&numbers), Err("empty".into()));
    [1, 3, 4].into_iter().for_each(|number| numbers.send(number));
    assert_eq!(first_even(&numbers), Ok(4));
    numbers.close();
    assert_eq!(first_even(&numbers), Err("closed".into()));
}

#[test]
fn go_06_many_cases_of_each_kind() {
    let chans: Vec<_> = (0..40).map(|_| chan::make::<usize>(1)).collect();
    for (number, full) in chans.iter().enumerate() {
        full.send(number);
        let mut select = Select::new();
        chans.iter().for_each(|chan| {
            select.recv(chan);
        });
        assert_eq!(select.wait(), (number, Selected::Received(Some(number))));
    }
    let mut select = Select::new();
    chans.iter().for_each(|chan| {
        select.send(chan, 1);
    });
    let (chosen, sent) = select.wait();
    assert_eq!(sent, Selected::Sent);
    assert_eq!(chans[chosen].recv(), Some(1));
    let none: Select<'_, u32> = Select::new();
    assert_eq!(none.try_now(), None);
}

#[test]
fn go_06_sixteen_arms_and_more() {
    let c: Vec<_> = (0..18).map(|_| chan::make::<u32>(1)).collect();
    c[17].send(17);
    let got = select! {
        v = recv(c[0]) => v, v = recv(c[1]) => v, v = recv(c[2]) => v, v = recv(c[3]) => v,
        v = recv(c[4]) => v, v = recv(c[5]) => v, v = recv(c[6]) => v, v = recv(c[7]) => v,
        v = recv(c[8]) => v, v = recv(c[9]) => v, v = recv(c[10]) => v, v = recv(c[11]) => v,
        v = recv(c[12]) => v, v = recv(c[13]) => v, v = recv(c[14]) => v, v = recv(c[15]) => v,
        v = recv(c[16]) => v, v = recv(c[17]) => v,
    };
    assert_eq!(got, Some(17));
}

#[test]
fn go_06_a_future_selects() {
    go::run(|| {
        let (numbers, quit) = (chan::make::<u32>(0), chan::make::<()>(0));
        let (n, q) = (numbers.clone(), quit.clone());
        let sum = go(async move {
            let mut sum = 0;
            loop {
                select_async! {
                    number = recv(n) => sum += number.unwrap(),
                    _ = recv(q) => break sum,
                }
            }
        });
        (1..=4).for_each(|number| numbers.send(number));
        quit.close();
        assert_eq!(sum.join().unwrap(), 10);
    });
}

#[test]
fn go_06_a_select_that_is_dropped_leaves_every_line() {
    let (a, b) = (chan::make::<u32>(0), chan::make::<u32>(0));
    {
        let mut dropped = pin!(async {
            select_async! {
                value = recv(a) => value,
                value = recv(b) => value,
            }
        });
        assert!(dropped.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(a.try_send(1), Err(TrySendError::Full(1)));
    // One that was served and not looked at gives back what it got.
    {
        let mut dropped = pin!(async {
            select_async! {
                value = recv(a) => value,
                value = recv(b) => value,
            }
        });
        assert!(dropped.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        b.try_send(2).unwrap();
    }
    assert_eq!(b.try_recv(), Ok(2));
    let _: Poll<()> = Poll::Pending;
}
