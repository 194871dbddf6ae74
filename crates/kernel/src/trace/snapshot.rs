//! The live tasks at one moment, and who waits for whom.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::id::TaskId;

/// What a live task is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// In a queue, to be polled.
    Ready,
    /// Being polled.
    Running,
    /// Not to be polled before it is woken.
    Waiting,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Ready => "ready",
            State::Running => "running",
            State::Waiting => "waiting",
        })
    }
}

/// One live task at one moment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskSnapshot {
    /// The task.
    pub id: TaskId,
    /// What sort of task, in the words of whoever made it.
    pub kind: &'static str,
    /// Its present name.
    pub name: Option<Arc<str>>,
    /// Where it was made; none for a task older than the observation of which no list is kept.
    pub spawned_at: Option<&'static Location<'static>>,
    /// The task that made it; it may have ended.
    pub parent: Option<TaskId>,
    /// What it is doing.
    pub state: State,
    /// For how long it has been doing so.
    pub since: Duration,
    /// It may have been longer: the task was found by an observation that began so long ago.
    pub since_at_least: bool,
    /// What it waits for, if it is waiting and said so.
    pub reason: Option<&'static str>,
    /// The task it awaits, if it is waiting for one. That one may have ended and woken it already.
    pub awaits: Option<TaskId>,
    /// The tasks that await it, by id.
    pub awaited_by: Vec<TaskId>,
    /// Whether it was asked to stop.
    pub cancel_requested: bool,
    /// How often its poll has begun; 0 for one that has not started.
    pub polls: u64,
}

impl fmt::Display for TaskSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.kind)?;
        if let Some(name) = &self.name {
            write!(f, " {name:?}")?;
        }
        let at_least = if self.since_at_least { "at least " } else { "" };
        write!(f, ": {} for {at_least}{:.1?}", self.state, self.since)?;
        if let Some(reason) = self.reason {
            write!(f, ", for {reason}")?;
        }
        if let Some(awaits) = self.awaits {
            write!(f, ", awaits {awaits}")?;
        }
        if !self.awaited_by.is_empty() {
            write!(f, ", awaited by")?;
            for (nth, task) in self.awaited_by.iter().enumerate() {
                write!(f, "{} {task}", if nth == 0 { "" } else { "," })?;
            }
        }
        if self.cancel_requested {
            write!(f, ", asked to stop")?;
        }
        if self.polls == 0 {
            write!(f, ", never polled")?;
        }
        match self.spawned_at {
            Some(location) => write!(f, ", spawned at {location}")?,
            None => write!(f, ", spawned before the observation")?,
        }
        if let Some(parent) = self.parent {
            write!(f, " by {parent}")?;
        }
        Ok(())
    }
}

/// All live tasks at one moment, by id; a slice of [`TaskSnapshot`]s.
///
/// Its `Display` is one line for each task and one for each cycle of waiting.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    tasks: Vec<TaskSnapshot>,
}

impl Snapshot {
    /// `tasks` are sorted by id.
    pub(super) fn new(mut tasks: Vec<TaskSnapshot>) -> Snapshot {
        let mut awaited_by: BTreeMap<TaskId, Vec<TaskId>> = BTreeMap::new();
        for task in &tasks {
            if let Some(awaited) = task.awaits {
                awaited_by.entry(awaited).or_default().push(task.id);
            }
        }
        for task in &mut tasks {
            task.awaited_by = awaited_by.remove(&task.id).unwrap_or_default();
        }
        Snapshot { tasks }
    }

    /// The task of this id, if it is alive.
    pub fn get(&self, id: TaskId) -> Option<&TaskSnapshot> {
        self.index(id).map(|index| &self.tasks[index])
    }

    /// The rings of tasks that await each other and so never go on by themselves, each in the order
    /// of waiting and from its lowest id.
    ///
    /// A ring that someone outside can break, with a time limit or by cancelling, is shown too.
    pub fn cycles(&self) -> Vec<Vec<TaskId>> {
        // A task awaits at most one other, so from each there is one path; it ends, or meets an
        // earlier path, or closes a ring with itself.
        const UNSEEN: usize = usize::MAX;
        let mut seen_from = vec![UNSEEN; self.tasks.len()];
        let mut cycles = Vec::new();
        for start in 0..self.tasks.len() {
            let mut path = Vec::new();
            let mut next = Some(start);
            while let Some(index) = next.filter(|&index| seen_from[index] == UNSEEN) {
                seen_from[index] = start;
                path.push(index);
                next = self.tasks[index].awaits.and_then(|awaited| self.index(awaited));
            }
            if let Some(met) = next.filter(|&index| seen_from[index] == start) {
                let ring = path.iter().skip_while(|&&index| index != met);
                let mut ring: Vec<TaskId> = ring.map(|&index| self.tasks[index].id).collect();
                let lowest = ring.iter().enumerate().min_by_key(|&(_, id)| *id);
                let lowest = lowest.map_or(0, |(position, _)| position);
                ring.rotate_left(lowest);
                cycles.push(ring);
            }
        }
        cycles.sort();
        cycles
    }

    fn index(&self, id: TaskId) -> Option<usize> {
        self.tasks.binary_search_by_key(&id, |task| task.id).ok()
    }
}

impl Deref for Snapshot {
    type Target = [TaskSnapshot];

    fn deref(&self) -> &[TaskSnapshot] {
        &self.tasks
    }
}

impl IntoIterator for Snapshot {
    type Item = TaskSnapshot;
    type IntoIter = std::vec::IntoIter<TaskSnapshot>;

    fn into_iter(self) -> Self::IntoIter {
        self.tasks.into_iter()
    }
}

impl<'a> IntoIterator for &'a Snapshot {
    type Item = &'a TaskSnapshot;
    type IntoIter = std::slice::Iter<'a, TaskSnapshot>;

    fn into_iter(self) -> Self::IntoIter {
        self.tasks.iter()
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |state| self.tasks.iter().filter(|task| task.state == state).count();
        writeln!(
            f,
            "{} {}: {} running, {} ready, {} waiting",
            self.tasks.len(),
            if self.tasks.len() == 1 { "task" } else { "tasks" },
            count(State::Running),
            count(State::Ready),
            count(State::Waiting),
        )?;
        let cycles = self.cycles();
        for task in &self.tasks {
            let in_cycle = cycles.iter().any(|ring| ring.contains(&task.id));
            writeln!(f, "{} {task}", if in_cycle { "!" } else { " " })?;
        }
        for ring in &cycles {
            write!(f, "! cycle of waiting: ")?;
            for task in ring {
                write!(f, "{task} -> ")?;
            }
            writeln!(f, "{}", ring[0])?;
        }
        Ok(())
    }
}
