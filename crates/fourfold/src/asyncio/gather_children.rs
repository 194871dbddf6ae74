//! The children of a gathering: many of one type, or a few of several.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use super::cell::Flag;
use super::ensure_future::Read;
use super::futures::Future;
use super::gather::Adding;
use crate::Result;

/// The children of a [`Gather`](super::Gather).
pub trait Children: Sized + 'static {
    /// What they give together: a `Vec` or a tuple.
    type Results;
    /// The same, with a [`Result`] for each.
    type Outcomes;

    /// All were added: none is marked as seen any more.
    #[doc(hidden)]
    fn unlist(&self);

    /// Cancels each and tells whether any was still there to cancel.
    #[doc(hidden)]
    fn cancel(&self, message: Option<Arc<str>>) -> bool;

    /// All results, or the first failure. Called once, when all are done.
    #[doc(hidden)]
    fn results(&self) -> Result<Self::Results>;

    /// All outcomes. Called once, when all are done.
    #[doc(hidden)]
    fn outcomes(&self) -> Self::Outcomes;
}

/// Awaitables of several types that can be gathered: tuples of up to eight.
pub trait Gatherable {
    /// What they become.
    type Children: Children;

    #[doc(hidden)]
    #[track_caller]
    fn add_to(self, adding: &mut Adding<Self::Children>) -> Self::Children;
}

/// Children of one type.
pub struct List<T: 'static> {
    futures: Vec<Future<T>>,
    /// The same for all, since their awaitables were of one type.
    read: Option<Read<T>>,
}

impl<T: 'static> List<T> {
    pub(super) fn with_capacity(capacity: usize) -> List<T> {
        List { futures: Vec::with_capacity(capacity), read: None }
    }

    pub(super) fn push(&mut self, future: Future<T>, read: Read<T>) {
        self.futures.push(future);
        self.read = Some(read);
    }

    fn read(&self) -> impl Iterator<Item = Result<T>> {
        let read = self.read.unwrap_or(Future::take_result);
        self.futures.iter().map(read)
    }
}

fn unlist<T: 'static>(future: &Future<T>) {
    future.cell().data().local().clear(Flag::Listed);
}

fn cancel<T: 'static>(future: &Future<T>, message: &Option<Arc<str>>) -> bool {
    super::cell::cancel(&future.erase(), message.clone())
}

impl<T: 'static> Children for List<T> {
    type Results = Vec<T>;
    type Outcomes = Vec<Result<T>>;

    fn unlist(&self) {
        self.futures.iter().for_each(unlist);
    }

    fn cancel(&self, message: Option<Arc<str>>) -> bool {
        self.futures.iter().fold(false, |any, future| cancel(future, &message) | any)
    }

    fn results(&self) -> Result<Vec<T>> {
        let mut results = Vec::with_capacity(self.futures.len());
        for result in self.read() {
            results.push(result?);
        }
        Ok(results)
    }

    fn outcomes(&self) -> Vec<Result<T>> {
        self.read().collect()
    }
}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.futures).finish()
    }
}

/// One child of a tuple.
pub struct Child<T: 'static> {
    future: Future<T>,
    read: Read<T>,
}

impl<T> fmt::Debug for Child<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.future, f)
    }
}

macro_rules! tuple {
    ($($child:ident $value:ident $awaitable:ident),+) => {
        impl<$($value: 'static),+> Children for ($(Child<$value>,)+) {
            type Results = ($($value,)+);
            type Outcomes = ($(Result<$value>,)+);

            fn unlist(&self) {
                let ($($child,)+) = self;
                $(unlist(&$child.future);)+
            }

            fn cancel(&self, message: Option<Arc<str>>) -> bool {
                let ($($child,)+) = self;
                false $(| cancel(&$child.future, &message))+
            }

            fn results(&self) -> Result<Self::Results> {
                let ($($child,)+) = self;
                Ok(($(($child.read)(&$child.future)?,)+))
            }

            fn outcomes(&self) -> Self::Outcomes {
                let ($($child,)+) = self;
                ($(($child.read)(&$child.future),)+)
            }
        }

        impl<$($value, $awaitable),+> Gatherable for ($($awaitable,)+)
        where
            $(
                $value: 'static,
                $awaitable: IntoFuture<Output = Result<$value>>,
                $awaitable::IntoFuture: 'static,
            )+
        {
            type Children = ($(Child<$value>,)+);

            #[track_caller]
            fn add_to(self, adding: &mut Adding<Self::Children>) -> Self::Children {
                let ($($child,)+) = self;
                $(
                    let (future, read) = adding.add($child, &mut None);
                    let $child = Child { future, read };
                )+
                ($($child,)+)
            }
        }
    };
}

tuple!(a T0 A0);
tuple!(a T0 A0, b T1 A1);
tuple!(a T0 A0, b T1 A1, c T2 A2);
tuple!(a T0 A0, b T1 A1, c T2 A2, d T3 A3);
tuple!(a T0 A0, b T1 A1, c T2 A2, d T3 A3, e T4 A4);
tuple!(a T0 A0, b T1 A1, c T2 A2, d T3 A3, e T4 A4, f T5 A5);
tuple!(a T0 A0, b T1 A1, c T2 A2, d T3 A3, e T4 A4, f T5 A5, g T6 A6);
tuple!(a T0 A0, b T1 A1, c T2 A2, d T3 A3, e T4 A4, f T5 A5, g T6 A6, h T7 A7);
