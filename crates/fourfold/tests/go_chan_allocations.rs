//! Waiting at channels allocates nothing (Go's select2 watches its memory for the same reason).

#[path = "support/counting.rs"]
mod counting;
#[path = "support/go.rs"]
mod go;

use counting::ALLOCATIONS;
use fourfold::go::chan;
use fourfold::go::select;
use go::{go, run};

/// Both sides run on the one worker, whose thread's allocations are counted.
#[test]
fn go_06_neither_waiting_nor_choosing_allocates() {
    run(1, || {
        let (ask, answer, never) = (chan::make(0), chan::make(0), chan::make::<u8>(0));
        let other = go({
            let (ask, answer, never) = (ask.clone(), answer.clone(), never.clone());
            move || {
                for i in &ask {
                    select! {
                        send(answer, i + 1) => {}
                        recv(never) => unreachable!(),
                    }
                }
            }
        });
        let round = |i: u64| {
            select! {
                send(ask, i) => {}
                recv(never) => unreachable!(),
            }
            assert_eq!(answer.recv(), Some(i + 1));
        };
        (0..100).for_each(round);
        let before = ALLOCATIONS.get();
        (0..10_000).for_each(round);
        assert_eq!(ALLOCATIONS.get() - before, 0);
        ask.close();
        other.join();
    });
}
