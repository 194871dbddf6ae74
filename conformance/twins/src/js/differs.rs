//! What twins print otherwise than their originals, and why.

use crate::Difference;

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

const TYPES: &str = "whether something has a then is known from its type";

pub(crate) const JS_02_THEN_LOOKED_UP: &[Difference] = &[
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

pub(crate) const JS_07_CLOSE: &[Difference] = &[Difference {
    original: "close, with an error: false",
    twin: "close",
    reason: "closing cannot fail",
}];

pub(crate) const JS_15_CALLBACKIFY: &[Difference] = &[
    Difference {
        original: "TypeError ERR_INVALID_ARG_TYPE",
        twin: "what is no callback does not compile",
        reason: "the compiler sees to it",
    },
    Difference {
        original: "nothing as the reason: ERR_FALSY_VALUE_REJECTION Promise was rejected with falsy value null",
        twin: "nothing as the reason: null",
        reason: "a callback is called with a value or with an error, and never with neither",
    },
];

pub(crate) const JS_15_PROMISIFY: &[Difference] = &[
    Difference {
        original: "promisified once more is the same: true",
        twin: "promisified once more: that is the function with a promise itself",
        reason: "a function has no properties in which it could bring another version of itself",
    },
    Difference {
        original: "TypeError ERR_INVALID_ARG_TYPE",
        twin: "what is no function does not compile",
        reason: "the compiler sees to it",
    },
];

const VALUES: &str = "an error event comes with an error, so there is nothing to wrap into one";

pub(crate) const JS_13_ERROR: &[Difference] = &[
    Difference {
        original: "Error ERR_UNHANDLED_ERROR: Unhandled error. ('a string')",
        twin: "a string",
        reason: VALUES,
    },
    Difference {
        original: "Error ERR_UNHANDLED_ERROR: Unhandled error. (5)",
        twin: "5",
        reason: VALUES,
    },
    Difference {
        original: "Error ERR_UNHANDLED_ERROR: Unhandled error. (undefined)",
        twin: "undefined",
        reason: VALUES,
    },
];

pub(crate) const JS_13_ERROR_VALUE_UNCAUGHT: &[Difference] = &[Difference {
    original: "Error [ERR_UNHANDLED_ERROR]: Unhandled error. ('a string')",
    twin: "Error: a string",
    reason: VALUES,
}];

pub(crate) const JS_13_EMITTER: &[Difference] = &[Difference {
    original: "x has 2 of which 1",
    twin: "x has 2",
    reason: "two functions cannot be compared: a listener is known by the name that adding it gave",
}];

const SPELLING: &str = "names are in Rust's spelling";

pub(crate) const JS_13_META_EVENTS: &[Difference] = &[
    Difference {
        original: "MaxListenersExceededWarning: Possible EventEmitter memory leak detected. 11 busy listeners added to [EventEmitter]. MaxListeners is 10. Use emitter.setMaxListeners() to increase limit",
        twin: "MaxListenersExceededWarning: Possible EventEmitter memory leak detected. 11 busy listeners added to [EventEmitter]. MaxListeners is 10. Use emitter.set_max_listeners() to increase limit",
        reason: SPELLING,
    },
    Difference {
        original: "MaxListenersExceededWarning: Possible EventEmitter memory leak detected. 3 other listeners added to [EventEmitter]. MaxListeners is 2. Use emitter.setMaxListeners() to increase limit",
        twin: "MaxListenersExceededWarning: Possible EventEmitter memory leak detected. 3 other listeners added to [EventEmitter]. MaxListeners is 2. Use emitter.set_max_listeners() to increase limit",
        reason: SPELLING,
    },
];
