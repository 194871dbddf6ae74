//! Who waits, first come first served. Anyone may leave the line in constant time.

/// A queue whose entries are also found by key.
pub(super) struct Line<E> {
    places: Vec<Place<E>>,
    first: u32,
    last: u32,
    /// The first of the free places, which are linked by `next`.
    free: u32,
}

struct Place<E> {
    entry: Option<E>,
    /// How often the place was given up: part of the key, so that an old key finds nobody else.
    generation: u32,
    previous: u32,
    next: u32,
}

const NONE: u32 = u32::MAX;

/// Entries that were taken out at once. One alone is the rule and needs no memory.
pub(super) struct Drained<E> {
    first: Option<E>,
    rest: Vec<E>,
}

impl<E> Default for Line<E> {
    fn default() -> Line<E> {
        Line { places: Vec::new(), first: NONE, last: NONE, free: NONE }
    }
}

impl<E> Line<E> {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.first == NONE
    }

    pub(super) fn first(&self) -> Option<&E> {
        self.places.get(self.first as usize)?.entry.as_ref()
    }

    /// Adds one behind all others. Returns its key.
    pub(super) fn push_back(&mut self, entry: E) -> u64 {
        let at = if self.free == NONE {
            self.places.push(Place { entry: None, generation: 0, previous: NONE, next: NONE });
            u32::try_from(self.places.len() - 1).expect("fewer than four billion wait")
        } else {
            self.free
        };
        let place = &mut self.places[at as usize];
        self.free = if self.free == NONE { NONE } else { place.next };
        place.entry = Some(entry);
        (place.previous, place.next) = (self.last, NONE);
        let key = u64::from(place.generation) << 32 | u64::from(at);
        match self.last {
            NONE => self.first = at,
            last => self.places[last as usize].next = at,
        }
        self.last = at;
        key
    }

    #[inline]
    pub(super) fn pop_front(&mut self) -> Option<E> {
        if self.is_empty() { None } else { Some(self.take(self.first)) }
    }

    /// Takes one out; `None` if it is not in line any more.
    pub(super) fn remove(&mut self, key: u64) -> Option<E> {
        let (generation, at) = ((key >> 32) as u32, key as u32);
        let place = self.places.get(at as usize)?;
        if place.generation != generation || place.entry.is_none() {
            return None;
        }
        Some(self.take(at))
    }

    fn take(&mut self, at: u32) -> E {
        let place = &mut self.places[at as usize];
        let entry = place.entry.take().expect("the caller looked");
        let (previous, next) = (place.previous, place.next);
        place.generation = place.generation.wrapping_add(1);
        place.next = self.free;
        self.free = at;
        match previous {
            NONE => self.first = next,
            previous => self.places[previous as usize].next = next,
        }
        match next {
            NONE => self.last = previous,
            next => self.places[next as usize].previous = previous,
        }
        entry
    }

    /// Takes all out.
    #[inline]
    pub(super) fn drain(&mut self) -> Drained<E> {
        let first = self.pop_front();
        let mut rest = Vec::new();
        while let Some(entry) = self.pop_front() {
            rest.push(entry);
        }
        Drained { first, rest }
    }
}

impl<E> Drained<E> {
    pub(super) const fn none() -> Drained<E> {
        Drained { first: None, rest: Vec::new() }
    }
}

impl<E> IntoIterator for Drained<E> {
    type Item = E;
    type IntoIter = std::iter::Chain<std::option::IntoIter<E>, std::vec::IntoIter<E>>;

    fn into_iter(self) -> Self::IntoIter {
        self.first.into_iter().chain(self.rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::VecDeque;

    proptest! {
        /// As a plain queue would, whoever leaves it.
        #[test]
        fn it_is_a_queue_that_anyone_may_leave(steps in prop::collection::vec(0..4_u8, 0..200)) {
            let mut line = Line::default();
            let mut model = VecDeque::new();
            let mut keys = Vec::new();
            for (number, step) in steps.into_iter().enumerate() {
                match step {
                    0 | 1 => {
                        keys.push((line.push_back(number), number));
                        model.push_back(number);
                    }
                    2 => prop_assert_eq!(line.pop_front(), model.pop_front()),
                    _ if keys.is_empty() => {}
                    _ => {
                        // Perhaps one that is gone.
                        let (key, value) = keys[number * 7 % keys.len()];
                        let at = model.iter().position(|&other| other == value);
                        prop_assert_eq!(line.remove(key), at.and_then(|at| model.remove(at)));
                    }
                }
                prop_assert_eq!(line.is_empty(), model.is_empty());
                prop_assert_eq!(line.first(), model.front());
            }
            prop_assert!(line.drain().into_iter().eq(model));
            prop_assert!(line.is_empty());
        }
    }
}
