//! Who wants to know that a cell is done, in the order they asked.
//!
//! Nearly every cell has no listener or one, so one fits without an allocation and the whole
//! costs three words.

/// Names one listener of one cell, to remove or to replace it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenerKey(u32);

/// A first-in first-out list that expects to hold one.
#[derive(Debug)]
pub(super) enum Listeners<L> {
    Empty,
    One(ListenerKey, L),
    // The box keeps the common cases at three words; a bare vector would make every cell larger.
    #[allow(clippy::box_collection)]
    Many(Box<Vec<(ListenerKey, L)>>),
}

impl<L> Listeners<L> {
    /// Adds `listener` behind all others.
    #[inline]
    pub(super) fn push(&mut self, listener: L) -> ListenerKey {
        if let Listeners::Empty = self {
            *self = Listeners::One(ListenerKey(0), listener);
            return ListenerKey(0);
        }
        self.push_behind(listener)
    }

    /// Out of line: few outcomes are awaited by several.
    #[cold]
    fn push_behind(&mut self, listener: L) -> ListenerKey {
        match std::mem::replace(self, Listeners::Empty) {
            Listeners::Empty => unreachable!("somebody is in front"),
            Listeners::One(first, one) => {
                let key = ListenerKey(first.0.wrapping_add(1));
                *self = Listeners::Many(Box::new(vec![(first, one), (key, listener)]));
                key
            }
            Listeners::Many(mut many) => {
                // The last key is the largest of those still listed. A key that was removed may
                // come again, but who removed it no longer holds it.
                let key = ListenerKey(many.last().map_or(0, |(last, _)| last.0.wrapping_add(1)));
                many.push((key, listener));
                *self = Listeners::Many(many);
                key
            }
        }
    }

    /// The listener that `key` names.
    pub(super) fn get_mut(&mut self, key: ListenerKey) -> Option<&mut L> {
        match self {
            Listeners::One(one, listener) if *one == key => Some(listener),
            Listeners::Many(many) => {
                many.iter_mut().find(|(one, _)| *one == key).map(|(_, listener)| listener)
            }
            _ => None,
        }
    }

    /// Takes out the listener that `key` names.
    pub(super) fn remove(&mut self, key: ListenerKey) -> Option<L> {
        match self {
            Listeners::One(one, _) if *one == key => {
                match std::mem::replace(self, Listeners::Empty) {
                    Listeners::One(_, listener) => Some(listener),
                    _ => unreachable!("matched above"),
                }
            }
            Listeners::Many(many) => {
                let at = many.iter().position(|(one, _)| *one == key)?;
                Some(many.remove(at).1)
            }
            _ => None,
        }
    }

    /// All of them, where there are several.
    pub(super) fn several(&mut self) -> Option<&mut Vec<(ListenerKey, L)>> {
        match self {
            Listeners::Many(many) if many.len() > 1 => Some(many),
            _ => None,
        }
    }

    /// Calls `f` for each, first come first.
    ///
    /// If `f` panics the panic goes on, after the others had their turn.
    pub(super) fn for_each(self, mut f: impl FnMut(L)) {
        match self {
            Listeners::Empty => {}
            Listeners::One(_, listener) => f(listener),
            Listeners::Many(many) => {
                let mut rest = Rest { listeners: many.into_iter(), f };
                rest.run();
            }
        }
    }

    /// Looks at each, first come first.
    pub(super) fn visit(&self, mut f: impl FnMut(ListenerKey, &L)) {
        match self {
            Listeners::Empty => {}
            Listeners::One(key, listener) => f(*key, listener),
            Listeners::Many(many) => many.iter().for_each(|(key, listener)| f(*key, listener)),
        }
    }
}

/// Those whose turn has not come. One call that panics does not cost the others theirs.
struct Rest<L, F: FnMut(L)> {
    listeners: std::vec::IntoIter<(ListenerKey, L)>,
    f: F,
}

impl<L, F: FnMut(L)> Rest<L, F> {
    fn run(&mut self) {
        for (_, listener) in self.listeners.by_ref() {
            (self.f)(listener);
        }
    }
}

impl<L, F: FnMut(L)> Drop for Rest<L, F> {
    fn drop(&mut self) {
        self.run();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn drain(listeners: Listeners<char>) -> String {
        let mut seen = String::new();
        listeners.for_each(|listener| seen.push(listener));
        seen
    }

    #[test]
    fn listeners_come_out_in_the_order_they_went_in() {
        let mut listeners = Listeners::Empty;
        for listener in ['a', 'b', 'c'] {
            listeners.push(listener);
        }
        assert_eq!(drain(listeners), "abc");
    }

    #[test]
    fn a_removed_listener_is_gone_and_its_key_names_no_other() {
        let mut listeners = Listeners::Empty;
        let a = listeners.push('a');
        let b = listeners.push('b');
        let c = listeners.push('c');
        assert_eq!(listeners.remove(b), Some('b'));
        assert_eq!(listeners.remove(b), None);
        assert_eq!(listeners.get_mut(a), Some(&mut 'a'));
        let d = listeners.push('d');
        assert!(d != a && d != c);
        assert_eq!(drain(listeners), "acd");
    }

    #[test]
    fn the_only_listener_can_be_removed() {
        let mut listeners = Listeners::Empty;
        let a = listeners.push('a');
        assert_eq!(listeners.remove(a), Some('a'));
        assert_eq!(drain(listeners), "");
    }

    #[test]
    fn no_listener_and_one_waker_cost_three_words() {
        assert!(size_of::<Listeners<std::task::Waker>>() <= 3 * size_of::<usize>());
    }
}
