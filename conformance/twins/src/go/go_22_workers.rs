//! One of two workers is kept by a loop that never gives way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use fourfold::go::{Builder, chan, go};

fn spin_until(reached: impl Fn() -> bool) {
    while !reached() {
        std::hint::spin_loop();
    }
}

pub(crate) fn run() {
    Builder::new().workers(2).run(|| {
        let ran = Arc::new(AtomicU32::new(0));
        for _ in 0..10 {
            let ran = ran.clone();
            drop(go(move || ran.fetch_add(1, Ordering::SeqCst)));
        }
        spin_until(|| ran.load(Ordering::SeqCst) == 10);
        println!("taken {}", ran.load(Ordering::SeqCst));

        // These two are futures: they go on wherever there is a worker.
        let rounds = Arc::new(AtomicU32::new(0));
        let (ping, pong) = (chan::make::<u32>(0), chan::make::<u32>(0));
        let (asked, answer) = (ping.clone(), pong.clone());
        drop(go(async move {
            while let Some(value) = asked.recv_async().await {
                answer.send_async(value + 1).await;
            }
            answer.close();
        }));
        let tell = rounds.clone();
        drop(go(async move {
            let mut value = 0;
            for _ in 0..100 {
                ping.send_async(value).await;
                value = pong.recv_async().await.unwrap_or_default();
            }
            ping.close();
            tell.store(value, Ordering::SeqCst);
        }));
        spin_until(|| rounds.load(Ordering::SeqCst) > 0);
        println!("played {}", rounds.load(Ordering::SeqCst));

        let made = chan::make::<Vec<u32>>(0);
        for i in 0..4 {
            let made = made.clone();
            drop(go(move || made.send(vec![i])));
        }
        let mut sum = 0;
        for _ in 0..4 {
            let (made, changed) = (made.clone(), chan::make::<Vec<u32>>(0));
            let tell = changed.clone();
            drop(go(move || {
                let mut value = made.recv().unwrap_or_default();
                value.push(10);
                tell.send(value);
            }));
            sum += changed.recv().unwrap_or_default().iter().sum::<u32>();
        }
        println!("sum {sum}");
    });
}
