//! `echo`: 1 KiB there, the same back.

use super::Exchange;
use crate::workload::MESSAGE_BYTES;
use std::io;

/// See the module.
pub(super) enum Echo {}

impl Exchange for Echo {
    const REQUEST: &[u8] = &[b'x'; MESSAGE_BYTES];

    fn is_complete(answer: &[u8], known: usize) -> io::Result<bool> {
        if answer[known..] != Self::REQUEST[known..answer.len()] {
            return Err(io::Error::other("the server answered with other bytes"));
        }
        Ok(answer.len() == MESSAGE_BYTES)
    }
}
