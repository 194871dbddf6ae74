//! Variables as JavaScript has them.

use std::cell::RefCell;

/// A variable that functions share, as `let` makes one. It stays until the process ends, so that all of
/// them can have it.
pub(crate) struct Var<T: 'static>(&'static RefCell<T>);

impl<T: 'static> Var<T> {
    pub(crate) fn new(value: T) -> Var<T> {
        Var(Box::leak(Box::new(RefCell::new(value))))
    }

    pub(crate) fn set(self, value: T) {
        let former = self.0.replace(value);
        drop(former);
    }

    pub(crate) fn get(self) -> T
    where
        T: Clone,
    {
        self.0.borrow().clone()
    }

    /// Calls `f` with it, which must not come back to it.
    pub(crate) fn with<R>(self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.0.borrow_mut())
    }
}

impl<T: Clone> Var<Option<T>> {
    /// One that is set when it is known.
    pub(crate) fn unset() -> Var<Option<T>> {
        Var::new(None)
    }

    /// What it was set to.
    pub(crate) fn it(self) -> T {
        self.get().expect("it was set by now")
    }
}

impl Var<Vec<String>> {
    pub(crate) fn push(self, step: impl Into<String>) {
        self.with(|steps| steps.push(step.into()));
    }

    /// `steps.join(' ')`.
    pub(crate) fn join(self) -> String {
        self.with(|steps| steps.join(" "))
    }
}

impl<T> Clone for Var<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Var<T> {}
