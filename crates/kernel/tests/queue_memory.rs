//! The workers' queues between threads; for Miri.

mod memory_support;

use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use fourfold_kernel::queue::{Inbox, Injector, Ring, Slot, Token};
use memory_support::ROUNDS;

/// A number in a box of its own: lost, it leaks; taken twice, it is freed twice.
struct Piece(Box<usize>);

// SAFETY: a box, taken apart and put together again.
unsafe impl Token for Piece {
    fn into_raw(self) -> NonNull<()> {
        NonNull::from(Box::leak(self.0)).cast()
    }

    unsafe fn from_raw(raw: NonNull<()>) -> Piece {
        // SAFETY: the caller's promise: from `into_raw`, and once.
        Piece(unsafe { Box::from_raw(raw.cast().as_ptr()) })
    }
}

fn piece(number: usize) -> Piece {
    Piece(Box::new(number))
}

/// More than fit into a ring, so that some overflow.
const PIECES: usize = if cfg!(miri) { 300 } else { 20_000 };

#[test]
fn an_owner_two_thieves_and_an_overflow_share_without_loss() {
    let ring = Arc::new(Ring::new());
    let injector = Arc::new(Injector::new());
    let slot = Arc::new(Slot::new());
    let over = Arc::new(AtomicBool::new(false));
    let thieves: Vec<_> = (0..2)
        .map(|_| {
            let (ring, injector, slot) = (ring.clone(), injector.clone(), slot.clone());
            let over = over.clone();
            thread::spawn(move || {
                let own = Ring::<Piece>::new();
                let mut got = Vec::new();
                loop {
                    let last = over.load(Ordering::Acquire);
                    // SAFETY: this thread owns `own`, which is not the other ring.
                    unsafe {
                        got.extend(ring.steal_into(&own));
                        got.extend(injector.pop_batch_into(&own, 3));
                        got.extend(std::iter::from_fn(|| own.pop()));
                    }
                    got.extend(slot.take());
                    if last {
                        return got;
                    }
                    thread::yield_now();
                }
            })
        })
        .collect();
    let mut got = Vec::new();
    for number in 0..PIECES {
        if number % 5 == 0 {
            got.extend(slot.replace(piece(number)));
            continue;
        }
        // SAFETY: this thread owns the ring.
        unsafe { ring.push_or_overflow(piece(number), &injector) };
        if number % 7 == 0 {
            // SAFETY: as above.
            got.extend(unsafe { ring.pop() });
        }
    }
    over.store(true, Ordering::Release);
    for thief in thieves {
        got.extend(thief.join().unwrap());
    }
    // SAFETY: as above.
    got.extend(std::iter::from_fn(|| unsafe { ring.pop() }));
    got.extend(injector.close());
    got.extend(slot.take());
    let mut numbers: Vec<_> = got.into_iter().map(|piece| *piece.0).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..PIECES).collect::<Vec<_>>());
}

#[test]
fn an_inbox_is_filled_while_it_is_emptied() {
    let inbox = Arc::new(Inbox::new());
    let senders: Vec<_> = (0..2)
        .map(|sender| {
            let inbox = inbox.clone();
            thread::spawn(move || {
                for round in 0..ROUNDS {
                    let _ = inbox.push(Box::new((sender, round)));
                }
            })
        })
        .collect();
    let mut got = Vec::new();
    while got.len() < ROUNDS {
        got.extend(inbox.take());
        thread::yield_now();
    }
    got.extend(inbox.close());
    senders.into_iter().for_each(|sender| sender.join().unwrap());
    for sender in 0..2 {
        let rounds: Vec<_> = got.iter().filter(|v| v.0 == sender).map(|v| v.1).collect();
        assert!(rounds.is_sorted(), "what a sender pushes arrives in its order");
    }
}
