//! The bits of the readiness word.
//!
//! ```text
//!   63          32 31            8 7      5    4      3      2      1      0
//!  ┌──────────────┬───────────────┬────────┬──────┬──────┬──────┬──────┬──────┐
//!  │  generation  │     tick      │ unused │ loop │write │read  │write │read  │
//!  │              │               │        │closed│closed│closed│      │      │
//!  └──────────────┴───────────────┴────────┴──────┴──────┴──────┴──────┴──────┘
//! ```
//!
//! * *generation* – which registration the slot belongs to. Changes when it is released.
//! * *tick* – how many events arrived, modulo 2²⁴. Changes at each event.
//! * *closed* bits are never taken back: a closed half stays ready, so that every later call
//!   reaches the kernel and gets its answer (end of file, `EPIPE`).

use std::fmt;

const READABLE: u8 = 1;
const WRITABLE: u8 = 1 << 1;
const READ_CLOSED: u8 = 1 << 2;
const WRITE_CLOSED: u8 = 1 << 3;
const LOOP_CLOSED: u8 = 1 << 4;

const TICK_SHIFT: u32 = 8;
const TICK_MASK: u64 = 0xff_ffff;
const GENERATION_SHIFT: u32 = 32;

/// One of the two ways data goes through a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the source to us: reading, receiving, accepting.
    Read,
    /// From us to the source: writing, sending, and the end of connecting.
    Write,
}

impl Direction {
    pub(super) fn bits(self) -> Ready {
        match self {
            Direction::Read => Ready(READABLE | READ_CLOSED),
            Direction::Write => Ready(WRITABLE | WRITE_CLOSED),
        }
    }
}

/// What a source is ready for. It is a hint: the call it promises may still have to wait.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ready(u8);

impl Ready {
    /// Ready for nothing.
    pub const EMPTY: Ready = Ready(0);

    /// Whether nothing is ready.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether reading is worth a try: there is data, an end, or an error to be had.
    pub fn is_readable(self) -> bool {
        self.0 & (READABLE | READ_CLOSED) != 0
    }

    /// Whether writing is worth a try: there is room, or an error to be had.
    pub fn is_writable(self) -> bool {
        self.0 & (WRITABLE | WRITE_CLOSED) != 0
    }

    /// Whether the other side will send no more. What it sent before may still be unread.
    pub fn is_read_closed(self) -> bool {
        self.0 & READ_CLOSED != 0
    }

    /// Whether the other side will take no more.
    pub fn is_write_closed(self) -> bool {
        self.0 & WRITE_CLOSED != 0
    }

    pub(super) const LOOP_CLOSED: Ready = Ready(LOOP_CLOSED);

    /// What can be taken back.
    pub(super) const CLEARABLE: Ready = Ready(READABLE | WRITABLE);

    pub(super) fn and(self, other: Ready) -> Ready {
        Ready(self.0 & other.0)
    }

    /// An error is to be fetched by whichever side asks first, so it makes both ready. (mio tells
    /// of an error on a UDP socket as a matter of writing only; its reader would wait for ever.)
    pub(super) fn from_event(event: &mio::event::Event) -> Ready {
        let mut bits = 0;
        if event.is_readable() {
            bits |= READABLE;
        }
        if event.is_writable() {
            bits |= WRITABLE;
        }
        if event.is_error() {
            bits |= READABLE | WRITABLE;
        }
        if event.is_read_closed() {
            bits |= READ_CLOSED;
        }
        if event.is_write_closed() {
            bits |= WRITE_CLOSED;
        }
        Ready(bits)
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (READABLE, "readable"),
            (WRITABLE, "writable"),
            (READ_CLOSED, "read closed"),
            (WRITE_CLOSED, "write closed"),
            (LOOP_CLOSED, "loop closed"),
        ];
        let set = names.iter().filter(|(bit, _)| self.0 & bit != 0).map(|(_, name)| name);
        f.debug_set().entries(set).finish()
    }
}

/// A readiness that was seen, and when. [`clear_readiness`] takes back just that: what arrived
/// since has another tick and stays.
///
/// [`clear_readiness`]: super::Registration::clear_readiness
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadyEvent {
    pub(super) tick: u32,
    pub(super) ready: Ready,
}

impl ReadyEvent {
    /// What the source was ready for, in the direction that was asked about.
    pub fn ready(&self) -> Ready {
        self.ready
    }
}

/// The readiness word, unpacked.
#[derive(Clone, Copy)]
pub(super) struct Word(pub(super) u64);

impl Word {
    pub(super) fn new(generation: u32) -> Word {
        Word(u64::from(generation) << GENERATION_SHIFT)
    }

    pub(super) fn generation(self) -> u32 {
        (self.0 >> GENERATION_SHIFT) as u32
    }

    pub(super) fn tick(self) -> u32 {
        ((self.0 >> TICK_SHIFT) & TICK_MASK) as u32
    }

    pub(super) fn ready(self) -> Ready {
        Ready(self.0 as u8)
    }

    pub(super) fn with(self, ready: Ready) -> Word {
        Word(self.0 | u64::from(ready.0))
    }

    pub(super) fn without(self, ready: Ready) -> Word {
        Word(self.0 & !u64::from(ready.0))
    }

    pub(super) fn next_tick(self) -> Word {
        let tick = (u64::from(self.tick()) + 1) & TICK_MASK;
        Word(self.0 & !(TICK_MASK << TICK_SHIFT) | tick << TICK_SHIFT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tick_wraps_without_touching_its_neighbours() {
        let last = Word(Word::new(7).0 | TICK_MASK << TICK_SHIFT).with(Ready(WRITABLE));
        let next = last.next_tick();
        assert_eq!((next.tick(), next.generation(), next.ready()), (0, 7, Ready(WRITABLE)));
    }
}
