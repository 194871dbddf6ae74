//! Bubbles of virtual time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use fourfold::go::time::Time;
use fourfold::go::{chan, context, go, select, synctest, time};

fn bubble(name: &str, f: impl FnOnce() + Send + 'static) {
    let panic = catch_unwind(AssertUnwindSafe(|| synctest::test(f))).err();
    let text = panic.and_then(|payload| payload.downcast::<String>().ok());
    // The list of the goroutines that wait follows the first line.
    let first = text.as_ref().and_then(|text| text.lines().next());
    println!("{name} - {}", first.unwrap_or("<nil>"));
}

fn seconds_since(begun: Time) -> u64 {
    time::since(begun).as_secs()
}

fn order() {
    let second = Duration::from_secs(1);
    let (ticker, timeout) = (time::new_ticker(3 * second), time::after(10 * second));
    let (begun, mut ticks) = (time::now(), 0);
    loop {
        select! {
            recv(ticker.c()) => println!("tick {}", seconds_since(begun)),
            recv(timeout) => {
                println!("timeout {} {ticks}", seconds_since(begun));
                break;
            }
        }
        ticks += 1;
    }
    ticker.stop();
    let (ctx, cancel) = context::with_timeout(&context::background(), 5 * second);
    let err = || ctx.err().map_or_else(|| "<nil>".into(), |error| error.to_string());
    time::sleep(5 * second - Duration::from_nanos(1));
    synctest::wait();
    println!("not yet {}", err());
    time::sleep(Duration::from_nanos(1));
    synctest::wait();
    println!("now {}", err());
    cancel.call();
}

fn wait() {
    let (steps, c) = (Arc::new(AtomicU32::new(0)), chan::make::<u32>(0));
    let (step, received) = (steps.clone(), c.clone());
    drop(go(move || {
        step.fetch_add(1, Ordering::Relaxed);
        received.recv();
        step.fetch_add(1, Ordering::Relaxed);
        time::sleep(Duration::from_secs(1));
        step.fetch_add(1, Ordering::Relaxed);
    }));
    synctest::wait();
    println!("until it receives {}", steps.load(Ordering::Relaxed));
    c.send(1);
    synctest::wait();
    println!("until it sleeps {}", steps.load(Ordering::Relaxed));
    time::sleep(Duration::from_secs(1));
    synctest::wait();
    println!("until it ended {}", steps.load(Ordering::Relaxed));
}

pub(crate) fn run() {
    // What Rust's own hook says of the panics is not what is compared.
    std::panic::set_hook(Box::new(|_| ()));
    bubble("time", || {
        let (begun, slept) = (time::now(), chan::make::<()>(0));
        let tell = slept.clone();
        drop(go(move || {
            time::sleep(Duration::from_secs(3600));
            tell.close();
        }));
        time::sleep(Duration::from_secs(10));
        println!("ten seconds {}", seconds_since(begun));
        let _ = (0..100_000).map(std::hint::black_box).sum::<u64>();
        println!("work takes no time {}", seconds_since(begun));
        slept.recv();
        println!("an hour {}", seconds_since(begun));
    });
    bubble("wait", wait);
    bubble("order", order);
    bubble("deadlock", || {
        println!("waits");
        chan::make::<u32>(0).recv();
    });
    bubble("time stops when main ends", || {
        drop(go(|| {
            time::sleep(Duration::from_secs(1));
            println!("not reached");
        }));
    });
    bubble("main is waited for by none", || {
        let c = chan::make::<u32>(0);
        let sender = c.clone();
        drop(go(move || sender.send(1)));
        drop(go(move || println!("the last {}", c.recv().unwrap_or_default())));
    });
    bubble("left behind", || drop(go(|| chan::make::<u32>(0).recv())));
    // Go's test runner says so in the end.
    println!("PASS");
}
