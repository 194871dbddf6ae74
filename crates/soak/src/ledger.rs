//! What was started and has not ended, and how what ended did.
//!
//! An [`Entry`] lives in the operation's future. So an operation is over when its future has returned
//! and is dropped; one whose future is leaked, or never woken, stays here until the watch finds it.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::dialect::Dialect;

#[derive(Default)]
pub(crate) struct Ledger {
    open: Mutex<Open>,
    ended: Condvar,
    /// What must not have happened, in words.
    broken: Mutex<Vec<String>>,
    slowest_us: AtomicU64,
}

#[derive(Default)]
struct Open {
    last: u64,
    entries: HashMap<u64, Info>,
    counts: BTreeMap<(Dialect, &'static str), Counts>,
}

struct Info {
    dialect: Dialect,
    kind: &'static str,
    began: Instant,
    bound: Duration,
}

/// How operations of a sort ended.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) done: u64,
    /// As a fault has it: a reset, a time limit, no descriptors.
    pub(crate) failed: u64,
    /// Of these, for want of descriptors.
    pub(crate) refused: u64,
    pub(crate) cancelled: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, other: Counts) {
        self.done += other.done;
        self.failed += other.failed;
        self.refused += other.refused;
        self.cancelled += other.cancelled;
    }
}

impl Ledger {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An operation begins, and has to end within `bound`.
    pub(crate) fn begin(
        self: &Arc<Ledger>,
        dialect: Dialect,
        kind: &'static str,
        bound: Duration,
    ) -> Entry {
        let mut open = self.open();
        open.last += 1;
        let number = open.last;
        open.entries.insert(number, Info { dialect, kind, began: Instant::now(), bound });
        let name = format!("operation {number}, {dialect} {kind}");
        let faulty = kind.starts_with(crate::peers::GET_FROM);
        Entry { ledger: self.clone(), number, name, faulty, end: None }
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.open().entries.len()
    }

    /// Waits until fewer than `count` are in flight, or for `limit`.
    pub(crate) fn wait_below(&self, count: usize, limit: Duration) -> bool {
        let open = self.open();
        let waited = self.ended.wait_timeout_while(open, limit, |open| open.entries.len() >= count);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// Something is wrong.
    pub(crate) fn breaks(&self, text: String) {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }

    pub(crate) fn broken(&self) -> Vec<String> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Those that have outlived their bound, oldest first.
    pub(crate) fn overdue(&self) -> Vec<String> {
        self.list(|info| info.began.elapsed() > info.bound)
    }

    /// All that have not ended, oldest first.
    pub(crate) fn all_open(&self) -> Vec<String> {
        self.list(|_| true)
    }

    fn list(&self, of: impl Fn(&Info) -> bool) -> Vec<String> {
        let open = self.open();
        let mut list: Vec<_> = open.entries.iter().filter(|(_, info)| of(info)).collect();
        list.sort_by_key(|(_, info)| info.began);
        list.into_iter()
            .map(|(number, Info { dialect, kind, began, bound })| {
                let age = began.elapsed();
                format!("operation {number}, {dialect} {kind}: {age:.1?}, bound {bound:.0?}")
            })
            .collect()
    }

    pub(crate) fn counts(&self) -> BTreeMap<(Dialect, &'static str), Counts> {
        self.open().counts.clone()
    }

    /// Of one dialect, of every sort.
    pub(crate) fn of(&self, dialect: Dialect) -> Counts {
        let mut sum = Counts::default();
        for ((of, _), counts) in &self.open().counts {
            if *of == dialect {
                sum.add(*counts);
            }
        }
        sum
    }

    pub(crate) fn slowest(&self) -> Duration {
        Duration::from_micros(self.slowest_us.load(Ordering::Relaxed))
    }
}

/// One operation, as long as it lives.
pub(crate) struct Entry {
    ledger: Arc<Ledger>,
    number: u64,
    name: String,
    /// It fails as its peer has it.
    faulty: bool,
    end: Option<Counts>,
}

impl Entry {
    /// How it ended. Dropped without this it was cancelled.
    ///
    /// A failure that no fault is the reason of is told of: all that may fail, where nobody
    /// misbehaves, is the want of descriptors and the client's limit on time.
    pub(crate) fn end(mut self, result: &fourfold::Result<()>) {
        let mut end = Counts::default();
        match result {
            Ok(()) => end.done = 1,
            Err(error) if error.is_cancelled() => end.cancelled = 1,
            Err(error) => {
                end.failed = 1;
                end.refused = u64::from(crate::exhaust::is_refusal(error));
                let expected = self.faulty || end.refused == 1 || error.is_timed_out();
                if error.is_panic() || !expected {
                    self.ledger.breaks(format!("{}: {error}", self.name));
                }
            }
        }
        self.end = Some(end);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let end = self.end.take().unwrap_or(Counts { cancelled: 1, ..Counts::default() });
        {
            let mut open = self.ledger.open();
            let Some(info) = open.entries.remove(&self.number) else { return };
            let took = u64::try_from(info.began.elapsed().as_micros()).unwrap_or(u64::MAX);
            self.ledger.slowest_us.fetch_max(took, Ordering::Relaxed);
            open.counts.entry((info.dialect, info.kind)).or_default().add(end);
        }
        self.ledger.ended.notify_all();
    }
}
