//! What twins print otherwise than their originals, and why.

use crate::Difference;

const TYPES: &str = "whether something has a then is known from its type";

pub(crate) const JS_01_RESOLUTION: &[Difference] = &[Difference {
    original: "rejects with a thenable, which is not adopted: rejected the thenable",
    twin: "rejects with a thenable, which is not adopted: rejected Error: the thenable",
    reason: "a promise is rejected with an error, so never with a thenable",
}];

const REASONS: &str = "a promise is rejected with an error, so there is nothing to wrap into one";

pub(crate) const JS_08_DEFAULT_CAUGHT: &[Difference] = &[
    Difference {
        original: "UnhandledPromiseRejection ERR_UNHANDLED_REJECTION This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason \"a string\". (unhandledRejection)",
        twin: "Error undefined a string (unhandledRejection)",
        reason: REASONS,
    },
    Difference {
        original: "UnhandledPromiseRejection ERR_UNHANDLED_REJECTION This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason \"undefined\". (unhandledRejection)",
        twin: "Error undefined undefined (unhandledRejection)",
        reason: REASONS,
    },
];

pub(crate) const JS_08_DEFAULT_VALUE: &[Difference] = &[Difference {
    original: "UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason \"a string\".",
    twin: "Error: a string",
    reason: REASONS,
}];

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

pub(super) const JS_07_CLOSE: &[Difference] = &[Difference {
    original: "close, with an error: false",
    twin: "close",
    reason: "closing cannot fail",
}];
