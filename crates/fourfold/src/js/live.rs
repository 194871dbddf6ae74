//! The async functions of a loop that have not ended.
//!
//! The loop's end drops them where they stand; a body that waits for a promise nobody can settle any more
//! would otherwise never go.

use fourfold_kernel::task::Erased;

use super::cell::PromiseData;

/// The async functions, each in a numbered place.
#[derive(Default)]
pub(crate) struct Live {
    places: Vec<Option<Erased<PromiseData>>>,
    vacant: Vec<u32>,
}

impl Live {
    /// Puts one in, and tells it its place.
    #[inline]
    pub(crate) fn insert(&mut self, cell: Erased<PromiseData>) {
        let place = &cell.data().local().number;
        match self.vacant.pop() {
            Some(vacant) => {
                place.set(vacant);
                self.places[vacant as usize] = Some(cell);
            }
            None => {
                let next = u32::try_from(self.places.len());
                place.set(next.expect("fewer than 2^32 async functions"));
                self.places.push(Some(cell));
            }
        }
    }

    /// Takes out what is in a place.
    #[inline]
    pub(crate) fn remove(&mut self, place: u32) -> Option<Erased<PromiseData>> {
        let cell = self.places.get_mut(place as usize)?.take()?;
        self.vacant.push(place);
        if self.vacant.len() == self.places.len() {
            // Nothing is left: places are given out from the start again, in order.
            self.places.clear();
            self.vacant.clear();
        }
        Some(cell)
    }

    pub(crate) fn get(&self, place: u32) -> Option<&Erased<PromiseData>> {
        self.places.get(place as usize)?.as_ref()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(crate) fn all(&self) -> Vec<Erased<PromiseData>> {
        self.places.iter().flatten().cloned().collect()
    }
}
