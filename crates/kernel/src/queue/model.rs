//! Models of the pool's queues: every value comes out once, whoever takes it.

use std::ptr::NonNull;

use loom::sync::Arc;
use loom::thread;

use super::{Injector, Ring, Slot, Token};

/// A number as a word.
#[derive(Debug, PartialEq, Eq)]
struct Number(usize);

// SAFETY: the address is the number, and never 0.
unsafe impl Token for Number {
    fn into_raw(self) -> NonNull<()> {
        NonNull::new(std::ptr::without_provenance_mut(self.0)).expect("numbers begin at 1")
    }

    unsafe fn from_raw(raw: NonNull<()>) -> Number {
        Number(raw.addr().get())
    }
}

fn bounded(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

fn drain(ring: &Ring<Number>, into: &mut Vec<usize>) {
    // SAFETY: the models drain a ring on its owner's thread, or after all others have ended.
    into.extend(std::iter::from_fn(|| unsafe { ring.pop() }).map(|number| number.0));
}

#[test]
fn an_owner_and_a_thief_share_without_loss() {
    bounded(3, || {
        let ring = Arc::new(Ring::<Number>::new());
        let injector = Arc::new(Injector::<Number>::new());
        let thief = {
            let ring = ring.clone();
            thread::spawn(move || {
                let own = Ring::<Number>::new();
                let mut got = Vec::new();
                // SAFETY: this thread owns `own`.
                got.extend(unsafe { ring.steal_into(&own) }.map(|number| number.0));
                drain(&own, &mut got);
                got
            })
        };
        let mut got = Vec::new();
        for number in 1..=3 {
            // SAFETY: this thread owns the ring.
            unsafe { ring.push_or_overflow(Number(number), &injector) };
        }
        // SAFETY: as above.
        got.extend(unsafe { ring.pop() }.map(|number| number.0));
        got.extend(thief.join().unwrap());
        drain(&ring, &mut got);
        got.sort_unstable();
        assert_eq!(got, [1, 2, 3]);
    });
}

#[test]
fn two_thieves_never_take_the_same() {
    bounded(2, || {
        let ring = Arc::new(Ring::<Number>::new());
        let injector = Injector::new();
        for number in 1..=4 {
            // SAFETY: nobody else has the ring yet.
            unsafe { ring.push_or_overflow(Number(number), &injector) };
        }
        let thieves: Vec<_> = (0..2)
            .map(|_| {
                let ring = ring.clone();
                thread::spawn(move || {
                    let own = Ring::<Number>::new();
                    let mut got = Vec::new();
                    // SAFETY: this thread owns `own`.
                    got.extend(unsafe { ring.steal_into(&own) }.map(|number| number.0));
                    drain(&own, &mut got);
                    got
                })
            })
            .collect();
        let mut got: Vec<usize> =
            thieves.into_iter().flat_map(|thief| thief.join().unwrap()).collect();
        drain(&ring, &mut got);
        got.sort_unstable();
        assert_eq!(got, [1, 2, 3, 4]);
    });
}

#[test]
fn a_full_ring_spills_while_it_is_stolen_from() {
    bounded(2, || {
        let ring = Arc::new(Ring::<Number>::new());
        let injector = Arc::new(Injector::<Number>::new());
        for number in 1..=4 {
            // SAFETY: nobody else has the ring yet.
            unsafe { ring.push_or_overflow(Number(number), &injector) };
        }
        let thief = {
            let ring = ring.clone();
            thread::spawn(move || {
                let own = Ring::<Number>::new();
                let mut got = Vec::new();
                // SAFETY: this thread owns `own`.
                got.extend(unsafe { ring.steal_into(&own) }.map(|number| number.0));
                drain(&own, &mut got);
                got
            })
        };
        // SAFETY: this thread owns the ring.
        unsafe { ring.push_or_overflow(Number(5), &injector) };
        let mut got = thief.join().unwrap();
        drain(&ring, &mut got);
        got.extend(injector.close().map(|number| number.0));
        got.sort_unstable();
        assert_eq!(got, [1, 2, 3, 4, 5]);
    });
}

#[test]
fn what_is_in_the_slot_is_taken_once() {
    bounded(3, || {
        let slot = Arc::new(Slot::<Number>::new());
        let thief = {
            let slot = slot.clone();
            thread::spawn(move || slot.take().map(|Number(number)| number))
        };
        let mut got: Vec<usize> =
            slot.replace(Number(1)).map(|number| number.0).into_iter().collect();
        got.extend(slot.replace(Number(2)).map(|number| number.0));
        got.extend(thief.join().unwrap());
        got.extend(slot.take().map(|number| number.0));
        got.sort_unstable();
        assert_eq!(got, [1, 2]);
    });
}

#[test]
fn the_injector_hands_out_each_once_and_refuses_when_closed() {
    bounded(2, || {
        let injector = Arc::new(Injector::<Number>::new());
        let pusher = {
            let injector = injector.clone();
            thread::spawn(move || match injector.push(Number(1)) {
                Ok(()) => None,
                Err(super::Closed(Number(number))) => Some(number),
            })
        };
        let ring = Ring::<Number>::new();
        // SAFETY: this thread owns the ring.
        let taken = unsafe { injector.pop_batch_into(&ring, 1) };
        let mut got: Vec<usize> = taken.map(|number| number.0).into_iter().collect();
        got.extend(injector.close().map(|number| number.0));
        got.extend(pusher.join().unwrap());
        assert_eq!(got, [1]);
    });
}
