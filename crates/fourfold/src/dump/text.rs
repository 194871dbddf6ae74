//! A dump as a table for people.

use std::fmt;
use std::time::Duration;

use fourfold_kernel::trace::State;

use super::{Dump, DumpedTask};

const HEADS: [&str; 7] = ["", "task", "state", "since", "waits for", "awaited by", "spawned at"];

impl fmt::Display for Dump {
    /// One table for each dialect, then the deadlocks, then what is missing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |state| self.tasks.iter().filter(|task| task.state == state).count();
        writeln!(
            f,
            "{} live {}: {} running, {} ready, {} waiting",
            self.tasks.len(),
            if self.tasks.len() == 1 { "task" } else { "tasks" },
            count(State::Running),
            count(State::Ready),
            count(State::Waiting),
        )?;
        for (dialect, tasks) in self.by_dialect() {
            writeln!(f, "\n{dialect}")?;
            let rows: Vec<[String; 7]> = tasks.iter().map(|task| self.row(task)).collect();
            table(f, &rows)?;
        }
        if !self.deadlocks.is_empty() {
            writeln!(f)?;
        }
        for ring in &self.deadlocks {
            write!(f, "DEADLOCK ")?;
            for &id in ring {
                write!(f, "{} -> ", self.name_of(id))?;
            }
            writeln!(f, "{}", self.name_of(ring[0]))?;
        }
        if let Some(note) = self.note() {
            writeln!(f, "\n{note}")?;
        }
        Ok(())
    }
}

impl Dump {
    pub(super) fn name_of(&self, id: u64) -> String {
        self.task(id).map_or_else(|| format!("#{id}"), DumpedTask::label)
    }

    fn row(&self, task: &DumpedTask) -> [String; 7] {
        let mut name = format!("#{}", task.id);
        if let Some(own) = &task.name {
            name.push_str(&format!(" {own:?}"));
        }
        let mut waits = task.reason.unwrap_or("").to_owned();
        if let Some(awaited) = task.awaits {
            waits.push_str(if waits.is_empty() { "" } else { ": " });
            waits.push_str(&self.name_of(awaited));
        }
        let mut state = task.state.to_string();
        if task.cancel_requested {
            state.push_str(", cancelling");
        }
        let at_least = if task.since_at_least { ">" } else { "" };
        let awaited_by: Vec<String> = task.awaited_by.iter().map(|&id| self.name_of(id)).collect();
        let mut spawned = match task.spawned_at {
            Some(location) => location.to_string(),
            None => "unknown".to_owned(),
        };
        if let Some(parent) = task.spawned_by {
            spawned.push_str(&format!(" by #{parent}"));
        }
        [
            if task.deadlocked { "!".to_owned() } else { String::new() },
            name,
            state,
            format!("{at_least}{}", rounded(task.since)),
            waits,
            awaited_by.join(", "),
            spawned,
        ]
    }
}

/// To three or four digits: nobody reads nanoseconds of a minute.
fn rounded(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{time:.1?}"),
        1..60 => format!("{time:.2?}"),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds % 3600 / 60),
    }
}

fn table(f: &mut fmt::Formatter<'_>, rows: &[[String; 7]]) -> fmt::Result {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let used = |column: &usize| *column == 0 || width(*column) > 0;
    let columns: Vec<(usize, usize)> = (0..7)
        .filter(used)
        .map(|column| (column, width(column).max(HEADS[column].len()).max(1)))
        .collect();
    let heads = HEADS.map(str::to_owned);
    for row in std::iter::once(&heads).chain(rows) {
        let mut line = String::new();
        for &(column, width) in &columns {
            line.push_str(&format!(" {:width$} ", row[column]));
        }
        writeln!(f, "{}", line.trim_end())?;
    }
    Ok(())
}
