//! The lines that the twins print differently, on purpose.

use crate::Difference;

const TYPES: &str = "whether something has a then is known from its type";

pub(super) const JS_02_THEN_LOOKED_UP: &[Difference] = &[
    Difference {
        original: "a: then is read, time 1",
        twin: "a: then is known by the type",
        reason: TYPES,
    },
    Difference {
        original: "Error: while read",
        twin: "a throw while it is read: does not compile",
        reason: TYPES,
    },
];
