//! Where a fiber begins: once it has, its worker keeps it.

use std::sync::atomic::Ordering;

use super::worker::Worker;

/// So many more fibers than another a worker may have before it sends new ones there.
const CROWD: usize = 4;

impl Worker {
    /// One more task can only run here.
    #[inline]
    pub(crate) fn settle(&self) {
        self.remote.settled.store(self.settled() + 1, Ordering::Relaxed);
    }

    /// One of them ended.
    #[inline]
    pub(crate) fn unsettle(&self) {
        self.remote.settled.store(self.settled() - 1, Ordering::Relaxed);
    }

    /// Fibers that were started here and have not ended, and local futures.
    #[inline]
    fn settled(&self) -> usize {
        self.remote.settled.load(Ordering::Relaxed)
    }

    /// The worker that a fiber is to begin on, if it should not be this one: the one that has the
    /// fewest, where that is clearly fewer. It counts as on its way there from here on.
    #[inline]
    pub(crate) fn send_elsewhere(&self) -> Option<usize> {
        if self.settled() < CROWD { None } else { self.send_to_roomiest() }
    }

    #[cold]
    fn send_to_roomiest(&self) -> Option<usize> {
        let workers = self.shared.remotes().take(self.shared.config.workers);
        let others = workers.filter(|other| other.index != self.index());
        let ready = others.filter(|other| !other.current.is_overdue());
        let roomiest = ready.min_by_key(|other| other.load())?;
        // In one poll no more than one: it may be a long one.
        let poll = roomiest.current.poll();
        if poll.is_some() && poll == self.sent_in.get() {
            return None;
        }
        self.sent_in.set(poll);
        let load = roomiest.load();
        if load + load / 4 + CROWD > self.settled() {
            return None;
        }
        roomiest.coming.fetch_add(1, Ordering::Relaxed);
        Some(roomiest.index)
    }

    /// A fiber that was sent here begins, or is dropped.
    pub(crate) fn arrived(&self) {
        self.remote.coming.fetch_sub(1, Ordering::Relaxed);
    }
}
