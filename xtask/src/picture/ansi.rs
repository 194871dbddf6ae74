//! What a program wrote to a terminal, as lines of styled runs.
//!
//! Only what our own reports use is understood: text, and SGR for bold, dim and the eight colours.
//! Anything else is an error and not a guess.

/// How a run of characters looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) bold: bool,
    pub(super) dim: bool,
    /// 0 black, 1 red, 2 green, 3 yellow, 4 blue, 5 magenta, 6 cyan, 7 white; none: the usual.
    pub(super) colour: Option<u8>,
}

/// Characters of one style that stand beside each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) style: Style,
}

/// One line of the screen.
pub(super) type Line = Vec<Run>;

/// The line on which a command was typed.
pub(super) fn typed(command: &str) -> Line {
    let prompt = Style { colour: Some(2), ..Style::default() };
    let typed = Style { bold: true, ..Style::default() };
    vec![Run { text: "$ ".into(), style: prompt }, Run { text: command.into(), style: typed }]
}

/// Reads what was written; empty lines at the end are left out.
pub(super) fn parse(output: &str) -> Result<Vec<Line>, String> {
    let mut style = Style::default();
    let mut lines = Vec::new();
    for line in output.lines() {
        let mut runs: Line = Vec::new();
        let mut pieces = line.trim_end_matches('\r').split("\x1b[");
        push(&mut runs, pieces.next().unwrap_or_default(), style)?;
        for piece in pieces {
            let unknown = || format!("an escape sequence that is no style: ESC [ {piece:?}");
            let (codes, text) = piece.split_once('m').ok_or_else(unknown)?;
            for code in codes.split(';') {
                style = styled(style, code).ok_or_else(unknown)?;
            }
            push(&mut runs, text, style)?;
        }
        lines.push(runs);
    }
    while lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    Ok(lines)
}

fn styled(style: Style, code: &str) -> Option<Style> {
    let number = if code.is_empty() { 0 } else { code.parse::<u8>().ok()? };
    Some(match number {
        0 => Style::default(),
        1 => Style { bold: true, ..style },
        2 => Style { dim: true, ..style },
        22 => Style { bold: false, dim: false, ..style },
        30..=37 => Style { colour: Some(number - 30), ..style },
        39 => Style { colour: None, ..style },
        _ => return None,
    })
}

fn push(runs: &mut Line, text: &str, style: Style) -> Result<(), String> {
    if let Some(char) = text.chars().find(|char| char.is_control()) {
        return Err(format!("a control character in {text:?}: {char:?}"));
    }
    match runs.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.style == style => last.text.push_str(text),
        _ => runs.push(Run { text: text.to_owned(), style }),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_begin_end_and_add_up() {
        let lines = parse("a\x1b[1mb\x1b[32mc\x1b[0md\r\n\x1b[2m\x1b[31me\x1b[39mf\n\n").unwrap();
        let flat =
            |line: &Line| line.iter().map(|run| (run.text.clone(), run.style)).collect::<Vec<_>>();
        let plain = Style::default();
        let bold = Style { bold: true, ..plain };
        let dim = Style { dim: true, ..plain };
        assert_eq!(
            flat(&lines[0]),
            [
                ("a".into(), plain),
                ("b".into(), bold),
                ("c".into(), Style { colour: Some(2), ..bold }),
                ("d".into(), plain),
            ]
        );
        assert_eq!(
            flat(&lines[1]),
            [("e".into(), Style { colour: Some(1), ..dim }), ("f".into(), dim)]
        );
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn what_is_no_style_is_refused() {
        assert!(parse("\x1b[2Ka").is_err());
        assert!(parse("\x1b[99ma").is_err());
        assert!(parse("a\rb").is_err());
    }
}
