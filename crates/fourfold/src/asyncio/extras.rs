//! What the rarer notions of the dialect keep in the loop: one slot for each, empty until used.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::rc::Rc;

/// A part of the loop that one file of this dialect owns.
pub(crate) trait Part: Any {
    /// The loop closes.
    fn close(&self) {}
}

/// The parts that were used so far. There are few, so a list is searched.
#[derive(Default)]
pub(crate) struct Extras {
    parts: RefCell<Vec<(TypeId, Rc<dyn Part>)>>,
}

impl Extras {
    /// The part of type `P`, made on first use.
    pub(crate) fn get<P: Part + Default>(&self) -> Rc<P> {
        if let Some(part) = self.find::<P>() {
            return part;
        }
        let fresh = Rc::new(P::default());
        self.parts.borrow_mut().push((TypeId::of::<P>(), fresh.clone()));
        fresh
    }

    /// The part of type `P`, if it was used.
    pub(crate) fn find<P: Part>(&self) -> Option<Rc<P>> {
        let parts = self.parts.borrow();
        let (_, part) = parts.iter().find(|(id, _)| *id == TypeId::of::<P>())?;
        let part: Rc<dyn Any> = part.clone();
        part.downcast().ok()
    }

    pub(crate) fn is_empty(&mut self) -> bool {
        self.parts.get_mut().is_empty()
    }

    pub(crate) fn close(&self) {
        let parts = self.parts.take();
        parts.iter().rev().for_each(|(_, part)| part.close());
    }
}
