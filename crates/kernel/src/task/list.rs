//! The tasks of a loop that are not done: the loop's end drops them where they stand.
//!
//! Every task goes in when it is made and comes out when it is done, so both are constant in
//! time, and an entry is one word: of a million tasks that end in any order, each removal is a
//! miss of the cache, and small entries and a hint ahead of time are what can be done about it.

use std::cell::Cell;
use std::fmt;

use super::{Erased, Schedule};
use crate::prefetch::prefetch;

/// The tasks, each in a numbered place.
pub struct TaskList<S: Schedule> {
    places: Vec<Option<Erased<S>>>,
    vacant: Vec<u32>,
}

impl<S: Schedule> TaskList<S> {
    /// Puts a task in, and tells its place to the cell in its data that `place_of` names.
    #[inline]
    pub fn insert(&mut self, task: Erased<S>, place_of: impl FnOnce(&S) -> &Cell<u32>) {
        let slot = place_of(task.data());
        match self.vacant.pop() {
            Some(place) => {
                slot.set(place);
                self.places[place as usize] = Some(task);
            }
            None => {
                slot.set(u32::try_from(self.places.len()).expect("fewer than 2^32 tasks"));
                self.places.push(Some(task));
            }
        }
    }

    /// The task in a place, if one is there.
    pub fn get(&self, place: u32) -> Option<&Erased<S>> {
        self.places.get(place as usize)?.as_ref()
    }

    /// Takes the task out of a place, if one is there.
    #[inline]
    pub fn remove(&mut self, place: u32) -> Option<Erased<S>> {
        let task = self.places.get_mut(place as usize)?.take()?;
        self.vacant.push(place);
        if self.vacant.len() == self.places.len() {
            // Nothing is left: places are given out from the start again, in order.
            self.places.clear();
            self.vacant.clear();
        }
        Some(task)
    }

    /// Says that the task in this place may soon come out.
    #[inline]
    pub fn hint(&self, place: u32) {
        if let Some(entry) = self.places.get(place as usize) {
            prefetch(entry);
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// All tasks.
    pub fn iter(&self) -> impl Iterator<Item = &Erased<S>> {
        self.places.iter().flatten()
    }
}

impl<S: Schedule> Default for TaskList<S> {
    fn default() -> Self {
        TaskList { places: Vec::new(), vacant: Vec::new() }
    }
}

impl<S: Schedule> fmt::Debug for TaskList<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskList").field("places", &self.places.len()).finish_non_exhaustive()
    }
}
