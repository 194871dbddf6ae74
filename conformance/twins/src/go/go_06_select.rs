//! Evaluation, uniform choice, and losers.

use fourfold::go::chan::{self, Chan};
use fourfold::go::{Builder, go, runtime, select};

fn note<'a>(what: &str, chan: &'a Chan<u32>) -> &'a Chan<u32> {
    println!("channel {what}");
    chan
}

fn value(value: u32) -> u32 {
    println!("value {value}");
    value
}

pub(crate) fn run() {
    Builder::new().workers(1).run(|| {
        let (full, ready, nil) = (chan::make(1), chan::make(1), Chan::nil());
        full.send(0);
        ready.send(5);
        select! {
            send(note("full", &full), value(1)) => println!("sent"),
            got = recv(note("ready", &ready)) => println!("got {}", got.unwrap_or_default()),
            send(note("nil", &nil), value(2)) => println!("sent to nil"),
        }

        const ROUNDS: u32 = 30_000;
        let mut counts = [0; 3];
        let chans: [Chan<u32>; 3] = std::array::from_fn(|_| chan::make(1));
        for _ in 0..ROUNDS {
            for chan in &chans {
                select! {
                    send(chan, 1) => {}
                    default => {}
                }
            }
            select! {
                recv(chans[0]) => counts[0] += 1,
                recv(chans[1]) => counts[1] += 1,
                recv(chans[2]) => counts[2] += 1,
            }
        }
        for (i, count) in counts.into_iter().enumerate() {
            let share = f64::from(count) / f64::from(ROUNDS);
            println!("case {i} about a third: {}", share > 0.30 && share < 0.37);
        }

        let (a, b) = (chan::make::<u32>(0), chan::make::<u32>(0));
        let result = chan::make::<String>(0);
        let (a2, b2, tell) = (a.clone(), b.clone(), result.clone());
        drop(go(move || {
            select! {
                v = recv(a2) => tell.send(format!("a {}", v.unwrap_or_default())),
                v = recv(b2) => tell.send(format!("b {}", v.unwrap_or_default())),
            }
        }));
        runtime::gosched();
        b.send(1);
        println!("{}", result.recv().unwrap_or_default());
        select! {
            send(a, 2) => println!("somebody is still in line"),
            default => println!("nobody is in line"),
        }
    });
}
