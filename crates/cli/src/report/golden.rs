//! Whole reports, compared with what was once looked at and found right.
//!
//! After a change that is meant: `UPDATE_GOLDEN=1 cargo test -p fourfold-cli golden`, then look at
//! the difference.

use std::path::Path;

use unicode_width::UnicodeWidthStr;

use crate::outcome::{DialectRun, Run};
use crate::plan::Plan;
use crate::report::{Look, one, sample, text};

const PLAIN: Look = Look { width: 80, unicode: true, colour: false };

fn check(name: &str, (plan, run): (Plan, Run), look: &Look) {
    check_text(name, &one(&plan, &run, look), look);
}

fn check_all(name: &str, (plan, runs): (Plan, Vec<DialectRun>), look: &Look) {
    check_text(name, &text(&plan, &runs, look), look);
}

fn check_text(name: &str, found: &str, look: &Look) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let path = folder.join(format!("{name}.txt"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    assert_eq!(found, expected, "{} differs; it is now\n{found}", path.display());
    if !look.colour {
        for line in found.lines() {
            assert!(line.width() <= look.width, "wider than {}: {line}", look.width);
        }
    }
}

#[test]
fn the_demonstration() {
    check("demo", sample::demo(), &PLAIN);
}

#[test]
fn the_demonstration_in_ascii() {
    check("demo-ascii", sample::demo(), &Look { unicode: false, ..PLAIN });
}

#[test]
fn the_demonstration_in_colour() {
    check("demo-colour", sample::demo(), &Look { colour: true, ..PLAIN });
}

#[test]
fn failures_and_an_interruption() {
    check("troubled", sample::troubled(), &Look { width: 120, ..PLAIN });
}

#[test]
fn failures_where_there_is_little_room() {
    check("troubled-80", sample::troubled(), &PLAIN);
}

#[test]
fn failures_where_there_is_hardly_any_room() {
    check("troubled-50", sample::troubled(), &Look { width: 50, unicode: false, ..PLAIN });
}

#[test]
fn several_rounds_where_there_is_hardly_any_room() {
    check("rounds-50", sample::rounds(), &Look { width: 50, ..PLAIN });
}

#[test]
fn several_rounds() {
    check("rounds", sample::rounds(), &PLAIN);
}

#[test]
fn thousands_of_sites() {
    check("many", sample::many(2_000), &PLAIN);
}

#[test]
fn four_dialects() {
    check_all("four", sample::four(), &PLAIN);
}

#[test]
fn four_dialects_where_there_is_room() {
    check_all("four-120", sample::four(), &Look { width: 120, ..PLAIN });
}

#[test]
fn four_dialects_where_there_is_hardly_any_room() {
    check_all("four-50", sample::four(), &Look { width: 50, unicode: false, ..PLAIN });
}

#[test]
fn four_dialects_in_colour() {
    check_all("four-colour", sample::four(), &Look { colour: true, ..PLAIN });
}

#[test]
fn four_dialects_with_failures_and_an_interruption() {
    check_all("four-troubled", sample::four_troubled(), &PLAIN);
}

#[test]
fn four_dialects_in_several_rounds() {
    check_all("four-rounds", sample::four_of(sample::rounds()), &PLAIN);
}
