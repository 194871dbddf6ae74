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

pub(super) const JS_07_CLOSE: &[Difference] = &[Difference {
    original: "close, with an error: false",
    twin: "close",
    reason: "closing cannot fail",
}];

const ERRORS: &str = "what is thrown is always an error, and errors have no code";

pub(super) const JS_08_DEFAULT_CAUGHT: &[Difference] = &[
    Difference {
        original: "Error undefined an error (unhandledRejection)",
        twin: "Error an error (unhandledRejection)",
        reason: ERRORS,
    },
    Difference {
        original: "UnhandledPromiseRejection ERR_UNHANDLED_REJECTION This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason \"a string\". (unhandledRejection)",
        twin: "Error a string (unhandledRejection)",
        reason: ERRORS,
    },
    Difference {
        original: "UnhandledPromiseRejection ERR_UNHANDLED_REJECTION This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason \"undefined\". (unhandledRejection)",
        twin: "Error undefined (unhandledRejection)",
        reason: ERRORS,
    },
];

pub(super) const JS_08_DEFAULT_VALUE: &[Difference] = &[Difference {
    original: "UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason \"a string\".",
    twin: "Error: a string",
    reason: ERRORS,
}];
