//! How channels are made.

/// What a write to a full channel does.
///
/// The original: [`BoundedChannelFullMode`](https://learn.microsoft.com/dotnet/api/system.threading.channels.boundedchannelfullmode).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BoundedChannelFullMode {
    /// It waits for room.
    #[default]
    Wait,
    /// It drops the item that was written last, to make room.
    DropNewest,
    /// It drops the item that would be read next, to make room.
    DropOldest,
    /// It drops what is to be written.
    DropWrite,
}

/// How a bounded channel is made. A number converts into one with that capacity.
///
/// The original: [`BoundedChannelOptions`](https://learn.microsoft.com/dotnet/api/system.threading.channels.boundedchanneloptions).
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "options do nothing by themselves"]
pub struct BoundedChannelOptions {
    pub(super) capacity: usize,
    pub(super) full_mode: BoundedChannelFullMode,
    pub(super) synchronous: bool,
}

impl BoundedChannelOptions {
    /// For so many items. With 0 each write waits for a read: a rendezvous, as .NET has it from version 10 on.
    pub fn new(capacity: usize) -> BoundedChannelOptions {
        BoundedChannelOptions {
            capacity,
            full_mode: BoundedChannelFullMode::Wait,
            synchronous: false,
        }
    }

    /// What a write does where there is no room.
    pub fn full_mode(self, full_mode: BoundedChannelFullMode) -> BoundedChannelOptions {
        BoundedChannelOptions { full_mode, ..self }
    }

    /// Whether who waits may go on inside of the call that it waits for, instead of being queued.
    pub fn allow_synchronous_continuations(self, allow: bool) -> BoundedChannelOptions {
        BoundedChannelOptions { synchronous: allow, ..self }
    }

    /// That one reads at a time at most. A promise that nothing depends on here.
    pub fn single_reader(self, _single: bool) -> BoundedChannelOptions {
        self
    }

    /// That one writes at a time at most. A promise that nothing depends on here.
    pub fn single_writer(self, _single: bool) -> BoundedChannelOptions {
        self
    }
}

impl From<usize> for BoundedChannelOptions {
    fn from(capacity: usize) -> BoundedChannelOptions {
        BoundedChannelOptions::new(capacity)
    }
}

/// How an unbounded channel is made.
///
/// The original: [`UnboundedChannelOptions`](https://learn.microsoft.com/dotnet/api/system.threading.channels.unboundedchanneloptions).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "options do nothing by themselves"]
pub struct UnboundedChannelOptions {
    pub(super) synchronous: bool,
}

impl UnboundedChannelOptions {
    /// As they are unless they are said otherwise.
    pub fn new() -> UnboundedChannelOptions {
        UnboundedChannelOptions::default()
    }

    /// Whether who waits may go on inside of the call that it waits for, instead of being queued.
    pub fn allow_synchronous_continuations(self, allow: bool) -> UnboundedChannelOptions {
        UnboundedChannelOptions { synchronous: allow }
    }

    /// That one reads at a time at most. A promise that nothing depends on here.
    pub fn single_reader(self, _single: bool) -> UnboundedChannelOptions {
        self
    }

    /// That one writes at a time at most. A promise that nothing depends on here.
    pub fn single_writer(self, _single: bool) -> UnboundedChannelOptions {
        self
    }
}
