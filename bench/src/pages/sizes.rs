//! How long the programs are that ping hosts over HTTP: a claim about simplicity, counted.
//!
//! Only what pings: the hosts, the printing and the command line are left out of all. Of that, lines
//! that hold code, and tokens: words, numbers, strings and single signs.

use crate::keep::project;

/// The dialect; Fourfold's program, and which of its items count; the one in the original language,
/// and the mark after which it counts.
type Program = (&'static str, &'static str, &'static [&'static str], &'static str, &'static str);

const SITE_LANE_ALL: &[&str] =
    &["async fn ping_site", "async fn ping_one_after_another", "async fn ping_at_once"];

const PROGRAMS: [Program; 5] = [
    ("asyncio", "py_http_ping", SITE_LANE_ALL, "ping.py", "asyncio"),
    ("C#", "cs_http_ping", SITE_LANE_ALL, "Ping.cs", "csharp"),
    (
        "JavaScript, chains of promises",
        "js_http_ping",
        &["fn ping_site", "mod chained"],
        "ping.mjs",
        "chained",
    ),
    (
        "JavaScript, `await`",
        "js_http_ping",
        &["fn ping_site", "mod awaited"],
        "ping.mjs",
        "awaited",
    ),
    (
        "Go",
        "go_http_ping",
        &["fn ping_site", "fn ping_one_after_another", "fn start_lane", "fn ping_at_once"],
        "ping.go",
        "go",
    ),
];

/// One row for each program.
pub(super) fn table() -> Result<String, String> {
    let mut text =
        "| | original: lines | tokens | Fourfold: lines | tokens |\n|:--|--:|--:|--:|--:|"
            .to_owned();
    for (dialect, ours, items, theirs, mark) in PROGRAMS {
        let ours = items_of(&read(&format!("examples/src/bin/{ours}.rs"))?, items)?;
        let (our_lines, our_tokens) = count(&ours, "//");
        let comment = if theirs.ends_with(".py") { "#" } else { "//" };
        let theirs = marked(&read(&format!("bench/peers/ping/{theirs}"))?, mark)?;
        let (lines, tokens) = count(&theirs, comment);
        text += &format!("\n| {dialect} | {lines} | {tokens} | {our_lines} | {our_tokens} |");
    }
    Ok(text)
}

fn read(path: &str) -> Result<String, String> {
    std::fs::read_to_string(project().join(path)).map_err(|error| format!("{path}: {error}"))
}

/// From the line that begins each of `items` to the brace that ends it.
fn items_of(text: &str, items: &[&str]) -> Result<String, String> {
    let mut found = String::new();
    for item in items {
        let lines = text.lines().skip_while(|line| !line.starts_with(item));
        let mut ended = false;
        for line in lines {
            found.push_str(line);
            found.push('\n');
            if line == "}" {
                ended = true;
                break;
            }
        }
        if !ended {
            return Err(format!("there is no `{item}`"));
        }
    }
    Ok(found)
}

/// What stands between `--- mark` and the next `--- end`.
fn marked(text: &str, mark: &str) -> Result<String, String> {
    let (_, rest) =
        text.split_once(&format!("--- {mark}\n")).ok_or_else(|| format!("no mark `{mark}`"))?;
    let (found, _) = rest.split_once("--- end").ok_or_else(|| format!("`{mark}` has no end"))?;
    Ok(found.to_owned())
}

/// Lines that hold code, and tokens.
fn count(text: &str, comment: &str) -> (usize, usize) {
    let (mut lines, mut tokens) = (0, 0);
    // What ends the string that a line began and did not end.
    let mut open: Option<&str> = None;
    for line in text.lines() {
        let mut rest = line;
        let mut in_line = 0;
        loop {
            if let Some(end) = open {
                match after(rest, end) {
                    Some(after) => (rest, open) = (after, None),
                    None => break,
                }
            }
            rest = rest.trim_start();
            if rest.is_empty() || rest.starts_with(comment) {
                break;
            }
            in_line += 1;
            let first = rest.chars().next().unwrap_or_default();
            if first.is_alphanumeric() || first == '_' {
                rest = rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
                continue;
            }
            let quote = ["\"\"\"", "\"", "`"].into_iter().find(|quote| rest.starts_with(quote));
            if let Some(quote) = quote {
                rest = &rest[quote.len()..];
                open = Some(quote);
                continue;
            }
            // A character, or a string of Python or JavaScript; a lifetime of Rust is a sign.
            let single = (first == '\'').then(|| after(&rest[1..], "'")).flatten();
            rest = single.unwrap_or(&rest[first.len_utf8()..]);
        }
        // A string that goes on is one token, and its lines are not code.
        lines += usize::from(in_line > 0);
        tokens += in_line;
    }
    (lines, tokens)
}

/// What follows the first `end` that no backslash takes.
fn after<'a>(text: &'a str, end: &str) -> Option<&'a str> {
    let mut escaped = false;
    for (index, letter) in text.char_indices() {
        if !escaped && text[index..].starts_with(end) {
            return Some(&text[index + end.len()..]);
        }
        escaped = !escaped && letter == '\\';
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_blank_lines_are_no_code() {
        assert_eq!(count("// one\n\nlet a = 1; // two\n", "//"), (1, 5));
        assert_eq!(count("# one\na = 1\n", "#"), (1, 3));
    }

    #[test]
    fn a_string_is_one_token() {
        assert_eq!(count(r#"print("a \" // b", 'c d')"#, "//"), (1, 6));
        assert_eq!(count("x = \"\"\"a\nb\n\"\"\"\ny\n", "#"), (2, 4));
    }
}
