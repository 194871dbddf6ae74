//! What channels order.
//!
//! The variables are atomics of which each load and store is relaxed: as little as a plain variable
//! in Go, they order nothing by themselves, and a lost update is lost here too.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use fourfold::go::{self, chan, go};

const ROUNDS: usize = 2000;

/// A plain variable that is shared.
#[derive(Clone, Default)]
struct Plain(Arc<AtomicUsize>);

impl Plain {
    fn get(&self) -> usize {
        self.0.load(Relaxed)
    }

    fn set(&self, value: usize) {
        self.0.store(value, Relaxed);
    }
}

fn send_before_receive() {
    let (written, mut early) = (Plain::default(), 0);
    let (c, go_on) = (chan::make::<usize>(1), chan::make::<()>(0));
    let (writing, sender, told) = (written.clone(), c.clone(), go_on.clone());
    drop(go(move || {
        for i in 1..=ROUNDS {
            writing.set(i);
            sender.send(i);
            told.recv();
        }
        sender.close();
    }));
    for i in &c {
        early += usize::from(written.get() != i);
        go_on.send(());
    }
    println!("written before the receive {} {early}", written.get());
}

fn receive_before_send_completes() {
    let (read, mut late) = (Plain::default(), 0);
    let (handed, done) = (chan::make::<usize>(0), chan::make::<()>(0));
    let (reading, receiver, told) = (read.clone(), handed.clone(), done.clone());
    drop(go(move || {
        for i in 1..=ROUNDS {
            reading.set(i);
            receiver.recv();
            told.recv();
        }
    }));
    for i in 1..=ROUNDS {
        handed.send(i);
        late += usize::from(read.get() != i);
        done.send(());
    }
    println!("read before the send completed {} {late}", read.get());
}

fn places() {
    let total = Plain::default();
    let (lock, ended) = (chan::make::<()>(1), chan::make::<()>(0));
    for _ in 0..4 {
        let (total, lock, ended) = (total.clone(), lock.clone(), ended.clone());
        drop(go(move || {
            for _ in 0..ROUNDS {
                lock.send(());
                total.set(total.get() + 1);
                lock.recv();
            }
            ended.send(());
        }));
    }
    ended.iter().take(4).for_each(drop);
    println!("counted {}", total.get());

    let (inside, most, places) = (Plain::default(), Plain::default(), chan::make::<()>(3));
    for _ in 0..8 {
        let (inside, most, places) = (inside.clone(), most.clone(), places.clone());
        let (lock, ended) = (lock.clone(), ended.clone());
        drop(go(move || {
            for _ in 0..ROUNDS / 8 {
                places.send(());
                lock.send(());
                inside.set(inside.get() + 1);
                most.set(most.get().max(inside.get()));
                lock.recv();
                lock.send(());
                inside.set(inside.get() - 1);
                lock.recv();
                places.recv();
            }
            ended.send(());
        }));
    }
    ended.iter().take(8).for_each(drop);
    println!("no more than three {} {}", most.get() <= 3, inside.get());
}

fn close_before_receive() {
    let table: Arc<[Plain]> = (0..64).map(|_| Plain::default()).collect();
    let (ready, sums) = (chan::make::<()>(0), chan::make::<usize>(0));
    for _ in 0..4 {
        let (table, ready, sums) = (table.clone(), ready.clone(), sums.clone());
        drop(go(move || {
            ready.recv();
            sums.send(table.iter().map(Plain::get).sum());
        }));
    }
    for (i, entry) in table.iter().enumerate() {
        entry.set(i);
    }
    ready.close();
    let sums: Vec<String> = sums.iter().take(4).map(|sum| sum.to_string()).collect();
    println!("filled before the close {}", sums.join(" "));
}

pub(crate) fn run() {
    go::run(|| {
        send_before_receive();
        receive_before_send_completes();
        places();
        close_before_receive();
    });
}
