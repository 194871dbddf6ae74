//! Values to be used again.

use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use fourfold_kernel::lock::Lock;

/// Threads share this many places.
const SHARDS: usize = 8;
/// A place keeps this many values at most: what is kept for long need not be used again.
const KEPT: usize = 64;

/// A set of values that may be used again: buffers and the like, which are dear to make.
///
/// What is put in may be dropped at any time, as in Go, where the garbage collector does so; here a
/// pool that is full does.
///
/// ```
/// use fourfold::go::sync::Pool;
///
/// let buffers = Pool::new(|| Vec::<u8>::with_capacity(4096));
/// let mut buffer = buffers.get();
/// buffer.clear();
/// buffers.put(buffer);
/// assert!(buffers.get().capacity() >= 4096);
/// ```
///
/// The original: [`sync.Pool`](https://pkg.go.dev/sync#Pool).
pub struct Pool<T> {
    shards: [Shard<T>; SHARDS],
    new: Box<dyn Fn() -> T + Send + Sync>,
}

#[repr(align(128))]
struct Shard<T>(Lock<Vec<T>>);

fn shard() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static MINE: Cell<usize> = const { Cell::new(usize::MAX) };
    }
    if MINE.get() == usize::MAX {
        MINE.set(NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS);
    }
    MINE.get()
}

impl<T: Send> Pool<T> {
    /// An empty pool; `new` makes a value where there is none.
    pub fn new(new: impl Fn() -> T + Send + Sync + 'static) -> Pool<T> {
        Pool { shards: std::array::from_fn(|_| Shard(Lock::new(Vec::new()))), new: Box::new(new) }
    }

    /// A value that was put in, or else a new one. Any thread; does not wait.
    pub fn get(&self) -> T {
        let first = shard();
        for offset in 0..SHARDS {
            let found = self.shards[(first + offset) % SHARDS].0.lock().pop();
            if let Some(value) = found {
                return value;
            }
        }
        (self.new)()
    }

    /// Keeps a value for a later [`get`](Pool::get). Any thread; does not wait.
    pub fn put(&self, value: T) {
        let mut kept = self.shards[shard()].0.lock();
        if kept.len() < KEPT {
            kept.push(value);
        } else {
            drop(kept);
            drop(value);
        }
    }
}

impl<T> fmt::Debug for Pool<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pool")
    }
}
