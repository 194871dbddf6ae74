//! The lines that twins print differently on purpose, and why.

use crate::Difference;

const COMPILER: &str = "the compiler refuses it";

pub(super) const CS_01_HOT_START: &[Difference] = &[Difference {
    original: "a checked argument: ArgumentNullException",
    twin: "a checked argument: ArgumentException",
    reason: "there is no null, and no exception of its own for an argument that is missing",
}];

pub(super) const CS_02_WHERE_INLINE_ENDS: &[Difference] = &[Difference {
    original: "set under a plain context: inline [a1] queued []",
    twin: "set under a plain context: there is none",
    reason: "SynchronizationContext is a trait and has no instance of its own",
}];

pub(super) const CS_03_CONTEXT: &[Difference] = &[Difference {
    original: "captured the base class: inline True, in none",
    twin: "captured the base class: there is none",
    reason: "SynchronizationContext is a trait and has no instance of its own",
}];

pub(super) const CS_04_WAIT: &[Difference] = &[Difference {
    original: "WaitAny, none: -1",
    twin: "WaitAny, none: ArgumentException",
    reason: "an index of none at all would have to be checked for by everyone",
}];

pub(super) const CS_05_WHEN_ALL: &[Difference] = &[
    Difference {
        original: "a null among them: ArgumentException",
        twin: "a null among them: does not compile",
        reason: COMPILER,
    },
    Difference {
        original: "no list: ArgumentNullException",
        twin: "no list: does not compile",
        reason: COMPILER,
    },
];

pub(super) const CS_06_WHEN_ANY: &[Difference] = &[Difference {
    original: "a null among them: ArgumentException",
    twin: "a null among them: does not compile",
    reason: COMPILER,
}];

pub(super) const CS_07_PRE_CANCELLED: &[Difference] = &[Difference {
    original: "at once: WaitingToRun",
    twin: "at once: Canceled",
    reason: "what waits in the pool's queue is withdrawn by the cancel, and not only in its turn",
}];

pub(super) const CS_07_TOKEN_MATCHING: &[Difference] = &[
    Difference {
        original: "TaskCanceledException, its token True, its task True",
        twin: "TaskCanceledException, its token True",
        reason: "an error does not keep the task that it came from",
    },
    Difference {
        original: "a token that is not cancelled: ArgumentOutOfRangeException",
        twin: "a token that is not cancelled: panic(Specified argument was out of the range of valid values.: the token is not cancelled)",
        reason: "a mistake of the programmer",
    },
];

pub(super) const CS_08_CALLBACKS: &[Difference] = &[Difference {
    original: "a late one that throws: Exception(late)",
    twin: "a late one that throws: panic(a callback on a cancelled token failed: late)",
    reason: "registering returns a registration and no error",
}];

pub(super) const CS_08_REGISTRATIONS: &[Difference] = &[
    Difference {
        original: "early: True False",
        twin: "early: True, a second time does not compile",
        reason: "unregister takes the registration",
    },
    Difference {
        original: "on a cancelled one: False, nothing True",
        twin: "on a cancelled one: False",
        reason: "registrations cannot be compared",
    },
    Difference {
        original: "Unregister while it runs: False, ended False",
        twin: "Unregister while it runs: does not compile before Dispose",
        reason: "unregister takes the registration",
    },
    Difference {
        original: "Token: ObjectDisposedException",
        twin: "Token: nothing",
        reason: "to ask for the token cannot fail; what it is asked for is never cancelled",
    },
    Difference {
        original: "asking: False True",
        twin: "asking: False False",
        reason: "a token whose source was disposed of is never cancelled, and says so",
    },
];
