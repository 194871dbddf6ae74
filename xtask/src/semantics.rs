//! Which rows of `docs/semantics.md` are kept by tests.

mod harness;
mod table;

use std::collections::BTreeMap;

use clap::Args;

use self::harness::Outcome;
use self::table::{Row, Table};

/// What `semantics` can be asked.
#[derive(Args)]
pub(crate) struct Options {
    /// Show the rows that begin so (py, go-1, x-05) and require all of them
    prefix: Option<String>,
    /// Only look for the tests, do not run them
    #[arg(long)]
    no_run: bool,
}

/// How a row stands.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum State {
    Kept,
    Found,
    Missing,
    Failed,
}

impl State {
    fn of(tests: &[(&str, Outcome)], no_run: bool) -> Self {
        if tests.is_empty() {
            State::Missing
        } else if no_run {
            State::Found
        } else if tests
            .iter()
            .any(|(_, outcome)| matches!(outcome, Outcome::Failed | Outcome::Unknown))
        {
            State::Failed
        } else if tests.iter().any(|(_, outcome)| *outcome == Outcome::Passed) {
            State::Kept
        } else {
            // Only ignored tests: nothing was shown.
            State::Missing
        }
    }

    fn text(self) -> &'static str {
        match self {
            State::Kept => "pass",
            State::Found => "not run",
            State::Missing => "no test",
            State::Failed => "FAIL",
        }
    }

    fn is_bad(self) -> bool {
        matches!(self, State::Missing | State::Failed)
    }
}

/// The row ids a test's name carries: `loops::py_07_settles_once` carries `py-07`, and so does
/// every test of a module `py_07_future`.
fn ids(test: &str) -> Vec<String> {
    test.split("::")
        .filter_map(|segment| {
            let mut parts = segment.trim_start_matches("r#").splitn(3, '_');
            let (dialect, number) = (parts.next()?, parts.next()?);
            parts.next()?;
            let known = ["py", "cs", "js", "go", "x"].contains(&dialect);
            let two_digits = number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit());
            (known && two_digits).then(|| format!("{dialect}-{number}"))
        })
        .collect()
}

fn is_required(row: &Row, table: &Table, prefix: Option<&str>) -> bool {
    row.now
        || table.finished.contains(&row.dialect().to_string())
        || prefix.is_some_and(|prefix| row.id.starts_with(prefix))
}

fn short(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return format!("{text:<width$}");
    }
    let cut: String = text.chars().take(width - 1).collect();
    format!("{cut}…")
}

/// Prints the table; `Ok(false)` if a row that is required is not kept.
pub(crate) fn run(options: &Options) -> Result<bool, String> {
    let path = crate::cargo::root().join("docs/semantics.md");
    let text = std::fs::read_to_string(&path)
        .map_err(|e| format!("{} cannot be read: {e}", path.display()))?;
    let table = table::parse(&text).map_err(|e| format!("{}: {e}", path.display()))?;
    let prefix = options.prefix.as_deref();
    if let Some(prefix) = prefix
        && !table.rows.iter().any(|row| row.id.starts_with(prefix))
    {
        return Err(format!("no row begins with {prefix:?}"));
    }

    let shown = |id: &str| prefix.is_none_or(|prefix| id.starts_with(prefix));
    let wanted = |name: &str| {
        ids(name).iter().any(|id| {
            shown(id)
                || table.rows.iter().any(|row| row.id == *id && is_required(row, &table, prefix))
        })
    };
    let results = harness::collect(wanted, !options.no_run)?;
    let mut by_id: BTreeMap<String, Vec<(&str, Outcome)>> = BTreeMap::new();
    for (name, outcome) in &results {
        for id in ids(name) {
            by_id.entry(id).or_default().push((name, *outcome));
        }
    }

    let (mut kept, mut missing, mut broken) = (0, 0, Vec::new());
    println!("{:<6} {:<60} {:>5}  state", "id", "behaviour", "tests");
    for row in &table.rows {
        let tests = by_id.remove(&row.id).unwrap_or_default();
        let state = State::of(&tests, options.no_run);
        let required = is_required(row, &table, prefix);
        let bad = required && state.is_bad();
        if bad {
            broken.push(row.id.as_str());
        }
        match state {
            State::Kept | State::Found => kept += 1,
            State::Missing | State::Failed => missing += 1,
        }
        if shown(&row.id) || bad {
            let later = if required { "" } else { " (later)" };
            let behaviour = short(&row.behaviour, 60);
            println!("{:<6} {behaviour} {:>5}  {}{later}", row.id, tests.len(), state.text());
            for (name, outcome) in tests.iter().filter(|(_, o)| *o != Outcome::Passed) {
                if !options.no_run {
                    println!("         {name}: {}", outcome.text());
                }
            }
        }
    }
    for (id, tests) in by_id {
        // A test that names a row that does not exist keeps nothing: most likely a slip of the pen.
        for (name, _) in tests {
            println!("{id:<6} is no row, but {name} names it");
        }
    }
    println!("{kept} rows with tests, {missing} without or failing");
    if !broken.is_empty() {
        println!("required and not kept: {}", broken.join(" "));
    }
    Ok(broken.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_in_functions_and_modules() {
        assert_eq!(ids("py_07_settles_once"), ["py-07"]);
        assert_eq!(ids("future::tests::py_07_settles_once"), ["py-07"]);
        assert_eq!(ids("x_05_foreign::runs"), ["x-05"]);
    }

    #[test]
    fn names_that_only_resemble_an_id_carry_none() {
        for name in ["happy_07_x", "py_7_x", "py_007_x", "py_07", "sleeps", "py_ab_x"] {
            assert!(ids(name).is_empty(), "{name}");
        }
    }

    #[test]
    fn one_failure_among_passes_is_a_failure() {
        let tests = [("a", Outcome::Passed), ("b", Outcome::Failed)];
        assert_eq!(State::of(&tests, false), State::Failed);
        assert_eq!(State::of(&tests[..1], false), State::Kept);
    }

    #[test]
    fn an_ignored_test_keeps_nothing() {
        assert_eq!(State::of(&[("a", Outcome::Ignored)], false), State::Missing);
    }

    #[test]
    fn a_test_without_a_result_is_a_failure() {
        assert_eq!(State::of(&[("a", Outcome::Unknown)], false), State::Failed);
    }

    #[test]
    fn rows_are_required_now_when_finished_or_when_asked_for() {
        let text = "Finished dialects: py\n\
                    | id | since | behaviour | source |\n|---|---|---|---|\n\
                    | py-01 | later | a | b |\n| x-01 | later | a | b |\n| x-05 | now | a | b |\n";
        let table = table::parse(text).unwrap();
        let required = |prefix| -> Vec<bool> {
            table.rows.iter().map(|row| is_required(row, &table, prefix)).collect()
        };
        assert_eq!(required(None), [true, false, true]);
        assert_eq!(required(Some("x")), [true, true, true]);
    }

    #[test]
    fn long_behaviour_is_cut_at_a_character() {
        assert_eq!(short("⚠ äöü", 4), "⚠ ä…");
        assert_eq!(short("ab", 4), "ab  ");
    }
}
