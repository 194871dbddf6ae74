//! Timers and tickers that are set again.

use std::time::Duration;

use fourfold::go::{Builder, chan, select, time};

pub(crate) fn run() {
    let (short, long) = (Duration::from_millis(1), Duration::from_secs(3600));
    Builder::new().workers(1).run(move || {
        let calls = chan::make::<u32>(0);
        let (tell, mut count) = (calls.clone(), 0);
        let timer = time::after_func(long, move || {
            count += 1;
            tell.send(count);
        });
        println!("brought forward {}", timer.reset(short));
        println!("called {}", calls.recv().unwrap_or_default());
        println!("again {}", timer.reset(short));
        println!("called {}", calls.recv().unwrap_or_default());
        let put_off = [timer.reset(long), timer.reset(2 * long), timer.stop(), timer.stop()];
        println!("put off {}", put_off.map(|was_set| was_set.to_string()).join(" "));
        println!("after it was stopped {}", timer.reset(short));
        println!("called {} {}", calls.recv().unwrap_or_default(), timer.c().is_nil());

        let timer = time::new_timer(long);
        println!("stop {} reset {}", timer.stop(), timer.reset(short));
        timer.c().recv();
        println!("received {}", timer.reset(short));
        time::sleep(20 * short);
        println!("not received {}", timer.reset(short));
        timer.c().recv();
        select! {
            recv(timer.c()) => println!("twice"),
            default => println!("once"),
        }

        let ticker = time::new_ticker(short);
        ticker.c().recv();
        ticker.c().recv();
        ticker.stop();
        time::sleep(5 * short);
        select! {
            recv(ticker.c()) => println!("a tick after stop"),
            default => println!("silent"),
        }
        ticker.reset(short);
        ticker.c().recv();
        println!("ticks again");
        ticker.reset(long);
        time::sleep(5 * short);
        println!("slower {} {}", ticker.c().len(), ticker.c().cap());
        ticker.stop();

        let order = chan::make::<u32>(3);
        for t in [120, 40, 80] {
            let tell = order.clone();
            drop(time::after_func(t * short, move || tell.send(t)));
        }
        let order: Vec<String> = order.iter().take(3).map(|t| t.to_string()).collect();
        println!("order {}", order.join(" "));
        select! {
            recv(time::after(Duration::ZERO)) => println!("nothing to wait for"),
            recv(time::after(long)) => {}
        }
    });
}
