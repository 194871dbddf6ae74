//! Which thread this is, as a number that is never used again.
//!
//! The address of a thread-local would be cheaper to get but may be handed to a later thread;
//! the standard `ThreadId` is not readable in one load.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names one thread of this process for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token(u64);

static NEXT: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static TOKEN: Cell<u64> = const { Cell::new(0) };
}

/// The token of the calling thread.
#[inline]
pub fn token() -> Token {
    TOKEN.with(|token| match token.get() {
        0 => first(token),
        known => Token(known),
    })
}

#[cold]
fn first(token: &Cell<u64>) -> Token {
    let fresh = NEXT.fetch_add(1, Ordering::Relaxed);
    token.set(fresh);
    Token(fresh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_keeps_its_token_and_shares_it_with_none() {
        let here = token();
        assert_eq!(token(), here);
        assert_ne!(std::thread::spawn(token).join().unwrap(), here);
    }
}
