//! The pages of the documentation that are made of results: `docs/benchmarks.md`, `docs/claims.md` and
//! their pictures.
//!
//! The words are in `bench/pages/*.md`. What stands in double braces there is filled in:
//!
//! | between the braces | becomes |
//! |:--|:--|
//! | `machine` | where and how it was measured, who was absent, which versions |
//! | `summary` | every target with its verdict |
//! | `picture SECTION` | the section's picture |
//! | `tables SECTION` | the section's workloads, each with a head |
//! | `table WORKLOAD` | one workload's table |
//! | `missed SECTION` | the targets that were missed, with what `notes.md` knows of them |
//! | `figure WORKLOAD RUNTIME` | a median |
//! | `cpu WORKLOAD RUNTIME` | the median of the CPU time, in seconds |
//! | `ratio WORKLOAD RUNTIME` | the median ratio to that runtime |
//! | `times WORKLOAD A B` | the median of A divided by that of B |
//! | `sizes` | how long the programs are that ping |

mod blocks;
mod picture;
mod sizes;

use crate::results::Comparison;
use crate::workload::Section;
use std::error::Error;
use std::path::{Path, PathBuf};

/// Each page and its words.
const PAGES: [(&str, &str); 2] = [
    ("benchmarks.md", include_str!("../../pages/benchmarks.md")),
    ("claims.md", include_str!("../../pages/claims.md")),
];

/// Sections that have a picture.
const PICTURES: [Section; 4] = [Section::Asyncio, Section::Go, Section::Csharp, Section::Js];

/// Writes all pages, with their pictures in `images` beside them; what was written.
pub(crate) fn write(
    comparison: &Comparison,
    folder: &Path,
) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut written = Vec::new();
    std::fs::create_dir_all(folder.join("images"))?;
    for (name, words) in PAGES {
        let path = folder.join(name);
        std::fs::write(&path, fill(words, comparison)?)?;
        written.push(path);
    }
    for section in PICTURES {
        let path = folder.join("images").join(picture::name(section));
        std::fs::write(&path, picture::draw(comparison, section))?;
        written.push(path);
    }
    Ok(written)
}

/// The words with everything in double braces filled in.
fn fill(words: &str, comparison: &Comparison) -> Result<String, String> {
    let mut text = String::new();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once("{{") {
        let (order, after) = after.split_once("}}").ok_or("braces that are not closed")?;
        text.push_str(before);
        text.push_str(&blocks::fill(order, comparison)?);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::RuntimeName;

    #[test]
    fn every_order_in_the_pages_is_understood() {
        let nothing = Comparison::of(&[], false, RuntimeName::Fourfold, Vec::new());
        for (name, words) in PAGES {
            let page = fill(words, &nothing).unwrap();
            assert!(!page.contains("{{"), "{name}");
        }
    }

    #[test]
    fn an_order_that_is_not_known_is_an_error() {
        let nothing = Comparison::of(&[], false, RuntimeName::Fourfold, Vec::new());
        assert!(fill("a {{tables nowhere}} b", &nothing).is_err());
        assert!(fill("a {{sumary}} b", &nothing).is_err());
        assert!(fill("a {{summary b", &nothing).is_err());
    }
}
