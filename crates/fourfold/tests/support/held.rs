//! A pool of one thread that is held, so that what is queued can be told from what runs inline.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use fourfold::csharp::{Builder, ThreadPool};

/// What ran, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn add(&self, entry: impl Into<String>) {
        self.0.lock().unwrap().push(entry.into());
    }

    /// What was added since the last time.
    pub(crate) fn take(&self) -> String {
        std::mem::take(&mut *self.0.lock().unwrap()).join(" ")
    }
}

/// The thread of the pool waits while this lives.
pub(crate) struct Held {
    go_on: Sender<()>,
    held: Receiver<()>,
}

impl Held {
    /// Has the thread wait once it comes to it.
    fn queue() -> Held {
        let (go_on, gone_on) = channel();
        let (hold, held) = channel();
        let wait = move || {
            hold.send(()).unwrap();
            // An error is the end of the test.
            let _ = gone_on.recv();
        };
        ThreadPool::queue_user_work_item(wait, false);
        Held { go_on, held }
    }

    /// Lets the thread run all that is queued, and holds it again.
    pub(crate) fn run_queued(&mut self) {
        let former = std::mem::replace(self, Held::queue());
        former.go_on.send(()).unwrap();
        self.held.recv().unwrap();
    }
}

/// Runs `f` with a pool whose one thread is held.
pub(crate) fn with_held_pool(f: impl FnOnce(&mut Held) + Send + 'static) {
    Builder::new()
        .virtual_time()
        .run(async {
            let mut held = Held::queue();
            held.held.recv().unwrap();
            f(&mut held);
            Ok(())
        })
        .unwrap();
}
