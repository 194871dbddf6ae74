//! The end of a loop.

use std::mem::ManuallyDrop;

use fourfold_kernel::queue::Taken;

use super::loop_core::{Core, LocalParts};
use super::queueing::{Entry, Remote};

impl Core {
    /// Ends everything: tasks are dropped where they stand, queues and timers are emptied.
    pub(crate) fn close(&self) {
        let local = self.local();
        if local.closed.replace(true) {
            return;
        }
        local.extras.close();
        // Dropping a body may wake, queue and start others, so until nothing is left.
        while !(local.tasks.borrow().is_empty() && local.ready.is_empty()) {
            self.take_back(self.door.take());
            for task in self.tasks() {
                task.abort();
            }
            if local.ready.is_empty() {
                // Another thread has woken the last ones and is about to send them: the runnable
                // is in its hands, and it is the only one there is.
                std::thread::yield_now();
            }
            local.ready.run(|entry| {
                match entry {
                    // SAFETY: this is the loop's own thread.
                    Entry::Task(runnable) => unsafe { runnable.discard() },
                    Entry::Wake(waker) => drop(waker),
                    Entry::Done(call, cell) => drop((call, cell)),
                    Entry::Call => {
                        let next = local.calls.borrow_mut().pop();
                        drop(next);
                    }
                }
                true
            });
        }
        // Only now: what a closed inbox refuses is leaked, and there might have been tasks in it.
        self.take_back(self.door.close());
        let timers = local.timers.take();
        drop(timers);
        let poll = local.poll.take();
        drop(poll);
        let handler = local.handler.take();
        drop(handler);
        let factory = local.factory.take();
        drop(factory);
        local.emptied.set(true);
    }

    /// What other threads sent to a loop that closes.
    fn take_back(&self, sent: Taken<Remote>) {
        for sent in sent {
            match sent {
                Remote::Task(runnable) => self.queue_task(runnable),
                Remote::Orphan(orphan) => super::cell::free_orphan(orphan),
                Remote::Call(call) => drop(call),
                Remote::Asked(asked) => drop(asked),
            }
        }
    }
}

impl LocalParts {
    /// Whether nothing that belongs to the loop's thread is left.
    fn is_plain(&mut self) -> bool {
        self.emptied.get()
            && self.ready.is_empty()
            && self.calls.get_mut().is_empty()
            && self.timers.get_mut().is_empty()
            && self.tasks.get_mut().is_empty()
            && self.poll.get_mut().is_none()
            && self.handler.get_mut().is_none()
            && self.factory.get_mut().is_none()
            && self.extras.is_empty()
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        if self.is_owner() || self.local.is_plain() {
            // SAFETY: dropped once, here, and not used afterwards.
            unsafe { ManuallyDrop::drop(&mut self.local) }
        }
    }
}
