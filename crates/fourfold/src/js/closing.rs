//! The end of a loop.

use super::core::Core;
use super::event_loop::Ready;
use super::inbox::Remote;
use super::microtasks::Microtask;

impl Core {
    /// Ends everything: async functions are dropped where they stand, queues and timers are emptied.
    pub(super) fn close(&self) {
        let local = self.local();
        self.leave();
        // Dropping a body may queue and start others, so until nothing is left.
        loop {
            self.take_back(self.door.take());
            let live: Vec<_> = local.live.borrow().iter().cloned().collect();
            for async_fn in live {
                async_fn.abort();
            }
            let idle = local.microtasks.is_empty() && local.ready.is_empty();
            if idle && local.live.borrow().is_empty() {
                break;
            }
            if idle {
                // Another thread has woken the last ones and is about to send them: the runnable is in
                // its hands, and it is the only one there is.
                std::thread::yield_now();
            }
            self.discard_queues();
        }
        local.receivers.clear();
        local.immediates.clear();
        let ticks = local.ticks.take();
        drop(ticks);
        let closing = local.closing.take();
        drop(closing);
        let timers = local.timers.take();
        drop(timers);
        let sleeps = local.sleeps.take();
        drop(sleeps);
        #[cfg(feature = "http")]
        {
            // Connections that are kept for a next request.
            let dispatcher = local.dispatcher.take();
            drop(dispatcher);
        }
        local.rejections.clear();
        local.process.clear();
        // Only now: what a closed inbox refuses is leaked, and there might have been steps in it.
        self.take_back(self.door.close());
        self.discard_queues();
        let poll = local.poll.take();
        drop(poll);
        local.emptied.set(true);
        self.discard_queues();
    }

    fn discard_queues(&self) {
        let local = self.local();
        while !local.microtasks.is_empty() || !local.ready.is_empty() {
            while let Some(microtask) = local.microtasks.pop() {
                Core::discard(microtask);
            }
            local.ready.run(|ready| {
                match ready {
                    // SAFETY: this is the loop's own thread.
                    Ready::Run(runnable) => unsafe { runnable.discard() },
                    Ready::Message(_, message) => drop(message),
                }
                true
            });
        }
    }

    /// Drops a microtask that is not to be run.
    pub(super) fn discard(microtask: Microtask) {
        match microtask {
            Microtask::Run(runnable) | Microtask::Settled(runnable, _) => {
                // SAFETY: microtasks stay on the loop's own thread.
                unsafe { runnable.discard() }
            }
            Microtask::React(..) | Microtask::Call(_) => {}
        }
    }

    /// What other threads sent to a loop that closes.
    fn take_back(&self, sent: impl Iterator<Item = Remote>) {
        for sent in sent {
            match sent {
                Remote::Run(runnable) => self.local().ready.push(Ready::Run(runnable)),
                Remote::Orphan(orphan) => super::cell::free_orphan(orphan),
                Remote::Message(_, message) => drop(message),
                Remote::Asked(asked) => drop(asked),
                Remote::Nothing => {}
            }
        }
    }
}
