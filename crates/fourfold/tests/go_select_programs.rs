//! What Go's own test programs about `select` do, done here.

#[path = "support/go.rs"]
mod go;

use std::collections::HashSet;

use fourfold::go::chan::{self, Chan, Receiver};
use fourfold::go::select;
use fourfold_kernel::fiber;
use go::{go, run};

/// Go: doubleselect. A value is sent to exactly one of the channels of a select.
#[test]
fn go_06_a_select_sends_a_value_once() {
    run(2, || {
        let channels: [Chan<u32>; 4] = std::array::from_fn(|_| chan::make(0));
        let merged = chan::make(0);
        let [c1, c2, c3, c4] = channels.clone();
        go(move || {
            for i in 0..20_000 {
                select! {
                    send(c1, i) => {}
                    send(c2, i) => {}
                    send(c3, i) => {}
                    send(c4, i) => {}
                }
            }
            [c1, c2, c3, c4].iter().for_each(Chan::close);
        });
        let muxes = channels.map(|from| {
            let to = merged.sender();
            go(move || from.into_iter().for_each(|i| to.send(i)))
        });
        let close = merged.sender();
        go(move || {
            muxes.into_iter().for_each(|mux| mux.join());
            close.close();
        });
        let mut seen = HashSet::new();
        (&merged).into_iter().for_each(|i| assert!(seen.insert(i), "{i} came twice"));
        assert_eq!(seen.len(), 20_000);
    });
}

/// Go: select. A case is switched on and off by a channel that is nil or not.
#[test]
fn go_03_cases_are_switched_by_nil() {
    run(2, || {
        let (c1, c2) = (chan::make::<u32>(0), chan::make::<u32>(0));
        let (a, b) = (c1.clone(), c2.clone());
        let sender = go(move || {
            let (mut one, mut two) = (Some(1), Some(2));
            let mut sent = Vec::new();
            while one.is_some() || two.is_some() {
                let a = if one.is_some() { a.clone() } else { Chan::nil() };
                let b = if two.is_some() { b.clone() } else { Chan::nil() };
                select! {
                    send(a, one.unwrap_or_default()) => sent.extend(one.take()),
                    send(b, two.unwrap_or_default()) => sent.extend(two.take()),
                }
            }
            sent
        });
        assert_eq!((c2.recv(), c1.recv()), (Some(2), Some(1)));
        assert_eq!(sender.join(), [2, 1]);
    });
}

/// Go: select3. What waits and what does not.
#[test]
fn go_06_a_select_waits_exactly_where_its_operations_would() {
    fn waits(f: impl FnOnce() + Send + 'static) {
        let goroutine = go(f);
        goroutine.waits_for();
        drop(goroutine);
    }
    run(1, || {
        let closed = chan::make::<i32>(0);
        closed.close();
        waits(|| {
            let ch = chan::make::<i32>(0);
            select! { recv(ch) => unreachable!() }
        });
        waits(|| {
            let nil = Chan::<i32>::nil();
            select! { recv(nil) => unreachable!() }
        });
        waits(|| {
            let nil = Chan::<i32>::nil();
            select! { send(nil, 7) => unreachable!() }
        });
        let ready = chan::make(1);
        select! {
            send(ready, 7) => {}
            default => unreachable!(),
        }
        select! {
            v = recv(ready) => assert_eq!(v, Some(7)),
            default => unreachable!(),
        }
        for _ in 0..10 {
            select! { v = recv(closed) => assert_eq!(v, None) }
        }
    });
}

/// Go: select4. The place a value is assigned to is of the chosen arm only.
#[test]
fn go_06_an_arm_that_is_not_chosen_is_not_evaluated() {
    struct Place {
        value: i32,
    }
    let mut place = Place { value: 0 };
    let (ready, empty) = (chan::make(1), chan::make::<i32>(0));
    ready.send(42);
    select! {
        v = recv(empty) => unreachable!("{v:?}"),
        v = recv(ready) => place.value = v.unwrap(),
    }
    assert_eq!(place.value, 42);
}

/// Go: select5 makes a program of each combination; here all of them are of one macro. Receives
/// and sends, before and after other cases that are never ready, with and without a default.
#[test]
fn go_06_the_ready_case_is_found_among_others() {
    let (c, nil, dummy) = (chan::make(1), Chan::<i32>::nil(), chan::make::<i32>(0));
    macro_rules! round {
        ([$($before:tt)*] [$($after:tt)*]) => {
            select! {
                $($before)*
                send(c, 5) => {}
                $($after)*
            }
            assert_eq!(c.len(), 1);
            select! {
                $($before)*
                v = recv(c) => assert_eq!(v, Some(5)),
                $($after)*
            }
            assert_eq!(c.len(), 0);
        };
    }
    round!([] []);
    round!([] [default => panic!("it was ready")]);
    round!([default => panic!("it was ready"),] []);
    round!([send(dummy, 1) => unreachable!(),] [recv(dummy) => unreachable!()]);
    round!([recv(dummy) => unreachable!(),] [send(dummy, 1) => unreachable!()]);
    round!([send(nil, 1) => unreachable!(),] [recv(nil) => unreachable!()]);
    round!(
        [recv(nil) => unreachable!(), default => unreachable!(),]
        [send(nil, 1) => unreachable!(), recv(dummy) => unreachable!(),]
    );
}

/// Go: select6. A select that lost at a channel does not stand in the way of who waits behind it.
#[test]
fn go_06_a_loser_does_not_swallow_a_value() {
    run(1, || {
        let (c1, c2, c3) = (chan::make(0), chan::make(0), chan::make(0));
        let first = go({
            let c1 = c1.clone();
            move || c1.recv()
        });
        first.waits_for();
        let second = go({
            let (c1, c2, c3) = (c1.clone(), c2.clone(), c3.clone());
            move || {
                select! {
                    recv(c1) => unreachable!(),
                    recv(c2) => c3.send(()),
                }
                c1.recv()
            }
        });
        second.waits_for();
        go(move || c2.send(()));
        c3.recv();
        c1.send(true);
        c1.send(true);
        assert_eq!((first.join(), second.join()), (Some(true), Some(true)));
    });
}

/// Go: select7. Every kind of send meets every kind of receive that waits.
#[test]
fn go_06_every_kind_of_operation_meets_every_other() {
    let receives: [fn(Receiver<i32>) -> Option<i32>; 3] = [
        |c| c.recv(),
        |c| select! { v = recv(c) => v },
        |c| {
            let other = chan::make(0);
            select! {
                v = recv(c) => v,
                v = recv(other) => v,
            }
        },
    ];
    let sends: [fn(&Chan<i32>); 3] = [
        |c| c.send(1),
        |c| select! { send(c, 1) => {} },
        |c| {
            let other = chan::make(0);
            select! {
                send(c, 1) => {}
                send(other, 1) => unreachable!(),
            }
        },
    ];
    run(1, move || {
        for receive in receives {
            for send in sends {
                let c = chan::make(0);
                let receiver = go({
                    let c = c.receiver();
                    move || receive(c)
                });
                receiver.waits_for();
                send(&c);
                assert_eq!(receiver.join(), Some(1));
                // And the other way round: the sender waits.
                let sender = go({
                    let c = c.clone();
                    move || send(&c)
                });
                sender.waits_for();
                assert_eq!(receive(c.receiver()), Some(1));
                sender.join();
            }
        }
    });
}

/// Go: select8, where `break` leaves the select. Here it is a match: the loop around it is left.
#[test]
fn go_06_break_leaves_the_loop_around_the_select() {
    run(1, || {
        let ch = chan::make(0);
        let feeder = go({
            let ch = ch.clone();
            move || {
                loop {
                    ch.send(5);
                }
            }
        });
        feeder.waits_for();
        let mut rounds = 0;
        loop {
            rounds += 1;
            select! {
                v = recv(ch) => if v == Some(5) && rounds == 3 { break },
                default => fiber::yield_now(),
            }
            assert!(rounds < 3 || !feeder.0.is_finished());
        }
        let kept = 'select: {
            select! {
                default => break 'select "left",
            }
        };
        assert_eq!(kept, "left");
        drop(feeder);
    });
}

/// Go: TestSelectStress. Senders and receivers, plain and choosing, on four channels.
#[test]
fn go_06_choosers_and_plain_operations_lose_nothing() {
    run(2, || {
        const ROUNDS: usize = 4_000;
        let c: [Chan<usize>; 4] = [chan::make(0), chan::make(0), chan::make(2), chan::make(3)];
        let mut goroutines = Vec::new();
        for ch in c.clone() {
            let sender = ch.clone();
            goroutines.push(go(move || (0..ROUNDS).for_each(|i| sender.send(i))));
            goroutines.push(go(move || (0..ROUNDS).for_each(|_| assert!(ch.recv().is_some()))));
        }
        let [mut c0, mut c1, mut c2, mut c3] = c.clone();
        goroutines.push(go(move || {
            let mut sent = [0; 4];
            for i in 0..4 * ROUNDS {
                let k = select! {
                    send(c3, i) => 3,
                    send(c2, i) => 2,
                    send(c0, i) => 0,
                    send(c1, i) => 1,
                };
                sent[k] += 1;
                if sent[k] == ROUNDS {
                    *[&mut c0, &mut c1, &mut c2, &mut c3][k] = Chan::nil();
                }
            }
        }));
        let [mut c0, mut c1, mut c2, mut c3] = c;
        goroutines.push(go(move || {
            let mut received = [0; 4];
            for _ in 0..4 * ROUNDS {
                let k = select! {
                    recv(c0) => 0,
                    recv(c1) => 1,
                    recv(c2) => 2,
                    recv(c3) => 3,
                };
                received[k] += 1;
                if received[k] == ROUNDS {
                    *[&mut c0, &mut c1, &mut c2, &mut c3][k] = Chan::nil();
                }
            }
        }));
        goroutines.into_iter().for_each(|goroutine| goroutine.join());
    });
}

/// Go: TestSelectFairness. Two that are always ready are both taken.
#[test]
fn go_06_a_busy_case_does_not_starve_another() {
    run(1, || {
        let (c1, c2, done) = (chan::make(10_001), chan::make(10_001), chan::make::<()>(0));
        (0..10_001).for_each(|_| c1.send(1));
        (0..10_001).for_each(|_| c2.send(2));
        let never = chan::make::<u32>(0);
        let chooser = go({
            let done = done.clone();
            move || {
                let mut counts = [0_i32; 2];
                for _ in 0..10_000 {
                    select! {
                        recv(never) => unreachable!(),
                        recv(c1) => counts[0] += 1,
                        recv(c2) => counts[1] += 1,
                        recv(done) => unreachable!(),
                    }
                }
                counts
            }
        });
        let [ones, twos] = chooser.join();
        // Half of 10 000, give or take 50 at most times; the bound is ten times that.
        assert!(ones.abs_diff(twos) < 1_000, "{ones} {twos}");
    });
}

/// Go: TestNonblockSelectRace. One of two is ready at every moment.
#[test]
fn go_06_a_default_is_not_taken_while_a_case_is_ready() {
    run(2, || {
        for _ in 0..2_000 {
            let (c1, c2) = (chan::make(1), chan::make(1));
            c1.send(1);
            let looker = go({
                let (c1, c2) = (c1.clone(), c2.clone());
                move || {
                    select! {
                        recv(c1) => true,
                        recv(c2) => true,
                        default => false,
                    }
                }
            });
            c2.send(1);
            // Takes it where the other has not.
            let taken = c1.try_recv().is_ok();
            assert!(looker.join(), "{taken}");
        }
    });
}

/// Go: TestSelectDuplicateChannel. The second node of a channel is unlinked too.
#[test]
fn go_06_a_channel_that_stands_twice_is_left_twice() {
    run(1, || {
        let (c, d, e) = (chan::make(0), chan::make::<()>(0), chan::make(0));
        let first = go({
            let (c, d, e) = (c.clone(), d.clone(), e.clone());
            move || {
                select! {
                    recv(c) => {}
                    recv(c) => {}
                    recv(d) => {}
                }
                e.send(9);
            }
        });
        first.waits_for();
        let second = go({
            let c = c.clone();
            move || c.recv()
        });
        second.waits_for();
        c.send(8);
        assert_eq!(e.recv(), Some(9));
        c.send(7);
        assert_eq!(second.join(), Some(7));
        first.join();
    });
}
