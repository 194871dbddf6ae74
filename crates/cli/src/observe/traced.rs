//! What the trace of the pings tells: on which threads tasks ran, and how a loop turned.

use std::collections::{HashMap, HashSet};

use fourfold::trace::{Event, EventKind, Recording, TaskId};

use super::{Scheduling, Threading};

/// So many events are kept at most: enough for some thousand probes.
const MOST_EVENTS: usize = 1 << 17;

/// The phase that every turn of a loop has once.
const EVERY_TURN: &str = "poll";
/// A worker's sleep is no phase of a loop.
const NO_PHASE: &str = "sleep";

/// Watches the tasks of this process, from the start on.
pub(crate) struct Watch(Recording);

/// The kind of what stands in a trace for a thread that is none of a dialect's and waits for one.
const NO_TASK: &str = "thread";

/// What a [`Watch`] has seen.
pub(crate) struct Watched(Vec<Event>);

impl Watch {
    pub(crate) fn start() -> Watch {
        Watch(Recording::with_capacity(MOST_EVENTS))
    }

    pub(crate) fn finish(self) -> Watched {
        let trace = self.0.finish();
        let tasks = trace.tasks();
        let of_task = |event: &&Event| match event.kind {
            EventKind::PollStarted(task) => {
                tasks.get(&task).is_none_or(|task| task.kind != NO_TASK)
            }
            _ => true,
        };
        Watched(trace.events().iter().filter(of_task).cloned().collect())
    }
}

impl Watched {
    /// Who ran the tasks.
    pub(super) fn threading(&self) -> Threading {
        let steps = || {
            self.0.iter().filter_map(|event| match event.kind {
                EventKind::PollStarted(task) => Some((event.thread, task)),
                _ => None,
            })
        };
        Threading {
            threads: steps().map(|(thread, _)| thread).collect::<HashSet<_>>().len(),
            tasks: steps().map(|(_, task)| task).collect::<HashSet<_>>().len(),
        }
    }

    /// How they came to run.
    pub(super) fn scheduling(&self) -> Scheduling {
        let mut last = HashMap::<TaskId, _>::new();
        let mut found = Scheduling { turns: 0, phases: Vec::new(), resumed: 0, elsewhere: 0 };
        for event in &self.0 {
            match event.kind {
                EventKind::PollStarted(task) => {
                    if let Some(before) = last.insert(task, event.thread) {
                        found.resumed += 1;
                        found.elsewhere += usize::from(before != event.thread);
                    }
                }
                EventKind::SpanStarted(phase) if phase != NO_PHASE => {
                    found.turns += usize::from(phase == EVERY_TURN);
                    if !found.phases.contains(&phase) {
                        found.phases.push(phase);
                    }
                }
                _ => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    use fourfold::trace::ThreadId;

    fn watched(steps: &[(ThreadId, EventKind)]) -> Watched {
        let event = |(thread, kind): &(_, EventKind)| Event {
            at: Duration::ZERO,
            thread: *thread,
            kind: kind.clone(),
        };
        Watched(steps.iter().map(event).collect())
    }

    #[test]
    fn threads_tasks_and_moves_are_counted() {
        let here = ThreadId::current();
        let there = std::thread::spawn(ThreadId::current).join().unwrap();
        let (one, two) = (TaskId::next(), TaskId::next());
        let seen = watched(&[
            (here, EventKind::PollStarted(one)),
            (there, EventKind::PollStarted(two)),
            (there, EventKind::SpanStarted("sleep")),
            (there, EventKind::PollStarted(one)),
            (there, EventKind::PollStarted(one)),
        ]);
        assert_eq!(seen.threading(), Threading { threads: 2, tasks: 2 });
        let none = Vec::new();
        assert_eq!(
            seen.scheduling(),
            Scheduling { turns: 0, phases: none, resumed: 2, elsewhere: 1 }
        );
    }

    #[test]
    fn a_turn_is_counted_by_its_poll() {
        let here = ThreadId::current();
        let phases = ["timers", "poll", "check", "timers", "poll"];
        let seen = watched(&phases.map(|phase| (here, EventKind::SpanStarted(phase))));
        let scheduling = seen.scheduling();
        assert_eq!((scheduling.turns, scheduling.phases), (2, vec!["timers", "poll", "check"]));
    }
}
