//! The lines that twins print differently on purpose, and why.

use crate::Difference;

const COMPILER: &str = "the compiler refuses it";
const TEXT: &str =
    "nobody would want to match it, so it is only a text, which shows as RuntimeError";

pub(super) const PY_01_LAZY_COROUTINE: &[Difference] = &[Difference {
    original: "RuntimeError cannot reuse already awaited coroutine",
    twin: "awaiting it twice does not compile",
    reason: COMPILER,
}];

pub(super) const PY_03_CREATE_TASK: &[Difference] = &[
    Difference {
        original: "TypeError a coroutine was expected, got 42",
        twin: "create_task(42) does not compile",
        reason: COMPILER,
    },
    Difference {
        original: "RuntimeError no running event loop",
        twin: "RuntimeError no running event loop: call this from a coroutine under asyncio::run",
        reason: "a panic, as a mistake of the programmer; its text says what to do",
    },
];

pub(super) const PY_05_HANDLES: &[Difference] = &[Difference {
    original: r#"[('Exception', "ZeroDivisionError('division by zero')")] goes on"#,
    twin: r#"[('Exception', "panic('attempt to divide by zero')")] goes on"#,
    reason: "a callback can fail only by panicking, and the text is Rust's",
}];

pub(super) const PY_07_FUTURE: &[Difference] = &[Difference {
    original: "StopIteration -> None",
    twin: "StopIteration is no error of Rust's",
    reason: "iterators of Rust do not end by raising",
}];

pub(super) const PY_09_MANY_AWAITERS: &[Difference] = &[Difference {
    original: "renamed work",
    twin: "renamed; a future of Rust's has no name of its own",
    reason: "async functions of Rust carry no name",
}];

pub(super) const PY_13_WAIT: &[Difference] = &[Difference {
    original: "ValueError Invalid return_when value: SOME",
    twin: "another return_when does not compile",
    reason: COMPILER,
}];

pub(super) const PY_18_CONTEXTVARS: &[Difference] = &[Difference {
    original: "reset twice RuntimeError",
    twin: "reset twice does not compile",
    reason: COMPILER,
}];

pub(super) const PY_19_SEMAPHORE: &[Difference] = &[Difference {
    original: "ValueError Semaphore initial value must be >= 0",
    twin: "Semaphore(-1) does not compile",
    reason: COMPILER,
}];

pub(super) const PY_21_ASYNC_GENERATORS: &[Difference] = &[Difference {
    original: "asend before the start ! TypeError can't send non-None value to a just-started async generator",
    twin: "asend before the start ! RuntimeError can't send non-None value to a just-started async generator",
    reason: TEXT,
}];

pub(super) const PY_23_RUN_COROUTINE_THREADSAFE: &[Difference] = &[Difference {
    original: "TypeError A coroutine object is required",
    twin: "run_coroutine_threadsafe(42) does not compile",
    reason: COMPILER,
}];

pub(super) const PY_24_STREAMS_LIMIT: &[Difference] = &[
    Difference {
        original: "readline drops the long line ! ValueError Separator is found, but chunk is longer than limit",
        twin: "readline drops the long line ! RuntimeError Separator is found, but chunk is longer than limit",
        reason: TEXT,
    },
    Difference {
        original: "readline without an end drops all ! ValueError Separator is not found, and chunk exceed the limit",
        twin: "readline without an end drops all ! RuntimeError Separator is not found, and chunk exceed the limit",
        reason: TEXT,
    },
];

pub(super) const PY_24_STREAMS_READ: &[Difference] = &[
    Difference {
        original: "readuntil empty ! ValueError Separator should be at least one-byte string",
        twin: "readuntil empty ! RuntimeError Separator should be at least one-byte string",
        reason: TEXT,
    },
    Difference {
        original: "readexactly -1 ! ValueError readexactly size can not be less than zero",
        twin: "readexactly(-1) does not compile",
        reason: COMPILER,
    },
    Difference {
        original: "get_extra_info True default",
        twin: "get_extra_info True",
        reason: "each piece of extra information is a method; there is no name to get wrong",
    },
];

pub(super) const PY_25_FLOW_CONTROL: &[Difference] = &[
    Difference {
        original: "ValueError high (5) must be >= low (-1) must be >= 0",
        twin: "a mark below zero does not compile",
        reason: COMPILER,
    },
    Difference { original: "TypeError", twin: "writing a text does not compile", reason: COMPILER },
];

pub(super) const PY_26_SIGNALS: &[Difference] = &[
    Difference {
        original: "RuntimeError",
        twin: "SignalRefused",
        reason: "one type for every signal that cannot be caught",
    },
    Difference {
        original: "ValueError",
        twin: "SignalRefused",
        reason: "one type for every signal that cannot be caught",
    },
];

pub(super) const PY_27_SLOW_CALLBACK: &[Difference] = &[
    Difference {
        original: "call_soon from another thread: ['RuntimeError Non-thread-safe operation invoked on an event loop other than the current one']",
        twin: "call_soon from another thread: does not compile",
        reason: "a Loop is not Send, so the compiler refuses what debug mode would find",
    },
    Difference {
        original: "call_soon from another thread: ['accepted']",
        twin: "call_soon from another thread: does not compile",
        reason: "a Loop is not Send, so the compiler refuses what debug mode would find",
    },
];

pub(super) const PY_29_LOOP_CONTROL: &[Difference] = &[Difference {
    original: "not awaitable ! TypeError An asyncio.Future, a coroutine or an awaitable is required",
    twin: "run_until_complete(42) does not compile",
    reason: COMPILER,
}];
