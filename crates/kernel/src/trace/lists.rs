//! Lists of tasks that are kept anyway, for observations that begin later.
//!
//! A pool has all its tasks in a registry, a loop in a list. When the first observer comes each is asked
//! to [tell](super::found) what it has. A pool is walked by whoever asks; a loop's list belongs to its
//! thread, so there the question is sent, and answered at the loop's next turn.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Tasks that somebody keeps a list of.
pub trait List: Send + Sync {
    /// Whether there is nothing to tell any more.
    fn is_over(&self) -> bool;

    /// [Tells](super::found) of its tasks, or sends the question to whoever can. It is called on the
    /// thread that begins to observe, or that asks for a dump.
    fn tell(&self, asked: Asked);
}

struct Lists {
    lists: Vec<Arc<dyn List>>,
    /// After so many the list is looked through for those that are over.
    limit: usize,
    /// Questions that were not answered yet.
    open: usize,
    /// When they were asked.
    asked: Option<Instant>,
}

static LISTS: Mutex<Lists> =
    Mutex::new(Lists { lists: Vec::new(), limit: 16, open: 0, asked: None });
static ANSWERED: Condvar = Condvar::new();

fn lock() -> MutexGuard<'static, Lists> {
    LISTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A question for tasks. It counts as answered when it is dropped.
#[derive(Debug)]
pub struct Asked(());

impl Asked {
    fn new() -> Asked {
        lock().open += 1;
        Asked(())
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        lock().open -= 1;
        ANSWERED.notify_all();
    }
}

/// Adds a list, which is asked whenever an observation begins, until it is over. It should not keep alive
/// what it lists.
pub fn list(list: impl List + 'static) {
    let list: Arc<dyn List> = Arc::new(list);
    let mut lists = lock();
    if lists.lists.len() >= lists.limit {
        // What is over is not kept for ever where nobody ever observes.
        lists.lists.retain(|list| !list.is_over());
        lists.limit = (lists.lists.len() * 2).max(16);
    }
    lists.lists.push(list);
}

/// Asks all.
pub(super) fn ask() {
    let all = {
        let mut lists = lock();
        lists.asked = Some(Instant::now());
        lists.lists.clone()
    };
    for list in all.iter().filter(|list| !list.is_over()) {
        list.tell(Asked::new());
    }
}

/// Waits until all lists that were asked have told, until `limit` after they were asked. True if they
/// have.
///
/// A loop that is in a long step tells when that is over, and one that does not run when it does.
pub fn wait_for_lists(limit: Duration) -> bool {
    let mut lists = lock();
    let deadline = lists.asked.unwrap_or_else(Instant::now) + limit;
    while lists.open > 0 {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        lists = ANSWERED.wait_timeout(lists, left).unwrap_or_else(PoisonError::into_inner).0;
    }
    true
}
