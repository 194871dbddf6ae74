//! Channels where several goroutines act at the same moment, after Go's own tests of its runtime.

#[path = "support/go.rs"]
mod go;

use std::fmt::Display;
use std::hint::black_box;

use fourfold::go::chan::{self, Chan};
use fourfold::go::select;
use fourfold_kernel::fiber;
use go::{go, run};

/// Go: TestNonblockSelectRace2. A channel is closed while somebody looks: at every moment a value
/// is there, or the end.
#[test]
fn go_06_a_close_is_no_gap_for_a_default() {
    run(2, || {
        for _ in 0..2_000 {
            let (full, closing) = (chan::make(1), chan::make::<u32>(0));
            full.send(1);
            let looker = go({
                let (full, closing) = (full.clone(), closing.clone());
                move || {
                    select! {
                        recv(full) => true,
                        recv(closing) => true,
                        default => false,
                    }
                }
            });
            closing.close();
            let _ = full.try_recv();
            assert!(looker.join(), "nothing was ready");
        }
    });
}

/// Go: TestSelfSelect. Two that offer and take on one channel meet each other, never themselves.
#[test]
fn go_06_who_offers_and_takes_does_not_meet_himself() {
    const ROUNDS: usize = 2_000;
    fn play(c: &Chan<usize>, me: usize) {
        for round in 0..ROUNDS {
            let met = if me == 0 || round % 2 == 0 {
                select! {
                    send(c, me) => None,
                    v = recv(c) => v,
                }
            } else {
                select! {
                    v = recv(c) => v,
                    send(c, me) => None,
                }
            };
            assert!(c.cap() > 0 || met != Some(me), "{me} met himself");
        }
    }
    run(2, || {
        for capacity in [0, 10] {
            let c = chan::make(capacity);
            let other = go({
                let c = c.clone();
                move || play(&c, 1)
            });
            play(&c, 0);
            other.join();
        }
    });
}

/// Go: TestChanSendInterface. Values of several types as one, in every way of sending.
#[test]
fn go_02_values_of_several_types_go_through_one_channel() {
    run(1, || {
        let c = chan::make::<Box<dyn Display + Send>>(3);
        c.send(Box::new(1));
        select! {
            send(c, Box::new("two")) => {}
            default => unreachable!("there is room"),
        }
        let other = chan::make::<Box<dyn Display + Send>>(0);
        select! {
            send(c, Box::new('3')) => {}
            send(other, Box::new("nobody")) => unreachable!(),
        }
        c.close();
        let received: Vec<String> = c.iter().map(|value| value.to_string()).collect();
        assert_eq!(received, ["1", "two", "3"]);
    });
}

/// Go: TestPseudoRandomSend. Two sends on one channel are both chosen, to who waits and to a buffer.
#[test]
fn go_06_of_two_sends_on_one_channel_both_are_chosen() {
    run(1, || {
        const ROUNDS: usize = 1_000;
        for capacity in [0, ROUNDS] {
            let c = chan::make(capacity);
            let receiver = go({
                let c = c.clone();
                move || c.iter().take(ROUNDS).sum::<u32>()
            });
            for _ in 0..ROUNDS {
                // Until the receiver waits again.
                fiber::yield_now();
                select! {
                    send(c, 1) => {}
                    send(c, 0) => {}
                }
            }
            let ones = receiver.join();
            // Half of 1 000, give or take 16 at most times; the bound is more than ten times that.
            assert!((300..700).contains(&ones), "{ones} of {ROUNDS} with {capacity} places");
        }
    });
}

/// Go: TestShrinkStackDuringBlockedSend and TestNoShrinkStackWhileParking. Stacks do not move here;
/// what is to be seen is that deep use between waits spoils neither a value nor a frame.
#[test]
fn go_02_a_send_may_follow_and_precede_deep_calls() {
    fn deep(left: u64) -> u64 {
        let frame = black_box([left; 32]);
        if left == 0 { frame[0] } else { deep(left - 1) + frame[left as usize % 32] - left + 1 }
    }
    fn send_from(depth: u64, c: &Chan<u64>, value: u64) -> u64 {
        let frame = black_box([value; 32]);
        if depth == 0 {
            c.send(value);
        } else {
            assert_eq!(send_from(depth - 1, c, value), value);
        }
        frame[depth as usize % 32]
    }
    run(2, || {
        let c = chan::make(0);
        let sender = go({
            let c = c.clone();
            move || {
                for i in 0..100 {
                    assert_eq!(send_from(i % 20, &c, i), i);
                    assert_eq!(deep(20), 20);
                }
                c.close();
            }
        });
        for (i, value) in c.iter().enumerate() {
            assert_eq!(value, i as u64);
            assert_eq!(deep(20), 20);
        }
        sender.join();
    });
}
