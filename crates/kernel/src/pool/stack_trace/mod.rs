//! Where another thread of this process is at this moment, for the report of a stall.
//!
//! ```text
//!   sysmon                                      the stuck thread
//!     │  asks: a word, then a signal ───────────►  handler: copies its registers and the top
//!     │                                            of the stack it interrupted, sets the word
//!     │  ◄──────────────────────────────────────   and goes on
//!     │  walks the copy frame by frame
//!     │  looks up names, files, lines
//! ```
//!
//! | file | tells |
//! |---|---|
//! | `signal.rs` | the signal, its handler, and the word between the two threads |
//! | `unwind.rs` | from the copy to return addresses, by the tables that unwinding uses |
//! | `names.rs` | from addresses to text |
//!
//! The handler does as little as can be: two system calls and some stores. All that looks things
//! up, allocates, takes locks or trusts what lies on a stack happens afterwards on sysmon's thread,
//! and on a copy: a table that is wrong at the instruction that was interrupted gives a wrong line
//! in a report, never a fault.
//!
//! On Linux with x86-64 or arm64; elsewhere there is no stack to show.
//!
//! # Rejected
//!
//! * *Unwinding in the handler*, by the unwinder that panics use. It follows what it reads; at an
//!   instruction in the middle of a switch of stacks, or in hand-written assembly, that may be
//!   anywhere, and then the report of a stall ends the process. It takes the loader's lock with
//!   an older C library, which the stuck thread may hold.
//! * *Reading the stuck thread's registers from outside* (`ptrace`). Only another process may.

#[cfg(all(
    target_os = "linux",
    target_pointer_width = "64",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod names;
#[cfg(all(
    target_os = "linux",
    target_pointer_width = "64",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod signal;
#[cfg(all(
    target_os = "linux",
    target_pointer_width = "64",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod unwind;

#[cfg(all(
    target_os = "linux",
    target_pointer_width = "64",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
pub(super) use signal::{Thread, prepare};

/// The frames of a thread as addresses, innermost first.
pub(super) struct Trace(Vec<usize>);

#[cfg(all(
    target_os = "linux",
    target_pointer_width = "64",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
impl Trace {
    /// Where `thread` is; no frames if it cannot be told in time.
    pub(super) fn of(thread: &Thread) -> Trace {
        Trace(thread.snapshot().map_or_else(Vec::new, |snapshot| unwind::frames(&snapshot)))
    }

    /// In words.
    pub(super) fn names(&self) -> Vec<String> {
        names::of(&self.0)
    }
}

#[cfg(not(all(
    target_os = "linux",
    target_pointer_width = "64",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
mod nowhere {
    use super::Trace;

    /// Nothing to be asked.
    #[derive(Default)]
    pub(in crate::pool) struct Thread;

    impl Thread {
        pub(in crate::pool) fn bind(&self) {}
    }

    pub(in crate::pool) fn prepare() {}

    impl Trace {
        pub(in crate::pool) fn of(_: &Thread) -> Trace {
            Trace(Vec::new())
        }

        pub(in crate::pool) fn names(&self) -> Vec<String> {
            self.0.iter().map(|frame| format!("{frame:#x}")).collect()
        }
    }
}

#[cfg(not(all(
    target_os = "linux",
    target_pointer_width = "64",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
pub(super) use nowhere::{Thread, prepare};

impl Trace {
    /// No frames.
    pub(super) fn none() -> Trace {
        Trace(Vec::new())
    }
}
