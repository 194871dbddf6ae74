//! The two halves of a pair of dialects.
//!
//! | file | tells |
//! |---|---|
//! | `awaited.rs` | a task of each dialect that ends in a given way |
//! | `awaiting.rs` | how each dialect awaits one, and cancels its await |

#![allow(unreachable_pub, reason = "shared by the file beside it alone")]

pub mod awaited;
pub mod awaiting;

/// How the awaited task is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Value,
    Failure,
    Panic,
    /// It waits until it is cancelled, cleans up with a further wait, and ends as cancelled.
    Cancelled,
}
