//! Buffers, hand-over, order, closing.

use fourfold::go::{Builder, chan, go, runtime, select};

pub(crate) fn run() {
    Builder::new().workers(1).run(|| {
        let buffered = chan::make::<u32>(3);
        println!("empty {} {}", buffered.len(), buffered.cap());
        for i in 0..3 {
            buffered.send(i);
        }
        println!("full {} {}", buffered.len(), buffered.cap());
        select! {
            send(buffered, 3) => println!("sent to a full channel"),
            default => println!("no room"),
        }
        let done = chan::make::<()>(0);
        let (full, tell) = (buffered.clone(), done.clone());
        drop(go(move || {
            full.send(4);
            tell.send(());
        }));
        runtime::gosched();
        println!("head {}", buffered.recv().unwrap_or_default());
        println!("the waiting sender is in {}", buffered.len());
        done.recv();
        buffered.close();
        for value in &buffered {
            println!("drained {value}");
        }
        let after = buffered.recv();
        println!("after {} {}", after.unwrap_or_default(), after.is_some());

        let signals = chan::make::<()>(2);
        signals.send(());
        println!("zero size {} {}", signals.len(), signals.cap());

        let handed = chan::make::<u32>(0);
        let sender = handed.clone();
        drop(go(move || {
            sender.send(7);
            println!("sender goes on");
            sender.close();
        }));
        println!("received {}", handed.recv().unwrap_or_default());
        println!("closed {}", handed.recv().is_none());

        let order = chan::make::<u32>(0);
        for i in 0..4 {
            let order = order.clone();
            drop(go(move || order.send(i)));
            runtime::gosched();
        }
        for _ in 0..4 {
            println!("in order {}", order.recv().unwrap_or_default());
        }
    });
}
