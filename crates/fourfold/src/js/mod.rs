//! JavaScript's promises, and the loop of Node.
//!
//! One thread, one loop, async functions that run at once to their first await, promises that many can
//! await, and an order of events that is kept to the tick: ticks before microtasks, both after every
//! callback, and the phases of Node. A callback or a body throws by returning an `Err`.
//!
//! One file for each notion. Below them lies what they stand on:
//!
//! | file | tells |
//! |---|---|
//! | `abort/` | [`AbortController`] and [`AbortSignal`] |
//! | `generators/`, `async_generators/` | [`generator`] and [`async_generator`], and the loops over them |
//! | [`events`] | [`EventEmitter`], promises and iterators of events |
//! | `inbox.rs`, `remote.rs` | [`Inbox`] and [`Remote`]: how other threads and dialects reach a loop |
//! | `promisify.rs` | [`promisify`] and [`callbackify`] |
//! | `async_local_storage.rs` | [`AsyncLocalStorage`] |
//! | `fetch/` | `fetch`, its requests and responses, by the feature `http` |
//! | `event_loop.rs` | the turn of the loop, in Node's phases: the specification of the order of events |
//! | `microtasks.rs` | the queues that are drained after every callback |
//! | `cell.rs` | what is kept in every promise, and how its listeners are run |
//! | `core.rs`, `closing.rs` | what a loop is made of, its end |
//! | `callback.rs`, `errors.rs` | functions the loop calls; the language's own errors |

mod abort;
mod async_fn;
mod async_generators;
mod async_local_storage;
mod callback;
mod cell;
mod closing;
mod combinators;
mod core;
mod embed;
mod errors;
mod event_loop;
pub mod events;
#[cfg(feature = "http")]
mod fetch;
mod generators;
mod immediates;
mod inbox;
mod listener;
mod microtasks;
pub mod process;
mod promise;
mod promisify;
mod rejections;
mod remote;
mod run;
mod timers;

pub use abort::{
    AbortController, AbortError, AbortListener, AbortSignal, DomException, UntilAborted,
};
pub use async_fn::async_fn;
pub use async_generators::{
    AsyncGenerator, AsyncIterator, AsyncValues, AsyncYielder, EachOf, async_generator, each_of,
    for_await, for_each, from_stream,
};
pub use async_local_storage::{AsyncLocalStorage, Snapshot, snapshot};
pub use callback::Outcome;
pub use combinators::{AggregateError, Settled};
pub use embed::Embedded;
pub use errors::{RangeError, TypeError};
pub use events::{Event, EventEmitter};
#[cfg(feature = "json")]
pub use fetch::SyntaxError;
#[cfg(feature = "http")]
pub use fetch::{
    Body, Headers, ReadableStream, Redirect, RequestInit, Response, fetch, fetch_with,
};
pub use generators::{
    Generator, GeneratorReturn, GeneratorValues, IteratorResult, Yielder, generator,
};
pub use immediates::{Immediate, clear_immediate, set_immediate};
pub use inbox::{Inbox, Sender, queue_work};
pub use microtasks::{next_tick, queue_microtask};
pub use promise::{
    Await, IntoPromise, Promise, Resolution, Resolve, Resolvers, State, Then, Thenable,
};
pub use promisify::{Callbackified, ErrorFirst, callbackify, promisify};
pub use rejections::{Rejection, Step};
pub use remote::{Listening, Remote, RemoteAbort};
pub use run::{Builder, Exit, Uncaught, main, run};
pub use timers::{
    Delay, Timeout, TimerOptions, clear_interval, clear_timeout, scheduler, set_immediate_promise,
    set_immediate_promise_with_options, set_interval, set_interval_promise, set_timeout,
    set_timeout_promise, set_timeout_promise_with, set_timeout_promise_with_options,
};
