//! Reading `docs/semantics.md`: tables of the form `| id | since | behaviour | source |`.

/// One behaviour.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// `py-07`.
    pub(crate) id: String,
    /// Whether a test is owed now, or later.
    pub(crate) now: bool,
    /// What it says.
    pub(crate) behaviour: String,
}

impl Row {
    /// `py` of `py-07`.
    pub(crate) fn dialect(&self) -> &str {
        self.id.split('-').next().unwrap_or_default()
    }
}

/// The whole page.
#[derive(Debug)]
pub(crate) struct Table {
    /// In the order of the page.
    pub(crate) rows: Vec<Row>,
    /// Dialects all of whose rows are owed.
    pub(crate) finished: Vec<String>,
}

fn is_id(cell: &str) -> bool {
    cell.split_once('-').is_some_and(|(dialect, number)| {
        ["py", "cs", "js", "go", "x"].contains(&dialect)
            && number.len() == 2
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Reads the page.
///
/// # Errors
///
/// When the line `Finished dialects:` is missing or names an unknown dialect, a row has not four
/// cells, its *since* is neither `now` nor `later`, or an id comes twice.
pub(crate) fn parse(text: &str) -> Result<Table, String> {
    let mut rows: Vec<Row> = Vec::new();
    let mut finished = None;
    for (number, line) in text.lines().enumerate() {
        let number = number + 1;
        if let Some(names) = line.strip_prefix("Finished dialects:") {
            let names = names.split([',', ' ']).map(str::trim).filter(|name| !name.is_empty());
            finished = Some(names.map(String::from).collect::<Vec<_>>());
            continue;
        }
        let Some(inner) = line.trim().strip_prefix('|').and_then(|l| l.strip_suffix('|')) else {
            continue;
        };
        let cells: Vec<&str> = inner.split('|').map(str::trim).collect();
        if !is_id(cells[0]) {
            continue;
        }
        let [id, since, behaviour, source] = cells[..] else {
            return Err(format!("line {number}: a row has four cells, not {}", cells.len()));
        };
        if behaviour.is_empty() || source.is_empty() {
            return Err(format!("line {number}: {id} has no behaviour or no source"));
        }
        let now = match since {
            "now" => true,
            "later" => false,
            _ => return Err(format!("line {number}: since is now or later, not {since:?}")),
        };
        if rows.iter().any(|row| row.id == id) {
            return Err(format!("line {number}: {id} comes twice"));
        }
        rows.push(Row { id: id.into(), now, behaviour: behaviour.into() });
    }
    let finished = finished.ok_or("there is no line \"Finished dialects: …\"")?;
    if let Some(unknown) = finished.iter().find(|d| !rows.iter().any(|r| r.dialect() == *d)) {
        return Err(format!("finished dialect {unknown:?} has no rows"));
    }
    Ok(Table { rows, finished })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "Finished dialects: py\n\n| id | since | behaviour | source |\n|---|---|---|---|\n";

    fn with(rows: &str) -> Result<Table, String> {
        parse(&format!("{HEAD}{rows}"))
    }

    #[test]
    fn rows_are_read_and_other_tables_passed_over() {
        let table = with(
            "| py-07 | now | ⚠ Once. | PY |\n| short | what |\n| x-01 | later | All. | ours |\n",
        )
        .unwrap();
        assert_eq!(table.finished, ["py"]);
        assert_eq!(table.rows.len(), 2);
        assert_eq!(
            table.rows[0],
            Row { id: "py-07".into(), now: true, behaviour: "⚠ Once.".into() }
        );
        assert_eq!((table.rows[1].dialect(), table.rows[1].now), ("x", false));
    }

    #[test]
    fn broken_rows_are_errors_that_name_the_line() {
        for row in [
            "| py-01 | now | a |\n",
            "| py-01 | soon | a | b |\n",
            "| py-01 | now | | b |\n",
            "| py-01 | now | a | b |\n| py-01 | now | a | b |\n",
        ] {
            assert!(with(row).unwrap_err().starts_with("line "), "{row}");
        }
    }

    #[test]
    fn the_finished_dialects_must_be_named_and_known() {
        assert!(parse("| py-01 | now | a | b |\n").is_err());
        assert!(parse("Finished dialects: tcl\n| py-01 | now | a | b |\n").is_err());
        assert!(
            parse("Finished dialects:\n| py-01 | now | a | b |\n").unwrap().finished.is_empty()
        );
    }

    #[test]
    fn the_page_itself_is_complete() {
        let page = std::fs::read_to_string(crate::cargo::root().join("docs/semantics.md")).unwrap();
        let table = parse(&page).unwrap();
        for (dialect, count) in [("py", 29), ("cs", 22), ("js", 15), ("go", 22), ("x", 6)] {
            let ids: Vec<&str> = table
                .rows
                .iter()
                .filter(|r| r.dialect() == dialect)
                .map(|r| r.id.as_str())
                .collect();
            let expected: Vec<String> = (1..=count).map(|n| format!("{dialect}-{n:02}")).collect();
            assert_eq!(ids, expected);
        }
    }
}
