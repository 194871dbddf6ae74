//! The wheel against a map ordered by deadline and insertion, and the situations worth naming.

use std::collections::BTreeMap;

use fourfold_kernel::timer::{Key, Wheel};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    /// At an absolute time, whatever the time is.
    Insert(u64),
    /// So long after the present.
    InsertAfter(u64),
    /// Again at the deadline of a timer made before.
    InsertAgain(usize),
    /// So many, about evenly spread up to so long after the present.
    InsertMany(u64, u64),
    Cancel(usize),
    /// So many, the earliest first, asking for the next deadline after each.
    CancelEarliest(usize),
    /// All but each so-manieth.
    CancelMost(usize),
    /// The time goes on by so much and all that is due is taken.
    Advance(u64),
    AdvanceTo(u64),
    /// Takes one and leaves the rest due.
    PopOne,
    /// Time runs backwards.
    PopEarlier(u64),
    JumpToNext,
    Next,
}

/// Every magnitude is as likely as another, so that all levels are met.
fn span() -> impl Strategy<Value = u64> {
    prop_oneof![
        8 => (0u32..64, any::<u64>()).prop_map(|(bits, random)| random >> bits),
        1 => Just(u64::MAX),
        1 => (0u32..64, 0u64..3).prop_map(|(bit, more)| (1u64 << bit).wrapping_add(more).wrapping_sub(1)),
    ]
}

fn short() -> impl Strategy<Value = u64> {
    prop_oneof![0u64..200, 0u64..200_000, 0u64..20_000_000]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => span().prop_map(Step::Insert),
        2 => span().prop_map(Step::InsertAfter),
        6 => short().prop_map(Step::InsertAfter),
        4 => any::<usize>().prop_map(Step::InsertAgain),
        1 => (span(), 0u64..150).prop_map(|(span, count)| Step::InsertMany(span, count)),
        2 => (short(), 0u64..150).prop_map(|(span, count)| Step::InsertMany(span, count)),
        4 => any::<usize>().prop_map(Step::Cancel),
        1 => (0usize..80).prop_map(Step::CancelEarliest),
        1 => (1usize..200).prop_map(Step::CancelMost),
        3 => short().prop_map(Step::Advance),
        1 => span().prop_map(Step::AdvanceTo),
        3 => Just(Step::PopOne),
        1 => span().prop_map(Step::PopEarlier),
        2 => Just(Step::JumpToNext),
        3 => Just(Step::Next),
    ]
}

#[derive(Default)]
struct Model {
    pending: BTreeMap<(u64, usize), Key>,
    made: Vec<(u64, Key)>,
    now: u64,
}

impl Model {
    fn insert(&mut self, wheel: &mut Wheel<usize>, deadline: u64) {
        let id = self.made.len();
        let key = wheel.insert(deadline, id);
        self.made.push((deadline, key));
        self.pending.insert((deadline, id), key);
        assert_eq!(wheel.deadline(key), Some(deadline));
    }

    fn cancel(&mut self, wheel: &mut Wheel<usize>, id: usize) {
        let (deadline, key) = self.made[id];
        let expected = self.pending.remove(&(deadline, id)).map(|_| id);
        assert_eq!(wheel.cancel(key), expected);
        assert_eq!(wheel.cancel(key), None);
    }

    /// Takes one timer from both and returns whether there was one.
    fn pop(&mut self, wheel: &mut Wheel<usize>, now: u64) -> bool {
        let expected = self.pending.first_key_value().map(|(&id, _)| id).filter(|id| id.0 <= now);
        assert_eq!(wheel.pop_due(now), expected);
        if let Some(id) = expected {
            let key = self.pending.remove(&id).unwrap();
            assert_eq!(wheel.deadline(key), None);
        }
        expected.is_some()
    }

    fn next(&self) -> Option<u64> {
        self.pending.first_key_value().map(|(&(deadline, _), _)| deadline)
    }

    fn apply(&mut self, wheel: &mut Wheel<usize>, step: Step) {
        match step {
            Step::Insert(deadline) => self.insert(wheel, deadline),
            Step::InsertAfter(span) => self.insert(wheel, self.now.saturating_add(span)),
            Step::InsertAgain(which) if !self.made.is_empty() => {
                self.insert(wheel, self.made[which % self.made.len()].0);
            }
            Step::InsertMany(span, count) => {
                for part in 0..count {
                    // A prime, so that the deadlines come in no order, and some twice.
                    let after = span / count * (part * 31 % count / 2);
                    self.insert(wheel, self.now.saturating_add(after));
                }
            }
            Step::Cancel(which) if !self.made.is_empty() => {
                self.cancel(wheel, which % self.made.len());
            }
            Step::CancelEarliest(count) => {
                for _ in 0..count {
                    let Some((&(_, id), _)) = self.pending.first_key_value() else { break };
                    self.cancel(wheel, id);
                    assert_eq!(wheel.next_deadline(), self.next());
                }
            }
            Step::CancelMost(kept) => {
                let ids: Vec<_> = self.pending.keys().map(|&(_, id)| id).collect();
                for id in ids.into_iter().filter(|id| id % kept != 0) {
                    self.cancel(wheel, id);
                }
            }
            Step::InsertAgain(_) | Step::Cancel(_) => {}
            Step::Advance(span) => {
                self.now = self.now.saturating_add(span);
                while self.pop(wheel, self.now) {}
            }
            Step::AdvanceTo(time) => {
                self.now = self.now.max(time);
                while self.pop(wheel, self.now) {}
            }
            Step::PopOne => {
                self.pop(wheel, self.now);
            }
            Step::PopEarlier(time) => {
                self.pop(wheel, time.min(self.now));
            }
            Step::JumpToNext => {
                assert_eq!(wheel.next_deadline(), self.next());
                if let Some(deadline) = self.next() {
                    self.now = self.now.max(deadline);
                    assert!(self.pop(wheel, self.now));
                }
            }
            Step::Next => assert_eq!(wheel.next_deadline(), self.next()),
        }
        assert_eq!(wheel.len(), self.pending.len());
        assert_eq!(wheel.is_empty(), self.pending.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 8 } else { 256 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_wheel_agrees_with_an_ordered_map(
        steps in prop::collection::vec(step(), 1..if cfg!(miri) { 60 } else { 400 }),
    ) {
        let mut wheel = Wheel::new();
        let mut model = Model::default();
        for step in steps {
            model.apply(&mut wheel, step);
        }
        while model.pop(&mut wheel, u64::MAX) {}
        prop_assert!(wheel.is_empty());
        prop_assert_eq!(wheel.next_deadline(), None);
    }
}

#[test]
fn equal_deadlines_fire_in_the_order_of_insertion_from_every_distance() {
    let mut wheel = Wheel::new();
    let deadline = 3 << 40;
    // Each is inserted from nearer, hence on another level, the last within the slot itself.
    let instants = [0, 1 << 40, deadline - (1 << 30), deadline - (1 << 20), deadline - 1];
    for (order, now) in instants.into_iter().enumerate() {
        assert_eq!(wheel.pop_due(now), None);
        wheel.insert(deadline, order);
    }
    for order in 0..instants.len() {
        assert_eq!(wheel.pop_due(deadline), Some((deadline, order)));
    }
}

#[test]
fn a_timer_one_nanosecond_ahead_does_not_fire() {
    let mut wheel = Wheel::new();
    wheel.insert(1_000_001, ());
    assert_eq!(wheel.pop_due(1_000_000), None);
    assert_eq!(wheel.pop_due(1_000_001), Some((1_000_001, ())));
}

#[test]
fn the_last_nanosecond_can_be_a_deadline() {
    let mut wheel = Wheel::new();
    wheel.insert(u64::MAX, "last");
    wheel.insert(u64::MAX - 1, "last but one");
    assert_eq!(wheel.next_deadline(), Some(u64::MAX - 1));
    assert_eq!(wheel.pop_due(u64::MAX), Some((u64::MAX - 1, "last but one")));
    assert_eq!(wheel.pop_due(u64::MAX - 1), None);
    assert_eq!(wheel.pop_due(u64::MAX), Some((u64::MAX, "last")));
    wheel.insert(u64::MAX, "after the end");
    assert_eq!(wheel.pop_due(u64::MAX), Some((u64::MAX, "after the end")));
}

#[test]
fn a_crowded_slot_far_ahead_does_not_hide_a_nearer_newcomer() {
    let mut wheel = Wheel::new();
    let far = 60_000_000_000;
    let many = if cfg!(miri) { 100 } else { 10_000 };
    for more in 0..many {
        wheel.insert(far + more, "far");
    }
    assert_eq!(wheel.next_deadline(), Some(far));
    wheel.insert(1_000, "near");
    assert_eq!(wheel.next_deadline(), Some(1_000));
    assert_eq!(wheel.pop_due(far - 1), Some((1_000, "near")));
    assert_eq!(wheel.pop_due(far - 1), None);
    assert_eq!(wheel.pop_due(far), Some((far, "far")));
}

#[test]
fn a_key_does_not_name_the_next_timer_in_its_place() {
    let mut wheel = Wheel::new();
    let former = wheel.insert(10, 'a');
    assert_eq!(wheel.cancel(former), Some('a'));
    let latter = wheel.insert(10, 'b');
    assert_ne!(former, latter);
    assert_eq!(wheel.deadline(former), None);
    assert_eq!(wheel.cancel(former), None);
    assert_eq!(wheel.cancel(latter), Some('b'));
}

#[test]
fn cancelled_due_timers_leave_the_others_in_order() {
    let mut wheel = Wheel::new();
    let keys: Vec<_> = (0..300u64).map(|id| wheel.insert(300 - id, id)).collect();
    for (id, key) in (0..300u64).zip(keys) {
        if id % 10 != 0 {
            assert_eq!(wheel.cancel(key), Some(id));
        }
    }
    for id in (0..300u64).rev().filter(|id| id % 10 == 0) {
        assert_eq!(wheel.pop_due(300), Some((300 - id, id)));
    }
    assert_eq!(wheel.pop_due(300), None);
}
