//! The lines that twins print differently on purpose, and why.

use crate::Difference;

const COMPILER: &str = "the compiler refuses it";
const EXECUTE: &str = "to execute a task says nothing of whether it ran";
const FAILING_SCHEDULER: &str =
    "what a scheduler is given it cannot refuse: a panic of it comes out, and cancels the task";
const ASKED: &str = "a scheduler is asked whether it would, and to take out the task only where that waits in its queue";
const TRAP: &str =
    "who blocks the thread that a task must go on on is told so, instead of waiting for ever";
const WITHIN: &str = "a method that is called back while it asks goes on when it has asked: one call, not two nested ones";
const PANIC: &str = "what a context calls returns nothing, and can fail only by panicking";

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

pub(super) const CS_09_LINKED: &[Difference] = &[Difference {
    original: "no tokens: ArgumentException",
    twin: "no tokens: nothing",
    reason: "a source that follows nobody is one like others",
}];

pub(super) const CS_10_COMPLETION_SOURCE: &[Difference] = &[
    Difference {
        original: "the token: True, the task: True",
        twin: "the token: True",
        reason: "an error does not keep the task that it came from",
    },
    Difference {
        original: "no exception: ArgumentNullException",
        twin: "no exception: does not compile",
        reason: COMPILER,
    },
    Difference {
        original: "an empty list: ArgumentException",
        twin: "an empty list: panic(a task cannot fail with no exception at all)",
        reason: "a mistake of the programmer",
    },
    Difference {
        original: "a list with none: ArgumentException",
        twin: "a list with none: does not compile",
        reason: COMPILER,
    },
    Difference {
        original: "its state: a state",
        twin: "its state: a closure has it",
        reason: "a task has no AsyncState",
    },
    Difference {
        original: "options it cannot have: ArgumentOutOfRangeException",
        twin: "options it cannot have: nothing",
        reason: "an option that means nothing to a task without a body is left alone",
    },
];

pub(super) const CS_11_COLD: &[Difference] = &[
    Difference {
        original: "its state a state; outside of tasks there is no current one: True",
        twin: "outside of tasks there is no current one: True",
        reason: "a task has no AsyncState: a closure has what it is given",
    },
    Difference {
        original: "no body: ArgumentNullException",
        twin: "no body: does not compile",
        reason: COMPILER,
    },
    Difference {
        original: "Dispose of a cold one: InvalidOperationException",
        twin: "a cold one may be dropped",
        reason: "there is no Dispose: the last handle that is dropped frees a task",
    },
    Difference {
        original: "Dispose of an ended one: nothing, then its result True",
        twin: "an ended one of which another handle is left: its result True",
        reason: "there is no Dispose: the last handle that is dropped frees a task",
    },
];

pub(super) const CS_12_UNWRAP: &[Difference] = &[
    Difference {
        original: "Run, it returns no task: Canceled TaskCanceledException",
        twin: "Run, it returns no task: does not compile",
        reason: COMPILER,
    },
    Difference {
        original: "Run, it returns no task of int: Canceled TaskCanceledException",
        twin: "Run, it returns no task of int: does not compile",
        reason: COMPILER,
    },
    Difference {
        original: "no inner: Canceled TaskCanceledException",
        twin: "no inner: does not compile",
        reason: COMPILER,
    },
];

pub(super) const CS_13_CONTINUE_WITH: &[Difference] = &[Difference {
    original: "an option it cannot have: ArgumentOutOfRangeException",
    twin: "an option it cannot have: there is no ContinueWhenAll",
    reason: "it is what follows the task of all",
}];

pub(super) const CS_13_OPTIONS: &[Difference] = &[
    Difference {
        original: "none left: ArgumentOutOfRangeException",
        twin: "none left: Canceled",
        reason: "continue_with returns a task and no error; one that can never run is cancelled",
    },
    Difference {
        original: "what excludes another: ArgumentOutOfRangeException",
        twin: "what excludes another: it runs here True",
        reason: "continue_with returns a task and no error; to run synchronously is what counts",
    },
];

pub(super) const CS_14_ASYNC_VOID: &[Difference] = &[
    Difference {
        original: "the loop throws Exception(later)",
        twin: "the loop throws panic(an async void method failed: later)",
        reason: PANIC,
    },
    Difference {
        original: "the loop throws Exception(at once)",
        twin: "the loop throws panic(an async void method failed: at once)",
        reason: PANIC,
    },
    Difference {
        original: "the loop throws OperationCanceledException",
        twin: "the loop throws panic(an async void method failed: The operation was canceled.)",
        reason: PANIC,
    },
];

pub(super) const CS_14_ASYNC_VOID_CRASH: &[Difference] = &[Difference {
    original: "Unhandled exception. System.InvalidOperationException: of an async void method",
    twin: "Unhandled exception. of an async void method",
    reason: "errors of Rust show their text without their type",
}];

pub(super) const CS_14_ASYNC_VOID_ENDS: &[Difference] = &[Difference {
    original: "unhandled InvalidOperationException, terminating True",
    twin: "unhandled InvalidOperationException",
    reason: "it always ends the process",
}];

pub(super) const CS_20_MORE_THREADS: &[Difference] = &[Difference {
    original: "background: True",
    twin: "background: one that waits for ever keeps no program from its end",
    reason: "a process of Rust waits for no thread when its main one ends",
}];

pub(super) const CS_16_EXECUTION_CONTEXT: &[Difference] = &[
    Difference {
        original: "undone twice: InvalidOperationException",
        twin: "undone twice: nothing",
        reason: "the guard undoes it where it is dropped, and that cannot fail",
    },
    Difference {
        original: "no context: InvalidOperationException",
        twin: "no context: does not compile",
        reason: COMPILER,
    },
];

pub(super) const CS_22_LIMITED_SCHEDULER: &[Difference] = &[
    Difference {
        original: "cancelled while queued: WaitingToRun",
        twin: "cancelled while queued: Canceled",
        reason: "what waits to begin is ended by the cancel, and not only in its turn",
    },
    Difference {
        original: "limits: 1 2 True",
        twin: "limits: 1 2",
        reason: "the pool is no scheduler that could be asked",
    },
];

pub(super) const CS_22_PUMP: &[Difference] = &[Difference {
    original: "Exception(of main)",
    twin: "panic(an async void method failed: of main)",
    reason: PANIC,
}];

/// The lines in the order of the original, which prints some of them several times.
pub(super) const CS_22_SCHEDULER_CALLS: &[Difference] = &[
    Difference { original: "  run a: True", twin: "  run a", reason: EXECUTE },
    Difference { original: "  inline a, queued before True", twin: "  inline", reason: ASKED },
    Difference { original: "  inline a, queued before False", twin: "  inline", reason: ASKED },
    Difference { original: "  inline a, queued before False", twin: "  inline", reason: ASKED },
    Difference { original: "  run a: True", twin: "  run a", reason: EXECUTE },
    Difference { original: "  run c: True", twin: "  run c", reason: EXECUTE },
    Difference { original: "  inline c, queued before False", twin: "  inline", reason: ASKED },
    Difference { original: "  run a: True", twin: "  run a", reason: EXECUTE },
    Difference { original: "  run the rest: True", twin: "  run the rest", reason: EXECUTE },
    Difference { original: "  run a: True", twin: "  run a", reason: EXECUTE },
    Difference {
        original: "  inline the rest, queued before False",
        twin: "  inline",
        reason: ASKED,
    },
    Difference { original: "  run a: True", twin: "  run a", reason: EXECUTE },
    Difference {
        original: "WaitingToRun",
        twin: "Canceled",
        reason: "what waits to begin is ended by the cancel, and not only in its turn",
    },
    Difference {
        original: "TaskSchedulerException[Exception(of the scheduler)]",
        twin: "panic(of the scheduler)",
        reason: FAILING_SCHEDULER,
    },
    Difference {
        original: "TaskSchedulerException[Exception(of the scheduler)], Faulted",
        twin: "panic(of the scheduler), Canceled",
        reason: FAILING_SCHEDULER,
    },
];

pub(super) const CS_09_CANCEL_AFTER: &[Difference] = &[Difference {
    original: "a negative time: ArgumentOutOfRangeException",
    twin: "a negative time: does not compile",
    reason: COMPILER,
}];

pub(super) const CS_09_TOKENS: &[Difference] = &[
    Difference {
        original: "the handle: False, the same True",
        twin: "the handle: False",
        reason: "handles cannot be compared",
    },
    Difference {
        original: "woken by 1",
        twin: "woken",
        reason: "a handle is waited for alone; to wait for one of several is for tasks",
    },
    Difference {
        original: "an event: OperationCanceledException",
        twin: "an event: there is none that takes a token",
        reason: "threads of Rust have their own means to block",
    },
];

pub(super) const CS_15_SOURCE: &[Difference] = &[Difference {
    original: "a stale one: InvalidOperationException InvalidOperationException",
    twin: "a stale one: True InvalidOperationException",
    reason: "whether it is completed is a bool: a stale one counts as failed",
}];

pub(super) const CS_15_VALUE_TASK: &[Difference] = &[
    Difference {
        original: "allocates for each: False",
        twin: "allocates for each: a future is a part of whoever awaits it",
        reason: "an asynchronous function that is awaited needs no value task, and allocates nothing",
    },
    Difference {
        original: "as text: [1] []",
        twin: "as text: [ValueTask { status: Succeeded }] [ValueTask { status: Faulted }]",
        reason: "what is shown is for debugging",
    },
    Difference {
        original: "no task: ArgumentNullException",
        twin: "no task: does not compile",
        reason: COMPILER,
    },
];

pub(super) const CS_19_DELAY_YIELD: &[Difference] = &[
    Difference {
        original: "a negative one: ArgumentOutOfRangeException",
        twin: "a negative one: does not compile",
        reason: COMPILER,
    },
    Difference {
        original: "too long: ArgumentOutOfRangeException",
        twin: "too long: WaitingForActivation",
        reason: "no delay is too long",
    },
];

pub(super) const CS_19_SCHEDULER_PAIR: &[Difference] = &[Difference {
    original: "refused: TaskSchedulerException[InvalidOperationException]",
    twin: "refused: panic(The pair of schedulers was completed.)",
    reason: FAILING_SCHEDULER,
}];

pub(super) const CS_19_SEMAPHORE: &[Difference] = &[Difference {
    original: "made badly: ArgumentOutOfRangeException ArgumentOutOfRangeException ArgumentOutOfRangeException",
    twin: "made badly: ArgumentOutOfRangeException, does not compile, ArgumentOutOfRangeException",
    reason: COMPILER,
}];

/// A callback that is called at once does not run the method within, but lets it go on after it.
pub(super) const CS_21_AWAITABLES: &[Difference] = &[
    Difference { original: "runs it within", twin: "1 runs it within", reason: WITHIN },
    Difference { original: "resumed", twin: "1 has run it", reason: WITHIN },
    Difference { original: "runs it within", twin: "resumed", reason: WITHIN },
    Difference { original: "resumed again", twin: "2 runs it within", reason: WITHIN },
    Difference { original: "has run it", twin: "2 has run it", reason: WITHIN },
    Difference { original: "has run it", twin: "resumed again", reason: WITHIN },
];

pub(super) const CS_21_BUILDERS: &[Difference] = &[
    Difference {
        original: "no exception: ArgumentNullException",
        twin: "no exception: does not compile",
        reason: COMPILER,
    },
    Difference {
        original: "no machine: ArgumentNullException",
        twin: "no machine: does not compile",
        reason: COMPILER,
    },
    Difference {
        original: "no continuation: ArgumentNullException",
        twin: "no continuation: does not compile",
        reason: COMPILER,
    },
    Difference {
        original: "begun 2, ended 2, posted: Exception(of a void one)",
        twin: "begun 2, ended 2, posted: panic(an async void method failed: of a void one)",
        reason: PANIC,
    },
];

pub(super) const CS_03_BLOCKING: &[Difference] = &[
    Difference {
        original: "blocked on it: False, WaitingForActivation",
        twin: "blocked on it: SyncOverAsyncException, WaitingForActivation",
        reason: TRAP,
    },
    Difference {
        original: "that had nothing to leave for: False",
        twin: "that had nothing to leave for: SyncOverAsyncException",
        reason: TRAP,
    },
];

pub(super) const CS_04_MESSAGES: &[Difference] = &[
    Difference {
        original: "flattened: AggregateException: One or more errors occurred. (a) (One or more errors occurred. (b)) (a) (b)",
        twin: "flattened: AggregateException: One or more errors occurred. (a) (b)",
        reason: "the original's text tells all of it twice",
    },
    Difference {
        original: "Dispose of an open one: InvalidOperationException: A task may only be disposed if it is in a completion state (RanToCompletion, Faulted or Canceled).",
        twin: "Dispose of an open one: there is no Dispose",
        reason: "the last handle that is dropped frees a task",
    },
    Difference {
        original: "WhenAll with a null: ArgumentException: The tasks argument included a null value. (Parameter 'tasks')",
        twin: "WhenAll with a null: does not compile",
        reason: COMPILER,
    },
    Difference {
        original: "WhenAny of none: ArgumentException: The tasks argument contains no tasks. (Parameter 'tasks')",
        twin: "WhenAny of none: ArgumentException: The tasks argument contains no tasks.",
        reason: "an error names no parameter",
    },
    Difference {
        original: "FromCanceled of a token that is not: ArgumentOutOfRangeException: Specified argument was out of the range of valid values. (Parameter 'cancellationToken')",
        twin: "FromCanceled of a token that is not: panic: panicked: Specified argument was out of the range of valid values.: the token is not cancelled",
        reason: "a mistake of the programmer",
    },
];

pub(super) const CS_17_ASYNC_STREAM: &[Difference] = &[Difference {
    original: "a step that waits: False, disposal beside it NotSupportedException",
    twin: "a step that waits: False, disposal beside it does not compile",
    reason: COMPILER,
}];

pub(super) const CS_18_BOUNDED: &[Difference] = &[Difference {
    original: "no capacity: ArgumentOutOfRangeException",
    twin: "no capacity: nothing",
    reason: "one without capacity is a rendezvous, as it is in .NET from version 10 on",
}];

pub(super) const CS_19_PROGRESS: &[Difference] = &[
    Difference {
        original: "reported action 7 event 7, sender True ",
        twin: "reported action 7 event 7 ",
        reason: "a handler is not told which one it belongs to: it can keep a copy",
    },
    Difference {
        original: "no handler: ArgumentNullException",
        twin: "no handler: does not compile",
        reason: COMPILER,
    },
];

pub(super) const CS_19_TIMER: &[Difference] = &[Difference {
    original: "made badly: ArgumentOutOfRangeException ArgumentNullException",
    twin: "made badly: does not compile",
    reason: COMPILER,
}];
