//! Channels: items from who writes to who reads.
//!
//! ```
//! use fourfold::csharp::{self, Channel, async_method, await_foreach};
//!
//! csharp::run(async {
//!     let channel = Channel::create_bounded(2);
//!     let (reader, writer) = (channel.reader(), channel.writer());
//!     let produces = async_method(async move {
//!         for i in 1..=10 {
//!             writer.write_async(i).await?;
//!         }
//!         writer.complete()
//!     });
//!     let mut sum = 0;
//!     await_foreach!(item in reader.read_all_async() => {
//!         sum += item;
//!     })?;
//!     assert_eq!(sum, 55);
//!     produces.await
//! })?;
//! # Ok::<(), fourfold::Error>(())
//! ```
//!
//! An operation begins when it is called, as in C#: a read that has to wait stands in line from then on, and
//! leaves it when its value task is dropped. An item that it was given by then is not lost: it is the next to be
//! read.
//!
//! Dropping the last writer completes nothing. Say [`complete`](ChannelWriter::complete).
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | [`Channel`] |
//! | `options.rs` | capacities, and what a write to a full channel does |
//! | `writer.rs`, `reader.rs` | the two halves |
//! | `read_all.rs` | all items, as an async stream |
//! | `shared.rs` | what both halves share: the rules |
//! | `state.rs` | items and who waits, and what a write or a read does to them |
//! | `operation.rs` | one that waits |
//! | `line.rs` | the line it stands in |

mod line;
mod operation;
mod options;
mod read_all;
mod reader;
mod shared;
mod state;
mod writer;

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::cell::{Kind, Node};
use super::task::{Task, TaskCreationOptions};
use super::thread_pool;
pub use options::{BoundedChannelFullMode, BoundedChannelOptions, UnboundedChannelOptions};
pub use read_all::{ReadAll, ReadAllEnumerator};
pub use reader::ChannelReader;
use shared::{ItemDropped, Shared};
pub use writer::ChannelWriter;

/// A queue of items with two halves, each of which any number of tasks may have.
///
/// The original: [`Channel<T>`](https://learn.microsoft.com/dotnet/api/system.threading.channels.channel-1).
///
/// # Threads
///
/// Both halves may be used from any thread. Items are read in the order in which they were written; who waits is
/// served in the order in which they came.
pub struct Channel<T: Send + 'static> {
    shared: Arc<Shared<T>>,
}

impl<T: Send + 'static> Channel<T> {
    /// One for so many items, or with these options.
    ///
    /// ```
    /// use fourfold::csharp::{BoundedChannelFullMode, BoundedChannelOptions, Channel};
    ///
    /// let newest = BoundedChannelOptions::new(1).full_mode(BoundedChannelFullMode::DropOldest);
    /// let channel = Channel::create_bounded(newest);
    /// assert!(channel.writer().try_write(1).is_ok());
    /// assert!(channel.writer().try_write(2).is_ok());
    /// assert_eq!(channel.reader().try_read(), Some(2));
    /// ```
    ///
    /// The original: [`CreateBounded`](https://learn.microsoft.com/dotnet/api/system.threading.channels.channel.createbounded).
    #[track_caller]
    pub fn create_bounded(options: impl Into<BoundedChannelOptions>) -> Channel<T> {
        Channel::bounded(options.into(), None, Location::caller())
    }

    /// As [`create_bounded`](Channel::create_bounded); `item_dropped` is called with each item that a write drops,
    /// inside of that write.
    #[track_caller]
    pub fn create_bounded_with(
        options: impl Into<BoundedChannelOptions>,
        item_dropped: impl Fn(T) + Send + Sync + 'static,
    ) -> Channel<T> {
        Channel::bounded(options.into(), Some(Box::new(item_dropped)), Location::caller())
    }

    /// One that always has room.
    ///
    /// The original: [`CreateUnbounded`](https://learn.microsoft.com/dotnet/api/system.threading.channels.channel.createunbounded).
    #[track_caller]
    pub fn create_unbounded() -> Channel<T> {
        Channel::create_unbounded_with(UnboundedChannelOptions::new())
    }

    /// As [`create_unbounded`](Channel::create_unbounded), with options.
    #[track_caller]
    pub fn create_unbounded_with(options: UnboundedChannelOptions) -> Channel<T> {
        let options = BoundedChannelOptions {
            synchronous: options.synchronous,
            ..BoundedChannelOptions::new(usize::MAX)
        };
        Channel::bounded(options, None, Location::caller())
    }

    fn bounded(
        options: BoundedChannelOptions,
        item_dropped: Option<ItemDropped<T>>,
        location: &'static Location<'static>,
    ) -> Channel<T> {
        let BoundedChannelOptions { capacity, full_mode, synchronous } = options;
        let of_completion = if synchronous {
            TaskCreationOptions::NONE
        } else {
            TaskCreationOptions::RUN_CONTINUATIONS_ASYNCHRONOUSLY
        };
        let node = Node::new(Kind::Promise, thread_pool::current(), location);
        let completion = Task::promise(node.with_options(of_completion));
        let shared = Shared::new(capacity, full_mode, !synchronous, item_dropped, completion);
        Channel { shared: Arc::new(shared) }
    }

    /// The half that reads.
    pub fn reader(&self) -> ChannelReader<T> {
        ChannelReader { shared: self.shared.clone() }
    }

    /// The half that writes.
    pub fn writer(&self) -> ChannelWriter<T> {
        ChannelWriter { shared: self.shared.clone() }
    }
}

impl<T: Send + 'static> Clone for Channel<T> {
    fn clone(&self) -> Channel<T> {
        Channel { shared: self.shared.clone() }
    }
}

fn debug<T: Send + 'static>(
    name: &str,
    shared: &Shared<T>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let mut channel = f.debug_struct(name);
    if shared.capacity != usize::MAX {
        channel.field("capacity", &shared.capacity);
    }
    channel.field("count", &shared.len()).finish_non_exhaustive()
}

impl<T: Send + 'static> fmt::Debug for Channel<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("Channel", &self.shared, f)
    }
}
