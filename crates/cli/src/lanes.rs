//! From what the user wrote to lanes of targets.
//!
//! A lane is hosts or URLs joined by commas; a host without a scheme means `http://host/`. Every
//! mistake is reported with the input it was found in and with what to write instead.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::sync::Arc;

use fourfold::http::{Url, UrlError};

use crate::plan::Target;

/// Why the lanes could not be read.
#[derive(Debug)]
pub(crate) enum LaneError {
    /// Two commas with nothing between them, or one at an end.
    Gap {
        /// The lane.
        lane: String,
    },
    /// Not a host and not a URL.
    BadUrl(UrlError),
    /// A file that could not be read.
    File {
        /// Its name.
        name: String,
        /// What the system said.
        error: io::Error,
    },
    /// A line of a file that is no lane.
    Line {
        /// The file's name.
        name: String,
        /// The line's number, from 1.
        line: usize,
        /// What is wrong with it.
        error: Box<LaneError>,
    },
    /// A file without a single lane.
    Empty {
        /// Its name.
        name: String,
    },
}

impl fmt::Display for LaneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LaneError::Gap { lane } => {
                write!(f, "the lane '{lane}' has a comma without a host beside it; remove it")
            }
            LaneError::BadUrl(error) => {
                let (problem, remedy) = (error.problem(), error.remedy());
                write!(f, "'{}' {problem}; {remedy}", shown(error.input()))
            }
            LaneError::File { name, error } => {
                write!(
                    f,
                    "cannot read lanes from {name}: {error}; give a readable file, or - for "
                )?;
                f.write_str("standard input")
            }
            LaneError::Line { name, line, error } => write!(f, "{name}, line {line}: {error}"),
            LaneError::Empty { name } => {
                write!(f, "{name} holds no lane; write one per line, hosts joined by commas")
            }
        }
    }
}

/// Reads one lane: hosts or URLs joined by commas.
///
/// # Errors
///
/// If an item is empty, or is no host and no `http` or `https` URL.
pub(crate) fn parse_lane(lane: &str) -> Result<Vec<Target>, LaneError> {
    let items = lane.split(',').map(str::trim);
    items
        .map(|item| match item {
            "" => Err(LaneError::Gap { lane: shown(lane) }),
            item => parse_target(item),
        })
        .collect()
}

/// Reads a file of lanes, one per line; `-` is standard input. Empty lines are skipped, and so is
/// everything after a `#` at the start of a line or after a space.
///
/// # Errors
///
/// If the file cannot be read, holds no lane, or a line is not one.
pub(crate) fn read_file(path: &str) -> Result<Vec<Vec<Target>>, LaneError> {
    match path {
        "-" => read_lines("standard input", io::stdin().lock()),
        path => {
            let name = format!("'{}'", shown(path));
            match File::open(path) {
                Ok(file) => read_lines(&name, BufReader::new(file)),
                Err(error) => Err(LaneError::File { name, error }),
            }
        }
    }
}

fn read_lines(name: &str, lines: impl BufRead) -> Result<Vec<Vec<Target>>, LaneError> {
    let mut lanes = Vec::new();
    for (index, line) in lines.lines().enumerate() {
        let line = line.map_err(|error| LaneError::File { name: name.into(), error })?;
        let lane = without_comment(&line).trim();
        if !lane.is_empty() {
            lanes.push(parse_lane(lane).map_err(|error| LaneError::Line {
                name: name.into(),
                line: index + 1,
                error: Box::new(error),
            })?);
        }
    }
    if lanes.is_empty() { Err(LaneError::Empty { name: name.into() }) } else { Ok(lanes) }
}

/// A `#` inside a word is part of a URL and starts no comment.
fn without_comment(line: &str) -> &str {
    let mut before = ' ';
    for (at, char) in line.char_indices() {
        if char == '#' && before.is_whitespace() {
            return &line[..at];
        }
        before = char;
    }
    line
}

fn parse_target(item: &str) -> Result<Target, LaneError> {
    match Url::parse(item) {
        Ok(url) => Ok(Target { site: Arc::from(item), url }),
        Err(error) => Err(LaneError::BadUrl(error)),
    }
}

/// The input as it may be printed: no control characters, not endlessly long.
fn shown(input: &str) -> String {
    let mut clean: String = input.chars().take(80).flat_map(char::escape_debug).collect();
    if input.chars().nth(80).is_some() {
        clean.push_str("...");
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(lane: &str) -> Vec<String> {
        parse_lane(lane).unwrap().iter().map(|target| target.url.to_string()).collect()
    }

    fn refusal(lane: &str) -> String {
        parse_lane(lane).unwrap_err().to_string()
    }

    #[test]
    fn a_host_without_a_scheme_is_an_http_url() {
        assert_eq!(
            urls("google.fr, localhost:8080,https://a.b/c?d=e"),
            ["http://google.fr/", "http://localhost:8080/", "https://a.b/c?d=e"]
        );
        assert_eq!(urls("[::1]:80"), ["http://[::1]:80/"]);
    }

    #[test]
    fn the_site_stays_as_it_was_written() {
        let lane = parse_lane("google.fr,https://a.b/c").unwrap();
        assert_eq!(&*lane[0].site, "google.fr");
        assert_eq!(&*lane[1].site, "https://a.b/c");
    }

    #[test]
    fn mistakes_name_the_input_and_the_remedy() {
        assert!(refusal("a,,b").contains("'a,,b'"));
        assert!(refusal("a,").contains("comma"));
        assert!(refusal("ftp://a").starts_with("'ftp://a' has a scheme other than http"));
        assert!(refusal("a b").contains("'a b'"));
        assert!(refusal("::1:x").contains("[::1]:8443"));
        assert!(refusal("me@host").contains('@'));
        assert!(refusal("host:99999").contains("65535"));
        assert!(refusal("host:0").contains("65535"));
        assert!(refusal("host:").contains("65535"));
        assert!(refusal("b\u{fc}cher.example").contains("xn--"));
        assert!(refusal("a..b").contains("name"));
        assert!(refusal("http://").contains("'http://'"));
        assert!(refusal("a\x1b[31m").contains("\\u{1b}"));
    }

    #[test]
    fn a_file_has_comments_and_empty_lines() {
        let text = "# all of them\n\na,b  # two\nhttp://c/#top\n";
        let lanes = read_lines("f", text.as_bytes()).unwrap();
        assert_eq!(lanes.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(lanes[1][0].url.to_string(), "http://c/");
    }

    #[test]
    fn a_bad_line_is_found_by_its_number() {
        let error = read_lines("'f'", "a\nb,\n".as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with("'f', line 2: "), "{error}");
        let error = read_lines("'f'", "#\n".as_bytes()).unwrap_err().to_string();
        assert!(error.contains("no lane"), "{error}");
    }
}
