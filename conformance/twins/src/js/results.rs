//! What the requests to generators give, as a text.

use std::fmt::Display;

use fourfold::js::IteratorResult;

/// What a generator may return: nothing ever, or a text now and then.
pub(crate) trait Returned {
    fn text(self) -> Option<&'static str>;
}

impl Returned for () {
    fn text(self) -> Option<&'static str> {
        None
    }
}

impl Returned for Option<&'static str> {
    fn text(self) -> Option<&'static str> {
        self
    }
}

/// `value` and `done`, with something between.
pub(crate) fn text<Y: Display, R: Returned>(r: IteratorResult<Y, R>, between: &str) -> String {
    match r {
        IteratorResult::Value(value) => format!("{value}{between}false"),
        IteratorResult::Done(returned) => {
            let value = returned.and_then(Returned::text).unwrap_or("undefined");
            format!("{value}{between}true")
        }
    }
}
