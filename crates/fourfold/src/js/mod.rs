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
//! | `event_loop.rs` | the turn of the loop, in Node's phases: the specification of the order of events |
//! | `microtasks.rs` | the queues that are drained after every callback |
//! | `cell.rs` | what is kept in every promise, and how its listeners are run |
//! | `core.rs`, `closing.rs`, `live.rs` | what a loop is made of, its end, the functions that have not ended |
//! | `callback.rs`, `errors.rs` | functions the loop calls; the language's own errors |

mod async_fn;
mod async_local_storage;
mod callback;
mod cell;
mod closing;
mod combinators;
mod core;
mod embed;
mod errors;
mod event_loop;
mod immediates;
mod inbox;
mod live;
mod microtasks;
pub mod process;
mod promise;
mod rejections;
mod run;
mod timers;

pub use async_fn::async_fn;
pub use async_local_storage::{AsyncLocalStorage, Snapshot, snapshot};
pub use callback::Outcome;
pub use combinators::{AggregateError, Settled};
pub use embed::Embedded;
pub use errors::{RangeError, TypeError};
pub use immediates::{Immediate, clear_immediate, set_immediate};
pub use inbox::{Inbox, Sender, queue_work};
pub use microtasks::{next_tick, queue_microtask};
pub use promise::{
    Await, IntoPromise, Promise, Resolution, Resolve, Resolvers, State, Then, Thenable,
};
pub use rejections::{Rejection, Step};
pub use run::{Builder, Exit, Uncaught, main, run};
pub use timers::{
    Delay, Timeout, clear_interval, clear_timeout, set_immediate_promise, set_interval,
    set_timeout, set_timeout_promise, set_timeout_promise_with,
};
