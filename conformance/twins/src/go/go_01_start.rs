//! Starting goroutines.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use fourfold::go::chan::{self, Receiver};
use fourfold::go::{Builder, go};

fn note(what: &str, value: u32) -> u32 {
    println!("evaluates {what}");
    value
}

fn next(c: &Receiver<u32>) -> u32 {
    c.recv().unwrap_or_default()
}

fn start() -> Receiver<&'static str> {
    let answer = chan::make(0);
    let tell = answer.clone();
    drop(go(move || drop(go(move || tell.send("from a grandchild")))));
    answer.receiver()
}

pub(crate) fn run() {
    Builder::new().workers(1).run(|| {
        let done = chan::make::<()>(0);
        let captured = Arc::new(AtomicU32::new(1));
        let (seen, tell) = (captured.clone(), done.clone());
        let argument = note("the argument", captured.load(Ordering::Relaxed));
        drop(go(move || {
            println!("the body has {argument} and sees {}", seen.load(Ordering::Relaxed));
            tell.close();
        }));
        captured.store(2, Ordering::Relaxed);
        println!("goes on before the body begins");
        done.recv();

        let numbers = chan::make::<u32>(0);
        let sender = numbers.clone();
        drop(go(move || (0..3).for_each(|i| sender.send(i))));
        let numbers = numbers.receiver();
        println!("sum {}", next(&numbers) + next(&numbers) + next(&numbers));

        let squares = chan::make::<u32>(4);
        for i in 0..4 {
            let squares = squares.clone();
            drop(go(move || squares.send(i * i)));
        }
        println!("squares {}", squares.iter().take(4).sum::<u32>());
        println!("{}", start().recv().unwrap_or_default());
    });
}
