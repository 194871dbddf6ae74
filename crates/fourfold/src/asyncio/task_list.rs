//! The tasks of a loop that are not done.
//!
//! Every task goes in when it is made and comes out when it is done, so both are constant in
//! time, and an entry is one word: of a million tasks that end in any order, each removal is a
//! miss of the cache, and small entries and a hint ahead of time are what can be done about it.

use fourfold_kernel::prefetch::prefetch;
use fourfold_kernel::task::Erased;

use super::cell::TaskData;

/// The tasks, each in a numbered place.
#[derive(Default)]
pub(crate) struct TaskList {
    places: Vec<Option<Erased<TaskData>>>,
    vacant: Vec<u32>,
}

impl TaskList {
    /// Puts a task in, and tells it its place.
    #[inline]
    pub(crate) fn insert(&mut self, task: Erased<TaskData>) {
        let slot = &task.data().local().slot;
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

    /// Takes the task out of a place, if one is there.
    #[inline]
    pub(crate) fn remove(&mut self, place: u32) -> Option<Erased<TaskData>> {
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
    pub(crate) fn hint(&self, place: u32) {
        if let Some(entry) = self.places.get(place as usize) {
            prefetch(entry);
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// All tasks.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Erased<TaskData>> {
        self.places.iter().flatten()
    }
}
