//! Ranging over a channel.

use fourfold::go::chan::{self, Chan};
use fourfold::go::{self, go};

fn source() -> Chan<u32> {
    println!("the channel is evaluated");
    let c = chan::make(4);
    for v in 0..4 {
        c.send(v);
    }
    c.close();
    c
}

pub(crate) fn run() {
    go::run(|| {
        for v in &source() {
            println!("value {v}");
        }

        let c = source();
        for v in &c {
            if v == 0 {
                continue;
            }
            println!("leaves at {v} with {} to come", c.len());
            break;
        }
        for v in &c {
            println!("goes on at {v}");
        }
        for _ in &c {
            println!("not reached");
        }

        let (numbers, taken) = (chan::make::<u32>(0), chan::make::<u32>(8));
        let (sender, tell) = (numbers.clone(), taken.clone());
        drop(go(move || {
            for v in 0..3 {
                sender.send(v);
                tell.send(v);
            }
            sender.close();
        }));
        for v in &numbers {
            if v > 0 {
                println!("the sender was told of {}", taken.recv().unwrap_or_default());
            }
            println!("turn {v}");
        }

        let (signals, ended) = (chan::make::<()>(0), chan::make::<usize>(0));
        let (received, tell) = (signals.receiver(), ended.clone());
        drop(go(move || {
            let mut turns = 0;
            for () in &received {
                turns += 1;
            }
            tell.send(turns);
        }));
        signals.send(());
        signals.send(());
        signals.close();
        println!("turns without a value {}", ended.recv().unwrap_or_default());

        let (work, sums) = (chan::make::<u32>(0), chan::make::<u32>(0));
        for _ in 0..2 {
            let (work, sums) = (work.clone(), sums.clone());
            drop(go(move || {
                let mut sum = 0;
                for v in &work {
                    sum += v;
                }
                sums.send(sum);
            }));
        }
        for v in 0..100 {
            work.send(v);
        }
        work.close();
        println!("shared {}", sums.iter().take(2).sum::<u32>());

        let rows = chan::make(2);
        rows.send(source());
        rows.send(source());
        rows.close();
        'outer: for row in &rows {
            for v in &row {
                if v == 2 {
                    continue 'outer;
                }
                println!("cell {v}");
            }
        }
    });
}
