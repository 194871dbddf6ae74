//! What an observation that begins is told of the tasks there are already.

use std::time::Duration;

use super::State;
use super::shared::Shared;
use super::task::Task;
use crate::task::Erased;
use crate::trace::{self, Asked, Doing, Spawned};

/// A pool's registry, as a list.
pub(super) struct Listed(pub(super) &'static Shared);

impl trace::List for Listed {
    fn is_over(&self) -> bool {
        self.0.is_closed()
    }

    fn tell(&self, _: Asked) {
        for task in self.0.registry().all() {
            tell(self.0, &task);
        }
    }
}

/// A task goes on while it is looked at; so it is looked at until it did not.
fn tell(shared: &'static Shared, cell: &Erased<Task>) {
    let task = cell.data();
    let look = || (State::of(cell), task.reason().map(|(reason, _)| reason.text()));
    let mut seen = look();
    loop {
        let (state, reason) = seen;
        let waiting = state == State::Waiting;
        let since = task.reason().map(|(_, since)| shared.now().saturating_sub(since));
        let doing = Doing {
            state: match state {
                State::Running => trace::State::Running,
                State::Runnable => trace::State::Ready,
                State::Waiting => trace::State::Waiting,
            },
            reason: reason.filter(|_| waiting),
            on: None,
            since: since.filter(|_| waiting && reason.is_some()).map(Duration::from_nanos),
        };
        let spawned = Spawned { kind: task.noun(), name: task.name(), location: task.location() };
        trace::found(task.id(), spawned, task.parent(), doing);
        let now = look();
        if std::mem::replace(&mut seen, now) == now {
            break;
        }
    }
    if !shared.registry().has(task) {
        // Its end was told before it was found.
        trace::forgotten(task.id());
    }
}
