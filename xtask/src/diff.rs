//! Comparing two outputs line by line.

/// One line of a comparison.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// In both.
    Same(String),
    /// Only the original has it.
    Original(String),
    /// Only the twin has it.
    Twin(String),
}

/// A line of the original, the twin's line in its place, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declared {
    /// What the original prints.
    pub(crate) original: String,
    /// What the twin prints.
    pub(crate) twin: String,
    /// Why.
    pub(crate) reason: String,
}

/// Reads what `fourfold-conformance --differs` prints: three parts to a line, parted by tabs.
pub(crate) fn parse_declared(text: &str) -> Result<Vec<Declared>, String> {
    text.lines()
        .map(|line| {
            let parts: Vec<&str> = line.split('\t').collect();
            match parts[..] {
                [original, twin, reason] if !reason.trim().is_empty() => Ok(Declared {
                    original: original.into(),
                    twin: twin.into(),
                    reason: reason.into(),
                }),
                _ => Err(format!("not \"original, twin, reason\" parted by tabs: {line:?}")),
            }
        })
        .collect()
}

/// Puts the twin's lines into the original where declared differences say so. Each declaration
/// serves one line, in order; those that found no line are returned.
pub(crate) fn apply(original: &str, declared: &[Declared]) -> (String, Vec<Declared>) {
    let mut left: Vec<Declared> = declared.to_vec();
    let mut out = String::new();
    for line in original.lines() {
        match left.iter().position(|d| d.original == line) {
            Some(i) => out.push_str(&left.remove(i).twin),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    (out, left)
}

/// The shortest edit from `original` to `twin`, by their longest common subsequence; outputs are
/// short, so the quadratic table is affordable.
pub(crate) fn lines(original: &str, twin: &str) -> Vec<Line> {
    let a: Vec<&str> = original.lines().collect();
    let b: Vec<&str> = twin.lines().collect();
    let mut common = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i][j] = if a[i] == b[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            out.push(Line::Same(a[i].into()));
            i += 1;
            j += 1;
        } else if i < a.len() && (j == b.len() || common[i + 1][j] >= common[i][j + 1]) {
            out.push(Line::Original(a[i].into()));
            i += 1;
        } else {
            out.push(Line::Twin(b[j].into()));
            j += 1;
        }
    }
    out
}

/// Prints the lines that differ with two lines around them.
pub(crate) fn print(lines: &[Line]) {
    const AROUND: usize = 2;
    let near = |i: usize| {
        let from = i.saturating_sub(AROUND);
        let to = (i + AROUND + 1).min(lines.len());
        lines[from..to].iter().any(|l| !matches!(l, Line::Same(_)))
    };
    let mut skipping = false;
    for (i, line) in lines.iter().enumerate() {
        if !near(i) {
            if !skipping {
                println!("      …");
            }
            skipping = true;
            continue;
        }
        skipping = false;
        match line {
            Line::Same(text) => println!("      {text}"),
            Line::Original(text) => println!("    - {text}"),
            Line::Twin(text) => println!("    + {text}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_outputs_have_only_same_lines() {
        assert!(lines("a\nb\n", "a\nb\n").iter().all(|l| matches!(l, Line::Same(_))));
    }

    #[test]
    fn a_changed_line_is_shown_as_taken_out_and_put_in() {
        let expected = vec![
            Line::Same("a".into()),
            Line::Original("b".into()),
            Line::Twin("x".into()),
            Line::Same("c".into()),
        ];
        assert_eq!(lines("a\nb\nc\n", "a\nx\nc\n"), expected);
    }

    #[test]
    fn lines_missing_at_the_end_are_seen() {
        assert_eq!(lines("a\nb\n", "a\n").last(), Some(&Line::Original("b".into())));
        assert_eq!(lines("", "a\n"), vec![Line::Twin("a".into())]);
    }

    #[test]
    fn a_declared_difference_serves_one_line_only() {
        let declared = parse_declared("b\tB\tbecause\n").unwrap();
        let (text, left) = apply("a\nb\nb\n", &declared);
        assert_eq!(text, "a\nB\nb\n");
        assert!(left.is_empty());
    }

    #[test]
    fn a_declared_difference_without_its_line_is_left_over() {
        let declared = parse_declared("gone\tx\tbecause\n").unwrap();
        assert_eq!(apply("a\n", &declared).1, declared);
    }

    #[test]
    fn a_difference_needs_a_reason() {
        assert!(parse_declared("a\tb\t \n").is_err());
        assert!(parse_declared("a\tb\n").is_err());
    }
}
