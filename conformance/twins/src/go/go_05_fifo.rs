//! Who waits is served in the order of coming.

use fourfold::go::{Builder, chan, go, runtime, select};

pub(crate) fn run() {
    Builder::new().workers(1).run(|| {
        let (values, got) = (chan::make::<u32>(0), chan::make::<String>(4));
        for i in 0..4 {
            let (values, got) = (values.clone(), got.clone());
            drop(go(move || {
                let value = values.recv().unwrap_or_default();
                got.send(format!("receiver {i} got {value}"));
            }));
            runtime::gosched();
        }
        for i in 0..4 {
            values.send(i * 10);
            println!("{}", got.recv().unwrap_or_default());
        }

        for i in 0..4 {
            let values = values.clone();
            drop(go(move || values.send(i)));
            runtime::gosched();
        }
        let senders: Vec<String> = values.iter().take(4).map(|value| value.to_string()).collect();
        println!("senders {}", senders.join(" "));

        let buffered = chan::make::<u32>(2);
        buffered.send(0);
        buffered.send(1);
        for i in 0..3 {
            let buffered = buffered.clone();
            drop(go(move || buffered.send(i + 2)));
            runtime::gosched();
        }
        while !buffered.is_empty() {
            let took = buffered.recv().unwrap_or_default();
            println!("took {took} left {}", buffered.len());
        }

        let (other, chose, received) = (chan::make::<u32>(0), chan::make(0), chan::make(0));
        let (offered, tell) = (values.clone(), chose.clone());
        drop(go(move || {
            select! {
                v = recv(offered) => tell.send(v.unwrap_or_default()),
                recv(other) => {}
            }
        }));
        runtime::gosched();
        let (offered, tell) = (values.clone(), received.clone());
        drop(go(move || tell.send(offered.recv().unwrap_or_default())));
        runtime::gosched();
        values.send(1);
        values.send(2);
        let (chose, received) = (chose.recv(), received.recv());
        println!(
            "the select got {} the receive got {}",
            chose.unwrap_or_default(),
            received.unwrap_or_default()
        );
    });
}
