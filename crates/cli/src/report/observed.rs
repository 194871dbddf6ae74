//! What was observed, in words: a row for each question, a cell for each dialect.
//!
//! Every word of a cell is chosen by what was observed; a dialect that did something else would get
//! another cell.

use unicode_width::UnicodeWidthStr;

use crate::observe::{Arrival, Moment, Observed};
use crate::outcome::DialectRun;
use crate::report::{Look, units};

/// A question.
pub(super) struct Row {
    /// Its name where there is little room.
    pub(super) short: &'static str,
    /// Its name where there is room.
    pub(super) title: &'static str,
    /// The answer.
    pub(super) cell: fn(&Observed) -> Cell,
}

/// An answer.
pub(super) struct Cell {
    pub(super) text: String,
    /// More of it, for who wants to know.
    pub(super) detail: String,
}

pub(super) const ROWS: [Row; 7] = [
    Row { short: "Threading", title: "Threading", cell: threading },
    Row { short: "Blocking", title: "A blocking call", cell: blocking },
    Row { short: "Races", title: "Races", cell: races },
    Row { short: "Scheduling", title: "Event loop and scheduler", cell: scheduling },
    Row { short: "Futures", title: "Futures and tasks", cell: futures },
    Row { short: "At the call", title: "Control flow at the call", cell: call },
    Row { short: "Cancelling", title: "Cancellation", cell: cancellation },
];

/// Between two columns.
const GAP: usize = 2;
/// In columns narrower than this the cells would be torn; they then stand under each other.
const NARROWEST_CELL: usize = 14;
/// And wider ones are no easier to read.
const WIDEST_CELL: usize = 28;

fn threading(observed: &Observed) -> Cell {
    let (threads, tasks) = (observed.threading.threads, observed.threading.tasks);
    let (threads, tasks) =
        (units::counted(threads as u64, "thread"), units::counted(tasks as u64, "task"));
    Cell {
        text: format!("{threads} for {tasks}"),
        detail: format!("the steps of {tasks} of the pings ran on {threads}"),
    }
}

fn blocking(observed: &Observed) -> Cell {
    let blocking = observed.blocking;
    let (all, time) = (blocking.neighbours, units::time(blocking.blocked));
    let how_many = |held_up: usize| match held_up {
        0 => "none".into(),
        some if some == all => format!("all {all}"),
        some => format!("{some} of {all}"),
    };
    let (in_task, handed_over) =
        (how_many(blocking.held_up), how_many(blocking.held_up_handed_over));
    let in_task = if blocking.held_up == 0 { format!("none of {all}") } else { in_task };
    Cell {
        text: format!("held up {in_task} others; handed over, {handed_over}"),
        detail: format!(
            "while a task blocked its thread for {time}, {} of {all} others that tick each \
             millisecond had a turn; where the call was handed over to a thread, {} had",
            all - blocking.held_up,
            all - blocking.held_up_handed_over
        ),
    }
}

fn races(observed: &Observed) -> Cell {
    let races = observed.races;
    let (updates, lost) = (races.updates, races.lost);
    let at_once = match races.at_once {
        ..=1 => "one at a time".into(),
        2 => "two at once".into(),
        many => format!("{many} at once"),
    };
    let lost_text = match lost {
        0 => "no update lost".into(),
        lost => format!("{lost} of {updates} updates lost"),
    };
    Cell {
        text: format!("{at_once}, {lost_text}"),
        detail: format!(
            "of {updates} tasks that read a number, wait for the other without an await and write \
             it back plus one, {} stood there at once",
            races.at_once
        ),
    }
}

fn scheduling(observed: &Observed) -> Cell {
    let scheduling = &observed.scheduling;
    let (resumed, elsewhere) = (scheduling.resumed, scheduling.elsewhere);
    let who = match scheduling.turns {
        0 => "workers, no turns".into(),
        turns => units::counted(turns as u64, "turn") + " of a loop",
    };
    let detail = match scheduling.turns {
        0 => "no loop turned".into(),
        _ => format!("the phases of a turn: {}", scheduling.phases.join(", ")),
    };
    Cell {
        text: format!("{who}; {elsewhere} of {resumed} waits changed threads"),
        detail: format!(
            "{detail}; after {} a task went on, {elsewhere} times on another thread",
            units::counted(resumed as u64, "wait")
        ),
    }
}

fn futures(observed: &Observed) -> Cell {
    let futures = observed.futures;
    let (of, reached, waiters) = (futures.of, futures.reached, futures.waiters);
    Cell {
        text: format!("a {of} reached {reached} of {waiters} waiters"),
        detail: format!("{waiters} waited for one {of}, {reached} got it"),
    }
}

fn call(observed: &Observed) -> Cell {
    let call = &observed.call;
    let place = |wanted| call.order.iter().position(|moment| *moment == wanted);
    let (body, returned, awaited) =
        (place(Moment::FirstLine), place(Moment::Return), place(Moment::Await));
    let text = match (body, returned, awaited) {
        (None, ..) => "the body never ran",
        (body, returned, _) if body < returned && call.same_thread => {
            "ran to its first await, then returned"
        }
        (body, _, awaited) if body < awaited => "returned; the body ran by itself",
        _ => "returned; the body ran when awaited",
    };
    let order = call.order.iter().map(|moment| match moment {
        Moment::Call => "call",
        Moment::FirstLine => "first line of the body",
        Moment::Return => "return",
        Moment::Await => "await",
    });
    let thread = if call.same_thread { "on the caller's thread" } else { "on another thread" };
    Cell {
        text: text.into(),
        detail: format!("{}; the body {thread}", order.collect::<Vec<_>>().join(", ")),
    }
}

fn cancellation(observed: &Observed) -> Cell {
    let cancellation = &observed.cancellation;
    let name = cancellation.name.as_deref().unwrap_or_default();
    let (text, as_what) = match cancellation.arrival {
        Arrival::Error => ("raised at the await", format!("as {name}")),
        Arrival::ClosedChannel => ("a channel closed", format!("as a closed channel, {name}")),
        Arrival::Nothing => {
            let text = String::from("did not arrive");
            return Cell { text, detail: "the call went on waiting".into() };
        }
    };
    let unpassed = match cancellation.reached_unpassed {
        true => "with nothing passed",
        false => "only where passed",
    };
    let cleanup = match cancellation.cleanup_awaited {
        true => "could wait",
        false => "could not wait",
    };
    let took = cancellation.took.map(units::time).unwrap_or_default();
    Cell {
        text: format!("{text}, {unpassed}"),
        detail: format!("{as_what}, after {took}; the clean-up {cleanup}"),
    }
}

/// The table of what was observed, if anything was.
pub(super) fn table(runs: &[DialectRun], look: &Look) -> Option<String> {
    runs.iter().any(|run| run.observed.is_some()).then(|| {
        let label = ROWS.iter().map(|row| row.short.width()).max().unwrap_or(0);
        let cell = look.width.saturating_sub(label) / runs.len().max(1);
        match cell.saturating_sub(GAP) {
            cell @ NARROWEST_CELL.. => beside(runs, label, cell.min(WIDEST_CELL), look),
            _ => beneath(runs, look),
        }
    })
}

fn text(row: &Row, run: &DialectRun, look: &Look) -> String {
    run.observed.as_ref().map_or_else(|| look.nothing().into(), |seen| (row.cell)(seen).text)
}

/// The dialects beside each other.
fn beside(runs: &[DialectRun], label: usize, cell: usize, look: &Look) -> String {
    let gap = " ".repeat(GAP);
    let mut line = look.bold(&look.fit("Observed", label));
    for run in runs {
        line += &format!("{gap}{}", look.bold(&look.fit(run.dialect.title(), cell)));
    }
    let mut table = line.trim_end().to_owned() + "\n";
    for row in &ROWS {
        let cells: Vec<Vec<String>> =
            runs.iter().map(|run| wrapped(&text(row, run, look), cell, look)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for index in 0..height {
            let name = if index == 0 { row.short } else { "" };
            let mut line = look.dim(&look.fit(name, label));
            for cell_lines in &cells {
                let text = cell_lines.get(index).map_or("", String::as_str);
                line += &format!("{gap}{}", look.fit(text, cell));
            }
            table += line.trim_end();
            table.push('\n');
        }
    }
    table
}

/// The dialects under each other, question by question.
fn beneath(runs: &[DialectRun], look: &Look) -> String {
    let label = runs.iter().map(|run| run.dialect.title().width()).max().unwrap_or(0);
    let cell = look.width.saturating_sub(label + 2 * GAP).max(NARROWEST_CELL);
    let mut table = look.bold("Observed") + "\n";
    for row in &ROWS {
        table += &look.dim(row.title);
        table.push('\n');
        for run in runs {
            let mut name = run.dialect.title();
            for line in wrapped(&text(row, run, look), cell, look) {
                table += &format!("  {}  {line}\n", look.fit(name, label));
                name = "";
            }
        }
    }
    table
}

/// `text` in lines of at most `width` columns, broken at spaces.
fn wrapped(text: &str, width: usize, look: &Look) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(look.cut(word, width)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    /// The texts of two cells: of what was observed, and of something else.
    fn texts(short: &str, other: impl FnOnce(&mut Observed)) -> [String; 2] {
        let row = ROWS.iter().find(|row| row.short == short).unwrap();
        let mut observed = sample::observed_loop();
        let before = (row.cell)(&observed).text;
        other(&mut observed);
        [before, (row.cell)(&observed).text]
    }

    #[test]
    fn threads_and_tasks_are_counted() {
        let found =
            texts("Threading", |seen| (seen.threading.threads, seen.threading.tasks) = (3, 1));
        assert_eq!(found, ["1 thread for 3 tasks", "3 threads for 1 task"]);
    }

    #[test]
    fn who_was_held_up() {
        let found = texts("Blocking", |seen| seen.blocking.held_up = 0);
        let expected = [
            "held up all 4 others; handed over, none",
            "held up none of 4 others; handed over, none",
        ];
        assert_eq!(found, expected);
        let found = texts("Blocking", |seen| {
            (seen.blocking.held_up, seen.blocking.held_up_handed_over) = (2, 4);
        });
        assert_eq!(found[1], "held up 2 of 4 others; handed over, all 4");
    }

    #[test]
    fn what_was_lost() {
        let found = texts("Races", |seen| (seen.races.at_once, seen.races.lost) = (2, 1));
        assert_eq!(found, ["one at a time, no update lost", "two at once, 1 of 2 updates lost"]);
    }

    #[test]
    fn turns_or_workers() {
        let found = texts("Scheduling", |seen| {
            (seen.scheduling.turns, seen.scheduling.elsewhere) = (0, 2);
        });
        let expected = [
            "17 turns of a loop; 0 of 9 waits changed threads",
            "workers, no turns; 2 of 9 waits changed threads",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn whom_a_result_reached() {
        let found = texts("Futures", |seen| (seen.futures.of, seen.futures.reached) = ("value", 1));
        assert_eq!(found, ["a task reached 3 of 3 waiters", "a value reached 1 of 3 waiters"]);
    }

    #[test]
    fn when_the_body_ran() {
        use Moment::{Await, Call, FirstLine, Return};
        let hot = |seen: &mut Observed| seen.call.order = vec![Call, FirstLine, Return, Await];
        let found = texts("At the call", hot);
        let expected =
            ["returned; the body ran when awaited", "ran to its first await, then returned"];
        assert_eq!(found, expected);
        let elsewhere = |seen: &mut Observed| {
            hot(seen);
            seen.call.same_thread = false;
        };
        let itself = |seen: &mut Observed| seen.call.order = vec![Call, Return, FirstLine, Await];
        assert_eq!(texts("At the call", elsewhere)[1], "returned; the body ran by itself");
        assert_eq!(texts("At the call", itself)[1], "returned; the body ran by itself");
        let never = |seen: &mut Observed| seen.call.order = vec![Call, Return, Await];
        assert_eq!(texts("At the call", never)[1], "the body never ran");
    }

    #[test]
    fn how_a_cancellation_arrived() {
        let found = texts("Cancelling", |seen| {
            seen.cancellation.arrival = Arrival::ClosedChannel;
            seen.cancellation.reached_unpassed = false;
        });
        let expected =
            ["raised at the await, with nothing passed", "a channel closed, only where passed"];
        assert_eq!(found, expected);
        let found = texts("Cancelling", |seen| seen.cancellation.arrival = Arrival::Nothing);
        assert_eq!(found[1], "did not arrive");
    }

    #[test]
    fn lines_are_broken_at_spaces() {
        let look = Look { width: 80, unicode: true, colour: false };
        assert_eq!(wrapped("one two three", 7, &look), ["one two", "three"]);
        assert_eq!(wrapped("extraordinary", 7, &look), ["extrao…"]);
    }
}
